//! Objective: one of the values of which the worst case is the largest.

use crate::simulation::{Outcome, World};

/// What is to be large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SearchObjective {
    /// The longest cold start, ms.
    ColdStart,
    /// The most ENIs held.
    PeakEnis,
    /// The most ENIs held in the subnet of this index.
    SubnetPeak(usize),
    /// The most failed invocations.
    Failures,
}

impl SearchObjective {
    /// Everything that is to be large in `world`.
    pub(super) fn all_of(world: &World<'_>) -> Vec<Self> {
        let subnets = 0..world.topology.limits.subnets.len();
        let mut objectives = vec![Self::ColdStart, Self::PeakEnis, Self::Failures];
        objectives.extend(subnets.map(Self::SubnetPeak));
        objectives
    }

    /// Its place among [`Self::all_of`].
    pub(super) const fn place(self) -> usize {
        match self {
            Self::ColdStart => 0,
            Self::PeakEnis => 1,
            Self::Failures => 2,
            Self::SubnetPeak(subnet) => 3 + subnet,
        }
    }

    /// What `outcome` comes to.
    pub(super) fn value_in(self, outcome: &Outcome) -> u64 {
        match self {
            Self::ColdStart => outcome.cold_starts.max(),
            Self::PeakEnis => outcome.enis.peak,
            Self::SubnetPeak(subnet) => outcome.subnets[subnet].peak,
            Self::Failures => outcome.failures(),
        }
    }
}
