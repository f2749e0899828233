//! Replay: one realization and what the simulator makes of it. It is a witness of every value it comes to.

use super::objective::SearchObjective;
use crate::simulation::{Failure, Outcome, Realization, Recorder, Recording, World, simulate};
use crate::trace::Trace;

/// One realization and what it leads to.
pub(super) struct Replay {
    pub(super) realization: Realization,
    pub(super) outcome: Outcome,
    instants: ReplayInstants,
}

/// When something happened that a move may bear on, ms.
#[derive(Clone, Debug, Default)]
pub(super) struct ReplayInstants {
    /// ENIs made, in order.
    made: Vec<u64>,
    /// The ENIs of each class held last.
    held: Vec<u32>,
    /// The first failure.
    failed: Option<u64>,
}

impl Recorder for ReplayInstants {
    fn enis_changed(&mut self, at: u64, class: usize, held: u32) {
        if self.held.len() <= class {
            self.held.resize(class + 1, 0);
        }
        if held > self.held[class] {
            self.made.push(at);
        }
        self.held[class] = held;
    }

    fn failed(&mut self, arrival: u64, _function: usize, _failure: Failure) {
        self.failed = self.failed.or(Some(arrival));
    }
}

impl Replay {
    /// What the simulator makes of `realization`.
    pub(super) fn new(world: &World<'_>, trace: &Trace, realization: Realization) -> Self {
        let (outcome, _, instants) = simulate(world, trace, realization.clone(), ReplayInstants::default());
        Self { realization, outcome, instants }
    }

    /// One whose answers were written down as it ran.
    pub(super) fn recorded<N>(run: (Outcome, Recording<N>, ReplayInstants)) -> Self {
        let (outcome, recording, instants) = run;
        Self { realization: recording.answers, outcome, instants }
    }

    /// One that was run elsewhere, of which no instants are known.
    pub(super) fn run_elsewhere(realization: Realization, outcome: Outcome) -> Self {
        Self { realization, outcome, instants: ReplayInstants::default() }
    }

    /// What it comes to.
    pub(super) fn value(&self, objective: SearchObjective) -> u64 {
        objective.value_in(&self.outcome)
    }

    /// When each creation request was made, ms, in order.
    pub(super) fn requested(&self) -> &[u64] {
        // What stood at the start was made without a request.
        let stood = self.instants.made.len().saturating_sub(self.realization.boots_ms.len());
        &self.instants.made[stood..]
    }

    /// The creation requests that bear on the value of `objective`: those of the time before it.
    pub(super) fn critical(&self, objective: SearchObjective, reach: u64) -> std::ops::Range<u64> {
        let outcome = &self.outcome;
        let until = match objective {
            SearchObjective::ColdStart => {
                outcome.longest.as_ref().map(|longest| longest.arrival.saturating_add(longest.length))
            }
            SearchObjective::PeakEnis => Some(outcome.enis.peak_at),
            SearchObjective::SubnetPeak(subnet) => outcome.subnets.get(subnet).map(|level| level.peak_at),
            SearchObjective::Failures => self.instants.failed,
        };
        let requests = self.realization.boots_ms.len();
        let Some(until) = until else { return 0..requests as u64 };
        let made = self.requested();
        let first = made.partition_point(|&at| at < until.saturating_sub(reach)) as u64;
        let end = (made.partition_point(|&at| at <= until) as u64).min(requests as u64);
        if first < end { first..end } else { 0..requests as u64 }
    }
}
