//! Streamed log: the demand of a log that is read in blocks and not kept.
//!
//! A log in order of start is counted as it is read. One that is not is read once more, sorted in runs that
//! are kept in a temporary file, and counted as they are merged.

use std::io;

use rayon::prelude::*;

use super::blocks::Beginning;
use super::input::reason;
use super::output::note;
use super::progress::ByteProgress;
use super::spill::Spill;
use super::streamed::{Input, NotInBlocks, Streamed, other};
use crate::demand::from_log::{FromLog, LogDemand};
use crate::import::blocks::Unusual;
use crate::import::blocks::log::{self, Layout};
use crate::import::blocks::sorted::{Gathered, Merged};
use crate::quantity::Millis;
use crate::trace::block::{Row, Rows};
use crate::trace::{Shape, Traffic, TrafficFunction};

/// How many blocks are read at a time, so that threads share them well.
const AT_ONCE: usize = 8;
/// How many merged rows are counted at a time.
const MERGED: usize = 1 << 19;

/// What the rows come to.
struct Counted {
    /// The start in the first row, ms.
    opening: i64,
    /// The earliest start, ms.
    first: i64,
    demand: LogDemand,
    /// The first row that starts before the one above it.
    late: Option<u64>,
}

impl Input<'_> {
    /// The demand of a log; the curves of environments where `keep_alive` says how long idle ones live.
    pub fn log(&self, keep_alive: Option<Millis>) -> Result<Streamed, NotInBlocks> {
        let beginning = other(Beginning::of(self.path))?;
        let layout = other(Layout::of(beginning.header()))?;
        let sample = other(self.sample(&beginning, "log"))?;
        let counted = match self.in_order(beginning, &layout, keep_alive) {
            Err(NotInBlocks::Unsorted(line)) => self.out_of_order(&layout, line, keep_alive)?,
            counted => counted?,
        };
        let Counted { opening, first, demand, late } = counted;
        let told = sample.origin.is_some_and(|origin| origin != opening);
        if told || demand.span > Millis::LONGEST.0 {
            return Err(NotInBlocks::Other);
        }
        let functions = demand.functions.iter().map(|it| TrafficFunction {
            name: it.name.clone(),
            memory: None,
            duration: self.options.durations.get(&it.name).copied(),
        });
        let sorted = late.map(|line| {
            format!("the rows were not in order of start and have been sorted (the first is line {line})")
        });
        let traffic = Traffic {
            functions: functions.collect(),
            origin: sample.origin.map(|_| first),
            span: Millis(demand.span),
            notes: sample.notes.into_iter().chain(sorted).collect(),
            shape: Shape::Log(Vec::new()),
        };
        let peak = (demand.peak_concurrency, demand.peak_concurrency_at);
        Ok(Streamed { traffic, functions: demand.functions, peak, busiest: None })
    }

    /// Hands the rows to `take`, some blocks at a time, each with the number of lines before it.
    fn rows(
        &self,
        beginning: Beginning,
        layout: &Layout,
        mut take: impl FnMut(&[(&Rows, u64)]) -> Result<(), NotInBlocks>,
    ) -> Result<(), NotInBlocks> {
        let mut blocks = beginning.blocks(self.quiet);
        let mut rows: Vec<Rows> = vec![Rows::default(); AT_ONCE];
        let (mut form, mut before) = (None, 0);
        loop {
            let texts = other(blocks.next(AT_ONCE).ok())?;
            if texts.is_empty() {
                return Ok(());
            }
            let read: Vec<Result<(), Unusual>> =
                rows.par_iter_mut().zip(&texts).map(|(rows, text)| log::read(rows, layout, text)).collect();
            let mut taken = Vec::with_capacity(texts.len());
            for (rows, read) in rows.iter().zip(read) {
                read.map_err(|unusual| NotInBlocks::of(unusual, before))?;
                if rows.form.is_some() && rows.form != *form.get_or_insert(rows.form) {
                    let what = "the times are written in different ways";
                    return Err(NotInBlocks::of(Unusual { line: 0, what }, before));
                }
                taken.push((rows, before));
                before += rows.lines;
            }
            take(&taken)?;
            blocks.give_back(texts);
        }
    }

    fn in_order(
        &self,
        beginning: Beginning,
        layout: &Layout,
        keep_alive: Option<Millis>,
    ) -> Result<Counted, NotInBlocks> {
        let mut demand = FromLog::default();
        let (mut first, mut last) = (None, i64::MIN);
        self.rows(beginning, layout, |blocks| {
            for (rows, before) in blocks {
                let (Some(start), Some(end)) = (rows.rows.first(), rows.rows.last()) else { continue };
                if let Some(line) = rows.disorder.or((start.at < last).then_some(0)) {
                    return Err(NotInBlocks::Unsorted(line + before + 2));
                }
                last = end.at;
                first.get_or_insert(start.at);
            }
            let rows: Vec<&Rows> = blocks.iter().map(|(rows, _)| *rows).collect();
            demand.take(&rows, first.unwrap_or(0), keep_alive.map(|it| it.0));
            Ok(())
        })?;
        let first = other(first)?;
        Ok(Counted { opening: first, first, demand: demand.finish(), late: None })
    }

    fn out_of_order(
        &self,
        layout: &Layout,
        late: u64,
        keep_alive: Option<Millis>,
    ) -> Result<Counted, NotInBlocks> {
        let failed = |error: io::Error| {
            let text = "the rows cannot be sorted in the folder for temporary files (TMPDIR)";
            note(&format!("{text}: {}", reason(&error)), self.quiet);
            NotInBlocks::Unsorted(late)
        };
        let mut spill = Spill::create().map_err(failed)?;
        let (mut gathered, mut opening) = (Gathered::default(), None);
        self.rows(other(Beginning::of(self.path))?, layout, |blocks| {
            for (rows, _) in blocks {
                opening = opening.or(rows.rows.first().map(|row| row.at));
                gathered.take(rows);
                if gathered.is_full() {
                    spill.push(gathered.sorted()).map_err(failed)?;
                    gathered.begin();
                }
            }
            Ok(())
        })?;
        spill.push(gathered.sorted()).map_err(failed)?;
        let (opening, first) = (other(opening)?, other(gathered.first())?);
        let demand = self.merged(&spill, gathered.known(), first, keep_alive).map_err(failed)?;
        Ok(Counted { opening, first, demand, late: Some(late) })
    }

    fn merged(
        &self,
        spill: &Spill,
        mut rows: Rows,
        first: i64,
        keep_alive: Option<Millis>,
    ) -> io::Result<LogDemand> {
        let mut merged = Merged::of(spill.runs())?;
        let progress = ByteProgress::new(spill.length(), self.quiet);
        let (mut demand, mut some) = (FromLog::default(), Vec::with_capacity(MERGED));
        loop {
            merged.next(MERGED, &mut some)?;
            if some.is_empty() {
                return Ok(demand.finish());
            }
            rows.refill(&some);
            demand.take(&[&rows], first, keep_alive.map(|it| it.0));
            progress.add((some.len() * Row::BYTES) as u64);
        }
    }
}
