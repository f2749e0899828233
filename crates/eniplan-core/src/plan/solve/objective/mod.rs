//! Objective: what a plan makes small: ENIs, money, or the addresses of a subnet.
//!
//! In: a [`Joint`] and a [`PlanObjective`]. Out: a joint plan that is small in that, with what no plan
//! can beat. `cost` prices the plan's own time and creations, `addresses` plans with fewer and
//! fewer addresses (docs/plan.md, "Objectives").

mod addresses;
mod best;
mod cost;

pub use addresses::solve_addresses;
pub use best::{ValuedAttempt, ValuedPlan};
pub use cost::solve_cost;

use super::joint::{joint_bound, solve_joint};
use crate::plan::terms::error::PlanError;
use crate::plan::terms::joint::Joint;
use crate::plan::terms::objective::PlanObjective;
use crate::plan::terms::solution::JointAnswer;

/// The best joint plan that is found for this objective.
pub(crate) fn solve_objective(joint: &Joint, minimise: PlanObjective) -> Result<JointAnswer, PlanError> {
    let best = match minimise {
        PlanObjective::Enis => return solve_joint(joint),
        PlanObjective::Cost(prices) => solve_cost(joint, prices)?,
        PlanObjective::Addresses { subnet } => solve_addresses(joint, subnet)?,
    };
    Ok(match best {
        Ok(best) => JointAnswer::Planned(best.planned),
        Err((shortages, proved)) => JointAnswer::Infeasible { shortages, proved },
    })
}

/// What no plan can be worth less than: ENIs, addresses or [`EniPrices::cost`](crate::plan::EniPrices::cost).
pub(crate) fn bound_objective(joint: &Joint, minimise: PlanObjective) -> Result<u128, PlanError> {
    match minimise {
        PlanObjective::Enis => Ok(joint_bound(joint)?.peak.into()),
        PlanObjective::Cost(prices) => cost::bound(joint, prices),
        PlanObjective::Addresses { subnet } => Ok(addresses::bound(joint, subnet).into()),
    }
}
