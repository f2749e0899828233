//! Answer: the worst case of each value, between a witness and a bound.

use serde::Serialize;

use super::bound::BoundBySlot;
use super::objective::SearchObjective;
use super::search::BestReplays;
use super::upper::UpperBounds;
use crate::cold_path::PathPhase;
use crate::simulation::{Outcome, Realization, World};

/// A value between a witness and a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Bracket {
    /// The largest value shown by replay.
    pub witness: u64,
    /// The proved upper bound; null: none was found.
    pub bound: Option<u64>,
    /// Whether the two are equal.
    pub exact: bool,
}

impl Bracket {
    const fn new(witness: u64, bound: Option<u64>) -> Self {
        let exact = matches!(bound, Some(bound) if bound == witness);
        Self { witness, bound, exact }
    }
}

/// The longest cold start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorstColdStart {
    /// The longest cold start shown by replay, ms.
    pub witness_ms: u64,
    /// The proved upper bound, ms; null: none was found.
    pub bound_ms: Option<u64>,
    /// Whether the two are equal.
    pub exact: bool,
    /// When the witness's invocation arrives, ms.
    pub at_ms: Option<u64>,
    /// Its function.
    pub function: Option<String>,
    /// The phases along its longest path.
    pub path: Vec<PathPhase>,
}

impl WorstColdStart {
    fn new(world: &World<'_>, bound: Option<u64>, outcome: &Outcome) -> Self {
        let longest = outcome.longest.as_ref();
        let bracket = Bracket::new(outcome.cold_starts.max(), bound);
        Self {
            witness_ms: bracket.witness,
            bound_ms: bracket.bound,
            exact: bracket.exact,
            at_ms: longest.map(|longest| longest.arrival),
            function: longest.map(|longest| world.topology.functions[longest.function].name.clone()),
            path: longest.map(|longest| longest.path.clone()).unwrap_or_default(),
        }
    }

    /// Witness and bound alone, ms.
    pub const fn bracket(&self) -> Bracket {
        Bracket { witness: self.witness_ms, bound: self.bound_ms, exact: self.exact }
    }
}

/// The most ENIs held in one subnet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SubnetPeak {
    /// The subnet.
    pub subnet: String,
    /// Witness and bound.
    #[serde(flatten)]
    pub peak: Bracket,
}

/// The most ENIs held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PeakEnis {
    /// Witness and bound.
    #[serde(flatten)]
    pub peak: Bracket,
    /// When the witness reaches it, ms.
    pub at_ms: u64,
    /// By subnet.
    pub by_subnet: Vec<SubnetPeak>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorstCase {
    /// The longest cold start.
    pub cold_start: WorstColdStart,
    /// The most ENIs held.
    pub peak_enis: PeakEnis,
    /// The most failed invocations.
    pub failures: Bracket,
    /// The realization behind `cold_start`, which the simulator replays.
    pub witness: Realization,
    /// The one behind `peak_enis`.
    pub witness_peak_enis: Realization,
    /// The one behind `failures`.
    pub witness_failures: Realization,
    /// The ones behind the peaks of the subnets, in their order.
    #[serde(skip)]
    pub witness_by_subnet: Vec<Realization>,
    /// Realizations that were replayed to find them.
    pub replays: u64,
    /// What is proved of the longest cold start by the time of arrival; see [`WorstCase::bound_between`].
    #[serde(skip)]
    pub by_slot: BoundBySlot,
    /// States of the exact search that were looked at; 0 where it did not help.
    pub states: u64,
}

impl WorstCase {
    /// What the best replays show, beside what is proved.
    pub(super) fn new(
        world: &World<'_>,
        bounds: &UpperBounds,
        by_slot: BoundBySlot,
        best: &BestReplays,
        states: u64,
    ) -> Self {
        let subnets = &world.topology.limits.subnets;
        let bracket = |objective: SearchObjective| Bracket::new(best.value(objective), bounds.get(objective));
        let by_subnet = subnets.iter().enumerate().map(|(n, subnet)| SubnetPeak {
            subnet: subnet.name.clone(),
            peak: bracket(SearchObjective::SubnetPeak(n)),
        });
        let realization = |objective: SearchObjective| best.best_for(objective).realization.clone();
        let longest = &best.best_for(SearchObjective::ColdStart).outcome;
        Self {
            cold_start: WorstColdStart::new(world, bounds.get(SearchObjective::ColdStart), longest),
            peak_enis: PeakEnis {
                peak: bracket(SearchObjective::PeakEnis),
                at_ms: best.best_for(SearchObjective::PeakEnis).outcome.enis.peak_at,
                by_subnet: by_subnet.collect(),
            },
            failures: bracket(SearchObjective::Failures),
            witness: realization(SearchObjective::ColdStart),
            witness_peak_enis: realization(SearchObjective::PeakEnis),
            witness_failures: realization(SearchObjective::Failures),
            witness_by_subnet: (0..subnets.len())
                .map(|n| realization(SearchObjective::SubnetPeak(n)))
                .collect(),
            replays: best.replays(),
            by_slot,
            states,
        }
    }
}

impl WorstCase {
    /// What is proved of the cold starts of arrivals in `from..to`, ms.
    pub fn bound_between(&self, from: u64, to: u64) -> Option<u64> {
        let all = self.cold_start.bound_ms;
        self.by_slot.longest_between(from, to).into_iter().chain(all).min()
    }
}
