//! From log: the demand of a log that comes in blocks, of which none is kept.
//!
//! Functions fall into parts by their names, and each part is counted on its own, so that
//! the work is shared by threads and the result is the same for any number of them. Memory
//! grows with the functions, with what runs at once and with the changes of the
//! environments' curves, not with the rows.

use rayon::prelude::*;

use super::FunctionDemand;
use super::nominal::{Nominal, Together};
use crate::trace::block::{PARTS, Rows};
use crate::trace::names::Names;

/// The functions of one part.
#[derive(Clone, Debug, Default)]
struct Part {
    names: Names,
    tallies: Vec<Nominal>,
    /// Where each function first appears: the block, the name's number in it.
    seen: Vec<(u64, u32)>,
    /// The numbers here of the names of the block at hand.
    numbers: Vec<u32>,
    /// The last end, ms.
    span: u64,
}

/// The demand of the blocks so far.
#[derive(Clone, Debug)]
pub struct FromLog {
    parts: Vec<Part>,
    together: Together,
    blocks: u64,
}

/// What a log needs, besides ENIs.
#[derive(Clone, Debug)]
pub struct LogDemand {
    /// By function, in the order they first appear.
    pub functions: Vec<FunctionDemand>,
    /// The most invocations running at once, of all functions.
    pub peak_concurrency: u32,
    /// The first instant of that, ms.
    pub peak_concurrency_at: u64,
    /// The last end, ms.
    pub span: u64,
}

impl Default for FromLog {
    fn default() -> Self {
        Self { parts: vec![Part::default(); PARTS], together: Together::default(), blocks: 0 }
    }
}

impl FromLog {
    /// The next blocks, in order, whose rows are in order of start; times count from `first`. Idle
    /// environments live for `keep_alive`; without that their curves are left out, and memory does not
    /// grow with the traffic.
    pub fn take(&mut self, blocks: &[&Rows], first: i64, keep_alive: Option<u64>) {
        let (parts, together, number) = (&mut self.parts, &mut self.together, self.blocks);
        let all = || {
            for row in blocks.iter().flat_map(|block| &block.rows) {
                together.arrive(since(first, row.at), row.duration.into(), 1);
            }
        };
        let by_function = || {
            parts.par_iter_mut().enumerate().with_max_len(1).for_each(|(index, part)| {
                for (block, rows) in (number..).zip(blocks) {
                    part.take(index, block, rows, first, keep_alive);
                }
            });
        };
        rayon::join(all, by_function);
        self.blocks += blocks.len() as u64;
    }

    /// What it needs, now that all blocks are here.
    pub fn finish(self) -> LogDemand {
        let span = self.parts.iter().map(|part| part.span).max().unwrap_or(0);
        let (peak_concurrency, peak_concurrency_at) = self.together.peak();
        let all = |part: Part| part.seen.into_iter().zip(part.tallies);
        let mut found: Vec<((u64, u32), Nominal)> = self.parts.into_iter().flat_map(all).collect();
        found.sort_unstable_by_key(|(seen, _)| *seen);
        let functions = found.into_par_iter().map(|(_, tally)| tally.finish()).collect();
        LogDemand { functions, peak_concurrency, peak_concurrency_at, span }
    }
}

impl Part {
    fn take(&mut self, index: usize, block: u64, rows: &Rows, first: i64, keep_alive: Option<u64>) {
        self.numbers.clear();
        for (number, (part, hash)) in (0_u32..).zip(rows.part_of.iter().zip(&rows.hashes)) {
            if usize::from(*part) != index {
                self.numbers.push(u32::MAX);
                continue;
            }
            let bytes = rows.names.bytes_of(number);
            let (own, new) = self.names.number(bytes, *hash);
            if new {
                let name = std::str::from_utf8(bytes).unwrap_or_default();
                self.tallies.push(Nominal::new(name, keep_alive));
                self.seen.push((block, number));
            }
            self.numbers.push(own);
        }
        for row in rows.parts.get(index).into_iter().flatten().filter_map(|row| rows.rows.get(*row as usize))
        {
            let own = self.numbers.get(row.name as usize).copied().unwrap_or(u32::MAX);
            let Some(tally) = self.tallies.get_mut(own as usize) else { continue };
            let (at, duration) = (since(first, row.at), u64::from(row.duration));
            tally.arrive(at, duration, 1);
            self.span = self.span.max(at.saturating_add(duration));
        }
    }
}

/// Milliseconds from `first`.
fn since(first: i64, at: i64) -> u64 {
    u64::try_from(at.saturating_sub(first)).unwrap_or(0)
}
