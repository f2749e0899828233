//! Arrivals: the stream of invocations that everything downstream reads.

use super::{Cell, Shape, Spread};
use crate::random::{Purpose, Stream};

/// `count` invocations of one function that arrive in the same millisecond and last equally long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When they arrive, ms.
    pub at: u64,
    /// How long each lasts, ms.
    pub duration: u64,
    /// Index of the function.
    pub function: u32,
    /// How many they are.
    pub count: u32,
}

/// The invocations in arrival order; holds one slot's worth at a time.
#[derive(Clone, Debug)]
pub struct Arrivals<'a> {
    source: Source<'a>,
    next: usize,
}

#[derive(Clone, Debug)]
enum Source<'a> {
    Entries(&'a [Entry]),
    Cells { cells: &'a [Cell], slot: u64, spread: Spread, buffer: Vec<Entry> },
}

impl<'a> Arrivals<'a> {
    pub(super) fn new(shape: &'a Shape) -> Self {
        let source = match shape {
            Shape::Log(entries) | Shape::Concurrency { runs: entries, .. } => Source::Entries(entries),
            Shape::Counts { slot, cells, spread } => {
                Source::Cells { cells, slot: slot.0, spread: *spread, buffer: Vec::new() }
            }
        };
        Self { source, next: 0 }
    }

    /// The next entry, without taking it.
    pub fn peek(&mut self) -> Option<Entry> {
        match &mut self.source {
            Source::Entries(entries) => entries.get(self.next).copied(),
            Source::Cells { cells, slot, spread, buffer } => {
                if self.next >= buffer.len() && !cells.is_empty() {
                    let number = cells[0].slot;
                    let end = cells.iter().position(|cell| cell.slot != number).unwrap_or(cells.len());
                    let (now, later) = cells.split_at(end);
                    buffer.clear();
                    now.iter().for_each(|cell| spread_out(*cell, *slot, *spread, buffer));
                    if now.len() > 1 {
                        buffer.sort_by_key(|entry| entry.at);
                    }
                    (*cells, self.next) = (later, 0);
                }
                buffer.get(self.next).copied()
            }
        }
    }
}

impl Iterator for Arrivals<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let entry = self.peek()?;
        self.next += 1;
        Some(entry)
    }
}

/// Appends the invocations of `cell` in time order, equal neighbours as one entry.
fn spread_out(cell: Cell, slot: u64, spread: Spread, out: &mut Vec<Entry>) {
    let start = u64::from(cell.slot) * slot;
    let (n, duration) = (u64::from(cell.count), u64::from(cell.duration));
    let entry = |at, count| Entry { at, duration, function: cell.function, count };
    match spread {
        Spread::Burst => out.push(entry(start, cell.count)),
        Spread::Even => {
            let first = out.len();
            for i in 0..n {
                let offset = u128::from(i) * u128::from(slot) / u128::from(n);
                push(out, first, entry(start + u64::try_from(offset).unwrap_or(0), 1));
            }
        }
        Spread::Random { seed } => {
            let stream = Stream::new(seed, Purpose::Arrivals)
                .fork(u64::from(cell.function))
                .fork(u64::from(cell.slot));
            let mut offsets: Vec<u64> = (0..n).map(|i| stream.below(i, slot)).collect();
            offsets.sort_unstable();
            let first = out.len();
            offsets.into_iter().for_each(|offset| push(out, first, entry(start + offset, 1)));
        }
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
    use crate::quantity::Millis;

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
