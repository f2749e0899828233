//! Nominal runs: the invocations that run as if none were cold, by their ends.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use crate::quantity::convert::{lower_bound, upper_bound};

/// What ends nominally at an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NominalEnd {
    pub(super) at: u64,
    /// Invocations that run as if none were cold.
    pub(super) running: u32,
    /// Those among them that surely are served.
    pub(super) served: u32,
    /// Possibly cold ones; of no duration they may be more than run.
    pub(super) cold: u32,
}

/// The invocations that run nominally, by their ends: in order as far as they come so, the rest in a heap.
#[derive(Debug, Default)]
pub(super) struct NominalRuns {
    in_order: VecDeque<NominalEnd>,
    out_of_order: BinaryHeap<Reverse<NominalEnd>>,
    running: u64,
    served: u64,
}

impl NominalRuns {
    pub(super) fn start(&mut self, end: NominalEnd) {
        self.running += u64::from(end.running);
        self.served += u64::from(end.served);
        if self.in_order.back().is_some_and(|last| last.at > end.at) {
            self.out_of_order.push(Reverse(end));
        } else {
            self.in_order.push_back(end);
        }
    }

    pub(super) fn running_at_most(&self) -> u32 {
        upper_bound(self.running)
    }

    pub(super) fn served_at_least(&self) -> u32 {
        lower_bound(self.served)
    }

    pub(super) fn next_end(&self) -> Option<u64> {
        let heaped = self.out_of_order.peek().map(|Reverse(end)| end.at);
        self.in_order.front().map(|end| end.at).into_iter().chain(heaped).min()
    }

    /// All that has ended by `now`.
    pub(super) fn end_until(&mut self, now: u64) -> NominalEnd {
        let mut all = NominalEnd { at: now, ..NominalEnd::default() };
        let mut end = |end: NominalEnd| {
            self.running -= u64::from(end.running);
            self.served -= u64::from(end.served);
            // Those that are cold count as an upper bound; of those served it matters whether there are any.
            all.served = all.served.saturating_add(end.served);
            all.cold = all.cold.saturating_add(end.cold);
        };
        while let Some(first) = self.in_order.front().copied().filter(|first| first.at <= now) {
            self.in_order.pop_front();
            end(first);
        }
        while let Some(Reverse(first)) = self.out_of_order.peek().copied().filter(|first| first.0.at <= now) {
            self.out_of_order.pop();
            end(first);
        }
        all
    }
}
