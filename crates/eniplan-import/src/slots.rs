//! Slots: values per time and function, from any number of files, as counts or as concurrency.
//!
//! They may come in any order. A function without a value in a slot that other
//! functions have values in had nothing there; a slot without any value is missing.

use std::collections::BTreeSet;

use super::cell::keep;
use super::functions::{Known, UNNAMED};
use super::grid::{Grid, LIMIT, Mark};
use super::intake::{Intake, Place, Sample, Values};
use super::repeats;
use super::runs::runs;
use super::table::{Column, Table};
use super::whole::{self, Wholes};
use eniplan_core::diagnostic::{Code, Diagnostic, Diagnostics};
use eniplan_core::quantity::Millis;
use eniplan_core::trace::{Cell, Shape, Spread, Traffic};

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

/// Reads `table` as a long one with these columns of whole numbers.
pub fn read(table: &Table<'_>, columns: &Columns<'_>, values: Values, intake: &mut Intake<'_>) {
    let used = [Some(columns.time), columns.function, Some(columns.value), columns.duration];
    let unread = table.settle(&used, &mut intake.problems);
    intake.tell(unread);
    table.each(intake, |row, intake| {
        let time = intake.time(&row.cell(columns.time));
        let cell = columns.function.map(|column| row.cell(column));
        let name = cell.as_ref().map_or(Some(UNNAMED), |cell| keep(cell.name(), &mut intake.problems));
        let exact = values == Values::Counts || values == Values::Concurrency;
        let cell = row.cell(columns.value);
        let value = if exact { cell.count().map(whole::micro) } else { cell.micro() };
        let value = keep(value, &mut intake.problems);
        let duration = columns.duration.map(|column| row.cell(column)).filter(|cell| !cell.text.is_empty());
        let duration = duration.and_then(|cell| keep(cell.short_duration(), &mut intake.problems));
        intake.lost |= name.is_none();
        let (Some((at, place)), Some(name)) = (time, name) else { return };
        let function = intake.function(name);
        let (micro, duration) = (value.unwrap_or(0), duration.unwrap_or(Sample::UNTOLD));
        // A bad value alone still leaves the time known.
        intake.sample(values, Sample { at, micro, place, function, duration });
    });
}

/// The traffic of all the samples; `known` are their functions.
pub fn finish(mut intake: Intake<'_>, known: Known) -> Result<Traffic, Diagnostics> {
    let Some((values, mut samples)) = whole::chosen(&mut intake) else { return Err(intake.problems) };
    if let Some(late) = samples.windows(2).find(|pair| matches!(pair, [a, b] if a.at > b.at)) {
        let place = late.last().map_or(Place::default(), |sample| sample.place);
        samples.sort_by_key(|sample| sample.at);
        let line = intake.told(place, Place::default());
        if !intake.by_series {
            intake.note(format!(
                "the rows were not in order of time and have been sorted (the first is {line})"
            ));
        }
    }
    let samples = repeats::settled(samples, &mut intake);
    if intake.lost || samples.is_empty() && intake.marks.is_empty() {
        return Err(intake.problems);
    }
    let marks = marks(&samples, &mut intake);
    let mut grid = match Grid::of(&marks, intake.slot, &intake) {
        Ok(grid) => grid,
        Err(off) => {
            intake.problems.extend(off);
            return Err(intake.problems);
        }
    };
    let absent =
        intake.marks.is_empty() && intake.functions.names.len().saturating_mul(marks.len()) > samples.len();
    let wholes = Wholes { values, functions: known.functions.len() };
    let cells = wholes.cells(&samples, &mut grid, &mut intake);
    let cells = timed(cells, &samples, values, &known, &grid, &mut intake);
    if absent {
        intake.note("a function without a row in a slot had no invocations there");
    }
    build(&grid, cells, values, known, intake)
}

/// The distinct times, in order, each with its first place.
fn marks(samples: &[Sample], intake: &mut Intake<'_>) -> Vec<Mark> {
    let told = std::mem::take(&mut intake.marks);
    let told_any = !told.is_empty();
    let mut marks: Vec<Mark> = told.into_iter().map(|(at, place)| Mark { at, place }).collect();
    if told_any {
        intake.marks = marks.iter().take(1).map(|mark| (mark.at, mark.place)).collect();
    }
    marks.extend(samples.iter().map(|sample| Mark { at: sample.at, place: sample.place }));
    marks.sort_by_key(|mark| (mark.at, mark.place));
    marks.dedup_by_key(|mark| mark.at);
    marks
}

/// The cells, each with how long its invocations last.
fn timed(
    cells: Vec<(usize, Cell)>,
    samples: &[Sample],
    values: Values,
    known: &Known,
    grid: &Grid,
    intake: &mut Intake<'_>,
) -> Vec<Cell> {
    if values == Values::Concurrency {
        return cells.into_iter().map(|(_, cell)| cell).collect();
    }
    let usual = known.short_durations(&mut intake.problems);
    let means = whole::mean_durations(intake);
    let mut silent = BTreeSet::new();
    let mut duration = |index: usize, cell: &Cell| {
        let own = samples.get(index).map(|sample| sample.duration).filter(|own| *own != Sample::UNTOLD);
        let start = grid.first.saturating_add_unsigned(u64::from(cell.slot) * grid.slot);
        let of_slot = || intake.durations.get(&(cell.function, start)).or_else(|| means.get(&cell.function));
        own.or_else(|| of_slot().copied()).unwrap_or_else(|| {
            silent.insert(cell.function);
            usual.get(cell.function as usize).copied().unwrap_or(0)
        })
    };
    let cells: Vec<Cell> =
        cells.into_iter().map(|(index, cell)| Cell { duration: duration(index, &cell), ..cell }).collect();
    if !intake.durations.is_empty() {
        intake.note("durations are the averages of the slots in the files; a slot without one has the function's mean");
    }
    if let Some(note) = known.note(&silent) {
        intake.note(note);
    }
    cells
}

/// The traffic of `cells`, in order of slots on `grid`: gaps filled, limits held.
fn build(
    grid: &Grid,
    cells: Vec<Cell>,
    values: Values,
    known: Known,
    mut intake: Intake<'_>,
) -> Result<Traffic, Diagnostics> {
    let cells = match grid.fill(cells, &intake) {
        Ok((cells, note)) => {
            intake.tell(note);
            cells
        }
        Err(gaps) => {
            intake.problems.extend(gaps);
            return Err(intake.problems);
        }
    };
    if grid.guessed {
        intake.note(format!("there is one slot only: it is taken to be {} long", Millis(grid.slot)));
    }
    let (spread, slot) = (intake.options.spread, Millis(grid.slot));
    limits(&cells, grid.slot, values, &mut intake);
    let shape = match values {
        Values::Concurrency => {
            Shape::Concurrency { slot, runs: runs(&cells, known.functions.len(), grid.slot) }
        }
        _ => Shape::Counts { slot, cells, spread },
    };
    let origin = intake.clock.is_wall().then_some(grid.first);
    let (functions, notes) = (known.functions, intake.notes);
    intake.problems.or(Traffic { functions, origin, span: grid.span(), notes, shape })
}

/// Refuses what nobody could simulate: 2^53 invocations, or a slot that does not fit the memory once spread.
fn limits(cells: &[Cell], slot: u64, values: Values, intake: &mut Intake<'_>) {
    let total = cells.iter().fold(0_u64, |sum, cell| sum.saturating_add(cell.count.into()));
    let file = intake.first_file().to_owned();
    if total >= 1 << 53 {
        let message = format!("{total} invocations are more than this program counts (2^53)");
        intake
            .problems
            .push(Diagnostic::new(Code::TooLarge, message, "scale the counts down").in_file(&file));
    }
    let spread = intake.options.spread;
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
        intake.problems.push(Diagnostic::new(Code::TooLarge, message, help).in_file(&file));
    }
}
