//! Objective: what a plan makes small: ENIs, money, or the addresses of a subnet.
//!
//! In: a [`Joint`] and a [`Minimise`]. Out: a joint plan that is small in that, with what no plan
//! can beat. `cost` prices the plan's own time and creations, `addresses` plans with fewer and
//! fewer addresses, `worth` says what a schedule is worth and shares no code with either
//! (docs/plan.md, "Objectives").

mod addresses;
mod cost;
pub(crate) mod idle;

pub use crate::plan::value::{Minimised, worth};
pub use addresses::solve_addresses;
pub use cost::{GroupCost, solve_cost, solve_group_cost, solve_group_cost_by_program};

use crate::plan::solve::joint::{Joint, JointAnswer, JointPlanned, solve_joint};
use crate::plan::terms::group::PlanError;
use crate::quantity::Price;

/// What is to be small.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Minimise {
    /// The most ENIs held at once, then ENI-hours, then creations.
    #[default]
    Enis,
    /// What holding and creating ENIs costs.
    Cost(Prices),
    /// The most addresses held at once in one subnet, then as [`Minimise::Enis`].
    Addresses {
        /// The index of the subnet; none: in any one of them.
        subnet: Option<usize>,
    },
}

/// What ENIs cost; at least one of the two is not zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prices {
    /// Holding one for an hour.
    pub eni_hour: Price,
    /// Creating one.
    pub creation: Price,
}

/// Milliseconds in an hour.
const HOUR_MS: u128 = 3_600_000;

impl Prices {
    /// What this costs, in billionths of the currency times milliseconds per hour, so that it is whole.
    pub fn cost(self, held_ms: u128, creations: u64) -> u128 {
        let created = u128::from(creations) * HOUR_MS;
        let held = held_ms.saturating_mul(u128::from(self.eni_hour.0));
        held.saturating_add(created.saturating_mul(u128::from(self.creation.0)))
    }

    /// For how long holding one ENI costs no more than creating one, ms.
    pub fn break_even_ms(self) -> u64 {
        let creation = u128::from(self.creation.0) * HOUR_MS;
        match u128::from(self.eni_hour.0) {
            0 if creation > 0 => u64::MAX,
            0 => 0,
            hour => u64::try_from(creation / hour).unwrap_or(u64::MAX),
        }
    }

    /// [`Prices::cost`] in the user's currency.
    pub fn in_currency(cost: u128) -> f64 {
        cost as f64 / (HOUR_MS * 1_000_000_000) as f64
    }
}

/// A joint plan that is small in what it is asked to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Best {
    /// The plan.
    pub planned: JointPlanned,
    /// What it is worth: ENIs, addresses, or [`Prices::cost`].
    pub value: u128,
    /// What no plan can be worth less than.
    pub bound: u128,
}

/// The best joint plan that is found for this objective.
pub(crate) fn solve(joint: &Joint, minimise: Minimise) -> Result<JointAnswer, PlanError> {
    let best = match minimise {
        Minimise::Enis => return solve_joint(joint),
        Minimise::Cost(prices) => solve_cost(joint, prices)?,
        Minimise::Addresses { subnet } => solve_addresses(joint, subnet)?,
    };
    Ok(match best {
        Ok(best) => JointAnswer::Planned(best.planned),
        Err((shortages, proved)) => JointAnswer::Infeasible { shortages, proved },
    })
}

/// What no plan can be worth less than, in the units of [`Best::value`].
pub(crate) fn bound(joint: &Joint, minimise: Minimise) -> Result<u128, PlanError> {
    match minimise {
        Minimise::Enis => Ok(crate::plan::solve::joint::joint_bound(joint)?.peak.into()),
        Minimise::Cost(prices) => cost::bound(joint, prices),
        Minimise::Addresses { subnet } => Ok(addresses::bound(joint, subnet).into()),
    }
}

/// The best plan, or what is short and whether that is proved.
pub type Found = Result<Best, (Vec<crate::plan::solve::joint::JointShortage>, bool)>;
