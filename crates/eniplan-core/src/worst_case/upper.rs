//! Upper bounds: what is proved of each objective so far.

use std::collections::BTreeMap;

use super::bound::Bounds;
use super::objective::SearchObjective;

/// What no realization exceeds, by objective; nothing is proved of one that is not there.
pub(super) struct UpperBounds(BTreeMap<SearchObjective, u64>);

impl UpperBounds {
    pub(super) fn new(bounds: &Bounds) -> Self {
        let subnets = (0..).map(SearchObjective::SubnetPeak).zip(bounds.by_subnet.iter().copied());
        let counts =
            [(SearchObjective::PeakEnis, bounds.peak_enis), (SearchObjective::Failures, bounds.failures)];
        let cold_start = bounds.cold_start_ms.map(|longest| (SearchObjective::ColdStart, longest));
        Self(cold_start.into_iter().chain(counts).chain(subnets).collect())
    }

    pub(super) fn get(&self, objective: SearchObjective) -> Option<u64> {
        self.0.get(&objective).copied()
    }

    /// A new proof takes the place of what was proved before.
    pub(super) fn replace(&mut self, objective: SearchObjective, bound: u64) {
        self.0.insert(objective, bound);
    }

    /// A further proof: the smaller of the two holds.
    pub(super) fn tighten(&mut self, objective: SearchObjective, bound: u64) {
        self.0.entry(objective).and_modify(|known| *known = bound.min(*known)).or_insert(bound);
    }

    /// A replay refutes it: that is worse than none.
    pub(super) fn withdraw(&mut self, objective: SearchObjective) {
        self.0.remove(&objective);
    }
}
