//! Azure 2019: the Azure Functions trace, one row per function and one column per minute of a day.
//!
//! Shahrad et al., "Serverless in the Wild", USENIX ATC 2020. Durations and
//! memory stand in companion files of their own. The minutes keep their
//! numbers; time 0 is the start of the first column's minute.

use super::azure_companions::{Found, Told};
use super::cell::keep;
use super::content::Content;
use super::functions::Known;
use super::intake::{Intake, Place, Sample, Values};
use super::names::{Hashed, short};
use super::table::{Column, Row, Table};
use super::whole::micro;
use super::{Companions, Format, Gives};
use eniplan_core::diagnostic::{Code, Diagnostic, Diagnostics};
use eniplan_core::quantity::Millis;

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

    fn gives(&self) -> Gives {
        Gives::COUNTS.with_durations().with_memory()
    }

    fn detect(&self, content: &Content<'_>) -> bool {
        let has =
            |table: &Table<'_>| table.column(&["HashFunction"]).is_some() && minutes(table).next().is_some();
        content.table.as_ref().is_some_and(has)
    }

    fn read(&self, content: &Content<'_>, intake: &mut Intake<'_>) {
        let Some(table) = content.rows(&mut intake.problems) else { return };
        let hashes = ["HashOwner", "HashApp", "HashFunction", "Trigger"]
            .map(|name| table.require(&[name], &mut intake.problems));
        let columns = ordered(table, &mut intake.problems);
        let ([Some(owner), Some(app), Some(function), Some(trigger)], false) = (hashes, columns.is_empty())
        else {
            return;
        };
        let used: Vec<_> = hashes.into_iter().chain(columns.iter().map(|(_, c)| Some(*c))).collect();
        let unread = table.settle(&used, &mut intake.problems);
        intake.tell(unread);
        (intake.slot, intake.by_series) = (Some(60_000), true);
        let day = day_of(content.file, intake);
        let rows = Rows { hashes: [owner, app, function, trigger], minutes: &columns, day };
        if !rows.read(table, intake) {
            return;
        }
        let line = u32::try_from(table.header_line()).unwrap_or(u32::MAX);
        let file = u32::try_from(intake.files.len().saturating_sub(1)).unwrap_or(u32::MAX);
        for (minute, column) in &columns {
            let place = Place { file, line, column: u32::try_from(column.index + 1).unwrap_or(u32::MAX) };
            intake.marks.push((day + i64::from(*minute) * 60_000, place));
        }
        if intake.files.len() == 1 {
            let minute = columns.first().map_or(0, |(minute, _)| *minute);
            intake.note(format!("time 0 is the start of minute {minute}"));
        }
    }

    fn known(&self, intake: &mut Intake<'_>, companions: &Companions<'_>) -> Known {
        let keys = std::mem::take(&mut intake.functions.names);
        let (mut problems, mut notes) = (std::mem::take(&mut intake.problems), Vec::new());
        let known = {
            let parts: Vec<[&str; 4]> = keys.iter().map(|key| parts(key, '\n')).collect();
            let mut told = Told { options: intake.options, problems: &mut problems, notes: &mut notes };
            let durations = companions.durations.as_ref().map(|source| told.durations(source));
            let memory = companions.memory.as_ref().map(|source| told.memory(source));
            // A companion that cannot be read is a problem already.
            functions_of(&parts, (durations.flatten().as_ref(), memory.flatten().as_ref()), &mut told)
        };
        intake.problems = problems;
        intake.tell(notes);
        known
    }
}

/// When the day of a file begins, ms: of several files, the number behind the `d` in
/// `invocations_per_function_md.anon.d01.csv` says which.
fn day_of(file: &str, intake: &mut Intake<'_>) -> i64 {
    const DAY: i64 = 86_400_000;
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let number = name.split('.').find_map(|part| part.strip_prefix('d')?.parse::<u16>().ok());
    if intake.count < 2 {
        return 0;
    }
    if number.is_some() {
        intake.note("the number behind the `d` in the files' names is taken as the day");
    }
    i64::from(number.unwrap_or(0)) * DAY
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

struct Rows<'t> {
    /// Owner, application, function, trigger.
    hashes: [Column<'t>; 4],
    minutes: &'t [(u32, Column<'t>)],
    /// When its day begins, ms.
    day: i64,
}

impl Rows<'_> {
    /// The functions, each by its four cells, and their counts; whether there are any.
    fn read(&self, table: &Table<'_>, intake: &mut Intake<'_>) -> bool {
        let mut lines: Vec<Option<u64>> = Vec::new();
        table.each(intake, |row, intake| {
            let Some(key) = self.key(row, &mut intake.problems) else { return };
            let [_, _, function, _] = self.hashes;
            let place = intake.place(&row.cell(function));
            let number = intake.function(&key);
            if lines.len() <= number as usize {
                lines.resize(number as usize + 1, None);
            }
            let earlier = lines.get_mut(number as usize).and_then(|line| line.replace(row.line));
            if let Some(line) = earlier {
                let message = format!("the row has the function and trigger of line {line}");
                let help = "keep one of the two rows, or add their counts";
                let at = Diagnostic::new(Code::Duplicate, message, help).in_file(table.file);
                let at = at.at_line(row.line).at_column(function.index as u64 + 1).named(function.name);
                intake.problems.push(at);
            }
            let function = number;
            for (minute, column) in self.minutes {
                let count = keep(row.cell(*column).count(), &mut intake.problems).unwrap_or(0);
                if count > 0 && earlier.is_none() {
                    let at = self.day + i64::from(*minute) * 60_000;
                    let (micro, duration) = (micro(count), Sample::UNTOLD);
                    intake.sample(Values::Counts, Sample { at, micro, place, function, duration });
                }
            }
        });
        !lines.is_empty()
    }

    fn key(&self, row: &Row<'_>, problems: &mut Diagnostics) -> Option<String> {
        let cells = self.hashes.map(|column| row.cell(column));
        let names: Vec<&str> = cells.iter().filter_map(|cell| keep(cell.name(), problems)).collect();
        (names.len() == cells.len()).then(|| names.join("\n"))
    }
}

/// The four cells of a key.
pub fn parts(key: &str, separator: char) -> [&str; 4] {
    let mut parts = key.split(separator);
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

/// The functions by short names, with what the companions say of them.
pub fn functions_of(
    parts: &[[&str; 4]],
    (durations, memory): (Option<&Found<Millis>>, Option<&Found<u64>>),
    told: &mut Told<'_>,
) -> Known {
    let hashed: Vec<Hashed<'_>> = parts
        .iter()
        .map(|[_, app, function, trigger]| Hashed { kind: trigger, function, owner: app })
        .collect();
    let keys: Vec<[&str; 3]> =
        parts.iter().map(|[owner, app, function, _]| [*owner, *app, *function]).collect();
    let mut known = Known::new(short(&hashed), told.options);
    let durations = durations.map(|found| told.durations_of(found, &keys));
    let memory = memory.map(|found| told.memory_of(found, &keys));
    for number in 0..known.functions.len() {
        let duration = durations.as_ref().and_then(|all| all.get(number).copied().flatten());
        let memory = memory.as_ref().and_then(|all| all.get(number).copied().flatten());
        known.add(number, duration, memory);
    }
    known
}
