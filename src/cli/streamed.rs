//! Streamed: the demand of a large file that is read in blocks and not kept.
//!
//! Gives nothing where a file is not one of the usual two, or has something unusual in it:
//! then the whole file is read, which understands more and tells what is wrong.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use super::blocks::Beginning;
use crate::demand::FunctionDemand;
use crate::demand::even::{Busiest, even};
use crate::demand::from_log::{FromLog, LogDemand};
use crate::quantity::Millis;
use crate::traffic::import::{self, Companions, Options, Source};
use crate::traffic::stream::log::{self, Rows};
use crate::traffic::stream::wide_day;
use crate::traffic::{Shape, Spread, Traffic, TrafficFunction};

/// How many blocks are read at a time, so that threads share them well.
const AT_ONCE: usize = 8;

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
    pub fn log(&self, keep_alive: Option<Millis>) -> Option<Streamed> {
        let beginning = Beginning::of(self.path)?;
        let layout = log::Layout::of(beginning.header())?;
        let sample = self.sample(&beginning, "log")?;
        let (first, demand) = self.demand_of_log(beginning, &layout, keep_alive)?;
        let wall = sample.origin.is_some();
        if wall && sample.origin != Some(first) || demand.span > Millis::LONGEST.0 {
            return None;
        }
        let functions = demand.functions.iter().map(|it| TrafficFunction {
            name: it.name.clone(),
            memory: None,
            duration: self.options.durations.get(&it.name).copied(),
        });
        let traffic = Traffic { functions: functions.collect(), span: Millis(demand.span), ..sample };
        let traffic = Traffic { shape: Shape::Log(Vec::new()), ..traffic };
        let peak = (demand.peak_concurrency, demand.peak_concurrency_at);
        Some(Streamed { traffic, functions: demand.functions, peak, busiest: None })
    }

    fn demand_of_log(
        &self,
        beginning: Beginning,
        layout: &log::Layout,
        keep_alive: Option<Millis>,
    ) -> Option<(i64, LogDemand)> {
        let mut blocks = beginning.blocks(self.quiet);
        let mut demand = FromLog::default();
        let mut rows: Vec<Rows> = vec![Rows::default(); AT_ONCE];
        let (mut first, mut last, mut form) = (None, i64::MIN, None);
        loop {
            let texts = blocks.next(AT_ONCE).ok()?;
            if texts.is_empty() {
                break;
            }
            let read = rows.par_iter_mut().zip(&texts).try_for_each(|(rows, text)| rows.read(layout, text));
            read.ok()?;
            let read: Vec<&Rows> = rows.iter().take(texts.len()).collect();
            for rows in &read {
                let (Some(start), Some(end)) = (rows.rows.first(), rows.rows.last()) else { continue };
                let same = rows.form == *form.get_or_insert(rows.form);
                if rows.disorder.is_some() || start.at < last || !same {
                    return None;
                }
                last = end.at;
                first.get_or_insert(start.at);
            }
            demand.take(&read, first.unwrap_or(0), keep_alive.map(|it| it.0));
            blocks.give_back(texts);
        }
        Some((first?, demand.finish()))
    }

    /// The demand of a wide day, without the curves of its environments.
    pub fn wide_day(&self, companions: &Companions<'_>) -> Option<Streamed> {
        let beginning = Beginning::of(self.path)?;
        let layout = wide_day::Layout::of(beginning.header())?;
        if self.options.spread != Spread::Even {
            return None;
        }
        self.sample(&beginning, "azure-2019")?;
        let header = beginning.header().to_owned();
        let mut blocks = beginning.blocks(self.quiet);
        let mut rows = Vec::new();
        loop {
            let texts = blocks.next(AT_ONCE).ok()?;
            if texts.is_empty() {
                break;
            }
            let read: Result<Vec<_>, _> =
                texts.par_iter().map(|text| wide_day::Rows::read(layout, text)).collect();
            rows.extend(read.ok()?);
            blocks.give_back(texts);
        }
        let traffic = self.functions(&header, &rows, companions)?;
        let counts: Vec<&[wide_day::Count]> = rows.iter().flat_map(wide_day::Rows::each).collect();
        let usual = self.options.default_duration;
        let (functions, busiest) = (&traffic.functions, counts)
            .into_par_iter()
            .map(|(function, counts)| even(&function.name, counts, function.duration.unwrap_or(usual).0))
            .unzip();
        let span = Millis::minutes(layout.minutes.into());
        let shape = Shape::Counts { slot: Millis::minutes(1), cells: Vec::new(), spread: Spread::Even };
        let traffic = Traffic { span, shape, ..traffic };
        Some(Streamed { traffic, functions, peak: (0, 0), busiest: Some(busiest) })
    }

    /// What the importer makes of the header and the first row, if it takes the file for this format.
    fn sample(&self, beginning: &Beginning, format: &str) -> Option<Traffic> {
        let source = Source { name: &self.name, bytes: beginning.sample()? };
        if import::detect(source, &self.options).ok()?.name() != format {
            return None;
        }
        import::import(source, &Companions::default(), &self.options).ok()
    }

    /// What the importer makes of the functions: a day of one minute, with an invocation where there was any.
    fn functions(
        &self,
        header: &str,
        rows: &[wide_day::Rows],
        companions: &Companions<'_>,
    ) -> Option<Traffic> {
        let columns = header.split(',').take(5).collect::<Vec<_>>().join(",");
        let mut text = columns + "\n";
        for rows in rows {
            for (key, counts) in rows.keys.lines().zip(rows.each()) {
                text.push_str(key);
                text.push_str(if counts.is_empty() { ",0\n" } else { ",1\n" });
            }
        }
        let source = Source { name: &self.name, bytes: text.as_bytes() };
        import::import(source, companions, &self.options).ok()
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
