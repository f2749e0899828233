//! Worst case: the largest cold start, the most ENIs and the most failures over every
//! assignment of the uncertainty set.
//!
//! The answer is an interval: a witness that the simulator replays, and a bound that is
//! proved (`docs/worst-case.md`). Nothing sampled is called a worst case.

mod bound;
mod choice;
mod climb;
mod curve;
mod exact;
mod turn;
mod watch;
mod witness;

pub use bound::{Bounds, BySlot, bounds};
pub(crate) use bound::{surely_within, wait_for_host};
pub use curve::{Drawn, Point, Shown};
pub use watch::{Objective, Progress, Unwatched, Watch};

use std::sync::Arc;

use serde::Serialize;

use crate::cold_path::{ColdPath, PathPhase};
use crate::quantity::Millis;
use crate::simulation::{Assignment, Outcome, World};
use crate::trace::Traffic;

/// A value between a witness and a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Bracket {
    /// The largest value a replay has shown.
    pub witness: u64,
    /// The proved upper bound; `None`: none was found.
    pub bound: Option<u64>,
    /// Whether the two are equal, so that this is the worst case itself.
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
    /// What a replay has shown, ms.
    pub witness_ms: u64,
    /// What is proved, ms; `None`: no bound was found.
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
            at_ms: longest.map(|it| it.arrival),
            function: longest.map(|it| world.topology.functions[it.function].name.clone()),
            path: longest.map(|it| it.path.clone()).unwrap_or_default(),
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
    /// What a replay has shown and what is proved.
    #[serde(flatten)]
    pub peak: Bracket,
}

/// The most ENIs held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PeakEnis {
    /// What a replay has shown and what is proved.
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
    /// The assignment behind `cold_start`, which the simulator replays.
    pub witness: Assignment,
    /// The one behind `peak_enis`.
    pub witness_peak_enis: Assignment,
    /// The one behind `failures`.
    pub witness_failures: Assignment,
    /// The ones behind the peaks of the subnets, in their order.
    #[serde(skip)]
    pub witness_by_subnet: Vec<Assignment>,
    /// Assignments that were replayed to find them.
    pub replays: u64,
    /// What is proved of the longest cold start by the time of arrival; see [`WorstCase::proved`].
    #[serde(skip)]
    pub by_slot: BySlot,
    /// States of the exact search that were looked at; 0 where it did not help.
    pub states: u64,
}

/// How hard to look for witnesses.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Invocations to replay in all, about; at least the corners are replayed.
    pub invocations: u64,
    /// Seed of the random assignments.
    pub seed: u64,
}

impl Default for Effort {
    fn default() -> Self {
        Self { invocations: 20_000_000, seed: 1 }
    }
}

impl Effort {
    /// As many as there is time for: only the watcher ends the search, or that all is exact.
    pub const UNTIL_STOPPED: u64 = u64::MAX;
    /// For a comparison, where many cases share the time.
    pub const SMALL: u64 = 4_000_000;
}

impl Effort {
    /// The same, of an effort that the exact search can keep in memory: it keeps the states it has seen.
    fn in_memory(self) -> Self {
        Self { invocations: self.invocations.min(20 * Self::default().invocations), ..self }
    }
}

/// What is known of a plan the world follows: its own proof stands in for the bounds here.
#[derive(Clone, Copy, Debug)]
pub struct Planned {
    /// No environment waits for an ENI longer than this.
    pub eni_wait: Millis,
    /// The most ENIs it holds.
    pub peak_enis: u64,
}

/// The worst case of `traffic` in `world`; `planned` where the world follows a plan. `watch`
/// looks on and may stop the search early.
pub fn worst_case(
    world: &World<'_>,
    cold_path: &ColdPath,
    traffic: &Traffic,
    planned: Option<Planned>,
    effort: Effort,
    watch: &dyn Watch,
) -> WorstCase {
    let mut found = witness::begin(world, traffic, watch);
    let shown = Objective::ColdStart.of(&found.of(Objective::ColdStart).outcome);
    let mut bounds = bound::bounds_while(world, cold_path, traffic, planned, watch, shown);
    if bounds.token_wait_ms > 0 && bounds.cold_start_ms > Some(shown) {
        turn::turns(world, traffic, effort, &bounds.by_slot, &mut found, watch);
    }
    witness::draw_first(world, traffic, effort, &mut found, watch);
    let known: Vec<(Objective, u64, Option<u64>)> = found
        .best
        .iter()
        .map(|(objective, best)| (*objective, objective.of(&best.outcome), bounds.of(*objective)))
        .collect();
    let (refined, states) = exact::refine(world, traffic, &known, effort.in_memory(), watch);
    for refined in refined {
        take_over(world, traffic, refined, &mut found, &mut bounds);
    }
    // A plan's own proof is what the replays are to put to the test: they go on.
    let open = |objective: Objective, witness: u64| {
        let bound = bounds.of(objective);
        let open = planned.is_some() || bound.is_none_or(|bound| witness < bound);
        open.then_some(Progress { objective, witness, bound, steps: 0, done: None })
    };
    witness::search(world, traffic, effort, &mut found, &open, watch);
    // Where a replay refutes a bound, that is worse than none: it is not given.
    for (objective, best) in &found.best {
        let witness = objective.of(&best.outcome);
        if planned.is_none() && bounds.of(*objective).is_some_and(|bound| witness > bound) {
            bounds.set(*objective, None);
        }
    }
    answer(world, &bounds, &found, states)
}

/// Replays what the exact engine has found, and believes of it what the replay confirms.
fn take_over(
    world: &World<'_>,
    traffic: &Traffic,
    refined: exact::Refined,
    found: &mut witness::Found,
    bounds: &mut Bounds,
) {
    let exact::Refined { objective, witness, bound, joined } = refined;
    let mut confirmed = true;
    if let Some((value, assignment)) = witness {
        let replayed = Arc::new(witness::replay(world, traffic, assignment));
        confirmed = objective.of(&replayed.outcome) == value;
        found.replays += 1;
        found.improve(&replayed);
    }
    if let Some(bound) = bound.filter(|_| confirmed) {
        bounds.set(objective, Some(bound));
    } else if let Some(joined) = joined {
        bounds.set(objective, Some(bounds.of(objective).map_or(joined, |bound| bound.min(joined))));
    }
}

impl Bounds {
    const fn of(&self, objective: Objective) -> Option<u64> {
        match objective {
            Objective::ColdStart => self.cold_start_ms,
            Objective::PeakEnis => Some(self.peak_enis),
            Objective::SubnetPeak(subnet) => Some(self.by_subnet.as_slice()[subnet]),
            Objective::Failures => Some(self.failures),
        }
    }

    /// Of what always has a bound, `None` is the largest number.
    fn set(&mut self, objective: Objective, bound: Option<u64>) {
        let of = match objective {
            Objective::ColdStart => return self.cold_start_ms = bound,
            Objective::PeakEnis => &mut self.peak_enis,
            Objective::SubnetPeak(subnet) => &mut self.by_subnet[subnet],
            Objective::Failures => &mut self.failures,
        };
        *of = bound.unwrap_or(u64::MAX);
    }
}

/// The worst case of a world whose plan is made anew for every assignment: `first` and `second` are
/// the assignments that were played, with what they led to.
pub fn hindsight(
    world: &World<'_>,
    cold_path: &ColdPath,
    traffic: &Traffic,
    planned: Option<Planned>,
    [first, second]: [(Assignment, Outcome); 2],
) -> WorstCase {
    let bounds = bounds(world, cold_path, traffic, planned);
    let found = witness::Found::played(world, first).and(witness::Found::played(world, second));
    answer(world, &bounds, &found, 0)
}

fn answer(world: &World<'_>, bounds: &Bounds, found: &witness::Found, states: u64) -> WorstCase {
    let subnets = &world.topology.limits.subnets;
    let best = |objective: Objective| found.of(objective);
    let bracket =
        |objective: Objective| Bracket::new(objective.of(&best(objective).outcome), bounds.of(objective));
    let by_subnet = subnets.iter().enumerate().map(|(n, subnet)| SubnetPeak {
        subnet: subnet.name.clone(),
        peak: bracket(Objective::SubnetPeak(n)),
    });
    let assignment = |objective: Objective| best(objective).assignment.clone();
    WorstCase {
        cold_start: WorstColdStart::new(world, bounds.cold_start_ms, &best(Objective::ColdStart).outcome),
        peak_enis: PeakEnis {
            peak: bracket(Objective::PeakEnis),
            at_ms: best(Objective::PeakEnis).outcome.enis.peak_at,
            by_subnet: by_subnet.collect(),
        },
        failures: bracket(Objective::Failures),
        witness: assignment(Objective::ColdStart),
        witness_peak_enis: assignment(Objective::PeakEnis),
        witness_failures: assignment(Objective::Failures),
        witness_by_subnet: (0..subnets.len()).map(|n| assignment(Objective::SubnetPeak(n))).collect(),
        replays: found.replays,
        by_slot: bounds.by_slot.clone(),
        states,
    }
}
