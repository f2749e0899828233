//! Log: one row per invocation, with its start or end and how long it lasted.

use std::collections::BTreeSet;

use super::cell::{Unit, keep, round};
use super::clock::{Clock, milliseconds};
use super::functions::{Functions, Known, UNNAMED};
use super::table::{Column, Row, Table};
use super::{Companions, Format, Options};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::quantity::Millis;
use crate::traffic::{Entry, Shape, Traffic};

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

    fn detect(&self, table: &Table<'_>) -> bool {
        table.column(&["start"]).is_some()
            || table.column(&["end"]).is_some() && table.column(&["duration_ms"]).is_some()
    }

    fn read(&self, table: &Table<'_>, _: &Companions<'_>, options: &Options) -> Result<Traffic, Diagnostics> {
        let mut problems = Diagnostics::default();
        let at_end = table.column(&["start"]).is_none() && table.column(&["end"]).is_some();
        let time = table.require(if at_end { &["end"] } else { &["start", "end"] }, &mut problems);
        let duration = table.column(&["duration_ms"]);
        if at_end && duration.is_none() {
            table.require(&["duration_ms"], &mut problems);
        }
        let Some(time) = time.filter(|_| problems.is_empty()) else { return Err(problems) };
        let function = table.column(&["function"]);
        let columns = Columns { time, at_end, duration, unit: Unit::Milliseconds };
        let unread = table.settle(&[Some(time), function, duration], &mut problems);
        let name = |row: &Row<'_>| match function {
            Some(column) => row.cell(column).name().map(str::to_owned),
            None => Ok(UNNAMED.to_owned()),
        };
        let mut traffic = read(table, &columns, name, |names| names, options, problems)?;
        traffic.notes.extend(unread);
        Ok(traffic)
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

/// An invocation as its row gives it.
#[derive(Clone, Copy, Debug)]
struct Call {
    at: i64,
    line: u64,
    function: u32,
    duration: Option<u64>,
}

/// Reads `table` as a log. `name` gives the key of a row's function, and
/// `rename` turns the keys of all of them into names.
pub fn read(
    table: &Table<'_>,
    columns: &Columns<'_>,
    mut name: impl FnMut(&Row<'_>) -> Result<String, Diagnostic>,
    rename: impl FnOnce(Vec<String>) -> Vec<String>,
    options: &Options,
    mut problems: Diagnostics,
) -> Result<Traffic, Diagnostics> {
    let (mut clock, mut functions, mut calls) = (Clock::default(), Functions::default(), Vec::new());
    table.read(&mut problems, |row, problems| {
        let at = keep(clock.read(&row.cell(columns.time)), problems);
        let name = keep(name(row), problems);
        let cell = columns.duration.map(|column| row.cell(column));
        let cell = cell.filter(|cell| columns.at_end || !cell.text.is_empty());
        let micros = cell.map(|cell| keep(cell.duration(columns.unit), problems));
        let (Some(at), Some(name), None | Some(Some(_))) = (at, name, micros) else { return };
        let micros = micros.flatten();
        let length = if columns.at_end { micros.unwrap_or(0) } else { 0 };
        let at = milliseconds(at.saturating_sub_unsigned(length));
        let function = functions.number(&name);
        calls.push(Call { at, line: row.line, function, duration: micros.map(round) });
    });
    let mut notes: Vec<String> = clock.note().into_iter().collect();
    if !calls.is_sorted_by_key(|call| call.at) {
        calls.sort_by_key(|call| call.at);
        notes.push("the rows were not in order of start and have been sorted".into());
    }
    let first = calls.first().map_or(0, |call| call.at);
    if let Some(late) = calls.iter().find(|call| since(first, call) > Millis::LONGEST.0) {
        let message = "this row is more than 100 years after the first";
        let at = Diagnostic::new(Code::TooLarge, message, "correct the time, or split the file");
        let at = at.in_file(table.file).at_line(late.line).at_column(columns.time.index as u64 + 1);
        problems.push(at.named(columns.time.name).with_value(&clock.show(late.at)));
    }
    let known = Known::new(rename(functions.names), options);
    let entries = problems.or(merge(&calls, first, &known.durations()))?;
    let silent: BTreeSet<u32> = calls.iter().filter(|c| c.duration.is_none()).map(|c| c.function).collect();
    notes.extend(known.note(&silent));
    let span = entries.iter().map(|entry| entry.at.saturating_add(entry.duration)).max().unwrap_or(0);
    let origin = clock.is_wall().then_some(first);
    Ok(Traffic { functions: known.functions, origin, span: Millis(span), notes, shape: Shape::Log(entries) })
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
