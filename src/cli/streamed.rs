//! Streamed: the demand of a large file that is read in blocks and not kept.
//!
//! Gives nothing where a file is not one of the usual two, or has something unusual in it:
//! then the whole file is read, which understands more and tells what is wrong.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use super::blocks::Beginning;
use crate::demand::FunctionDemand;
use crate::demand::even::Busiest;
use crate::demand::from_log::{FromLog, LogDemand};
use crate::quantity::Millis;
use crate::traffic::import::{self, Companions, Options, Source};
use crate::traffic::stream::Unusual;
use crate::traffic::stream::log::{self, Rows};
use crate::traffic::{Shape, Traffic, TrafficFunction};

/// How many blocks are read at a time, so that threads share them well.
const AT_ONCE: usize = 8;

/// Why a file is not read in blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotInBlocks {
    /// It is no file that could be, or an option looks at all of it.
    Other,
    /// Something in it only the importer can judge.
    Because {
        /// The line, from 1.
        line: u64,
        /// What it is.
        what: &'static str,
    },
}

impl NotInBlocks {
    /// What `unusual` is in a file with a header, of which `before` lines stand in earlier blocks.
    pub const fn of(unusual: Unusual, before: u64) -> Self {
        Self::Because { line: unusual.line + before + 2, what: unusual.what }
    }
}

/// Nothing that is said of it.
pub fn other<T>(found: Option<T>) -> Result<T, NotInBlocks> {
    found.ok_or(NotInBlocks::Other)
}

/// What a file needs by function.
#[derive(Debug)]
pub struct Streamed {
    /// The traffic without its invocations.
    pub traffic: Traffic,
    /// By function, in the traffic's order.
    pub functions: Vec<FunctionDemand>,
    /// The most at once of all functions, and its first instant, where it is known.
    pub peak: (u32, u64),
    /// The busiest slot of each function, where there are slots.
    pub busiest: Option<Vec<Busiest>>,
}

/// A file that may be read in blocks, and how.
#[derive(Debug)]
pub struct Input<'a> {
    /// The file.
    pub path: &'a Path,
    /// Its name for people.
    pub name: String,
    /// How it is read.
    pub options: Options,
    /// Whether no bar is shown.
    pub quiet: bool,
}

impl Input<'_> {
    /// The demand of a log; the curves of environments where `keep_alive` says how long idle ones live.
    pub fn log(&self, keep_alive: Option<Millis>) -> Result<Streamed, NotInBlocks> {
        let beginning = other(Beginning::of(self.path))?;
        let layout = other(log::Layout::of(beginning.header()))?;
        let sample = other(self.sample(&beginning, "log"))?;
        let (first, demand) = self.demand_of_log(beginning, &layout, keep_alive)?;
        let wall = sample.origin.is_some();
        if wall && sample.origin != Some(first) || demand.span > Millis::LONGEST.0 {
            return Err(NotInBlocks::Other);
        }
        let functions = demand.functions.iter().map(|it| TrafficFunction {
            name: it.name.clone(),
            memory: None,
            duration: self.options.durations.get(&it.name).copied(),
        });
        let traffic = Traffic { functions: functions.collect(), span: Millis(demand.span), ..sample };
        let traffic = Traffic { shape: Shape::Log(Vec::new()), ..traffic };
        let peak = (demand.peak_concurrency, demand.peak_concurrency_at);
        Ok(Streamed { traffic, functions: demand.functions, peak, busiest: None })
    }

    fn demand_of_log(
        &self,
        beginning: Beginning,
        layout: &log::Layout,
        keep_alive: Option<Millis>,
    ) -> Result<(i64, LogDemand), NotInBlocks> {
        let mut blocks = beginning.blocks(self.quiet);
        let mut demand = FromLog::default();
        let mut rows: Vec<Rows> = vec![Rows::default(); AT_ONCE];
        let (mut first, mut last, mut form, mut before) = (None, i64::MIN, None, 0);
        loop {
            let texts = other(blocks.next(AT_ONCE).ok())?;
            if texts.is_empty() {
                break;
            }
            let read: Vec<Result<(), Unusual>> =
                rows.par_iter_mut().zip(&texts).map(|(rows, text)| rows.read(layout, text)).collect();
            for (rows, read) in rows.iter().zip(read) {
                read.map_err(|unusual| NotInBlocks::of(unusual, before))?;
                let (Some(start), Some(end)) = (rows.rows.first(), rows.rows.last()) else { continue };
                let told = |line, what| Err(NotInBlocks::of(Unusual { line, what }, before));
                if rows.form != *form.get_or_insert(rows.form) {
                    return told(0, "the times are written in different ways");
                }
                if let Some(line) = rows.disorder.or((start.at < last).then_some(0)) {
                    return told(line, "the row starts before the one above it");
                }
                last = end.at;
                first.get_or_insert(start.at);
                before += rows.lines;
            }
            let read: Vec<&Rows> = rows.iter().take(texts.len()).collect();
            demand.take(&read, first.unwrap_or(0), keep_alive.map(|it| it.0));
            blocks.give_back(texts);
        }
        Ok((other(first)?, demand.finish()))
    }

    /// What the importer makes of the header and the first row, if it takes the file for this format.
    fn sample(&self, beginning: &Beginning, format: &str) -> Option<Traffic> {
        self.taken_for(format, beginning.sample()?)
    }

    /// What the importer makes of `bytes`, if it takes them for this format.
    pub fn taken_for(&self, format: &str, bytes: &[u8]) -> Option<Traffic> {
        let source = Source { name: &self.name, bytes };
        if import::detect(source, &self.options).ok()?.name() != format {
            return None;
        }
        import::import(source, &Companions::default(), &self.options).ok()
    }
}

/// The busiest slot of each function of traffic that is in memory, where there are slots.
pub fn busiest(traffic: &Traffic) -> Option<Vec<Busiest>> {
    let Shape::Counts { slot, cells, .. } = &traffic.shape else { return None };
    let mut sums = BTreeMap::<(u32, u32), u32>::new();
    for cell in cells {
        let sum = sums.entry((cell.function, cell.slot)).or_default();
        *sum = sum.saturating_add(cell.count);
    }
    let mut found = vec![Busiest::default(); traffic.functions.len()];
    for ((function, number), invocations) in sums {
        let Some(best) = found.get_mut(function as usize) else { continue };
        if invocations > best.invocations {
            *best = Busiest { at: u64::from(number) * slot.0, invocations };
        }
    }
    Some(found)
}
