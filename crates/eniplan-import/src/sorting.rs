//! Sorting: sorted runs of calls, merged into one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;

use rayon::prelude::*;

use eniplan_core::trace::block::CallRow;

/// The calls of a run: 32 MiB of them.
pub(crate) const RUN: usize = 1 << 21;

/// Hands rows to whoever takes them, the same each time.
pub type EachRow<'r> = dyn Fn(&mut dyn FnMut(CallRow) -> io::Result<()>) -> io::Result<()> + 'r;

/// Rows in order, as they come back.
pub type KeptRun<'r> = Box<dyn Iterator<Item = io::Result<CallRow>> + 'r>;

/// Who keeps sorted runs until all are there.
pub trait RunKeeper {
    /// Forgets all runs.
    fn begin(&mut self);

    /// Keeps a run.
    fn push(&mut self, rows: &EachRow<'_>);

    /// The runs, in the order in which they came, to be read side by side.
    fn runs(&self) -> Vec<KeptRun<'_>>;
}

/// Keeps runs in memory.
#[derive(Debug, Default)]
pub struct RunsInMemory(Vec<Vec<CallRow>>);

impl RunKeeper for RunsInMemory {
    fn begin(&mut self) {
        self.0.clear();
    }

    fn push(&mut self, rows: &EachRow<'_>) {
        let mut run = Vec::new();
        // Nothing can be wrong with the memory.
        let kept = rows(&mut |row| {
            run.push(row);
            Ok(())
        });
        debug_assert!(kept.is_ok());
        self.0.push(run);
    }

    fn runs(&self) -> Vec<KeptRun<'_>> {
        self.0.iter().map(|run| -> KeptRun<'_> { Box::new(run.iter().copied().map(Ok)) }).collect()
    }
}

/// Sorts a run, ties as they come.
pub(crate) fn sort(run: &mut [CallRow]) {
    run.par_sort_by_key(|row| row.at());
}

/// Sorted runs as one; of equal starts those of the earlier run come first.
pub(crate) struct MergedRuns<'r> {
    runs: Vec<KeptRun<'r>>,
    order: BinaryHeap<Reverse<(i64, usize)>>,
    heads: Vec<Option<CallRow>>,
}

impl<'r> MergedRuns<'r> {
    /// Of these runs, in order of the file.
    pub(crate) fn new(runs: Vec<KeptRun<'r>>) -> io::Result<Self> {
        let (count, heads) = (runs.len(), vec![None; runs.len()]);
        let mut merged = Self { runs, order: BinaryHeap::with_capacity(count), heads };
        (0..count).try_for_each(|run| merged.advance(run))?;
        Ok(merged)
    }

    /// The next rows, at most `most`, in place of those in `into`.
    pub(crate) fn next(&mut self, most: usize, into: &mut Vec<CallRow>) -> io::Result<()> {
        into.clear();
        while into.len() < most
            && let Some(Reverse((_, run))) = self.order.pop()
        {
            into.extend(self.heads.get(run).copied().flatten());
            self.advance(run)?;
        }
        Ok(())
    }

    fn advance(&mut self, run: usize) -> io::Result<()> {
        let next = self.runs.get_mut(run).and_then(Iterator::next).transpose()?;
        if let (Some(next), Some(head)) = (next, self.heads.get_mut(run)) {
            *head = Some(next);
            self.order.push(Reverse((next.at(), run)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eniplan_core::random::{Purpose, Stream};

    #[test]
    fn runs_merge_into_what_a_stable_sort_gives() {
        let stream = Stream::new(7, Purpose::Arrivals);
        for case in 0..200 {
            let draws = stream.fork(case);
            let mut draw = 0;
            let mut below = |range| {
                draw += 1;
                draws.below(draw, range)
            };
            let (mut all, mut keeper) = (Vec::new(), RunsInMemory::default());
            for _ in 0..below(6) {
                let mut run: Vec<CallRow> = (0..below(30))
                    .map(|_| {
                        let function = u32::try_from(below(1_000)).unwrap();
                        CallRow::new(below(9).cast_signed(), below(4), function).unwrap()
                    })
                    .collect();
                all.extend_from_slice(&run);
                sort(&mut run);
                keeper.push(&|take| run.iter().try_for_each(|row| take(*row)));
            }
            all.sort_by_key(|row| row.at());
            let mut merged = MergedRuns::new(keeper.runs()).unwrap();
            let (mut found, mut some) = (Vec::new(), Vec::new());
            loop {
                merged.next(5, &mut some).unwrap();
                if some.is_empty() {
                    break;
                }
                found.extend_from_slice(&some);
            }
            assert_eq!(found, all);
        }
    }
}
