//! Slots: values per time and function, from any number of files, as counts or as concurrency.
//!
//! They may come in any order. A function without a value in a slot that other
//! functions have values in had nothing there; a slot without any value is missing.

use std::collections::BTreeSet;

use super::concurrency_runs::runs;
use super::functions::KnownFunctions;
use super::grid::{LIMIT, SlotGrid, SlotMark};
use super::reading::Reading;
use super::records::{CountSeries, FilePlace, Sample, Samples, SlotValues};
use super::repeats::without_repeats;
use super::whole::{self, WholeCells};
use eniplan_core::diagnostic::{Code, Diagnostic, Diagnostics};
use eniplan_core::quantity::Millis;
use eniplan_core::trace::{Cell, Shape, Spread, Trace};

/// The trace of all the samples; `known` are their functions.
pub(crate) fn finish(
    mut reading: Reading<'_>,
    known: KnownFunctions,
    series: Option<&CountSeries>,
) -> Result<Trace, Diagnostics> {
    let mut all = reading.take_samples();
    let Some((values, mut samples)) = whole::chosen(&mut all, &mut reading) else {
        return Err(reading.take_problems());
    };
    if let Some([_, late]) = samples.windows(2).find(|pair| matches!(pair, [a, b] if a.at > b.at)) {
        let line = reading.told(late.place, FilePlace::default());
        samples.sort_by_key(|sample| sample.at);
        if !all.hints.by_series {
            reading.note(format!(
                "rows were not in order of time and have been sorted (first out of order: {line})"
            ));
        }
    }
    let samples = without_repeats(samples, &mut reading);
    if reading.is_lost() || samples.is_empty() && all.marks.is_empty() {
        return Err(reading.take_problems());
    }
    let marks = marks(&samples, &all);
    let mut grid = match SlotGrid::of(&marks, all.hints.length, &reading) {
        Ok(grid) => grid,
        Err(off) => return Err(with(off, reading)),
    };
    let names = reading.functions().names().len();
    let absent = all.marks.is_empty() && names.saturating_mul(marks.len()) > samples.len();
    let wholes = WholeCells { values, functions: known.functions.len() };
    let cells = wholes.cells(&samples, &mut grid, all.hints.ask_counter, &mut reading);
    // Those that are kept by function have no duration of their own.
    let silent = series.map(|series| series.invoked().collect()).unwrap_or_default();
    let cells = timed((cells, silent), &samples, values, &known, &grid, &all, &mut reading);
    if absent {
        reading.note("a function without a row in a slot has no invocations in it");
    }
    build(&grid, cells, values, known, all.hints.omits, reading)
}

/// All problems, those found last behind the others.
fn with(more: Diagnostics, mut reading: Reading<'_>) -> Diagnostics {
    reading.add_problems(more);
    reading.take_problems()
}

/// The distinct times, in order, each with its first place.
fn marks(samples: &[Sample], all: &Samples) -> Vec<SlotMark> {
    let told = all.marks.iter().map(|(at, place)| SlotMark { at: *at, place: *place });
    let mut marks: Vec<SlotMark> = told.collect();
    marks.extend(samples.iter().map(|sample| SlotMark { at: sample.at, place: sample.place }));
    marks.sort_by_key(|mark| (mark.at, mark.place));
    marks.dedup_by_key(|mark| mark.at);
    marks
}

/// The cells, each with how long its invocations last.
fn timed(
    (cells, mut silent): (Vec<(usize, Cell)>, BTreeSet<u32>),
    samples: &[Sample],
    values: SlotValues,
    known: &KnownFunctions,
    grid: &SlotGrid,
    all: &Samples,
    reading: &mut Reading<'_>,
) -> Vec<Cell> {
    if values == SlotValues::Concurrency {
        return cells.into_iter().map(|(_, cell)| cell).collect();
    }
    let mut problems = Diagnostics::default();
    let usual = known.short_durations(&mut problems);
    reading.add_problems(problems);
    let means = whole::mean_durations(all);
    let mut duration = |index: usize, cell: &Cell| {
        let own = samples.get(index).map(|sample| sample.duration).filter(|own| *own != Sample::UNTOLD);
        let start = grid.first.saturating_add_unsigned(u64::from(cell.slot) * grid.slot);
        let of_slot = || all.durations.get(&(cell.function, start)).or_else(|| means.get(&cell.function));
        own.or_else(|| of_slot().copied()).unwrap_or_else(|| {
            silent.insert(cell.function);
            usual.get(cell.function as usize).copied().unwrap_or_default()
        })
    };
    let cells: Vec<Cell> =
        cells.into_iter().map(|(index, cell)| Cell { duration: duration(index, &cell), ..cell }).collect();
    if !all.durations.is_empty() {
        reading.note(
            "durations are the slot averages of the files; slots without one use the mean of the function",
        );
    }
    if let Some(note) = known.note(&silent) {
        reading.note(note);
    }
    cells
}

/// The trace of `cells`, in order of slots on `grid`: gaps filled, limits held.
fn build(
    grid: &SlotGrid,
    cells: Vec<Cell>,
    values: SlotValues,
    known: KnownFunctions,
    omits: Option<&str>,
    mut reading: Reading<'_>,
) -> Result<Trace, Diagnostics> {
    let cells = match grid.fill(cells, omits, &reading) {
        Ok((cells, note)) => {
            reading.tell(note);
            cells
        }
        Err(gaps) => return Err(with(gaps, reading)),
    };
    if grid.guessed {
        reading.note(format!("only one slot, assumed to be {} long", Millis(grid.slot)));
    }
    let (spread, slot) = (reading.options().spread, Millis(grid.slot));
    limits(&cells, grid.slot, values, &mut reading);
    let shape = match values {
        SlotValues::Concurrency => {
            Shape::Concurrency { slot, runs: runs(&cells, known.functions.len(), grid.slot) }
        }
        _ => Shape::Counts { slot, cells, spread },
    };
    let origin = reading.clock().is_wall().then_some(grid.first);
    let (functions, notes) = (known.functions, reading.take_notes());
    reading.take_problems().or(Trace { functions, origin, span: grid.span(), notes, shape })
}

/// Refuses what nobody could simulate: 2^53 invocations, or a slot that does not fit the memory once spread.
fn limits(cells: &[Cell], slot: u64, values: SlotValues, reading: &mut Reading<'_>) {
    let total = cells.iter().fold(0_u64, |sum, cell| sum.saturating_add(cell.count.into()));
    let file = reading.files().first().to_owned();
    if total >= 1 << 53 {
        let message = format!("{total} invocations exceed the limit of 2^53");
        reading.problem(Diagnostic::new(Code::TooLarge, message, "scale the counts down").in_file(&file));
    }
    let spread = reading.options().spread;
    let entries = |cell: &Cell| match spread {
        _ if values == SlotValues::Concurrency => 0,
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
        let message = format!("too many arrivals in one slot of {}: {largest}", Millis(slot));
        let help = "use shorter slots, or `--spread burst`";
        reading.problem(Diagnostic::new(Code::TooLarge, message, help).in_file(&file));
    }
}
