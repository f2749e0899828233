//! Addresses: the plan that takes the fewest addresses of one subnet, or of whichever takes most.
//!
//! A plan that holds at most `n` addresses there is a plan for a subnet that has no more. So it
//! plans with fewer and fewer; that `n - 1` are too few is proved where the bound of joint plans
//! shows a shortage (docs/plan.md, lemma 6).

use super::best::{ValuedAttempt, ValuedPlan};
use crate::plan::solve::joint::{joint_shortages, solve_joint};
use crate::plan::solve::validate::validate_joint;
use crate::plan::terms::error::PlanError;
use crate::plan::terms::joint::Joint;
use crate::plan::terms::objective::PlanObjective;
use crate::plan::terms::solution::{JointAnswer, JointPlan, Status};

/// The joint problem with at most `most` addresses in the subnet, or in each.
fn capped(joint: &Joint, subnet: Option<usize>, most: u32) -> Joint {
    let mut capped = joint.clone();
    let chosen = |index: usize| subnet.is_none_or(|subnet| subnet == index);
    for (index, room) in capped.subnets.iter_mut().enumerate() {
        if chosen(index) {
            room.addresses = room.addresses.min(most);
        }
    }
    capped
}

/// The most addresses there are to take.
fn all(joint: &Joint, subnet: Option<usize>) -> u32 {
    match subnet {
        Some(subnet) => joint.subnets.get(subnet).map_or(0, |room| room.addresses),
        None => joint.subnets.iter().map(|room| room.addresses).max().unwrap_or(0),
    }
}

/// The smallest number in `low..=high` that passes, where `high` does and passing never ends.
fn smallest(mut low: u32, mut high: u32, passes: impl Fn(u32) -> bool) -> u32 {
    while low < high {
        let middle = low + (high - low) / 2;
        if passes(middle) { high = middle } else { low = middle + 1 }
    }
    high
}

/// Fewer addresses than this are proved to be too few.
pub(crate) fn bound(joint: &Joint, subnet: Option<usize>) -> u32 {
    let enough = |most: u32| joint_shortages(&capped(joint, subnet, most)).is_empty();
    smallest(0, all(joint, subnet), enough)
}

/// The joint plan with the fewest addresses that is found; among those as few ENIs as are found.
pub fn solve_addresses(joint: &Joint, subnet: Option<usize>) -> Result<ValuedAttempt, PlanError> {
    validate_joint(joint)?;
    let plan = |most: u32| -> Result<Option<JointPlan>, PlanError> {
        let answer = solve_joint(&capped(joint, subnet, most))?;
        Ok(answer.planned().filter(|planned| planned.drains_within(joint)))
    };
    let (bound, all) = (bound(joint, subnet), all(joint, subnet));
    // What is proved to be too little is not tried; a plan is mostly found with the least of the rest.
    let (mut low, mut step, mut high) = (bound, 1, bound);
    let mut best = loop {
        if let Some(planned) = plan(high)? {
            break planned;
        }
        if high == all {
            return Ok(Err(match solve_joint(joint)? {
                JointAnswer::Infeasible { shortages, proved } => (shortages, proved),
                JointAnswer::Planned(_) => (Vec::new(), false),
            }));
        }
        low = high + 1;
        high = high.saturating_add(step).min(all);
        step = step.saturating_mul(2);
    };
    while low < high {
        let middle = low + (high - low) / 2;
        match plan(middle)? {
            Some(planned) => (best, high) = (planned, middle),
            None => low = middle + 1,
        }
    }
    let minimise = PlanObjective::Addresses { subnet };
    let value = minimise.value(best.objectives, &best.subnet_peaks).ok_or(PlanError::Malformed)?;
    let bound = u128::from(bound);
    // Fewer than the cap may do; what is proved stands either way.
    best.status = if value == bound { Status::Optimal } else { Status::Feasible };
    Ok(Ok(ValuedPlan { planned: best, value, bound }))
}
