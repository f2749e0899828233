//! Arrivals: the stream of invocations that everything downstream reads.

use std::iter::{Copied, Peekable};
use std::slice;

use super::entry::{Cell, Entry, Spread};
use super::log::LogEntries;
use super::shape::Shape;
use crate::quantity::Millis;
use crate::random::{Purpose, Stream};

/// The invocations in arrival order; holds one slot's worth at a time.
#[derive(Clone, Debug)]
pub struct Arrivals<'a> {
    source: ArrivalSource<'a>,
}

#[derive(Clone, Debug)]
enum ArrivalSource<'a> {
    Log(Selected<LogEntries<'a>>),
    Entries(Selected<Copied<slice::Iter<'a, Entry>>>),
    Counts(Spreading<Selected<Copied<slice::Iter<'a, Cell>>>>),
}

/// Every `shares`-th function from number `first` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FunctionShare {
    /// Index of its first function.
    pub first: u32,
    /// How many shares there are.
    pub shares: u32,
}

impl FunctionShare {
    const ALL: Self = Self { first: 0, shares: 1 };

    const fn has(self, function: u32) -> bool {
        self.shares <= 1 || function % self.shares == self.first
    }
}

/// What there is of the functions of a share.
#[derive(Clone, Debug)]
struct Selected<I> {
    all: I,
    share: FunctionShare,
}

impl<I: Iterator<Item: OfFunction>> Iterator for Selected<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.all.find(|item| self.share.has(item.function()))
    }
}

trait OfFunction {
    fn function(&self) -> u32;
}

impl OfFunction for Entry {
    fn function(&self) -> u32 {
        self.function
    }
}

impl OfFunction for Cell {
    fn function(&self) -> u32 {
        self.function
    }
}

impl<'a> Arrivals<'a> {
    pub(super) fn new(shape: &'a Shape) -> Self {
        Self::of(shape, FunctionShare::ALL, false)
    }

    /// Those of one share; where they may come `apart`, one function's may come before another's of the
    /// same slot, and only each function's are in order.
    pub(super) fn of(shape: &'a Shape, part: FunctionShare, apart: bool) -> Self {
        let source = match shape {
            Shape::Log(log) => ArrivalSource::Log(Selected { all: log.entries(), share: part }),
            Shape::Concurrency { runs, .. } => {
                ArrivalSource::Entries(Selected { all: runs.iter().copied(), share: part })
            }
            Shape::Counts { slot, cells, spread } => {
                let cells = Selected { all: cells.iter().copied(), share: part };
                ArrivalSource::Counts(Spreading { apart, ..Spreading::new(cells, *slot, *spread) })
            }
        };
        Self { source }
    }
}

impl Iterator for Arrivals<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        match &mut self.source {
            ArrivalSource::Log(entries) => entries.next(),
            ArrivalSource::Entries(entries) => entries.next(),
            ArrivalSource::Counts(counts) => counts.next(),
        }
    }
}

/// Counts per slot, from wherever they come in slot order, as invocations in arrival order.
///
/// Holds the invocations of one slot at a time, so that a year of counts of many
/// functions can be simulated without holding either.
#[derive(Clone, Debug)]
pub struct Spreading<I: Iterator<Item = Cell>> {
    cells: Peekable<I>,
    slot: Millis,
    spread: Spread,
    /// Whether functions may come one after the other within a slot.
    apart: bool,
    /// The slot at hand, in time order.
    buffer: Vec<Entry>,
    taken: usize,
}

impl<I: Iterator<Item = Cell>> Spreading<I> {
    /// `cells` by slot; the order within a slot is the order of ties.
    pub fn new(cells: I, slot: Millis, spread: Spread) -> Self {
        Self { cells: cells.peekable(), slot, spread, apart: false, buffer: Vec::new(), taken: 0 }
    }

    /// Spreads out the next slot that has cells.
    fn refill(&mut self) -> Option<()> {
        self.buffer.clear();
        self.taken = 0;
        let first = self.cells.next()?;
        spread_out(first, self.slot.0, self.spread, &mut self.buffer);
        let (mut several, mut repeated) = (false, false);
        let mut last = first.function;
        while let Some(cell) = self.cells.next_if(|cell| cell.slot == first.slot) {
            spread_out(cell, self.slot.0, self.spread, &mut self.buffer);
            several = true;
            // Functions that come in their order have one cell each.
            repeated |= cell.function <= last;
            last = cell.function;
        }
        if several && (repeated || !self.apart) {
            self.buffer.sort_by_key(|entry| entry.at);
        }
        Some(())
    }
}

impl<I: Iterator<Item = Cell>> Iterator for Spreading<I> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        while self.taken >= self.buffer.len() {
            self.refill()?;
        }
        let entry = self.buffer.get(self.taken).copied();
        self.taken += 1;
        entry
    }
}

/// Appends the invocations of `cell` in time order, equal neighbours as one entry.
fn spread_out(cell: Cell, slot: u64, spread: Spread, out: &mut Vec<Entry>) {
    let start = u64::from(cell.slot) * slot;
    let (n, duration) = (u64::from(cell.count), u64::from(cell.duration));
    let entry = |at, count| Entry { at, duration, function: cell.function, count };
    match spread {
        Spread::Burst => out.push(entry(start, cell.count)),
        Spread::Even if n >= slot => even_by_instant(n, slot, |offset, count| {
            out.push(entry(start + offset, count));
        }),
        Spread::Even => even_by_invocation(n, slot, |offset| out.push(entry(start + offset, 1))),
        Spread::Random { seed } => {
            let stream = Stream::new(seed, Purpose::Arrivals)
                .fork(u64::from(cell.function))
                .fork(u64::from(cell.slot));
            let mut offsets: Vec<u64> = (0..n).map(|i| stream.below(i, slot)).collect();
            offsets.sort_unstable();
            let first = out.len();
            for offset in offsets {
                push(out, first, entry(start + offset, 1));
            }
        }
    }
}

/// `floor(i * slot / n)` for each i below n, where that never repeats: by adding, not dividing.
fn even_by_invocation(n: u64, slot: u64, mut at: impl FnMut(u64)) {
    let (step, rest) = (slot / n.max(1), slot % n.max(1));
    let (mut offset, mut part) = (0, 0);
    for _ in 0..n {
        at(offset);
        (offset, part) = (offset + step, part + rest);
        if part >= n {
            (offset, part) = (offset + 1, part - n);
        }
    }
}

/// The same where n is at least the slot: how many i fall on each offset.
///
/// `floor(i * slot / n) = k` for the i from `ceil(k * n / slot)` to below `ceil((k + 1) * n / slot)`.
fn even_by_instant(n: u64, slot: u64, mut at: impl FnMut(u64, u32)) {
    let from = |k: u64| (u128::from(k) * u128::from(n)).div_ceil(u128::from(slot.max(1)));
    let mut first = 0;
    for k in 0..slot {
        let next = from(k + 1);
        #[allow(clippy::cast_possible_truncation)] // at most n, which is a cell's count
        at(k, (next - first) as u32);
        first = next;
    }
}

/// Appends `entry`, or adds it to an equal last one of the same cell (those from `first` on).
fn push(out: &mut Vec<Entry>, first: usize, entry: Entry) {
    match out[first..].last_mut() {
        Some(last) if last.at == entry.at => last.count += entry.count,
        _ => out.push(entry),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(spread: Spread) -> Shape {
        let cell = |slot, function, count| Cell { slot, function, count, duration: 5 };
        Shape::Counts {
            slot: Millis(10),
            cells: vec![cell(0, 0, 3), cell(0, 1, 2), cell(2, 0, 1), cell(2, 1, 1)],
            spread,
        }
    }

    fn listed(shape: &Shape) -> Vec<(u64, u32, u32)> {
        Arrivals::new(shape).map(|e| (e.at, e.function, e.count)).collect()
    }

    #[test]
    fn even_spread_follows_the_formula_and_ties_keep_input_order() {
        let expected = [(0, 0, 1), (0, 1, 1), (3, 0, 1), (5, 1, 1), (6, 0, 1), (20, 0, 1), (20, 1, 1)];
        assert_eq!(listed(&counts(Spread::Even)), expected);
    }

    #[test]
    fn even_spread_is_the_formula_for_every_count() {
        for (n, slot) in [(1, 10), (3, 10), (10, 10), (11, 10), (37, 10), (60_001, 60_000), (7, 60_000)] {
            let cell = Cell { slot: 2, function: 0, count: n, duration: 1 };
            let mut found = Vec::new();
            spread_out(cell, slot, Spread::Even, &mut found);
            let listed: Vec<u64> =
                found.iter().flat_map(|entry| std::iter::repeat_n(entry.at, entry.count as usize)).collect();
            let formula: Vec<u64> = (0..u64::from(n)).map(|i| 2 * slot + i * slot / u64::from(n)).collect();
            assert_eq!(listed, formula, "{n} in {slot}");
        }
    }

    #[test]
    fn burst_and_random_spread_stay_in_their_slot_and_keep_the_count() {
        let burst = [(0, 0, 3), (0, 1, 2), (20, 0, 1), (20, 1, 1)];
        assert_eq!(listed(&counts(Spread::Burst)), burst);
        let random = listed(&counts(Spread::Random { seed: 4 }));
        assert_eq!(random, listed(&counts(Spread::Random { seed: 4 })));
        assert_eq!(random.iter().map(|e| e.2).sum::<u32>(), 7);
        assert!(random.iter().all(|e| e.0 < 10 || (20..30).contains(&e.0)));
        assert!(random.is_sorted_by_key(|e| e.0));
    }
}
