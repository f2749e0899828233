//! Azure 2019: the Azure Functions trace, one row per function and one column per minute of a day.
//!
//! Shahrad et al., "Serverless in the Wild", USENIX ATC 2020. Durations and
//! memory stand in companion files of their own. The minutes keep their
//! numbers; time 0 is the start of the first column's minute.

use super::azure_companions::{durations, memory};
use crate::content::{Beginning, Content};
use crate::file::Companions;
use crate::format::TraceFormat;
use crate::functions::KnownFunctions;
use crate::gives::Gives;
use crate::names::{Hashed, short};
use crate::plain_day::{DayLayout, KEYS, PlainDay};
use crate::reading::Reading;
use crate::records::{CountSeries, Sample, SlotHints, SlotValues};
use crate::rows::RowReader;
use crate::table::{CsvColumn, CsvHeader, CsvRow};
use eniplan_core::diagnostic::{Code, Diagnostic};
use eniplan_core::trace::block::SlotCount;

/// The layout `HashOwner,HashApp,HashFunction,Trigger,1,2,...`.
pub(super) struct Azure2019;

impl TraceFormat for Azure2019 {
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

    fn detect(&self, beginning: &Beginning<'_>) -> bool {
        let has_minutes = |table: &CsvHeader| minutes(table).next().is_some();
        beginning.has_columns(&[&["HashFunction"]]) && beginning.table.is_some_and(has_minutes)
    }

    fn read(&self, content: &mut Content<'_>, reading: &mut Reading<'_>) {
        let Some((header, rows)) = content.table(reading) else { return };
        let hashes = KEYS.map(|name| reading.keep(header.require(&[name])));
        let columns = ordered(header, reading);
        let ([Some(owner), Some(app), Some(function), Some(trigger)], Some((first, _))) =
            (hashes, columns.first())
        else {
            return;
        };
        let used: Vec<_> = hashes.into_iter().chain(columns.iter().map(|(_, c)| Some(*c))).collect();
        reading.use_columns(header, &used);
        reading.hint(SlotHints { length: Some(60_000), by_series: true, ..SlotHints::default() });
        let in_order = (*first..).zip(&columns).all(|(expected, (minute, _))| expected == *minute);
        let mut day = DayRows {
            hashes: [owner, app, function, trigger],
            minutes: &columns,
            start: day_of(&header.file, reading) + i64::from(*first) * 60_000,
            layout: DayLayout::of(header.names()),
            by_function: in_order && u16::try_from(columns.len()).is_ok() && reading.by_function(),
            lines: Vec::new(),
            counts: Vec::new(),
        };
        rows.read(reading, &mut day);
        if day.lines.is_empty() {
            return;
        }
        for (minute, column) in &columns {
            let place = reading.place_at(header.line(), column.index as u64 + 1);
            reading.mark(day.start_of(*minute), place);
        }
        if reading.is_first_file() {
            reading.note(format!("time 0 is the start of minute {first}"));
        }
    }

    fn known(&self, reading: &mut Reading<'_>, companions: &Companions<'_>) -> KnownFunctions {
        let keys = reading.functions().names().to_vec();
        let parts: Vec<[&str; 4]> = keys.iter().map(|key| parts(key)).collect();
        let by_hash: Vec<Hashed<'_>> = parts
            .iter()
            .map(|[_, app, function, trigger]| Hashed { kind: trigger, function, owner: app })
            .collect();
        let hashes: Vec<[&str; 3]> =
            parts.iter().map(|[owner, app, function, _]| [*owner, *app, *function]).collect();
        let mut known = KnownFunctions::new(short(&by_hash), reading.options());
        let [of_durations, of_memory] = companions.wanted();
        let durations = of_durations.and_then(|file| durations(&file, reading));
        let memory = of_memory.and_then(|file| memory(&file, reading));
        // A companion that cannot be read is a problem already.
        let durations = durations.map(|found| found.durations_of(&hashes, reading));
        let memory = memory.map(|found| found.memory_of(&hashes, reading));
        for number in 0..known.functions.len() {
            let duration = durations.as_ref().and_then(|all| all.get(number).copied().flatten());
            let memory = memory.as_ref().and_then(|all| all.get(number).copied().flatten());
            known.add(number, duration, memory);
        }
        known
    }
}

/// When the day of a file begins, ms: of several files, the number behind the `d` in
/// `invocations_per_function_md.anon.d01.csv` says which.
fn day_of(file: &str, reading: &mut Reading<'_>) -> i64 {
    const DAY: i64 = 86_400_000;
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let number = name.split('.').find_map(|part| part.strip_prefix('d')?.parse::<u16>().ok());
    if !reading.has_several_files() {
        return 0;
    }
    if number.is_some() {
        reading.note("the day is taken from the number after `d` in the file names");
    }
    i64::from(number.unwrap_or_default()) * DAY
}

/// The columns named after a minute, with its number.
fn minutes(table: &CsvHeader) -> impl Iterator<Item = (u32, CsvColumn<'_>)> {
    table.columns().filter_map(|column| {
        let digits = !column.name.is_empty() && column.name.bytes().all(|byte| byte.is_ascii_digit());
        Some((column.name.parse().ok().filter(|_| digits)?, column))
    })
}

/// The minute columns by number; none and repeated ones are problems.
fn ordered<'t>(table: &'t CsvHeader, reading: &mut Reading<'_>) -> Vec<(u32, CsvColumn<'t>)> {
    let mut found: Vec<_> = minutes(table).collect();
    found.sort_by_key(|(minute, _)| *minute);
    if found.is_empty() {
        let help = "name each column of counts by its minute of the day: 1, 2, 3, ...";
        reading.problem(table.problem(Code::MissingColumn, "no minute columns in the header", help));
    }
    let pairs = found.windows(2).filter_map(|pair| match pair {
        // Columns of one name are found where the header is settled.
        [(minute, first), (again, second)] if minute == again && first.name != second.name => {
            Some((first, second))
        }
        _ => None,
    });
    for (first, second) in pairs {
        let message = format!("same minute as column {}", first.index + 1);
        reading.problem(table.problem_of(*second, message));
    }
    found.dedup_by_key(|(minute, _)| *minute);
    found
}

/// Takes the rows of a day.
struct DayRows<'t> {
    /// Owner, application, function, trigger.
    hashes: [CsvColumn<'t>; 4],
    minutes: &'t [(u32, CsvColumn<'t>)],
    /// When its first column begins, ms.
    start: i64,
    layout: Option<DayLayout>,
    /// Whether counts are kept by function.
    by_function: bool,
    /// The last line of each function.
    lines: Vec<Option<u64>>,
    counts: Vec<SlotCount>,
}

impl DayRows<'_> {
    /// When a minute begins, ms.
    fn start_of(&self, minute: u32) -> i64 {
        let first = self.minutes.first().map_or(minute, |(first, _)| *first);
        self.start + i64::from(minute.abs_diff(first)) * 60_000
    }

    /// The number of the function of a row on `line`; nothing where it has one already, which is a problem.
    fn number(&mut self, key: &str, line: u64, reading: &mut Reading<'_>) -> Option<u32> {
        let number = reading.function(key);
        let index = number as usize;
        if self.lines.len() <= index {
            self.lines.resize(index + 1, None);
        }
        let Some(earlier) = self.lines.get_mut(index).and_then(|known| known.replace(line)) else {
            return Some(number);
        };
        let [_, _, function, _] = self.hashes;
        let message = format!("same function and trigger as on line {earlier}");
        let problem =
            Diagnostic::new(Code::Duplicate, message, "keep one of the two rows, or add their counts");
        let place = reading.place_at(line, function.index as u64 + 1);
        let problem = reading.at(problem, place, false);
        reading.problem(problem);
        None
    }

    fn key(&self, row: &CsvRow<'_>, reading: &mut Reading<'_>) -> Option<String> {
        let cells = self.hashes.map(|column| row.cell(column));
        let names: Vec<&str> = cells.iter().filter_map(|cell| reading.keep(cell.name())).collect();
        (names.len() == cells.len()).then(|| names.join("\n"))
    }

    /// Takes the counts of a function that stands on `line`.
    fn take(&self, number: u32, counts: &[SlotCount], line: u64, reading: &mut Reading<'_>) {
        let [_, _, function, _] = self.hashes;
        let place = reading.place_at(line, function.index as u64 + 1);
        for cell in counts {
            let Some((minute, _)) = self.minutes.get(usize::from(cell.slot)) else { continue };
            let sample = Sample::count(self.start_of(*minute), cell.count, place, number);
            reading.sample(SlotValues::Counts, sample);
        }
    }
}

impl RowReader for DayRows<'_> {
    type Plain = PlainDay;

    fn has_plain(&self) -> bool {
        self.layout.is_some()
    }

    fn read_plain(&self, lines: &[u8], plain: &mut PlainDay) -> bool {
        self.layout.is_some_and(|layout| plain.read(layout, lines).is_some())
    }

    fn take_plain(&mut self, plain: &mut PlainDay, before: u64, reading: &mut Reading<'_>) -> bool {
        let mut counts = Vec::new();
        for (index, (key, line)) in plain.rows().enumerate() {
            let line = before + line + 1;
            if let (Some(number), false) = (self.number(key, line, reading), self.by_function) {
                plain.series.read(index, &mut counts);
                self.take(number, &counts, line, reading);
            }
        }
        if self.by_function {
            reading.series(&plain.series);
        }
        true
    }

    fn take_row(&mut self, row: &CsvRow<'_>, reading: &mut Reading<'_>) {
        let Some(key) = self.key(row, reading) else { return };
        let number = self.number(&key, row.line(), reading);
        let mut counts = std::mem::take(&mut self.counts);
        counts.clear();
        for (slot, (_, column)) in (0_u16..).zip(self.minutes) {
            let count = reading.keep(row.cell(*column).count());
            counts.extend(count.filter(|count| *count > 0).map(|count| SlotCount { slot, count }));
        }
        match number {
            None => {}
            Some(_) if self.by_function => {
                let mut series = CountSeries::default();
                series.push(&counts);
                reading.series(&series);
            }
            Some(number) => self.take(number, &counts, row.line(), reading),
        }
        self.counts = counts;
    }
}

/// The four cells of a key.
fn parts(key: &str) -> [&str; 4] {
    let mut parts = key.split('\n');
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}
