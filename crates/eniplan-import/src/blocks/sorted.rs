//! Sorted: the rows of a log in order of start, whatever order its blocks have them in.
//!
//! Rows are gathered into runs that fit in memory; each run is sorted and kept elsewhere by the caller, as
//! 16 bytes a row. Merged again the runs give all rows in order, ties in order of the file. Memory grows with
//! the names and the number of runs.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rayon::prelude::*;

use eniplan_core::trace::block::{Row, Rows};

/// The rows of a run: 32 MiB of them.
pub const RUN: usize = 1 << 21;

/// The blocks of a log so far.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// The names of all blocks, in the order in which they first appear; no rows.
    known: Rows,
    run: Vec<Row>,
    numbers: Vec<u32>,
    first: Option<i64>,
}

impl Gathered {
    /// The next block, in order of the file.
    pub fn take(&mut self, block: &Rows) {
        self.numbers.clear();
        for (number, hash) in (0_u32..).zip(&block.hashes) {
            self.numbers.push(self.known.numbered(block.names.bytes_of(number), *hash));
        }
        for row in &block.rows {
            let name = self.numbers.get(row.name as usize).copied().unwrap_or(row.name);
            self.run.push(Row { name, ..*row });
        }
        let first = block.rows.iter().map(|row| row.at).min();
        self.first = self.first.into_iter().chain(first).min();
    }

    /// The earliest start.
    pub const fn first(&self) -> Option<i64> {
        self.first
    }

    /// Whether the rows at hand make a run.
    pub const fn is_full(&self) -> bool {
        self.run.len() >= RUN
    }

    /// The rows at hand, sorted: the next run.
    pub fn sorted(&mut self) -> &[Row] {
        self.run.par_sort_by_key(|row| row.at);
        &self.run
    }

    /// The run is kept: the next one begins.
    pub fn begin(&mut self) {
        self.run.clear();
    }

    /// The names of all blocks, to be filled with rows once more.
    pub fn known(self) -> Rows {
        self.known
    }
}

/// Sorted runs as one; of equal starts those of the earlier run come first.
#[derive(Debug)]
pub struct Merged<I> {
    runs: Vec<I>,
    heads: Vec<Row>,
    order: BinaryHeap<Reverse<(i64, usize)>>,
}

impl<E, I: Iterator<Item = Result<Row, E>>> Merged<I> {
    /// Of these runs, in order of the file.
    pub fn of(runs: Vec<I>) -> Result<Self, E> {
        let heads = vec![Row { at: 0, duration: 0, name: 0 }; runs.len()];
        let mut merged = Self { heads, order: BinaryHeap::with_capacity(runs.len()), runs };
        for run in 0..merged.runs.len() {
            merged.advance(run)?;
        }
        Ok(merged)
    }

    /// The next rows, at most `most`, in place of those in `into`.
    pub fn next(&mut self, most: usize, into: &mut Vec<Row>) -> Result<(), E> {
        into.clear();
        while into.len() < most
            && let Some(Reverse((_, run))) = self.order.pop()
        {
            into.extend(self.heads.get(run));
            self.advance(run)?;
        }
        Ok(())
    }

    fn advance(&mut self, run: usize) -> Result<(), E> {
        let next = self.runs.get_mut(run).and_then(Iterator::next).transpose()?;
        if let (Some(next), Some(head)) = (next, self.heads.get_mut(run)) {
            *head = next;
            self.order.push(Reverse((next.at, run)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::blocks::log::Layout;
    use eniplan_core::random::{Purpose, Stream};

    #[test]
    fn runs_merge_into_what_a_stable_sort_gives() {
        let stream = Stream::new(7, Purpose::Arrivals);
        for case in 0..200 {
            let draws = stream.fork(case);
            let layout = Layout::of("start,function,duration_ms").unwrap();
            let (mut gathered, mut all, mut runs) = (Gathered::default(), Vec::new(), Vec::new());
            let mut draw = 0;
            let mut below = |range| {
                draw += 1;
                draws.below(draw, range)
            };
            for _ in 0..below(6) {
                let mut block = String::new();
                for _ in 0..below(12) {
                    let row = (below(9), format!("f{}", below(4)), below(1_000));
                    let _ = writeln!(block, "{},{},{}", row.0, row.1, row.2);
                    all.push(row);
                }
                let mut rows = Rows::default();
                super::super::log::read(&mut rows, &layout, block.as_bytes()).unwrap();
                gathered.take(&rows);
                if below(2) == 0 {
                    runs.push(gathered.sorted().iter().map(Row::kept).collect::<Vec<_>>());
                    gathered.begin();
                }
            }
            runs.push(gathered.sorted().iter().map(Row::kept).collect());
            all.sort_by_key(|row| row.0);
            assert_eq!(gathered.first(), all.first().map(|row| row.0.cast_signed() * 1_000));
            let known = gathered.known();
            let runs = runs.iter().map(|run| run.iter().map(|row| Ok::<_, ()>(Row::of(row)))).collect();
            let (mut merged, mut found, mut some) = (Merged::of(runs).unwrap(), Vec::new(), Vec::new());
            loop {
                merged.next(5, &mut some).unwrap();
                if some.is_empty() {
                    break;
                }
                found.extend(some.iter().map(|row| {
                    let name = std::str::from_utf8(known.names.bytes_of(row.name)).unwrap().to_owned();
                    (row.at.cast_unsigned() / 1_000, name, u64::from(row.duration))
                }));
            }
            assert_eq!(found, all);
        }
    }
}
