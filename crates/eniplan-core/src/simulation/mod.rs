//! Simulation: what happens to this trace under one policy and one nature, exactly.
//!
//! A discrete-event simulation in whole milliseconds of the mechanism in the
//! design's semantics. [`Nature`] decides what is uncertain, so that seeded runs,
//! extremes and the replay of a witness are the same engine. Uses traffic,
//! topology, the cold path and the policy; no files, no clock.

mod bucket;
mod distribution;
mod enis;
mod environment;
mod failure;
mod idle;
mod lifecycle;
mod nature;
mod outcome;
mod planned;
mod queue;
mod record;
mod reuse;
mod run;
mod schedule;
mod supply;
mod uneven;
mod wheel;
mod world;

pub use distribution::Distribution;
pub use failure::Failure;
pub use nature::{End, Nature, Random, Realization, Recording};
pub use outcome::{ColdStartCounts, Gauge, InitialState, Longest, Outcome};
pub use record::{Census, Recorder, ServedInvocation, Silent};
pub use reuse::{FunctionReuse, Reuse, Shared, WatchedInstant};
pub use world::{EniAction, World};

use crate::quantity::Millis;
use crate::trace::{Entry, Trace};

/// Runs `trace` through `world`; gives back nature and recorder with what they noted.
pub fn simulate<N: Nature, R: Recorder>(
    world: &World<'_>,
    trace: &Trace,
    nature: N,
    recorder: R,
) -> (Outcome, N, R) {
    simulate_arrivals(world, trace.arrivals(), trace.span, nature, recorder)
}

/// The same for arrivals as they come, in time order and never held in memory; `span` is
/// what means are taken over.
pub fn simulate_arrivals<N: Nature, R: Recorder>(
    world: &World<'_>,
    arrivals: impl Iterator<Item = Entry>,
    span: Millis,
    nature: N,
    recorder: R,
) -> (Outcome, N, R) {
    let mut run = run::SimulationRun::new(world, nature, recorder, span);
    run.begin();
    arrivals.for_each(|entry| run.arrive(entry));
    run.finish(span.0)
}

/// Runs `trace` through several worlds in one reading; each run comes to what it does alone.
pub fn simulate_together<N: Nature, R: Recorder>(
    trace: &Trace,
    runs: Vec<(&World<'_>, N, R)>,
) -> Vec<(Outcome, N, R)> {
    /// Few enough to stay at hand, many enough that a run finds its own things again.
    const BLOCK: usize = 1_024;
    let new = |(world, nature, recorder)| run::SimulationRun::new(world, nature, recorder, trace.span);
    let mut runs: Vec<run::SimulationRun<'_, N, R>> = runs.into_iter().map(new).collect();
    runs.iter_mut().for_each(run::SimulationRun::begin);
    let mut arrivals = trace.arrivals();
    let mut block = Vec::with_capacity(BLOCK);
    loop {
        block.clear();
        block.extend(arrivals.by_ref().take(BLOCK));
        if block.is_empty() {
            break;
        }
        for run in &mut runs {
            for &entry in &block {
                run.arrive(entry);
            }
        }
    }
    runs.into_iter().map(|run| run.finish(trace.span.0)).collect()
}

/// What stands at time 0 in `world`.
pub fn initial_state(world: &World<'_>) -> InitialState {
    let longest = Realization::all(End::Longest);
    run::SimulationRun::new(world, longest, Silent, Millis::ZERO).initial_state()
}
