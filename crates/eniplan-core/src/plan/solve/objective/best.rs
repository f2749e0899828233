//! A plan and what it is worth in its objective, beside what no plan can be worth less than.

use crate::plan::terms::solution::{JointPlan, Shortage};

/// A joint plan that is small in what it is asked to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValuedPlan {
    /// The plan.
    pub planned: JointPlan,
    /// What it is worth: addresses, or [`EniPrices::cost`](crate::plan::EniPrices::cost).
    pub value: u128,
    /// What no plan can be worth less than.
    pub bound: u128,
}

/// The best plan, or what is short and whether that is proved.
pub type ValuedAttempt = Result<ValuedPlan, (Vec<Shortage>, bool)>;
