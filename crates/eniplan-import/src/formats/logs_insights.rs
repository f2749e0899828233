//! Logs Insights: the CSV of CloudWatch Logs Insights, or the JSON of `get-query-results`.
//!
//! Fields of REPORT lines (`@timestamp`, `@duration`, `@initDuration`,
//! `@memorySize`), the REPORT messages themselves, or counts by `bin()`. A
//! report is written at the end; `@memorySize` is decimal bytes: 1024 MB is 1024000000.

use std::collections::BTreeMap;

use crate::cloudwatch::OMITS;
use crate::content::{Beginning, Content};
use crate::field::{DurationUnit, Field, round};
use crate::format::TraceFormat;
use crate::functions::UNNAMED;
use crate::gives::Gives;
use crate::json::JsonScalar;
use crate::reading::Reading;
use crate::records::{SlotHints, SlotValues};
use crate::report_line::report_line;
use crate::rows::CsvRows;
use crate::sample_table::{self, SampleColumns};
use crate::table::{CsvColumn, CsvHeader};
use eniplan_core::diagnostic::{Code, Diagnostic};

/// `@timestamp,@duration,...` or `bin(5m),count`.
pub(super) struct LogsInsights;

const COUNTS: [&str; 6] = ["count", "count(*)", "count()", "invocations", "requests", "calls"];

impl TraceFormat for LogsInsights {
    fn name(&self) -> &'static str {
        "logs-insights"
    }

    fn summary(&self) -> &'static str {
        "CloudWatch Logs Insights, CSV or get-query-results: the fields of REPORT lines, REPORT messages, or \
         counts by bin(); @log gives the function"
    }

    fn header(&self) -> &'static str {
        "@timestamp,@log,@duration,@initDuration,@memorySize"
    }

    fn gives(&self) -> Gives {
        Gives { shape: "log, or counts by bin()", ..Gives::LOG }.with_durations().with_memory()
    }

    fn detect(&self, beginning: &Beginning<'_>) -> bool {
        if let Some(first) = beginning.json() {
            let rows = first.get("results").and_then(|results| results.items().ok());
            let fields = rows.and_then(|rows| rows.first()?.items().ok());
            return fields.is_some_and(|fields| fields.iter().all(|field| field.get("field").is_some()));
        }
        beginning.table.is_some_and(|table| table.column(&["@timestamp"]).is_some() || bin(table).is_some())
    }

    fn read(&self, content: &mut Content<'_>, reading: &mut Reading<'_>) {
        let mut tally = ReportTally::default();
        let file = content.file();
        match content.split() {
            Some(_) => {
                let Some((header, rows)) = content.table(reading) else { return };
                if let Some(time) = bin(header) {
                    return counts(header, rows, time, reading);
                }
                reports(header, rows, reading, &mut tally);
            }
            None => results(content, reading, &mut tally),
        }
        tally.tell(file, reading);
    }
}

/// The column of slots: `bin(1h)`.
fn bin(table: &CsvHeader) -> Option<CsvColumn<'_>> {
    table.columns().find(|column| column.name.to_lowercase().starts_with("bin("))
}

/// Counts by slot. CloudWatch leaves out empty ones.
fn counts(header: &CsvHeader, rows: CsvRows<'_, '_>, time: CsvColumn<'_>, reading: &mut Reading<'_>) {
    reading.hint(SlotHints { length: length(time.name), omits: Some(OMITS), ..SlotHints::default() });
    let function = header.column(&["@log", "function", "functionName"]);
    let others = || {
        let read = [Some(time.index), function.map(|column| column.index)];
        header.columns().filter(move |column| !read.contains(&Some(column.index)))
    };
    let alone = others().next().filter(|_| others().count() == 1);
    let Some(value) = header.column(&COUNTS).or(alone) else {
        let message = "cannot tell which column is the count";
        let help = "name the count in the query: `stats count(*) as invocations by bin(1m), @log`";
        reading.problem(header.problem(Code::MissingColumn, message, help));
        return;
    };
    let columns = SampleColumns { time, function, value, duration: None };
    sample_table::read(header, rows, &columns, SlotValues::Counts, reading);
}

/// The slot's length in the name `bin(5m)`, ms.
fn length(name: &str) -> Option<u64> {
    let inside = name.get(4..)?.split(')').next()?.trim();
    let digits = inside.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = (inside.get(..digits)?.parse::<u64>().ok()?, inside.get(digits..)?.trim());
    let unit = match unit.to_ascii_lowercase().as_str() {
        "ms" => 1,
        "s" | "sec" | "second" | "seconds" => 1_000,
        "m" | "min" | "minute" | "minutes" => 60_000,
        "h" | "hr" | "hour" | "hours" => 3_600_000,
        "d" | "day" | "days" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(unit).filter(|length| (1..=315_360_000_000).contains(length))
}

/// What is to be told at the end of a file.
#[derive(Clone, Copy, Debug, Default)]
struct ReportTally {
    kept: u64,
    skipped: u64,
}

impl ReportTally {
    fn tell(self, file: &str, reading: &mut Reading<'_>) {
        if self.kept > 0 {
            reading.note("times are end times: the arrival is earlier by the init time and the duration");
        } else if reading.is_sound() {
            let help = "query `filter @type = \"REPORT\" | fields @timestamp, @log, @duration, \
                        @initDuration, @memorySize`";
            reading.nothing("no row reports an invocation", help);
        }
        if self.skipped > 0 && self.kept > 0 {
            let noun = if self.skipped == 1 { "row" } else { "rows" };
            reading.note(format!("{} {noun} of {file} without a report ignored", self.skipped));
        }
    }
}

/// The fields of a report.
const FIELDS: [&str; 7] =
    ["@timestamp", "@log", "@duration", "@initDuration", "@memorySize", "@message", "@type"];

/// Rows of a CSV.
fn reports(header: &CsvHeader, rows: CsvRows<'_, '_>, reading: &mut Reading<'_>, tally: &mut ReportTally) {
    let columns = FIELDS.map(|name| header.column(&[name]));
    if reading.keep(header.require(&["@timestamp"])).is_none() {
        return;
    }
    reading.use_columns(header, &columns);
    rows.each(reading, |row, reading| {
        record(&columns.map(|column| column.map(|column| row.cell(column))), reading, tally);
    });
}

/// Rows of `get-query-results`.
fn results(content: &mut Content<'_>, reading: &mut Reading<'_>, tally: &mut ReportTally) {
    content.each_value(reading, |document, reading| {
        let rows = document.require("results").and_then(|results| results.items());
        for row in reading.keep(rows).unwrap_or_default() {
            let fields = row.items().and_then(|fields| {
                let mut found: BTreeMap<String, JsonScalar<'_>> = BTreeMap::new();
                for field in fields {
                    let name = field.require("field")?.scalar()?.text().to_owned();
                    found.insert(name, field.require("value")?.scalar()?);
                }
                Ok(found)
            });
            let Some(fields) = reading.keep(fields) else { continue };
            if fields.contains_key("@timestamp") {
                record(&FIELDS.map(|name| fields.get(name).map(JsonScalar::field)), reading, tally);
            } else {
                reading.problem(row.bad("no field `@timestamp` in this row", "add it to the query"));
            }
        }
    });
}

/// One row: its time, log, duration, init, memory, message and type.
fn record(fields: &[Option<Field<'_>>; 7], reading: &mut Reading<'_>, tally: &mut ReportTally) {
    let [time, log, duration, init, memory, message, kind] =
        fields.map(|field| field.filter(|field| !field.text.is_empty()));
    let line = message.and_then(|message| report_line(message.text));
    let is_report = kind.is_none_or(|kind| kind.text.eq_ignore_ascii_case("REPORT"));
    let [line_duration, line_init, line_memory] = line
        .map_or([None; 3], |line| [line.duration, line.init, line.memory])
        .map(|text| message.zip(text).map(|(field, text)| Field { text, ..field }));
    let duration = duration.or(line_duration);
    let (Some(time), Some(duration), true) = (time, duration, is_report) else {
        tally.skipped += 1;
        return;
    };
    tally.kept += 1;
    let micros =
        |field: Option<Field<'_>>| field.map_or(Ok(0), |field| field.duration(DurationUnit::Milliseconds));
    let memory: Result<_, Diagnostic> = match (memory, line_memory) {
        (Some(bytes), _) => bytes.megabytes(6).map(Some),
        (None, Some(mb)) => mb.megabytes(0).map(Some),
        (None, None) => Ok(None),
    };
    let name = log.map_or(Ok(UNNAMED), |log| log.name().map(function_of));
    let duration = reading.keep(micros(Some(duration)));
    let init = reading.keep(micros(init.or(line_init)));
    let (memory, name) = (reading.keep(memory), reading.keep(name));
    let (Some(duration), Some(init), Some(memory), Some(name)) = (duration, init, memory, name) else {
        return;
    };
    let function = reading.function(name);
    if let Some(memory) = memory {
        reading.remember(function, memory);
    }
    // Each is at most a hundred years.
    if let Some(start) = reading.start(&time, duration + init) {
        reading.call(start, function, Some(round(duration)));
    }
}

/// The function of a log group: `<account>:/aws/lambda/<function>`.
fn function_of(log: &str) -> &str {
    log.split_once("/aws/lambda/").map_or(log, |(_, name)| name).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_have_a_length_and_log_groups_a_function() {
        for (name, ms) in [
            ("bin(1h)", Some(3_600_000)),
            ("bin(30s)", Some(30_000)),
            ("bin( 5 minutes )", Some(300_000)),
            ("bin(0s)", None),
            ("bin(x)", None),
            ("bin(99999999999999999999s)", None),
        ] {
            assert_eq!(length(name), ms, "{name}");
        }
        assert_eq!(function_of("123456789012:/aws/lambda/checkout"), "checkout");
        assert_eq!(function_of("my-group"), "my-group");
    }
}
