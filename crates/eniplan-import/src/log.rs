//! Log: one row per invocation, with its start or end and how long it lasted.

use std::collections::BTreeSet;

use super::cell::{Unit, keep, round};
use super::clock::milliseconds;
use super::content::Content;
use super::functions::{Known, UNNAMED};
use super::intake::{Call, Intake, Place};
use super::table::{Cell, Column, Row, Table};
use super::{Format, Gives};
use eniplan_core::diagnostic::{Code, Diagnostic, Diagnostics};
use eniplan_core::quantity::Millis;
use eniplan_core::trace::{Entry, Shape, Traffic};

/// The own format `start,function,duration_ms` or `end,function,duration_ms`.
pub struct Log;

impl Format for Log {
    fn name(&self) -> &'static str {
        "log"
    }

    fn summary(&self) -> &'static str {
        "one row per invocation: start or end, and how long it lasted"
    }

    fn header(&self) -> &'static str {
        "start,function,duration_ms"
    }

    fn gives(&self) -> Gives {
        Gives::LOG.with_durations()
    }

    fn detect(&self, content: &Content<'_>) -> bool {
        content.table.as_ref().is_some_and(|table| {
            table.column(&["start"]).is_some()
                || table.column(&["end"]).is_some() && table.column(&["duration_ms"]).is_some()
        })
    }

    fn read(&self, content: &Content<'_>, intake: &mut Intake<'_>) {
        let Some(table) = content.rows(&mut intake.problems) else { return };
        let at_end = table.column(&["start"]).is_none() && table.column(&["end"]).is_some();
        let time = table.require(if at_end { &["end"] } else { &["start", "end"] }, &mut intake.problems);
        let duration = table.column(&["duration_ms"]);
        if at_end && duration.is_none() {
            table.require(&["duration_ms"], &mut intake.problems);
            return;
        }
        let Some(time) = time else { return };
        let function = table.column(&["function"]);
        let columns = Columns { time, at_end, duration, unit: Unit::Milliseconds };
        let unread = table.settle(&[Some(time), function, duration], &mut intake.problems);
        read(table, &columns, intake, |row| match function {
            Some(column) => row.cell(column).name().map(str::to_owned),
            None => Ok(UNNAMED.to_owned()),
        });
        intake.tell(unread);
    }
}

/// The columns of a log.
#[derive(Clone, Copy, Debug)]
pub struct Columns<'t> {
    /// When an invocation started or ended.
    pub time: Column<'t>,
    /// Whether `time` is the end.
    pub at_end: bool,
    /// How long it lasted.
    pub duration: Option<Column<'t>>,
    /// The unit of the duration.
    pub unit: Unit,
}

/// Reads `table` as a log. `name` gives the key of a row's function.
pub fn read(
    table: &Table<'_>,
    columns: &Columns<'_>,
    intake: &mut Intake<'_>,
    mut name: impl FnMut(&Row<'_>) -> Result<String, Diagnostic>,
) {
    table.each(intake, |row, intake| {
        let time = row.cell(columns.time);
        let name = keep(name(row), &mut intake.problems);
        let cell = columns.duration.map(|column| row.cell(column));
        let cell = cell.filter(|cell| columns.at_end || !cell.text.is_empty());
        let micros = cell.map(|cell| keep(cell.duration(columns.unit), &mut intake.problems));
        let before = if columns.at_end { micros.flatten().unwrap_or(0) } else { 0 };
        let Some((at, place)) = call_time(intake, &time, before) else { return };
        let (Some(name), None | Some(Some(_))) = (name, micros) else { return };
        let function = intake.function(&name);
        intake.calls.push(Call { at, place, function, duration: micros.flatten().map(round) });
    });
}

/// The instant in `time` less `before` microseconds, rounded once, and its place.
pub fn call_time(intake: &mut Intake<'_>, time: &Cell<'_>, before: u64) -> Option<(i64, Place)> {
    let micros = keep(intake.clock.read(time), &mut intake.problems)?;
    let place = intake.place(time);
    if let Some(file) = intake.files.last_mut().filter(|file| file.time.is_empty()) {
        time.name.clone_into(&mut file.time);
    }
    Some((milliseconds(micros.saturating_sub_unsigned(before)), place))
}

/// The traffic of all the calls; `known` are their functions.
pub fn finish(mut intake: Intake<'_>, known: Known) -> Result<Traffic, Diagnostics> {
    let mut calls = std::mem::take(&mut intake.calls);
    if let Some(late) = calls.windows(2).find(|pair| matches!(pair, [a, b] if a.at > b.at)) {
        let place = late.last().map_or(Place::default(), |call| call.place);
        calls.sort_by_key(|call| call.at);
        let line = intake.told(place, Place::default());
        intake
            .note(format!("the rows were not in order of start and have been sorted (the first is {line})"));
    }
    let first = calls.first().map_or(0, |call| call.at);
    if let Some(late) = calls.iter().find(|call| since(first, call) > Millis::LONGEST.0) {
        let message = "this row is more than 100 years after the first";
        let problem = Diagnostic::new(Code::TooLarge, message, "correct the time, or split the file");
        let problem = intake.at(problem, late.place, true).with_value(&intake.clock.show(late.at));
        intake.problems.push(problem);
    }
    let silent: BTreeSet<u32> = calls.iter().filter(|c| c.duration.is_none()).map(|c| c.function).collect();
    intake.tell(known.note(&silent));
    let entries = intake.problems.or(merge(&calls, first, &known.durations()))?;
    let span = entries.iter().map(|entry| entry.at.saturating_add(entry.duration)).max().unwrap_or(0);
    let origin = intake.clock.is_wall().then_some(first);
    let (functions, notes) = (known.functions, intake.notes);
    Ok(Traffic { functions, origin, span: Millis(span), notes, shape: Shape::Log(entries) })
}

/// Milliseconds from `first` to the start of `call`.
fn since(first: i64, call: &Call) -> u64 {
    u64::try_from(call.at.saturating_sub(first)).unwrap_or(0)
}

/// The calls as entries, equal neighbours as one.
fn merge(calls: &[Call], first: i64, usual: &[Millis]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::with_capacity(calls.len());
    for call in calls {
        let usual = usual.get(call.function as usize).map_or(0, |duration| duration.0);
        let duration = call.duration.unwrap_or(usual);
        let entry = Entry { at: since(first, call), duration, function: call.function, count: 1 };
        match entries.last_mut() {
            Some(last) if Entry { count: 1, ..*last } == entry && last.count < u32::MAX => last.count += 1,
            _ => entries.push(entry),
        }
    }
    entries
}
