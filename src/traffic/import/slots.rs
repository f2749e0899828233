//! Slots: long tables with one value per time and function, as counts or as concurrency.
//!
//! Rows may come in any order. A function without a row in a slot that other
//! functions have rows in had nothing there; a slot without any row is missing.

use std::collections::BTreeSet;

use super::Options;
use super::cell::keep;
use super::clock::{Clock, milliseconds};
use super::functions::{Functions, Known, UNNAMED};
use super::grid::{Grid, LIMIT, Mark};
use super::runs::runs;
use super::table::{Column, Row, Table};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::quantity::Millis;
use crate::traffic::{Cell, Shape, Spread, Traffic};

/// What the values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// Invocations in the slot.
    Invocations,
    /// The largest number of concurrent executions in the slot.
    Concurrency,
}

/// The columns of a long table.
#[derive(Clone, Copy, Debug)]
pub struct Columns<'t> {
    /// The slot's start.
    pub time: Column<'t>,
    /// The function; without it the file has one.
    pub function: Option<Column<'t>>,
    /// The value.
    pub value: Column<'t>,
    /// How long each invocation lasts, ms.
    pub duration: Option<Column<'t>>,
}

#[derive(Clone, Copy, Debug)]
struct Sample {
    at: i64,
    line: u64,
    function: u32,
    value: u32,
    duration: Option<u32>,
}

/// Reads `table` as a long one with these columns.
pub fn read(
    table: &Table<'_>,
    columns: &Columns<'_>,
    values: Values,
    options: &Options,
) -> Result<Traffic, Diagnostics> {
    let (mut problems, mut notes) = (Diagnostics::default(), Vec::new());
    let used = [Some(columns.time), columns.function, Some(columns.value), columns.duration];
    notes.extend(table.settle(&used, &mut problems));
    let (mut clock, mut functions) = (Clock::default(), Functions::default());
    let (mut samples, mut read, mut kept) = (Vec::new(), 0, 0);
    table.read(&mut problems, |row, problems| {
        read += 1;
        let sample = sample(row, columns, &mut clock, &mut functions, problems);
        kept += usize::from(sample.is_some());
        samples.extend(sample);
    });
    notes.extend(clock.note());
    if !samples.is_sorted_by_key(|sample| sample.at) {
        samples.sort_by_key(|sample| sample.at);
        notes.push("the rows were not in order of time and have been sorted".into());
    }
    repeated(table, columns, &samples, &functions, &mut problems);
    if read != kept || samples.is_empty() {
        return Err(problems);
    }
    let mut marks: Vec<Mark> = samples.iter().map(|s| Mark { at: s.at, line: s.line }).collect();
    marks.dedup_by_key(|mark| mark.at);
    let place = (table.file, columns.time.index as u64 + 1, columns.time.name);
    let grid = match Grid::of(&marks, None, place, &clock) {
        Ok(grid) => grid,
        Err(off) => {
            problems.extend(off);
            return Err(problems);
        }
    };
    let laid = Laid { grid, clock, names: functions.names, file: table.file, notes };
    let absent = laid.names.len().saturating_mul(marks.len()) > samples.len();
    let note = absent.then(|| "a function without a row in a slot had no invocations there".to_owned());
    laid.finish(&samples, values, options, note, problems)
}

/// The sample in `row`; its bad cells go to `problems`. A bad value alone still leaves the time known.
fn sample(
    row: &Row<'_>,
    columns: &Columns<'_>,
    clock: &mut Clock,
    functions: &mut Functions,
    problems: &mut Diagnostics,
) -> Option<Sample> {
    let at = keep(clock.read(&row.cell(columns.time)), problems).map(milliseconds);
    let cell = columns.function.map(|column| row.cell(column));
    let name = cell.as_ref().map_or(Some(UNNAMED), |cell| keep(cell.name(), problems));
    let value = keep(row.cell(columns.value).count(), problems);
    let duration = columns.duration.map(|column| row.cell(column)).filter(|cell| !cell.text.is_empty());
    let duration = duration.and_then(|cell| keep(cell.short_duration(), problems));
    let (at, function) = (at?, functions.number(name?));
    Some(Sample { at, line: row.line, function, value: value.unwrap_or(0), duration })
}

/// Notes every row that repeats the time and function of another.
fn repeated(
    table: &Table<'_>,
    columns: &Columns<'_>,
    samples: &[Sample],
    functions: &Functions,
    problems: &mut Diagnostics,
) {
    let mut keys: Vec<_> = samples.iter().map(|s| (s.at, s.function, s.line)).collect();
    keys.sort_unstable();
    let mut first = None;
    for (at, function, line) in keys {
        match first {
            Some((key, earlier)) if key == (at, function) => {
                let name = functions.names.get(function as usize).map_or("", String::as_str);
                let message = match columns.function {
                    Some(_) => format!("the row has the time and function (`{name}`) of line {earlier}"),
                    None => format!("the row has the time of line {earlier}"),
                };
                let help = "keep one of the two rows, or add their values";
                let at = Diagnostic::new(Code::Duplicate, message, help).in_file(table.file).at_line(line);
                problems.push(at.at_column(columns.time.index as u64 + 1).named(columns.time.name));
            }
            _ => first = Some(((at, function), line)),
        }
    }
}

/// What is known once the rows lie in their slots.
struct Laid<'a> {
    grid: Grid,
    clock: Clock,
    names: Vec<String>,
    file: &'a str,
    notes: Vec<String>,
}

impl Laid<'_> {
    fn finish(
        mut self,
        samples: &[Sample],
        values: Values,
        options: &Options,
        absent: Option<String>,
        mut problems: Diagnostics,
    ) -> Result<Traffic, Diagnostics> {
        let known = Known::new(std::mem::take(&mut self.names), options);
        let mut silent = BTreeSet::new();
        let durations = match values {
            Values::Invocations => known.short_durations(&mut problems),
            Values::Concurrency => vec![0; known.functions.len()],
        };
        let mut cells = Vec::with_capacity(samples.len());
        for sample in samples.iter().filter(|sample| sample.value > 0) {
            if sample.duration.is_none() && values == Values::Invocations {
                silent.insert(sample.function);
            }
            let usual = durations.get(sample.function as usize).copied().unwrap_or(0);
            let duration = sample.duration.unwrap_or(usual);
            let slot = self.grid.number(sample.at);
            cells.push(Cell { slot, function: sample.function, count: sample.value, duration });
        }
        self.notes.extend(known.note(&silent));
        self.notes.extend(absent);
        let functions = known.functions;
        build(&self.grid, &self.clock, cells, (values, self.file, options), problems).map(
            |(mut traffic, note)| {
                self.notes.extend(note);
                (traffic.functions, traffic.notes) = (functions, self.notes);
                traffic
            },
        )
    }
}

/// The traffic of `cells`, in order of slots on `grid`, without its functions, and
/// what was assumed: gaps filled, limits held.
pub fn build(
    grid: &Grid,
    clock: &Clock,
    cells: Vec<Cell>,
    (values, file, options): (Values, &str, &Options),
    mut problems: Diagnostics,
) -> Result<(Traffic, Vec<String>), Diagnostics> {
    let mut notes = Vec::new();
    let show = |slot: u32| {
        let offset = i64::try_from(u64::from(slot) * grid.slot).unwrap_or(i64::MAX);
        clock.show(grid.first.saturating_add(offset))
    };
    let cells = match grid.fill(cells, options, file, show) {
        Ok((cells, note)) => {
            notes.extend(note);
            cells
        }
        Err(gaps) => {
            problems.extend(gaps);
            return Err(problems);
        }
    };
    if grid.guessed {
        notes.push(format!("there is one slot only: it is taken to be {} long", Millis(grid.slot)));
    }
    limits(&cells, grid.slot, (values, file, options.spread), &mut problems);
    let slot = Millis(grid.slot);
    let shape = match values {
        Values::Invocations => Shape::Counts { slot, cells, spread: options.spread },
        Values::Concurrency => {
            let functions = cells.iter().map(|cell| cell.function as usize + 1).max().unwrap_or(0);
            Shape::Concurrency { slot, runs: runs(&cells, functions, grid.slot) }
        }
    };
    let origin = clock.is_wall().then_some(grid.first);
    problems
        .or((Traffic { functions: Vec::new(), origin, span: grid.span(), notes: Vec::new(), shape }, notes))
}

/// Refuses what nobody could simulate: 2^53 invocations, or a slot that does not fit the memory once spread.
fn limits(
    cells: &[Cell],
    slot: u64,
    (values, file, spread): (Values, &str, Spread),
    problems: &mut Diagnostics,
) {
    let total = cells.iter().fold(0_u64, |sum, cell| sum.saturating_add(cell.count.into()));
    if total >= 1 << 53 {
        let message = format!("{total} invocations are more than this program counts (2^53)");
        problems.push(Diagnostic::new(Code::TooLarge, message, "scale the counts down").in_file(file));
    }
    let entries = |cell: &Cell| match spread {
        _ if values == Values::Concurrency => 0,
        Spread::Burst => 1,
        Spread::Even => u64::from(cell.count).min(slot),
        Spread::Random { .. } => u64::from(cell.count),
    };
    let largest = cells
        .chunk_by(|a, b| a.slot == b.slot)
        .map(|cells| cells.iter().fold(0_u64, |sum, cell| sum.saturating_add(entries(cell))))
        .max()
        .unwrap_or(0);
    if largest > LIMIT as u64 {
        let message = format!("a slot of {} with {largest} arrivals is too large to spread", Millis(slot));
        let help = "use shorter slots, or `--spread burst`";
        problems.push(Diagnostic::new(Code::TooLarge, message, help).in_file(file));
    }
}
