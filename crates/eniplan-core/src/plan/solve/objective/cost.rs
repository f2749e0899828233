//! Cost: the plan that is cheapest where holding an ENI and creating one have prices.
//!
//! An idle ENI is kept over a gap iff that costs no more than creating it again, level by level:
//! the need with those gaps closed is planned as it is, and the rest of a gap's width, which the
//! bucket may still make worth keeping, counts less by what a creation costs (docs/plan.md, lemma 9).

use crate::plan::check::check;
use crate::plan::solve::backend::Backend;
use crate::plan::solve::congestion::relieve;
use crate::plan::solve::decompose::decompose;
use crate::plan::solve::group::{Effort, Status, by_program};
use crate::plan::solve::joint::check::{check_joint, check_lingering};
use crate::plan::solve::joint::{
    Joint, JointAnswer, JointPlanned, joint_bound, priced, solve_joint, solve_joint_idle,
};
use crate::plan::solve::objective::idle::{kept_idle, rises};
use crate::plan::solve::objective::{Best, Found, Prices};
use crate::plan::solve::shortage::shortages;
use crate::plan::solve::tokens::MOST_ENTRIES;
use crate::plan::terms::group::{Group, PlanError};
use crate::plan::terms::schedule::{Objectives, Schedule};

/// The cheapest plan of one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupCost {
    /// What to do when.
    pub schedule: Schedule,
    /// What it amounts to, as the checker counts.
    pub objectives: Objectives,
    /// [`Prices::cost`].
    pub cost: u128,
    /// What no plan costs less than.
    pub bound: u128,
}

/// The cheapest plan of a group; none where a limit is short, so that there is none.
pub fn solve_group_cost(group: &Group, prices: Prices) -> Result<Option<GroupCost>, PlanError> {
    group.validate()?;
    if !shortages(group).is_empty() {
        return Ok(None);
    }
    let turnaround = group.boot.max.0.saturating_add(group.delete.max.0);
    let need = kept_idle(&group.need, turnaround, prices.break_even_ms());
    let kept = Group { need, span: crate::quantity::Millis(group.end_ms()), ..group.clone() };
    let mut turns = decompose(&kept);
    priced::cheapen(&mut turns, prices.at_most_ms());
    let creations = turns.objectives.creations;
    let relief = relieve(&turns, &kept).ok_or(PlanError::TooMany { most: MOST_ENTRIES })?;
    let bound = prices.cost(relief.bound.held_ms, creations);
    let schedule = relief.schedule();
    let checked = check(group, &schedule).map_err(PlanError::Unsound)?;
    let objectives =
        Objectives { peak: checked.peak, held_ms: checked.held_ms, creations: checked.creations };
    let cost = prices.cost(objectives.held_ms, objectives.creations);
    Ok(Some(GroupCost { schedule, objectives, cost, bound }))
}

/// The same by the linear program alone: the slow way, for comparison. Holding must have a price.
pub fn solve_group_cost_by_program(
    group: &Group,
    prices: Prices,
    backend: &dyn Backend,
    effort: &Effort,
) -> Result<GroupCost, PlanError> {
    group.validate()?;
    let creation = prices.cost(0, 1) as f64 / prices.eni_hour.0 as f64;
    let planned = by_program(group, backend, effort, Some(creation))?;
    let cost = prices.cost(planned.objectives.held_ms, planned.objectives.creations);
    Ok(GroupCost { schedule: planned.schedule, objectives: planned.objectives, cost, bound: cost })
}

impl Prices {
    /// The same as [`Prices::break_even_ms`], rounded up.
    fn at_most_ms(self) -> u64 {
        let down = self.break_even_ms();
        let exact = u128::from(down) * u128::from(self.eni_hour.0) == self.cost(0, 1);
        if exact { down } else { down.saturating_add(1) }
    }
}

/// Every need with the gaps closed over which an idle ENI is kept.
fn kept(joint: &Joint, longest: u64) -> Joint {
    let mut kept = joint.clone();
    kept.span = crate::quantity::Millis(joint.end_ms());
    let turnaround = joint.turnaround_ms();
    kept.pools.iter_mut().for_each(|pool| pool.need = kept_idle(&pool.need, turnaround, longest));
    kept
}

/// What no joint plan costs less than: of the pools apart, through one bucket, and of all together
/// within the addresses, the larger.
pub(crate) fn bound(joint: &Joint, prices: Prices) -> Result<u128, PlanError> {
    joint.validate()?;
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
pub fn solve_cost(joint: &Joint, prices: Prices) -> Result<Found, PlanError> {
    let bound = bound(joint, prices)?;
    let lower_bound = joint_bound(joint)?;
    let longest = prices.break_even_ms();
    let mut best: Option<Best> = None;
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
    prices: Prices,
    planned: JointPlanned,
    (bound, lower_bound): (u128, Objectives),
) -> Result<Option<Best>, PlanError> {
    let checked = check_joint(joint, &planned.entries).map_err(PlanError::JointUnsound)?;
    let lingering_peak = check_lingering(joint, &planned.entries).ok().map(|checked| checked.peak);
    if joint.lingers && lingering_peak.is_none() {
        return Ok(None);
    }
    let value = prices.cost(checked.held_ms, checked.creations);
    let status = if value == bound { Status::Optimal } else { Status::Feasible };
    let objectives =
        Objectives { peak: checked.peak, held_ms: checked.held_ms, creations: checked.creations };
    let planned = JointPlanned { objectives, lower_bound, status, lingering_peak, ..planned };
    Ok(Some(Best { planned, value, bound }))
}
