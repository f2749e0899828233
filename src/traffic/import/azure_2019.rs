//! Azure 2019: the Azure Functions trace, one row per function and one column per minute of a day.
//!
//! Shahrad et al., "Serverless in the Wild", USENIX ATC 2020. Durations and
//! memory stand in companion files of their own. The minutes keep their
//! numbers; time 0 is the start of the first column's minute.

use std::collections::{BTreeMap, BTreeSet};

use super::cell::keep;
use super::clock::Clock;
use super::functions::{Functions, Known};
use super::grid::{Grid, Mark};
use super::names::{Hashed, short};
use super::slots::{self, Values};
use super::table::{Column, Row, Table};
use super::{Companions, Format, Options, azure_companions as companions};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::traffic::{Cell, Traffic};

/// The layout `HashOwner,HashApp,HashFunction,Trigger,1,2,...`.
pub struct Azure2019;

impl Format for Azure2019 {
    fn name(&self) -> &'static str {
        "azure-2019"
    }

    fn summary(&self) -> &'static str {
        "the Azure Functions trace of 2019: a row per function, a column per minute; \
         durations and memory in companion files"
    }

    fn header(&self) -> &'static str {
        "HashOwner,HashApp,HashFunction,Trigger,1,2,3"
    }

    fn companions(&self) -> bool {
        true
    }

    fn detect(&self, table: &Table<'_>) -> bool {
        table.column(&["HashFunction"]).is_some() && minutes(table).next().is_some()
    }

    fn read(
        &self,
        table: &Table<'_>,
        companions: &Companions<'_>,
        options: &Options,
    ) -> Result<Traffic, Diagnostics> {
        let mut problems = Diagnostics::default();
        let hashes = ["HashOwner", "HashApp", "HashFunction", "Trigger"]
            .map(|name| table.require(&[name], &mut problems));
        let columns = ordered(table, &mut problems);
        let ([Some(owner), Some(app), Some(function), Some(trigger)], false) = (hashes, columns.is_empty())
        else {
            return Err(problems);
        };
        let used: Vec<_> = hashes.into_iter().chain(columns.iter().map(|(_, c)| Some(*c))).collect();
        let mut notes: Vec<String> = table.settle(&used, &mut problems).into_iter().collect();
        let rows = Rows { hashes: [owner, app, function, trigger], minutes: &columns };
        let (functions, cells) = rows.read(table, &mut problems);
        if functions.names.is_empty() {
            return Err(problems);
        }
        let grid = grid(table, &columns, &mut problems);
        let known = functions_of(&functions.names, companions, options, (&mut problems, &mut notes));
        let durations = known.short_durations(&mut problems);
        let Some(grid) = grid.filter(|_| problems.is_empty()) else { return Err(problems) };
        let silent: BTreeSet<u32> = cells.iter().map(|cell| cell.function).collect();
        notes.extend(known.note(&silent));
        let duration = |cell: &Cell| durations.get(cell.function as usize).copied().unwrap_or(0);
        let cells = cells.iter().map(|cell| Cell { duration: duration(cell), ..*cell }).collect();
        let purpose = (Values::Invocations, table.file, options);
        let (traffic, more) = slots::build(&grid, &Clock::default(), cells, purpose, problems)?;
        notes.extend(more);
        if let Some((minute, _)) = columns.first() {
            notes.push(format!("time 0 is the start of minute {minute}"));
        }
        Ok(Traffic { functions: known.functions, notes, ..traffic })
    }
}

/// The columns named after a minute, with its number.
fn minutes<'t>(table: &'t Table<'_>) -> impl Iterator<Item = (u32, Column<'t>)> {
    table.columns().filter_map(|column| {
        let digits = !column.name.is_empty() && column.name.bytes().all(|byte| byte.is_ascii_digit());
        Some((column.name.parse().ok().filter(|_| digits)?, column))
    })
}

/// The minute columns by number; none and repeated ones are problems.
fn ordered<'t>(table: &'t Table<'_>, problems: &mut Diagnostics) -> Vec<(u32, Column<'t>)> {
    let mut found: Vec<_> = minutes(table).collect();
    found.sort_by_key(|(minute, _)| *minute);
    if found.is_empty() {
        let help = "name a column of counts by its minute of the day: 1, 2, 3, ...";
        problems.push(table.at_header(Code::MissingColumn, "the header has no column for a minute", help));
    }
    let pairs = found.windows(2).filter_map(|pair| match pair {
        // Columns of one name are found where the header is settled.
        [(minute, first), (again, second)] if minute == again && first.name != second.name => {
            Some((first, second))
        }
        _ => None,
    });
    for (first, second) in pairs {
        let message = format!("column {} is of the same minute", first.index + 1);
        let at = table.at_header(Code::Duplicate, message, "remove or rename one of the two");
        problems.push(at.at_column(second.index as u64 + 1).named(second.name).with_value(second.name));
    }
    found.dedup_by_key(|(minute, _)| *minute);
    found
}

/// The slots: a minute each, the first column's is slot 0.
fn grid(table: &Table<'_>, columns: &[(u32, Column<'_>)], problems: &mut Diagnostics) -> Option<Grid> {
    let line = table.at_header(Code::Gap, "", "").line.unwrap_or(1);
    let marks: Vec<Mark> =
        columns.iter().map(|(minute, _)| Mark { at: i64::from(*minute) * 60_000, line }).collect();
    let (number, name) = columns.last().map_or((1, ""), |(_, column)| (column.index as u64 + 1, column.name));
    Grid::of(&marks, Some(60_000), (table.file, number, name), &Clock::default())
        .map_err(|off| problems.extend(off))
        .ok()
}

struct Rows<'t> {
    /// Owner, application, function, trigger.
    hashes: [Column<'t>; 4],
    minutes: &'t [(u32, Column<'t>)],
}

impl Rows<'_> {
    /// The functions, each by its four cells, and the counts in order of slots.
    fn read(&self, table: &Table<'_>, problems: &mut Diagnostics) -> (Functions, Vec<Cell>) {
        let (mut functions, mut cells) = (Functions::default(), Vec::new());
        let mut lines = BTreeMap::new();
        let first = self.minutes.first().map_or(0, |(minute, _)| *minute);
        table.read(problems, |row, problems| {
            let Some(key) = self.key(row, problems) else { return };
            if let Some(line) = lines.insert(key.clone(), row.line) {
                let message = format!("the row has the function and trigger of line {line}");
                let help = "keep one of the two rows, or add their counts";
                let at = Diagnostic::new(Code::Duplicate, message, help).in_file(table.file);
                let [_, _, function, _] = self.hashes;
                problems.push(at.at_line(row.line).at_column(function.index as u64 + 1).named(function.name));
            }
            let function = functions.number(&key);
            for (minute, column) in self.minutes {
                let count = keep(row.cell(*column).count(), problems).unwrap_or(0);
                if count > 0 {
                    cells.push(Cell { slot: minute - first, function, count, duration: 0 });
                }
            }
        });
        cells.sort_by_key(|cell| cell.slot);
        (functions, cells)
    }

    fn key(&self, row: &Row<'_>, problems: &mut Diagnostics) -> Option<String> {
        let cells = self.hashes.map(|column| row.cell(column));
        let names: Vec<&str> = cells.iter().filter_map(|cell| keep(cell.name(), problems)).collect();
        (names.len() == cells.len()).then(|| names.join("\n"))
    }
}

/// The functions by short names, with what the companions say of them.
fn functions_of(
    keys: &[String],
    companions: &Companions<'_>,
    options: &Options,
    (problems, notes): (&mut Diagnostics, &mut Vec<String>),
) -> Known {
    let parts: Vec<[&str; 4]> = keys
        .iter()
        .map(|key| {
            let mut parts = key.split('\n');
            std::array::from_fn(|_| parts.next().unwrap_or_default())
        })
        .collect();
    let hashed: Vec<Hashed<'_>> = parts
        .iter()
        .map(|[_, app, function, trigger]| Hashed { kind: trigger, function, owner: app })
        .collect();
    let keys: Vec<[&str; 3]> =
        parts.iter().map(|[owner, app, function, _]| [*owner, *app, *function]).collect();
    let mut known = Known::new(short(&hashed), options);
    let mut told = companions::Told { problems, notes };
    let durations = companions.durations.as_ref().map(|source| told.durations(source, &keys));
    let memory = companions.memory.as_ref().map(|source| told.memory(source, &keys));
    for number in 0..known.functions.len() {
        let duration = durations.as_ref().and_then(|all| all.get(number).copied().flatten());
        let memory = memory.as_ref().and_then(|all| all.get(number).copied().flatten());
        known.add(number, duration, memory);
    }
    known
}
