//! Curve: the largest cold start that an arrival can meet, slot by slot over the traffic.
//!
//! Like the worst case itself an interval in every slot: what a replay has shown, and what is proved.

use serde::Serialize;

use super::{BySlot, WorstCase};
use crate::policy::Policy;
use crate::quantity::{Interval, Millis, Probability};
use crate::random::{Purpose, Stream};
use crate::simulation::{Nature, Random, Recorder, Served};
use crate::trace::Traffic;

/// One slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Point {
    /// When it begins, ms.
    pub at_ms: u64,
    /// Invocations that arrive in it.
    pub invocations: u64,
    /// The longest cold start of one of them that a replay has shown, ms.
    pub witness_ms: u64,
    /// What is proved, ms: 0 where nothing arrives; `None`: no bound was found.
    pub bound_ms: Option<u64>,
}

/// What a replay shows in each slot. Hears one run; several are put together with [`Shown::merge`].
#[derive(Clone, Debug)]
pub struct Shown {
    slot: u64,
    /// The longest cold start, ms, and how many arrive.
    slots: Vec<(u64, u64)>,
}

impl Shown {
    /// The arrivals of `traffic` by slots of length `slot`, before anything is replayed; one at or
    /// after the end counts to the last slot.
    pub fn new(slot: Millis, traffic: &Traffic) -> Self {
        let slot = slot.0.max(1);
        let count = usize::try_from(traffic.span.0.div_ceil(slot).max(1)).unwrap_or(usize::MAX);
        let mut shown = Self { slot, slots: vec![(0, 0); count] };
        for entry in traffic.arrivals() {
            shown.at(entry.at).1 += u64::from(entry.count);
        }
        shown
    }

    fn at(&mut self, arrival: u64) -> &mut (u64, u64) {
        let last = self.slots.len() - 1;
        let index = usize::try_from(arrival / self.slot).unwrap_or(last).min(last);
        &mut self.slots[index]
    }

    /// The larger of the two in each slot, which must be slots of one traffic.
    #[must_use]
    pub fn merge(mut self, other: &Self) -> Self {
        for ((longest, _), (more, _)) in self.slots.iter_mut().zip(&other.slots) {
            *longest = (*longest).max(*more);
        }
        self
    }

    /// Beside what is proved of the arrivals in each `from..to`, ms.
    pub fn beside(&self, proved: impl Fn(u64, u64) -> Option<u64>) -> Vec<Point> {
        let starts = (0_u64..).map(|n| n.saturating_mul(self.slot));
        let point = |(at_ms, &(witness_ms, invocations)): (u64, &(u64, u64))| {
            let bound_ms = match invocations {
                0 => Some(0),
                _ => proved(at_ms, at_ms.saturating_add(self.slot)),
            };
            Point { at_ms, invocations, witness_ms, bound_ms }
        };
        starts.zip(&self.slots).map(point).collect()
    }
}

impl BySlot {
    /// The longest, ms, of the slots that `from..to` meets; what lies beyond the last counts to it.
    pub fn over(&self, from: u64, to: u64) -> Option<u64> {
        let last = self.longest_ms.len().checked_sub(1)?;
        let index = |at: u64| usize::try_from(at / self.slot_ms.max(1)).unwrap_or(last).min(last);
        let slots = &self.longest_ms[index(from)..=index(to.saturating_sub(1).max(from))];
        slots.iter().copied().collect::<Option<Vec<u64>>>()?.into_iter().max()
    }
}

impl WorstCase {
    /// What is proved of the cold starts of arrivals in `from..to`, ms.
    pub fn proved(&self, from: u64, to: u64) -> Option<u64> {
        let all = self.cold_start.bound_ms;
        self.by_slot.over(from, to).into_iter().chain(all).min()
    }
}

impl Recorder for Shown {
    fn served(&mut self, served: &Served<'_>) {
        if served.cold {
            let (longest, _) = self.at(served.arrival);
            *longest = (*longest).max(served.start - served.arrival);
        }
    }
}

/// A seeded nature of the uncertainty set: it draws every duration, and misses no more often than the budget says.
#[derive(Clone, Copy, Debug)]
pub struct Drawn {
    random: Random,
    misses: Stream,
    /// It misses once in so many.
    every: u64,
    left: u32,
}

impl Drawn {
    /// The one of this seed; the larger the seed, the later its misses.
    pub const fn new(policy: &Policy, seed: u64) -> Self {
        let misses = Stream::new(seed, Purpose::Search);
        Self { random: Random::new(seed), misses, every: 1 << (seed % 16), left: policy.miss_budget }
    }
}

impl Nature for Drawn {
    fn boot(&mut self, request: u64, interval: &Interval) -> u64 {
        self.random.boot(request, interval)
    }

    fn deletion(&mut self, deletion: u64, interval: &Interval) -> u64 {
        self.random.deletion(deletion, interval)
    }

    fn phase(&mut self, environment: u64, step: usize, interval: &Interval) -> u64 {
        self.random.phase(environment, step, interval)
    }

    fn misses(&mut self, acquisition: u64, _miss: Probability) -> bool {
        let missed = self.left > 0 && self.misses.below(acquisition, self.every) == 0;
        self.left -= u32::from(missed);
        missed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Entry, Shape};

    #[test]
    fn a_stretch_is_as_long_as_its_worst_slot() {
        let by_slot = BySlot { slot_ms: 10, longest_ms: vec![Some(3), Some(0), None, Some(7)] };
        let over = |from, to| by_slot.over(from, to);
        assert_eq!([over(0, 10), over(10, 20), over(9, 11)], [Some(3), Some(0), Some(3)]);
        assert_eq!(
            [over(10, 21), over(30, 40), over(35, 999), over(99, 99)],
            [None, Some(7), Some(7), Some(7)]
        );
        assert_eq!(BySlot::default().over(0, 5), None);
    }

    #[test]
    fn every_arrival_counts_to_its_slot() {
        let entry = |at, count| Entry { at, duration: 1, function: 0, count };
        let entries = [(0, 1), (9, 2), (20, 1), (25, 1), (31, 1)].map(|(at, count)| entry(at, count));
        let traffic = Traffic {
            functions: Vec::new(),
            origin: None,
            span: Millis(25),
            notes: Vec::new(),
            shape: Shape::Log(entries.into_iter().collect()),
        };
        let mut shown = Shown::new(Millis(10), &traffic);
        let mut other = shown.clone();
        (shown.at(9).0, shown.at(31).0, other.at(3).0) = (7, 5, 9);
        let points = shown.merge(&other).beside(|from, to| (from > 0).then_some(to));
        let flat: Vec<_> =
            points.iter().map(|it| (it.at_ms, it.invocations, it.witness_ms, it.bound_ms)).collect();
        assert_eq!(flat, [(0, 3, 9, None), (10, 0, 0, Some(0)), (20, 3, 5, Some(30))]);
    }
}
