//! Solving: what no plan can beat, the runs put into classes, the requests put into the bucket.
//!
//! Nothing leaves here unchecked: every schedule passes `check`, and the objectives reported are
//! the checker's. Where addresses are so scarce that a request that goes early, or an ENI that
//! lingers in use, would find none, the runs are placed again with some addresses spared.

use serde::Serialize;

use crate::demand::Curve;
use crate::plan::check::Checked;
use crate::plan::solve::congestion::relieve;
use crate::plan::solve::decompose::{Turns, decompose};
use crate::plan::solve::group::{Proof, Status};
use crate::plan::solve::joint::bound::{Bound, bound, late_needs};
use crate::plan::solve::joint::check::{Violation, check_joint, check_lingering};
use crate::plan::solve::joint::place::{Full, MOST_RUNS, place};
use crate::plan::solve::joint::requests::{calmed, group_of, merged, scheduled};
use crate::plan::solve::joint::steady::or_steady;
use crate::plan::solve::joint::{Joint, JointEntry};
use crate::plan::solve::shortage;
use crate::plan::solve::tokens::MOST_ENTRIES;
use crate::plan::terms::group::{Limit, PlanError, Start};
use crate::plan::terms::schedule::Objectives;

/// A limit that is too small, where it is short by most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JointShortage {
    /// Which.
    pub limit: Limit,
    /// From when on, ms; negative before the first instant.
    pub from_ms: i64,
    /// Until when (exclusive), ms.
    pub to_ms: i64,
    /// ENIs needed there.
    pub needed: u64,
    /// ENIs the limit allows there.
    pub available: u64,
}

impl JointShortage {
    /// Of what is over a limit.
    pub(crate) fn of(violation: &Violation) -> Option<Self> {
        match violation {
            Violation::OverLimit { limit, at_ms, held, available } => {
                let needed = u64::try_from(*held).unwrap_or(0);
                Some(Self::new(limit.clone(), *at_ms, 0, needed, u64::from(*available)))
            }
            _ => None,
        }
    }

    pub(crate) fn new(limit: Limit, from_ms: i64, width: u64, needed: u64, available: u64) -> Self {
        Self { limit, from_ms, to_ms: from_ms.saturating_add_unsigned(width), needed, available }
    }
}

/// Every limit that forbids a joint plan; where it is empty one may still not be found.
pub fn joint_shortages(joint: &Joint) -> Vec<JointShortage> {
    let mut shortages = bound(joint, &late_needs(joint)).shortages;
    shortages.extend(early_shortages(joint, &free_turns(joint).1));
    shortages
}

/// What no joint plan can beat.
pub fn joint_bound(joint: &Joint) -> Result<Objectives, PlanError> {
    joint.validate()?;
    combine(joint, &bound(joint, &late_needs(joint)), &free_turns(joint).0)
}

/// A joint plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JointPlanned {
    /// What to do when, by instant and class.
    pub entries: Vec<JointEntry>,
    /// What it amounts to, as the checker counts.
    pub objectives: Objectives,
    /// What no plan can beat, in the objectives' order.
    pub lower_bound: Objectives,
    /// Whether the two are known to meet.
    pub status: Status,
    /// What the lower bound rests on.
    pub proof: Proof,
    /// The most that is held where ENIs stay in use beyond their deletion's instant; none: then a
    /// limit might be exceeded.
    pub lingering_peak: Option<u32>,
    /// The most held in each subnet by schedule.
    pub subnet_peaks: Vec<u32>,
}

impl JointPlanned {
    /// The share of the held time that a better plan might save, 0 to 1; of the peak, where that is open.
    pub fn gap(&self) -> f64 {
        let share = |open: u128, all: u128| if open == 0 { 0.0 } else { open as f64 / all as f64 };
        let (plan, bound) = (self.objectives, self.lower_bound);
        if plan.peak > bound.peak {
            return share(u128::from(plan.peak - bound.peak), u128::from(plan.peak));
        }
        share(plan.held_ms.saturating_sub(bound.held_ms), plan.held_ms)
    }
}

/// A joint plan, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JointAnswer {
    /// A plan.
    Planned(JointPlanned),
    /// None was found.
    Infeasible {
        /// The limits that are short.
        shortages: Vec<JointShortage>,
        /// Whether it is proved that there is none.
        proved: bool,
    },
}

/// The best joint plan that is found, with what no plan can beat.
pub fn solve_joint(joint: &Joint) -> Result<JointAnswer, PlanError> {
    solved(joint, 0, or_steady)
}

/// The same where a creation weighs as much as holding one ENI for `creation_ms`, whatever that does to
/// the peak; the lower bound does not know of it.
pub(crate) fn solve_joint_idle(joint: &Joint, creation_ms: u64) -> Result<JointAnswer, PlanError> {
    solved(joint, creation_ms, |_, found, _| Ok(found))
}

fn solved(
    joint: &Joint,
    creation_ms: u64,
    improved: impl Fn(&Joint, Found, Objectives) -> Result<Found, PlanError>,
) -> Result<JointAnswer, PlanError> {
    joint.validate()?;
    let late = late_needs(joint);
    let runs: u64 = late.iter().map(rises).sum();
    if runs > MOST_RUNS {
        return Err(PlanError::TooMany { most: MOST_ENTRIES });
    }
    let mut least = bound(joint, &late);
    let free = free_turns(joint);
    least.shortages.extend(early_shortages(joint, &free.1));
    if !least.shortages.is_empty() {
        return Ok(JointAnswer::Infeasible { shortages: least.shortages, proved: true });
    }
    let lower_bound = combine(joint, &least, &free.0)?;
    let found = placed(joint, &late, lower_bound, creation_ms)?;
    Ok(match improved(joint, found, lower_bound)? {
        Ok(planned) => JointAnswer::Planned(planned),
        Err(shortages) => JointAnswer::Infeasible { shortages, proved: false },
    })
}

fn rises(curve: &Curve) -> u64 {
    let steps = curve.steps().iter();
    let rise = |last: &mut u32, &(_, value): &(u64, u32)| {
        let rise = value.saturating_sub(*last);
        *last = value;
        Some(u64::from(rise))
    };
    steps.scan(0, rise).sum()
}

/// The turns of all pools where addresses do not matter, each pool as one class; and their needs.
pub(crate) fn free_turns(joint: &Joint) -> (Turns, Vec<Curve>) {
    let zones = joint.zones();
    let needs: Vec<Curve> = joint
        .pools
        .iter()
        .map(|pool| {
            let mut own: Vec<usize> = pool.classes.iter().map(|&class| zones[joint.classes[class]]).collect();
            own.sort_unstable();
            own.dedup();
            let others = u32::try_from(own.len()).unwrap_or(u32::MAX).saturating_sub(1).max(1);
            let total = |value: u32| {
                if joint.survive_zone { value.saturating_add(value.div_ceil(others)) } else { value }
            };
            Curve::new(pool.need.steps().iter().map(|&(at, value)| (at, total(value))))
        })
        .collect();
    let turns = needs.iter().map(|need| decompose(&group_of(joint, need.clone()))).collect();
    (merged(turns).0, needs)
}

/// An empty start asks for more than the boot or the bucket gives: whatever is never deleted.
fn early_shortages(joint: &Joint, needs: &[Curve]) -> Vec<JointShortage> {
    let so_far: Vec<Curve> = needs.iter().map(|need| need.sliding_max(u64::MAX)).collect();
    let sum = |values: &[u32]| values.iter().fold(0_u32, |sum, value| sum.saturating_add(*value));
    let group = group_of(joint, Curve::combine(&so_far, sum));
    let ms = |at: u64| i64::try_from(at).unwrap_or(i64::MAX);
    let short = |short: shortage::Shortage| JointShortage {
        limit: short.limit,
        from_ms: ms(short.from_ms),
        to_ms: ms(short.to_ms),
        needed: short.needed.into(),
        available: short.available.into(),
    };
    shortage::shortages(&group).into_iter().map(short).collect()
}

/// The bound of the addresses and that of the bucket as one (docs/plan.md, lemma 8).
fn combine(joint: &Joint, least: &Bound, free: &Turns) -> Result<Objectives, PlanError> {
    let relief =
        relieve(free, &group_of(joint, Curve::empty())).ok_or(PlanError::TooMany { most: MOST_ENTRIES })?;
    let apart = |&(from, to): &(i64, i64)| {
        let after = least.binding.partition_point(|&(_, until)| until <= from);
        least.binding.get(after).is_none_or(|&(start, _)| start >= to)
    };
    let held_ms = if relief.congested.iter().all(apart) {
        relief.bound.held_ms + least.held_ms.saturating_sub(least.free_ms)
    } else {
        relief.bound.held_ms.max(least.held_ms)
    };
    let peak = u32::try_from(least.peak).unwrap_or(u32::MAX);
    let spared = free.objectives.creations.saturating_sub(relief.bound.creations);
    let creations = least.creations.saturating_sub(spared);
    Ok(Objectives { peak, held_ms, creations })
}

pub(crate) type Found = Result<JointPlanned, Vec<JointShortage>>;

/// Places the runs; where the schedule does not hold, ENIs stay in the crowded subnets as long as they
/// may be in use, and more and more addresses are spared there.
pub(crate) fn placed(
    joint: &Joint,
    late: &[Curve],
    lower_bound: Objectives,
    creation_ms: u64,
) -> Result<Found, PlanError> {
    let mut spare = vec![0_u64; joint.subnets.len()];
    let mut calm = vec![false; joint.subnets.len()];
    let mut fallback: Option<JointPlanned> = None;
    let mut broken = Vec::new();
    for round in 0..ROUNDS {
        let ready = match place(joint, late, &spare) {
            Ok(ready) => ready,
            Err(full) if round == 0 => return Ok(Err(vec![no_room(joint, full)])),
            Err(_) => break,
        };
        let ready = calmed(joint, ready, &calm);
        let plain = scheduled(joint, &ready, Some(creation_ms));
        let kept = if joint.api.is_some() { scheduled(joint, &ready, None) } else { None };
        let mut over = Vec::new();
        for entries in [plain, kept].into_iter().flatten() {
            match settle(joint, entries, lower_bound)? {
                Ok(planned) if !joint.lingers || planned.lingering_peak.is_some() => return Ok(Ok(planned)),
                Ok(planned) => {
                    over.extend(check_lingering(joint, &planned.entries).err().unwrap_or_default());
                    fallback = fallback.or(Some(planned));
                }
                Err(violations) => over.extend(violations),
            }
        }
        let any = widen(joint, &over, &mut calm, &mut spare);
        broken = over;
        if !any {
            break;
        }
    }
    Ok(fallback.ok_or_else(|| broken.iter().filter_map(JointShortage::of).take(1).collect()))
}

/// How often addresses are spared anew.
const ROUNDS: usize = 6;

/// Calm, then more spare addresses, where some were lacking; false where none were.
fn widen(joint: &Joint, over: &[Violation], calm: &mut [bool], spare: &mut [u64]) -> bool {
    let mut any = false;
    let quota = |it: &Violation| {
        matches!(it, Violation::OverLimit { limit: Limit::RegionQuota | Limit::VpcQuota, .. })
    };
    if joint.lingers && over.iter().any(quota) && calm.contains(&false) {
        calm.fill(true);
        return true;
    }
    for (index, subnet) in joint.subnets.iter().enumerate() {
        let excess =
            over.iter().filter_map(|violation| match violation {
                Violation::OverLimit {
                    limit: Limit::Addresses { subnet: name }, held, available, ..
                } if *name == subnet.name => u64::try_from(held - i64::from(*available)).ok(),
                _ => None,
            });
        let Some(excess) = excess.max() else { continue };
        if joint.lingers && !calm[index] {
            calm[index] = true;
        } else {
            spare[index] += excess;
        }
        any = true;
    }
    any
}

fn no_room(joint: &Joint, full: Full) -> JointShortage {
    let names = joint.pools.get(full.pool).into_iter().flat_map(|pool| &pool.classes);
    let names: Vec<String> = names.map(|&class| joint.subnets[joint.classes[class]].name.clone()).collect();
    let limit = Limit::Together { subnets: names, survive_zone: joint.survive_zone };
    JointShortage::new(limit, full.at_ms, 0, u64::from(full.needed), u64::from(full.placed))
}

/// Checks a schedule, and says what it is worth.
pub(crate) fn settle(
    joint: &Joint,
    entries: Vec<JointEntry>,
    lower_bound: Objectives,
) -> Result<Result<JointPlanned, Vec<Violation>>, PlanError> {
    let Checked { peak, held_ms, creations } = match check_joint(joint, &entries) {
        Ok(checked) => checked,
        Err(violations) => {
            let tight = |violation: &Violation| {
                matches!(violation, Violation::OverLimit { .. } | Violation::Misplaced { .. })
            };
            return if violations.iter().all(tight) {
                Ok(Err(violations))
            } else {
                Err(PlanError::JointUnsound(violations))
            };
        }
    };
    let objectives = Objectives { peak, held_ms, creations };
    Ok(Ok(JointPlanned {
        lingering_peak: check_lingering(joint, &entries).ok().map(|checked| checked.peak),
        subnet_peaks: subnet_peaks(joint, &entries),
        entries,
        objectives,
        lower_bound,
        status: if objectives == lower_bound { Status::Optimal } else { Status::Feasible },
        proof: Proof::ClosedForm,
    }))
}

fn subnet_peaks(joint: &Joint, entries: &[JointEntry]) -> Vec<u32> {
    let drain = i64::try_from(joint.delete.max.0).unwrap_or(i64::MAX);
    let mut changes: Vec<(i64, i64, usize)> = Vec::new();
    for entry in entries {
        let subnet = joint.classes[entry.class];
        changes.push((entry.at_ms, i64::from(entry.create), subnet));
        changes.push((entry.at_ms.saturating_add(drain), -i64::from(entry.delete), subnet));
    }
    changes.sort_unstable();
    let (mut held, mut peaks) = (vec![0_i64; joint.subnets.len()], vec![0_i64; joint.subnets.len()]);
    for (_, change, subnet) in changes {
        held[subnet] += change;
        peaks[subnet] = peaks[subnet].max(held[subnet]);
    }
    peaks.into_iter().map(|peak| u32::try_from(peak).unwrap_or(0)).collect()
}

/// The earliest request a joint plan may have.
pub(crate) fn earliest(joint: &Joint) -> Option<i64> {
    match joint.start {
        Start::Warm => None,
        Start::Empty { from_ms } => Some(from_ms),
    }
}
