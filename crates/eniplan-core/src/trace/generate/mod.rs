//! Generate: sample traffic as CSV text in this program's own formats, from a seed.
//!
//! `eniplan generate SHAPE[+SHAPE...]` fills a [`Recipe`] from its options:
//!
//! | option | field |
//! |---|---|
//! | `SHAPE` | [`Recipe::shapes`], by [`shapes`] |
//! | `--seed N` | [`Recipe::seed`] |
//! | `--span 1d` | [`Recipe::span`] |
//! | `--slot 1m` | [`Recipe::slot`] |
//! | `--peak 8` | [`Recipe::peak`] |
//! | `--start 2026-03-02` | [`Recipe::start`], by [`start`]; `none` for seconds from 0 |
//! | `--log` | [`Recipe::layout`] is [`RecipeLayout::Log`] |
//! | `--functions a,b` `--rate 5/s,1/s` `--duration 120ms` | [`Recipe::loads`], by [`loads`] |
//! | `-o FILE` | where the text goes |
//!
//! [`Bulk`] makes files of the size that measurements need.
//!
//! The same recipe gives the same bytes on every machine: draws come from
//! [`Stream`]s, logarithms from `libm`.

mod bulk;
mod draw;
mod shape;

use std::fmt::{self, Write};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

pub use bulk::Bulk;
pub use shape::{RateShape, SHAPES, ShapeMoment, shapes};

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::quantity::{Millis, Rate};
use crate::random::{Purpose, Stream};
use draw::{Drawer, whole};

/// How the trace is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RecipeLayout {
    /// `time,function,invocations,duration_ms`: a Poisson count per slot and function, with the
    /// slot's mean duration within 10 % of the function's.
    #[default]
    Counts,
    /// `start,function,duration_ms`: a Poisson process per function, with log-normal durations.
    Log,
}

/// One function's part of the trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipeLoad {
    /// Its name.
    pub name: String,
    /// Invocations per second where the shape's factor is 1.
    pub rate: Rate,
    /// How long an invocation lasts on average.
    pub duration: Millis,
}

impl RecipeLoad {
    /// Invocations per millisecond where the factor is 1.
    fn per_ms(&self) -> f64 {
        self.rate.0 as f64 / 1_000_000.0
    }
}

/// Everything that settles a generated file.
#[derive(Clone)]
pub struct Recipe {
    /// The seed of all draws.
    pub seed: u64,
    /// The shapes, whose factors multiply.
    pub shapes: Vec<&'static RateShape>,
    /// How long the trace is.
    pub span: Millis,
    /// How long a slot is; a log has none.
    pub slot: Millis,
    /// The factor of the largest burst, for shapes that have one.
    pub peak: u32,
    /// The first instant, ms since 1970 in UTC; without it, times are seconds from 0.
    pub start: Option<i64>,
    /// How it is written.
    pub layout: RecipeLayout,
    /// The functions.
    pub loads: Vec<RecipeLoad>,
}

/// The most rows a recipe may ask for, on average.
const ROWS: u64 = 50_000_000;

impl Default for Recipe {
    /// A day of one function `api`, 5 invocations of 120 ms per second, by the minute, seed 1.
    fn default() -> Self {
        Self {
            seed: 1,
            shapes: SHAPES.iter().take(1).collect(),
            span: Millis::minutes(1_440),
            slot: Millis::minutes(1),
            peak: 8,
            start: start("2026-03-02").ok().flatten(),
            layout: RecipeLayout::Counts,
            loads: vec![RecipeLoad { name: "api".into(), rate: Rate::per_second(5), duration: Millis(120) }],
        }
    }
}

impl Recipe {
    /// What is wrong with it: nothing to generate, or more than anybody wants.
    pub fn check(&self) -> Diagnostics {
        let mut problems = Diagnostics::default();
        let mut bad = |message: String, help: &str| {
            problems.push(Diagnostic::new(Code::Usage, message, help));
        };
        if self.slot == Millis::ZERO || self.slot > self.span || self.span > Millis::LONGEST {
            let (slot, span) = (self.slot, self.span);
            bad(
                format!("a slot of {slot} does not fit a span of {span}"),
                "use a slot no longer than the span",
            );
        }
        if self.loads.is_empty() || self.shapes.is_empty() {
            bad("nothing to generate".into(), "give at least one shape and one function");
        }
        if self.loads.iter().any(|load| load.duration.0 > u64::from(u32::MAX) / 2) {
            bad("a duration exceeds 24 days".into(), "use a shorter duration");
        }
        let last = offset(self.span.0);
        let written = |start: i64| Timestamp::from_millisecond(start.saturating_add(last)).is_ok();
        if !self.start.is_none_or(written) {
            bad("the trace would end after the year 9999".into(), "use an earlier --start");
        }
        let slot_ms = if self.layout == RecipeLayout::Log { self.span } else { self.slot };
        let in_slot = |load: &RecipeLoad| load.per_ms() * self.largest() * slot_ms.0 as f64;
        let most = self.loads.iter().map(in_slot).fold(0.0, f64::max);
        if self.layout == RecipeLayout::Counts && most > f64::from(u32::MAX / 2) {
            bad(format!("a slot would have {most:.0} invocations"), "lower the rate or the peak");
        }
        let rows = match self.layout {
            RecipeLayout::Counts => self.slots().saturating_mul(self.loads.len() as u64),
            RecipeLayout::Log => whole(self.loads.iter().map(in_slot).sum()),
        };
        if rows > ROWS {
            bad(
                format!("the file would have {rows} rows, too many"),
                "use a shorter span, longer slots or a lower rate",
            );
        }
        problems
    }

    fn slots(&self) -> u64 {
        self.span.0.checked_div(self.slot.0).unwrap_or(0)
    }

    fn largest(&self) -> f64 {
        self.shapes.iter().map(|shape| (shape.largest)(f64::from(self.peak))).product()
    }

    fn factor(&self, at: f64) -> f64 {
        let midnight = self.start.map_or(0, |start| start.rem_euclid(86_400_000));
        let time_of_day = libm::fmod(midnight as f64 + at, 86_400_000.0);
        let moment = ShapeMoment { at, time_of_day, span: self.span.0 as f64, peak: f64::from(self.peak) };
        self.shapes.iter().map(|shape| (shape.factor)(moment)).product()
    }

    /// The mean factor over the slot that starts at `at`, by the minute.
    fn mean_factor(&self, at: u64) -> f64 {
        let steps = (self.slot.0 / 60_000).clamp(1, 1_440);
        let step = self.slot.0 as f64 / steps as f64;
        let sum: f64 = (0..steps).map(|n| self.factor(at as f64 + (n as f64 + 0.5) * step)).sum();
        sum / steps as f64
    }

    /// The instant `at` ms from the start, as the file writes it.
    fn time(&self, at: u64) -> String {
        let offset = offset(at);
        match self.start.and_then(|start| Timestamp::from_millisecond(start.saturating_add(offset)).ok()) {
            Some(wall) => wall.to_string(),
            None if at.is_multiple_of(1_000) => (at / 1_000).to_string(),
            None => format!("{}.{:03}", at / 1_000, at % 1_000),
        }
    }
}

/// The functions `names` with a rate and a duration each; one of either stands for all.
pub fn loads(names: &[String], rates: &[Rate], durations: &[Millis]) -> Result<Vec<RecipeLoad>, Diagnostic> {
    fn nth<T: Copy>(values: &[T], n: usize, what: &str, names: usize) -> Result<T, Diagnostic> {
        let found = if let [one] = values { Some(*one) } else { values.get(n).copied() };
        found.filter(|_| values.len() == 1 || values.len() == names).ok_or_else(|| {
            let message = format!("{} {what} given for {names} functions", values.len());
            Diagnostic::new(Code::Usage, message, "give one for all functions or one per function")
        })
    }
    let load = |(n, name): (usize, &String)| {
        let rate = nth(rates, n, "rates", names.len())?;
        Ok(RecipeLoad { name: name.clone(), rate, duration: nth(durations, n, "durations", names.len())? })
    };
    names.iter().enumerate().map(load).collect()
}

/// The first instant, in ms since 1970: `2026-03-02`, `2026-03-02 08:00:00` (UTC), RFC 3339, or `none`.
pub fn start(text: &str) -> Result<Option<i64>, Diagnostic> {
    if text == "none" {
        return Ok(None);
    }
    let civil = || text.parse::<DateTime>().ok().and_then(|time| Offset::UTC.to_timestamp(time).ok());
    match text.parse::<Timestamp>().ok().or_else(civil) {
        Some(time) => Ok(Some(time.as_millisecond())),
        None => Err(Diagnostic::new(
            Code::Usage,
            format!("`{text}` is not a valid start time"),
            "write a date such as 2026-03-02, a date and time, or none",
        )),
    }
}

/// Writes the trace of `recipe`, which [`Recipe::check`] finds nothing wrong with, to `out`.
pub fn generate(recipe: &Recipe, out: &mut dyn Write) -> fmt::Result {
    match recipe.layout {
        RecipeLayout::Counts => counts(recipe, out),
        RecipeLayout::Log => log(recipe, out),
    }
}

fn counts(recipe: &Recipe, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "time,function,invocations,duration_ms")?;
    let streams = streams(recipe);
    for slot in 0..recipe.slots() {
        let at = slot * recipe.slot.0;
        let (time, factor) = (recipe.time(at), recipe.mean_factor(at));
        for (load, (arrivals, durations)) in recipe.loads.iter().zip(&streams) {
            let mean = load.per_ms() * recipe.slot.0 as f64 * factor;
            let count = Drawer::new(arrivals.fork(slot)).poisson(mean);
            // A fifth wide around the mean, in whole milliseconds.
            let width = load.duration.0 / 5;
            let duration = load.duration.0 - width / 2 + durations.below(slot, width + 1);
            writeln!(out, "{time},{},{count},{duration}", cell(&load.name))?;
        }
    }
    Ok(())
}

/// Arrivals by thinning (Lewis and Shedler, 1979): drawn at the largest rate, kept with the share the
/// factor has of it.
fn log(recipe: &Recipe, out: &mut dyn Write) -> fmt::Result {
    const SIGMA: f64 = 0.35;
    writeln!(out, "start,function,duration_ms")?;
    let (span, largest) = (recipe.span.0 as f64, recipe.largest());
    let drawers = streams(recipe).into_iter().map(|(a, d)| (Drawer::new(a), Drawer::new(d)));
    let loads = recipe.loads.iter().zip(drawers).filter(|(load, _)| load.rate.0 > 0);
    let mut clocks: Vec<_> = loads.map(|(load, (a, d))| (0.0, load, a, d)).collect();
    let advance = |at: f64, load: &RecipeLoad, arrivals: &mut Drawer| {
        let gap = 1.0 / (load.per_ms() * largest);
        let mut at = at + arrivals.exponential(gap);
        while at < span && arrivals.uniform() * largest > recipe.factor(at) {
            at += arrivals.exponential(gap);
        }
        at
    };
    for (at, load, arrivals, _) in &mut clocks {
        *at = advance(*at, load, arrivals);
    }
    // Strictly earlier: of two at the same time, the function that is named first goes first.
    while let Some((at, load, arrivals, durations)) =
        clocks.iter_mut().reduce(|first, next| if next.0 < first.0 { next } else { first })
    {
        if *at >= span || at.is_nan() {
            break;
        }
        let scale = libm::exp(SIGMA * durations.normal() - SIGMA * SIGMA / 2.0);
        let duration = whole(load.duration.0 as f64 * scale + 0.5);
        writeln!(out, "{},{},{duration}", recipe.time(whole(*at)), cell(&load.name))?;
        *at = advance(*at, load, arrivals);
    }
    Ok(())
}

/// The streams of each function: where its invocations fall, and how long they last.
fn streams(recipe: &Recipe) -> Vec<(Stream, Stream)> {
    let of = |purpose, n| Stream::new(recipe.seed, purpose).fork(n);
    let numbers = 0..recipe.loads.len() as u64;
    numbers.map(|n| (of(Purpose::Arrivals, n), of(Purpose::Durations, n))).collect()
}

/// `name` as a CSV cell.
fn cell(name: &str) -> String {
    if name.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", name.replace('"', "\"\""))
    } else {
        name.to_owned()
    }
}

/// So many ms as an offset of a timestamp.
fn offset(ms: u64) -> i64 {
    // Beyond what a timestamp can be, which is told as such.
    i64::try_from(ms).unwrap_or(i64::MAX)
}
