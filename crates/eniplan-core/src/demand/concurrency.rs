//! Concurrency: how many invocations of a function run at once, as they arrive.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use crate::quantity::convert::upper_bound;

/// The ends of running invocations, earliest first: a queue while they come in order, a heap for the rest.
#[derive(Clone, Debug, Default)]
pub struct Running {
    in_order: VecDeque<(u64, u64)>,
    out_of_order: BinaryHeap<Reverse<(u64, u64)>>,
    count: u64,
}

impl Running {
    /// `count` more, ending at `end`.
    #[inline]
    pub fn start(&mut self, end: u64, count: u32) {
        let count = u64::from(count);
        self.count += count;
        match self.in_order.back_mut() {
            Some((last, n)) if *last == end => *n += count,
            Some((last, _)) if *last > end => self.out_of_order.push(Reverse((end, count))),
            _ => self.in_order.push_back((end, count)),
        }
    }

    /// How many run; `u32::MAX` of them stands for any number from there on.
    pub fn count(&self) -> u32 {
        upper_bound(self.count)
    }

    /// The earliest end.
    #[inline]
    pub fn next_end(&self) -> Option<u64> {
        let heaped = self.out_of_order.peek().map(|Reverse((end, _))| *end);
        self.in_order.front().map(|&(end, _)| end).into_iter().chain(heaped).min()
    }

    /// Ends all whose end is not after `now`; whether there were any.
    #[inline]
    pub fn end_until(&mut self, now: u64) -> bool {
        let mut ended = false;
        while let Some(&(_, count)) = self.in_order.front().filter(|(end, _)| *end <= now) {
            self.in_order.pop_front();
            self.count -= count;
            ended = true;
        }
        while let Some(&Reverse((_, count))) = self.out_of_order.peek().filter(|first| first.0.0 <= now) {
            self.out_of_order.pop();
            self.count -= count;
            ended = true;
        }
        ended
    }

    /// Ends those whose end is the earliest and not after `now`: the instant, and how many run on.
    pub fn end_next(&mut self, now: u64) -> Option<(u64, u32)> {
        let queued = self.in_order.front().copied();
        let heaped = self.out_of_order.peek().map(|Reverse(item)| *item);
        let (end, count) = match (queued, heaped) {
            (Some(queue), Some(heap)) => queue.min(heap),
            (queue, heap) => queue.or(heap)?,
        };
        if end > now {
            return None;
        }
        if queued == Some((end, count)) {
            self.in_order.pop_front();
        } else {
            self.out_of_order.pop();
        }
        self.count -= count;
        Some((end, self.count()))
    }
}
