//! Steady: plans that delete late or never, where following the need holds more or finds no room.
//!
//! Requests that wait for tokens go before other classes' deletions have ended, ENIs in use
//! are held beyond their deletion, and a run keeps its classes to its end: each may raise the
//! peak above the bound. Who never deletes has none of that, and holds no more at its peak than
//! covers the largest needs of all pools; who keeps ENIs for some time has less of it and holds less
//! (docs/plan.md, "Deleting late").

use super::attempt::{Attempt, attempt, checked_plan};
use super::bound::late_needs;
use crate::demand::Curve;
use crate::plan::terms::error::PlanError;
use crate::plan::terms::joint::{Joint, JointPool};
use crate::plan::terms::schedule::Objectives;
use crate::plan::terms::solution::JointPlan;

/// How many times the time that ENIs are kept for is halved.
const HALVINGS: u32 = 7;

/// What was found, or a plan that deletes late or never where that is better or nothing was.
pub(crate) fn or_steady(
    joint: &Joint,
    found: Attempt,
    lower_bound: Objectives,
) -> Result<Attempt, PlanError> {
    let key = |plan: &JointPlan| (!plan.drains_within(joint), plan.objectives);
    let mut best = found;
    if best.as_ref().is_ok_and(|plan| !key(plan).0 && plan.objectives.peak <= lower_bound.peak) {
        return Ok(best);
    }
    let end = joint.end_ms();
    for halvings in 0..=HALVINGS {
        let Some(steady) = kept_for(joint, end >> halvings, lower_bound)? else { continue };
        if best.as_ref().map_or(true, |best| key(&steady) < key(best)) {
            best = Ok(steady);
        }
    }
    Ok(best)
}

/// The plan that keeps every ENI for so long after it was needed, ms; none where it finds no room.
fn kept_for(joint: &Joint, window: u64, lower_bound: Objectives) -> Result<Option<JointPlan>, PlanError> {
    let end = joint.end_ms();
    // What would fall after the end of the account is not deleted at all.
    let until_end = |need: Curve| Curve::new(need.steps().iter().copied().filter(|&(at, _)| at <= end));
    let kept =
        |pool: &JointPool| JointPool { need: until_end(pool.need.sliding_max(window)), ..pool.clone() };
    let pools = joint.pools.iter().map(kept).collect();
    let kept = Joint { pools, ..joint.clone() };
    match attempt(&kept, &late_needs(&kept), lower_bound, 0)? {
        Ok(planned) => Ok(checked_plan(joint, planned.entries, lower_bound)?.ok()),
        Err(_) => Ok(None),
    }
}
