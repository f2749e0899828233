//! Solving jointly: what no plan can beat, then the plan that is found.
//!
//! Nothing leaves here unchecked: every schedule passes `check`, and the objectives reported are
//! the checker's.

use super::attempt::{Attempt, attempt};
use super::bound::{JointBound, bound, late_needs};
use super::place::MOST_RUNS;
use super::requests::{free_batches, group_of};
use super::steady::or_steady;
use crate::demand::Curve;
use crate::plan::solve::congestion::relieve;
use crate::plan::solve::decompose::Decomposition;
use crate::plan::solve::idle::rises;
use crate::plan::solve::shortage::shortages;
use crate::plan::solve::tokens::MOST_ENTRIES;
use crate::plan::solve::validate::validate_joint;
use crate::plan::terms::error::PlanError;
use crate::plan::terms::joint::Joint;
use crate::plan::terms::schedule::Objectives;
use crate::plan::terms::solution::{JointAnswer, Shortage};
use crate::quantity::convert::lower_bound;

/// Every limit that forbids a joint plan; where it is empty one may still not be found.
pub fn joint_shortages(joint: &Joint) -> Vec<Shortage> {
    let mut shortages = bound(joint, &late_needs(joint)).shortages;
    shortages.extend(early_shortages(joint, &free_batches(joint).1));
    shortages
}

/// What no joint plan can beat.
pub fn joint_bound(joint: &Joint) -> Result<Objectives, PlanError> {
    validate_joint(joint)?;
    combine(joint, &bound(joint, &late_needs(joint)), &free_batches(joint).0)
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
    improved: impl Fn(&Joint, Attempt, Objectives) -> Result<Attempt, PlanError>,
) -> Result<JointAnswer, PlanError> {
    validate_joint(joint)?;
    let late = late_needs(joint);
    let runs: u64 = late.iter().map(rises).sum();
    if runs > MOST_RUNS {
        return Err(PlanError::TooMany { most: MOST_ENTRIES });
    }
    let mut least = bound(joint, &late);
    let free = free_batches(joint);
    least.shortages.extend(early_shortages(joint, &free.1));
    if !least.shortages.is_empty() {
        return Ok(JointAnswer::Infeasible { shortages: least.shortages, proved: true });
    }
    let lower_bound = combine(joint, &least, &free.0)?;
    let found = attempt(joint, &late, lower_bound, creation_ms)?;
    Ok(match improved(joint, found, lower_bound)? {
        Ok(planned) => JointAnswer::Planned(planned),
        Err(shortages) => JointAnswer::Infeasible { shortages, proved: false },
    })
}

/// An empty start asks for more than the boot or the bucket gives: whatever is never deleted.
fn early_shortages(joint: &Joint, needs: &[Curve]) -> Vec<Shortage> {
    let so_far: Vec<Curve> = needs.iter().map(|need| need.sliding_max(u64::MAX)).collect();
    let sum = |values: &[u32]| values.iter().fold(0_u32, |sum, value| sum.saturating_add(*value));
    let group = group_of(joint, Curve::combine(&so_far, sum));
    shortages(&group)
}

/// The bound of the addresses and that of the bucket as one (docs/plan.md, lemma 8).
fn combine(joint: &Joint, least: &JointBound, free: &Decomposition) -> Result<Objectives, PlanError> {
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
    let peak = lower_bound(least.peak);
    let spared = free.objectives.creations.saturating_sub(relief.bound.creations);
    let creations = least.creations.saturating_sub(spared);
    Ok(Objectives { peak, held_ms, creations })
}
