//! Whole: every pool of a study solved, as one group where that is all there is, else jointly.

use crate::plan::answer::{NoPlan, Shortfall};
use crate::plan::requirement::asked::Asked;
use crate::plan::requirement::pools::{self, Pooled, least};
use crate::plan::solve::backend::Backend;
use crate::plan::solve::group::{Answer, Effort, Infeasible, solve};
use crate::plan::solve::joint::{
    JointAnswer, JointEntry, JointPlanned, JointShortage, check::check_lingering, joint_shortages,
};
use crate::plan::solve::objective::{self, Minimise};
use crate::plan::solve::shortage::Shortage;
use crate::plan::study::{Pool, Study};
use crate::plan::terms::group::{Group, PlanError};
use crate::plan::terms::schedule::{Entry, Objectives, Schedule};
use crate::quantity::Millis;

/// The schedules of all classes.
#[derive(Clone, Debug)]
pub(crate) struct Solved {
    /// By class of the topology.
    pub schedules: Vec<(usize, Schedule)>,
    /// What they amount to together.
    pub objectives: Objectives,
    /// The most that is held where ENIs stay in use beyond their deletion's instant.
    pub lingering_peak: u32,
    /// The most held in each subnet.
    pub subnet_peaks: Vec<u32>,
    /// The plan of the joint problem, where it was not planned as one group.
    pub joint: Option<JointPlanned>,
}

impl Solved {
    /// What comes before the ENIs held, where anything does.
    pub(crate) fn worth(&self, minimise: Minimise) -> u128 {
        match minimise {
            Minimise::Enis => 0,
            Minimise::Cost(prices) => prices.cost(self.objectives.held_ms, self.objectives.creations),
            Minimise::Addresses { subnet } => {
                let peaks = self.subnet_peaks.iter().enumerate();
                let own = peaks.filter(|(index, _)| subnet.is_none_or(|subnet| subnet == *index));
                own.map(|(_, peak)| u128::from(*peak)).max().unwrap_or(0)
            }
        }
    }
}

/// The plan of all that is asked for, or why there is none. `pools` are those of the study.
pub(crate) fn solve_pools(
    study: &Study<'_>,
    pools: &[Pool],
    asked: &Asked,
    promise: Millis,
    backend: &dyn Backend,
) -> Result<Result<Solved, NoPlan>, PlanError> {
    let plain = study.minimise == Minimise::Enis && !study.topology.limits.survive_zone;
    if let ([pool], [need], true) = (pools, asked.needs.as_slice(), plain) {
        let group = Group { need: need.ready.clone(), ..pool.group.clone() };
        match solve(&group, backend, &Effort::of(backend))? {
            Answer::Planned(planned) => {
                let mut subnet_peaks = vec![0; study.topology.limits.subnets.len()];
                subnet_peaks[study.topology.classes[pool.class].subnet] = planned.objectives.peak;
                return Ok(Ok(Solved {
                    schedules: vec![(pool.class, planned.schedule)],
                    objectives: planned.objectives,
                    lingering_peak: planned.objectives.peak,
                    subnet_peaks,
                    joint: None,
                }));
            }
            Answer::Infeasible(infeasible) if pool.classes == 1 => {
                return Ok(Err(explain(pool, &infeasible)));
            }
            // It may have room in several subnets together.
            Answer::Infeasible(_) => {}
        }
    }
    jointly(study, asked, promise)
}

fn jointly(study: &Study<'_>, asked: &Asked, promise: Millis) -> Result<Result<Solved, NoPlan>, PlanError> {
    let most = pools::asked(study, asked);
    match objective::solve(&most.joint, study.minimise)? {
        JointAnswer::Planned(planned) => {
            let Some(lingering_peak) = planned.lingering_peak else {
                let over = check_lingering(&most.joint, &planned.entries).err().unwrap_or_default();
                let shortages: Vec<JointShortage> =
                    over.iter().filter_map(JointShortage::of).take(1).collect();
                return Ok(Err(refused(&shortages, false)));
            };
            Ok(Ok(Solved {
                schedules: by_class(&most, &planned.entries),
                objectives: planned.objectives,
                lingering_peak,
                subnet_peaks: planned.subnet_peaks.clone(),
                joint: Some(planned),
            }))
        }
        JointAnswer::Infeasible { shortages, .. } => {
            // Proved only if what is needed at least is already too much.
            let proved = !joint_shortages(&least(study, promise).joint).is_empty();
            Ok(Err(refused(&shortages, proved)))
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
        proved: !crate::plan::solve::shortage::shortages(&pool.at_least).is_empty(),
        shortages: infeasible.shortages.iter().map(short).collect(),
        ..NoPlan::default()
    }
}

fn refused(shortages: &[JointShortage], proved: bool) -> NoPlan {
    let at = |ms: i64| u64::try_from(ms).unwrap_or(0);
    let short = |shortage: &JointShortage| Shortfall {
        limit: shortage.limit.to_string(),
        from_ms: at(shortage.from_ms),
        to_ms: at(shortage.to_ms),
        needed: shortage.needed,
        available: shortage.available,
        unit: "ENIs",
    };
    NoPlan { proved, shortages: shortages.iter().map(short).collect(), ..NoPlan::default() }
}
