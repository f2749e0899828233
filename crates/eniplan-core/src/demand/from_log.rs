//! From log: the demand of a log that comes in blocks, of which none is kept.
//!
//! Functions fall into parts by their names, and each part is counted on its own, so that
//! the work is shared by threads and the result is the same for any number of them. Memory
//! grows with the functions, with what runs at once and with the changes of the
//! environments' curves, not with the rows.

use rayon::prelude::*;

use super::FunctionDemand;
use super::nominal::{Nominal, Together};
use crate::trace::block::{CallBlock, PARTS};

/// The functions of one part.
#[derive(Clone, Debug, Default)]
struct LogPart {
    /// The place among the tallies, and one more, of each function; 0 of those of other parts.
    places: Vec<usize>,
    /// Each function's number and what it needs.
    tallies: Vec<(u32, Nominal)>,
}

/// The demand of the blocks so far.
#[derive(Clone, Debug)]
pub struct FromLog {
    parts: Vec<LogPart>,
    together: Together,
    /// How long idle environments live, ms; without it their curves are left out.
    keep_alive: Option<u64>,
}

/// What a log needs, besides ENIs.
#[derive(Clone, Debug)]
pub struct LogDemand {
    /// By function, in order of their numbers; without their names.
    pub functions: Vec<FunctionDemand>,
    /// The most invocations running at once, of all functions.
    pub peak_concurrency: u32,
    /// The first instant of that, ms.
    pub peak_concurrency_at: u64,
}

impl FromLog {
    /// Nothing yet. Idle environments live for `keep_alive`; without that their curves are left out, and
    /// memory does not grow with the calls.
    pub fn new(keep_alive: Option<u64>) -> Self {
        Self { parts: vec![LogPart::default(); PARTS], together: Together::default(), keep_alive }
    }

    /// The next block, whose calls are in order of start; times count from `first`.
    pub fn take(&mut self, block: &CallBlock, first: i64) {
        let Self { parts, together, keep_alive } = self;
        let all = || {
            for row in &block.rows {
                debug_assert!(row.at() >= first);
                together.arrive(row.at().abs_diff(first), row.duration(), 1);
            }
        };
        let by_function = || {
            parts.par_iter_mut().zip(&block.parts).with_max_len(1).for_each(|(part, rows)| {
                part.take(block, rows, first, *keep_alive);
            });
        };
        rayon::join(all, by_function);
    }

    /// What it needs, now that all blocks are here.
    pub fn finish(self) -> LogDemand {
        let (peak_concurrency, peak_concurrency_at) = self.together.peak();
        let mut found: Vec<(u32, Nominal)> = self.parts.into_iter().flat_map(|part| part.tallies).collect();
        found.sort_unstable_by_key(|(number, _)| *number);
        let functions = found.into_par_iter().map(|(_, tally)| tally.finish()).collect();
        LogDemand { functions, peak_concurrency, peak_concurrency_at }
    }
}

impl LogPart {
    fn take(&mut self, block: &CallBlock, rows: &[u32], first: i64, keep_alive: Option<u64>) {
        for row in rows.iter().filter_map(|row| block.rows.get(*row as usize)) {
            self.tally(row.function(), keep_alive).arrive(row.at().abs_diff(first), row.duration(), 1);
        }
    }

    #[inline]
    fn tally(&mut self, number: u32, keep_alive: Option<u64>) -> &mut Nominal {
        let function = number as usize;
        if self.places.len() <= function {
            self.places.resize(function + 1, 0);
        }
        let place = &mut self.places[function];
        if *place == 0 {
            self.tallies.push((number, Nominal::new("", keep_alive)));
            *place = self.tallies.len();
        }
        &mut self.tallies[*place - 1].1
    }
}
