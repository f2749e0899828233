//! Packing: where booting ENIs can be joined, one is made only while all others are full (W13).

use super::component::FunctionComponent;
use super::curves::MOST_STEPS;
use super::problem::BoundProblem;
use crate::demand::Curve;
use crate::demand::need::{self, Most};

/// How tightly environments are packed whenever an ENI is made.
pub(super) struct EniPacking {
    /// The number beyond which no ENI is made.
    pub(super) made: Curve,
    /// The fewest environments on a full one.
    fewest: u32,
}

impl EniPacking {
    /// Of a component; `None` where booting ENIs cannot be joined.
    pub(super) fn new(
        problem: &BoundProblem<'_>,
        component: &FunctionComponent,
        most: &[Most],
    ) -> Option<Self> {
        let (topology, policy) = (problem.world.topology, problem.world.policy);
        if !policy.join_booting || !policy.reuse || policy.warm > 0 || component.pools > 1 {
            return None;
        }
        let members = &component.functions;
        let alive: Vec<Curve> = members.iter().map(|&f| most[f].alive.rounded_up(MOST_STEPS)).collect();
        Some(Self {
            made: need::made_of(topology, policy, members, &alive).rounded_up(MOST_STEPS),
            fewest: need::fewest_on_a_full_one(topology, policy, members).max(1),
        })
    }

    /// ENIs that stay when one is made, of `environments` on them: all but that one are full.
    pub(super) const fn staying_with(&self, environments: u32) -> u32 {
        match environments {
            0 => 0,
            u32::MAX => u32::MAX,
            _ => (environments - 1) / self.fewest + 1,
        }
    }
}
