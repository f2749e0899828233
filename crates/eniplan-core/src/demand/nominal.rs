//! Nominal: what one function needs, one arrival after the other.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::concurrency::Running;
use super::curve::Curve;
use super::sliding::SlidingMax;
use crate::quantity::convert::{index_up_to, lower_bound};

/// What one function needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionDemand {
    /// Its name.
    pub name: String,
    /// Its invocations.
    pub invocations: u64,
    /// Sum of their durations, ms.
    pub busy_ms: u128,
    /// The most of them running at once.
    pub peak_concurrency: u32,
    /// The first instant of that, ms.
    pub peak_concurrency_at: u64,
    /// Environments alive.
    pub environments: Curve,
}

/// The invocations of one function so far.
#[derive(Clone, Debug)]
pub(crate) struct Nominal {
    running: Running,
    /// Of how many environments are alive, where that is asked.
    maxima: Option<SlidingMax>,
    found: FunctionDemand,
}

impl Nominal {
    /// Of a function whose idle environments live this long, ms; without that, of its concurrency only.
    pub(crate) fn new(name: &str, keep_alive: Option<u64>) -> Self {
        let found = FunctionDemand {
            name: name.to_owned(),
            invocations: 0,
            busy_ms: 0,
            peak_concurrency: 0,
            peak_concurrency_at: 0,
            environments: Curve::empty(),
        };
        Self { running: Running::default(), maxima: keep_alive.map(SlidingMax::new), found }
    }

    /// `count` invocations that arrive at `at` and last `duration`; none may arrive before the last.
    #[inline]
    pub(crate) fn arrive(&mut self, at: u64, duration: u64, count: u32) {
        while let Some((end, left)) = self.running.end_next(at) {
            if let Some(maxima) = &mut self.maxima {
                maxima.set(end, left);
            }
        }
        self.running.start(at.saturating_add(duration), at_once(duration, count));
        if let Some(maxima) = &mut self.maxima {
            maxima.set(at, self.running.count());
        }
        let demand = &mut self.found;
        demand.invocations += u64::from(count);
        demand.busy_ms += u128::from(duration) * u128::from(count);
        if self.running.count() > demand.peak_concurrency {
            (demand.peak_concurrency, demand.peak_concurrency_at) = (self.running.count(), at);
        }
    }

    /// What it needs, now that all have arrived.
    pub(crate) fn finish(mut self) -> FunctionDemand {
        let Some(mut maxima) = self.maxima else { return self.found };
        while let Some((end, left)) = self.running.end_next(u64::MAX - 1) {
            maxima.set(end, left);
        }
        FunctionDemand { environments: maxima.finish(), ..self.found }
    }
}

/// Ends within this many milliseconds lie in a ring.
const RING: usize = 1 << 14;
const WORD: usize = 64;

/// The most invocations of all functions that run at once.
///
/// Nobody asks when each of them ends, so ends are counted by the millisecond.
#[derive(Clone, Debug, Default)]
pub(super) struct Together {
    /// How many end at each millisecond from `now` on, around.
    ring: Vec<u32>,
    /// A bit for each millisecond of the ring at which one ends: quiet time is passed 64 ms at a step.
    ends: Vec<u64>,
    in_ring: u64,
    /// What ends later than the ring reaches.
    late: BinaryHeap<Reverse<(u64, u32)>>,
    now: u64,
    running: u64,
    most: u64,
    most_at: u64,
}

impl Together {
    /// `count` invocations that arrive at `at` and last `duration`; none may arrive before the last.
    #[inline]
    pub(super) fn arrive(&mut self, at: u64, duration: u64, count: u32) {
        self.advance(at);
        let running = self.running + u64::from(at_once(duration, count));
        if running > self.most {
            (self.most, self.most_at) = (running, at);
        }
        if duration == 0 {
            return;
        }
        self.running = running;
        let end = at.saturating_add(duration);
        let there = self.place(end);
        if duration < RING as u64 && u32::MAX - count > self.ring[there] {
            self.ring[there] += count;
            self.ends[there / WORD] |= 1 << (there % WORD);
            self.in_ring += u64::from(count);
        } else {
            self.late.push(Reverse((end, count)));
        }
    }

    /// Where an instant lies in the ring.
    fn place(&mut self, at: u64) -> usize {
        if self.ring.is_empty() {
            self.ring.resize(RING, 0);
            self.ends.resize(RING / WORD, 0);
        }
        index_up_to(at % RING as u64, RING - 1)
    }

    /// Ends what ends up to `at`.
    #[inline]
    fn advance(&mut self, at: u64) {
        while self.in_ring > 0 && self.now < at {
            let next = self.place(self.now + 1);
            // Bits below the next millisecond's are of a whole round later.
            let ends = self.ends[next / WORD] >> (next % WORD);
            if ends == 0 {
                self.now += (WORD - next % WORD) as u64;
                continue;
            }
            self.now += 1 + u64::from(ends.trailing_zeros());
            if self.now > at {
                break;
            }
            let there = self.place(self.now);
            self.ends[there / WORD] &= !(1 << (there % WORD));
            let ended = u64::from(std::mem::take(&mut self.ring[there]));
            self.in_ring -= ended;
            self.running -= ended;
        }
        self.now = at;
        while let Some(&Reverse((end, count))) = self.late.peek() {
            if end > at {
                return;
            }
            self.late.pop();
            self.running -= u64::from(count);
        }
    }

    /// The most, and the first instant of that.
    pub(super) fn peak(&self) -> (u32, u64) {
        (lower_bound(self.most), self.most_at)
    }
}

/// Invocations of no duration follow one another even in the same millisecond.
const fn at_once(duration: u64, count: u32) -> u32 {
    if duration == 0 { 1 } else { count }
}

#[cfg(test)]
// Small numbers all.
#[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};

    #[test]
    fn ends_in_the_ring_and_beyond_it_are_counted_as_one_by_one() {
        let stream = Stream::new(3, Purpose::Arrivals);
        for case in 0..300 {
            let draws = stream.fork(case);
            let (mut together, mut running, mut most, mut at) =
                (Together::default(), Running::default(), (0, 0), 0);
            for n in 0..200 {
                // Gaps and durations on both sides of the ring's length, and none at all.
                at += draws.below(3 * n, [1, 3, 40, 40_000][(draws.draw(9_000 + n) % 4) as usize]);
                let duration =
                    draws.below(3 * n + 1, [1, 5, 20_000, 90_000][(draws.draw(8_000 + n) % 4) as usize]);
                let count = 1 + draws.below(3 * n + 2, 4) as u32;
                while running.end_next(at).is_some() {}
                running.start(at + duration, at_once(duration, count));
                if running.count() > most.0 {
                    most = (running.count(), at);
                }
                together.arrive(at, duration, count);
                assert_eq!(together.peak(), most);
            }
        }
    }
}
