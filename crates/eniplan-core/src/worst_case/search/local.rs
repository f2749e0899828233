//! Climb: from a good witness to a better one, by moving the boots that bear on its value.
//!
//! Of a long traffic most requests have nothing to do with the one instant that is the
//! worst; only those shortly before it are moved.

use super::Objective;
use super::choice::Choice;
use super::witness::{Replayed, write_out};
use crate::policy::IdleTtl;
use crate::quantity::{Interval, Millis};
use crate::random::{Purpose, Stream};
use crate::simulation::World;
use crate::trace::Traffic;

/// Moves one boot at a time, or a few neighbours, keeping what does not lose.
pub(super) struct Climb<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) traffic: &'a Traffic,
    pub(super) objective: Objective,
    pub(super) seed: u64,
    /// Replays before.
    pub(super) from: u64,
}

impl Climb<'_> {
    /// At most `budget` replays, while `still` says that there is something to gain.
    pub(super) fn run(
        &self,
        mut best: Replayed,
        budget: u64,
        still: &dyn Fn(&Replayed, u64) -> bool,
    ) -> (Replayed, u64) {
        let topology = self.world.topology;
        let interval = Interval::between(topology.boot.min, topology.boot.max);
        if interval.is_exact() {
            return (best, 0);
        }
        let ttl = if let IdleTtl::After(ttl) = self.world.policy.idle_ttl { ttl } else { Millis::ZERO };
        let reach = interval.max.plus(interval.max).plus(topology.delete.max).plus(ttl).0;
        let stream = Stream::new(self.seed, Purpose::Search).fork(self.objective.number());
        for turn in 0..budget {
            let critical = best.critical(self.objective, reach);
            if critical.is_empty() || !still(&best, self.from + turn) {
                return (best, turn);
            }
            let mut assignment = best.assignment.clone();
            let requests = critical.end - critical.start;
            let first = critical.start + stream.below(4 * turn, requests);
            // One, or a run of neighbours: requests of one burst matter together.
            let run = if stream.below(4 * turn + 1, 2) == 0 { 1 } else { 1 + stream.below(4 * turn + 2, 8) };
            let value = moved(&interval, stream, 4 * turn + 3);
            for which in first..(first + run).min(critical.end) {
                let boot = usize::try_from(which).ok().and_then(|which| assignment.boots_ms.get_mut(which));
                if let Some(boot) = boot {
                    *boot = value.0;
                }
            }
            let tried = write_out(self.world, self.traffic, &Choice::Written(assignment));
            if self.objective.of(&tried.outcome) >= self.objective.of(&best.outcome) {
                best = tried;
            }
        }
        (best, budget)
    }
}

fn moved(interval: &Interval, stream: Stream, turn: u64) -> Millis {
    match stream.below(turn ^ (1 << 50), 3) {
        0 => interval.min,
        1 => interval.max,
        _ => interval.at(stream.draw(turn ^ (1 << 51))),
    }
}
