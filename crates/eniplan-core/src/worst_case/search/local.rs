//! Local search: from a good witness to a better one, by moving the boots that bear on its value.
//!
//! Of a long traffic most requests have nothing to do with the one instant that is the
//! worst; only those shortly before it are moved.

use std::sync::Arc;

use super::super::objective::SearchObjective;
use super::super::replay::Replay;
use super::choice::{WitnessChoice, write_out};
use crate::policy::IdleTtl;
use crate::quantity::{Interval, Millis};
use crate::random::{Purpose, Stream};
use crate::simulation::World;
use crate::trace::Trace;

/// Moves one boot at a time, or a few neighbours, keeping what does not lose.
pub(super) struct LocalSearch<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) trace: &'a Trace,
    pub(super) objective: SearchObjective,
    pub(super) seed: u64,
    /// Replays before.
    pub(super) from: u64,
}

impl LocalSearch<'_> {
    /// At most `budget` replays, while `still` says that there is something to gain.
    pub(super) fn run(
        &self,
        mut best: Arc<Replay>,
        budget: u64,
        still: &dyn Fn(&Replay, u64) -> bool,
    ) -> (Arc<Replay>, u64) {
        let topology = self.world.topology;
        let interval = Interval::between(topology.boot.min, topology.boot.max);
        if interval.is_exact() {
            return (best, 0);
        }
        let ttl = if let IdleTtl::After(ttl) = self.world.policy.idle_ttl { ttl } else { Millis::ZERO };
        let reach = interval.max.plus(interval.max).plus(topology.delete.max).plus(ttl).0;
        let stream = Stream::new(self.seed, Purpose::Search).fork(self.objective.place() as u64);
        for step in 0..budget {
            let critical = best.critical(self.objective, reach);
            if critical.is_empty() || !still(&best, self.from + step) {
                return (best, step);
            }
            let mut realization = best.realization.clone();
            let requests = critical.end - critical.start;
            let first = critical.start + stream.below(4 * step, requests);
            // One, or a run of neighbours: requests of one burst matter together.
            let run = if stream.below(4 * step + 1, 2) == 0 { 1 } else { 1 + stream.below(4 * step + 2, 8) };
            let value = moved(&interval, stream, 4 * step + 3);
            let run = first..(first + run).min(critical.end);
            for (boot, request) in realization.boots_ms.iter_mut().zip(0_u64..) {
                if run.contains(&request) {
                    *boot = value.0;
                }
            }
            let tried = Arc::new(write_out(self.world, self.trace, &WitnessChoice::Written(realization)));
            if tried.value(self.objective) >= best.value(self.objective) {
                best = tried;
            }
        }
        (best, budget)
    }
}

fn moved(interval: &Interval, stream: Stream, step: u64) -> Millis {
    match stream.below(step ^ (1 << 50), 3) {
        0 => interval.min,
        1 => interval.max,
        _ => interval.at(stream.draw(step ^ (1 << 51))),
    }
}
