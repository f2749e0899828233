//! Cost: the plan that is cheapest where holding an ENI and creating one have prices.
//!
//! An idle ENI is kept over a gap iff that costs no more than creating it again, level by level:
//! the need with those gaps closed is planned as it is, and the rest of a gap's width, which the
//! bucket may still make worth keeping, counts less by what a creation costs (docs/plan.md, lemma 9).

use super::best::{ValuedAttempt, ValuedPlan};
use crate::plan::check::{check_draining, check_joint};
use crate::plan::solve::idle::{kept_idle, rises};
use crate::plan::solve::joint::{joint_bound, priced, solve_joint, solve_joint_idle};
use crate::plan::solve::tokens::MOST_ENTRIES;
use crate::plan::solve::validate::validate_joint;
use crate::plan::terms::error::PlanError;
use crate::plan::terms::joint::Joint;
use crate::plan::terms::objective::EniPrices;
use crate::plan::terms::schedule::Objectives;
use crate::plan::terms::solution::{JointAnswer, JointPlan, Status};
use crate::quantity::Millis;

/// Every need with the gaps closed over which an idle ENI is kept.
fn kept(joint: &Joint, longest: u64) -> Joint {
    let mut kept = joint.clone();
    kept.span = Millis(joint.end_ms());
    let turnaround = joint.turnaround_ms();
    kept.pools.iter_mut().for_each(|pool| pool.need = kept_idle(&pool.need, turnaround, longest));
    kept
}

/// What no joint plan costs less than: of the pools apart, through one bucket, and of all together
/// within the addresses, the larger.
pub(crate) fn bound(joint: &Joint, prices: EniPrices) -> Result<u128, PlanError> {
    validate_joint(joint)?;
    let apart = kept(joint, prices.break_even_ms());
    let (held_ms, creations) =
        priced::apart(&apart, prices.at_most_ms()).ok_or(PlanError::TooMany { most: MOST_ENTRIES })?;
    let total = priced::least_total(joint);
    let total = kept_idle(&total, 0, prices.break_even_ms());
    let end = joint.end_ms().saturating_add(joint.boot.max.0);
    let together = prices.cost(total.integral(0, end), rises(&total));
    Ok(prices.cost(held_ms, creations).max(together))
}

/// The cheapest joint plan that is found.
///
/// Where ENIs kept idle find no room, fewer are kept; where none do, they are deleted late or never.
pub fn solve_cost(joint: &Joint, prices: EniPrices) -> Result<ValuedAttempt, PlanError> {
    let bound = bound(joint, prices)?;
    let lower_bound = joint_bound(joint)?;
    let longest = prices.break_even_ms();
    let mut best: Option<ValuedPlan> = None;
    let mut none = (Vec::new(), false);
    for part in [1, 2, 4, 8, 16, 0] {
        // After a plan only the one that keeps nothing is compared with it.
        if best.as_ref().is_some_and(|best| part != 0 || best.value == bound) {
            continue;
        }
        let reach = longest.checked_div(part).unwrap_or(0);
        let planned = match solve_joint_idle(&kept(joint, reach), reach)? {
            JointAnswer::Planned(planned) => planned,
            JointAnswer::Infeasible { shortages, proved } => {
                none = (shortages, proved);
                continue;
            }
        };
        let Some(found) = counted(joint, prices, planned, (bound, lower_bound))? else { continue };
        if best.as_ref().is_none_or(|best| found.value < best.value) {
            best = Some(found);
        }
    }
    if best.is_none()
        && !none.1
        && let JointAnswer::Planned(planned) = solve_joint(joint)?
    {
        best = counted(joint, prices, planned, (bound, lower_bound))?;
    }
    Ok(best.ok_or(none))
}

/// A plan of closed gaps as a plan of the need itself; none where ENIs that linger find no room.
fn counted(
    joint: &Joint,
    prices: EniPrices,
    planned: JointPlan,
    (bound, lower_bound): (u128, Objectives),
) -> Result<Option<ValuedPlan>, PlanError> {
    let objectives = check_joint(joint, &planned.entries).map_err(PlanError::Unsound)?;
    let draining_peak = check_draining(joint, &planned.entries).ok().map(|checked| checked.peak);
    let value = prices.cost(objectives.held_ms, objectives.creations);
    let status = if value == bound { Status::Optimal } else { Status::Feasible };
    let planned = JointPlan { objectives, lower_bound, status, draining_peak, ..planned };
    Ok(planned.drains_within(joint).then_some(ValuedPlan { planned, value, bound }))
}
