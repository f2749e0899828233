//! Whole: every pool of a study solved, as one group where that is all there is, else jointly.

use super::answer::{NoPlan, Shortfall};
use super::backend::Backend;
use super::group::{Limit, PlanError};
use super::joint::{
    Joint, JointAnswer, JointEntry, JointShortage, check::check_lingering, joint_shortages, solve_joint,
};
use super::pooling::{Pooled, least, most};
use super::schedule::{Entry, Objectives, Schedule};
use super::shortage::{Change, Fix, Shortage};
use super::solve::{Answer, Effort, Infeasible, solve};
use super::study::{Pool, Study};
use crate::quantity::Millis;

/// The schedules of all classes.
#[derive(Clone, Debug)]
pub(super) struct Solved {
    /// By class of the topology.
    pub schedules: Vec<(usize, Schedule)>,
    /// What they amount to together.
    pub objectives: Objectives,
    /// The most that is held where ENIs stay in use beyond their deletion's instant.
    pub lingering_peak: u32,
    /// The most held in each subnet.
    pub subnet_peaks: Vec<u32>,
}

/// The plan of all pools, or why there is none.
pub(super) fn solve_pools(
    study: &Study<'_>,
    pools: &[Pool],
    promise: Millis,
    backend: &dyn Backend,
) -> Result<Result<Solved, NoPlan>, PlanError> {
    if let ([pool], false) = (pools, study.topology.limits.survive_zone) {
        match solve(&pool.group, backend, &Effort::default())? {
            Answer::Planned(planned) => {
                let mut subnet_peaks = vec![0; study.topology.limits.subnets.len()];
                subnet_peaks[study.topology.classes[pool.class].subnet] = planned.objectives.peak;
                return Ok(Ok(Solved {
                    schedules: vec![(pool.class, planned.schedule)],
                    objectives: planned.objectives,
                    lingering_peak: planned.objectives.peak,
                    subnet_peaks,
                }));
            }
            Answer::Infeasible(infeasible) if pool.classes == 1 => {
                return Ok(Err(explain(pool, &infeasible)));
            }
            // It may have room in several subnets together.
            Answer::Infeasible(_) => {}
        }
    }
    jointly(study, promise)
}

fn jointly(study: &Study<'_>, promise: Millis) -> Result<Result<Solved, NoPlan>, PlanError> {
    let most = most(study);
    match solve_joint(&most.joint)? {
        JointAnswer::Planned(planned) => {
            let Some(lingering_peak) = planned.lingering_peak else {
                let over = check_lingering(&most.joint, &planned.entries).err().unwrap_or_default();
                let shortages: Vec<JointShortage> =
                    over.iter().filter_map(JointShortage::of).take(1).collect();
                return Ok(Err(refused(&most.joint, &shortages, false)));
            };
            Ok(Ok(Solved {
                schedules: by_class(&most, &planned.entries),
                objectives: planned.objectives,
                lingering_peak,
                subnet_peaks: planned.subnet_peaks,
            }))
        }
        JointAnswer::Infeasible { shortages, .. } => {
            // Proved only if what is needed at least is already too much.
            let proved = !joint_shortages(&least(study, promise).joint).is_empty();
            Ok(Err(refused(&most.joint, &shortages, proved)))
        }
    }
}

fn by_class(pooled: &Pooled, entries: &[JointEntry]) -> Vec<(usize, Schedule)> {
    let mut classes: Vec<usize> = pooled.classes.clone();
    classes.sort_unstable();
    classes.dedup();
    let of = |class: usize| {
        let own = || entries.iter().filter(move |entry| pooled.classes[entry.class] == class);
        let creations = own().map(|entry| (entry.at_ms, entry.create));
        Schedule::from_parts(creations, own().map(|entry| (entry.at_ms, entry.delete)))
    };
    let schedules = classes.into_iter().map(|class| (class, of(class)));
    schedules.filter(|(_, schedule): &(usize, Schedule)| schedule.entries != Vec::<Entry>::new()).collect()
}

fn explain(pool: &Pool, infeasible: &Infeasible) -> NoPlan {
    let short = |shortage: &Shortage| Shortfall {
        limit: shortage.limit.to_string(),
        from_ms: shortage.from_ms,
        to_ms: shortage.to_ms,
        needed: u64::from(shortage.needed),
        available: u64::from(shortage.available),
        unit: "ENIs",
    };
    NoPlan {
        // Proved only if what is needed at least is already too much.
        proved: !super::shortage::shortages(&pool.at_least).is_empty(),
        shortages: infeasible.shortages.iter().map(short).collect(),
        fixes: infeasible.fixes.iter().map(words).collect(),
    }
}

fn refused(joint: &Joint, shortages: &[JointShortage], proved: bool) -> NoPlan {
    let at = |ms: i64| u64::try_from(ms).unwrap_or(0);
    let short = |shortage: &JointShortage| Shortfall {
        limit: shortage.limit.to_string(),
        from_ms: at(shortage.from_ms),
        to_ms: at(shortage.to_ms),
        needed: shortage.needed,
        available: shortage.available,
        unit: "ENIs",
    };
    let fixes = shortages.iter().flat_map(|shortage| ways(joint, shortage)).collect();
    NoPlan { proved, shortages: shortages.iter().map(short).collect(), fixes }
}

/// What would make the one limit enough, in the user's words.
fn ways(joint: &Joint, shortage: &JointShortage) -> Vec<String> {
    let short = shortage.needed.saturating_sub(shortage.available);
    if joint_shortages(joint).is_empty() {
        // Nothing is proved to be short, so that no number is known to be enough.
        return vec![format!("more {}", shortage.limit)];
    }
    match &shortage.limit {
        Limit::Together { subnets, survive_zone: true } => {
            let more = |name: &String| more_in(joint, name, shortage);
            let found: Vec<String> = subnets.iter().filter_map(more).collect();
            if !found.is_empty() {
                return found;
            }
            vec!["give the functions subnets in a further zone, or more addresses in two zones".to_owned()]
        }
        Limit::Boot | Limit::ApiBucket => {
            vec![format!("start creating ENIs earlier: the {} is short", shortage.limit)]
        }
        limit => vec![format!("raise the {limit} by {short}")],
    }
}

/// The fewest further addresses of one subnet after which this limit is enough.
fn more_in(joint: &Joint, name: &String, shortage: &JointShortage) -> Option<String> {
    let index = joint.subnets.iter().position(|subnet| subnet.name == *name)?;
    let enough = |more: u32| {
        let mut wider = joint.clone();
        wider.subnets[index].addresses = wider.subnets[index].addresses.saturating_add(more);
        joint_shortages(&wider).iter().all(|left| left.limit != shortage.limit)
    };
    let (mut low, mut high) = (0, u32::try_from(shortage.needed).unwrap_or(u32::MAX));
    if !enough(high) {
        return None;
    }
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        if enough(middle) { high = middle } else { low = middle }
    }
    Some(format!("raise the free addresses of subnet {name} by {high}"))
}

fn words(fix: &Fix) -> String {
    let change = |change: &Change| match change {
        Change::Raise { limit, by } => format!("raise the {limit} by {by}"),
        Change::Burst { by } => format!("raise the API bucket's burst by {by}"),
        Change::Refill { by } => format!("raise the API bucket's refill by {}", crate::quantity::Rate(*by)),
        Change::StartEarlier { by } => format!("start creating ENIs {by} earlier"),
    };
    fix.changes.iter().map(change).collect::<Vec<_>>().join(" and ")
}
