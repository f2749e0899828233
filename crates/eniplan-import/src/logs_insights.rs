//! Logs Insights: the CSV of CloudWatch Logs Insights, or the JSON of `get-query-results`.
//!
//! Fields of REPORT lines (`@timestamp`, `@duration`, `@initDuration`,
//! `@memorySize`), the REPORT messages themselves, or counts by `bin()`. A
//! report is written at the end; `@memorySize` is decimal bytes: 1024 MB is 1024000000.

use std::collections::BTreeMap;

use super::cell::{Unit, keep, round};
use super::cloudwatch_data::OMITS;
use super::content::Content;
use super::functions::UNNAMED;
use super::intake::{Call, Intake, Values};
use super::json::Scalar;
use super::lambda_insights::megabytes;
use super::log::call_time;
use super::report_line::report_line;
use super::slots::{self, Columns};
use super::table::{Cell, Column, Row, Table};
use super::{Format, Gives};
use eniplan_core::diagnostic::{Code, Diagnostic};

/// `@timestamp,@duration,...` or `bin(5m),count`.
pub struct LogsInsights;

const COUNTS: [&str; 6] = ["count", "count(*)", "count()", "invocations", "requests", "calls"];

impl Format for LogsInsights {
    fn name(&self) -> &'static str {
        "logs-insights"
    }

    fn summary(&self) -> &'static str {
        "CloudWatch Logs Insights, CSV or get-query-results: the fields of REPORT lines, REPORT messages, or \
         counts by bin(); @log names the function"
    }

    fn header(&self) -> &'static str {
        "@timestamp,@log,@duration,@initDuration,@memorySize"
    }

    fn gives(&self) -> Gives {
        Gives { shape: "log, or counts by bin()", ..Gives::LOG }.with_durations().with_memory()
    }

    fn detect(&self, content: &Content<'_>) -> bool {
        if let Some(first) = content.json() {
            let rows = first.get("results").and_then(|results| results.items().ok());
            let fields = rows.and_then(|rows| rows.first()?.items().ok());
            return fields.is_some_and(|fields| fields.iter().all(|field| field.get("field").is_some()));
        }
        content
            .table
            .as_ref()
            .is_some_and(|table| table.column(&["@timestamp"]).is_some() || bin(table).is_some())
    }

    fn read(&self, content: &Content<'_>, intake: &mut Intake<'_>) {
        let mut told = Told::default();
        match &content.table {
            Some(table) => match bin(table) {
                Some(time) => return counts(table, time, intake),
                None => rows(table, intake, &mut told),
            },
            None => results(content, intake, &mut told),
        }
        told.settle(content, intake);
    }
}

/// The column of slots: `bin(1h)`.
fn bin<'t>(table: &'t Table<'_>) -> Option<Column<'t>> {
    table.columns().find(|column| column.name.to_lowercase().starts_with("bin("))
}

/// Counts by slot. CloudWatch leaves out empty ones.
fn counts(table: &Table<'_>, time: Column<'_>, intake: &mut Intake<'_>) {
    intake.omits = Some(OMITS);
    intake.slot = length(time.name).or(intake.slot);
    let function = table.column(&["@log", "function", "functionName"]);
    let others = || {
        let read = [Some(time.index), function.map(|column| column.index)];
        table.columns().filter(move |column| !read.contains(&Some(column.index)))
    };
    let alone = others().next().filter(|_| others().count() == 1);
    let Some(value) = table.column(&COUNTS).or(alone) else {
        let message = "no column is known to be the count";
        let help = "name it in the query: `stats count(*) as invocations by bin(1m), @log`";
        intake.problems.push(table.at_header(Code::MissingColumn, message, help));
        return;
    };
    let columns = Columns { time, function, value, duration: None };
    slots::read(table, &columns, Values::Counts, intake);
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
struct Told {
    kept: u64,
    skipped: u64,
}

impl Told {
    fn settle(self, content: &Content<'_>, intake: &mut Intake<'_>) {
        if self.kept > 0 {
            intake.note("times are ends: an invocation arrives its init and duration before");
        } else if intake.problems.is_empty() {
            let help = "query `filter @type = \"REPORT\" | fields @timestamp, @log, @duration, \
                        @initDuration, @memorySize`";
            intake.nothing("no row is the report of an invocation", help);
        }
        if self.skipped > 0 && self.kept > 0 {
            let noun = if self.skipped == 1 { "row that is".to_owned() } else { "rows that are".to_owned() };
            intake.note(format!("{} {noun} no report left out of {}", self.skipped, content.file));
        }
    }
}

/// Rows of a CSV.
fn rows(table: &Table<'_>, intake: &mut Intake<'_>, told: &mut Told) {
    let names = ["@timestamp", "@log", "@duration", "@initDuration", "@memorySize", "@message", "@type"];
    let columns = names.map(|name| table.column(&[name]));
    if table.require(&["@timestamp"], &mut intake.problems).is_none() {
        return;
    }
    let unread = table.settle(&columns, &mut intake.problems);
    intake.tell(unread);
    table.each(intake, |row: &Row<'_>, intake| {
        record(&columns.map(|column| column.map(|column| row.cell(column))), intake, told);
    });
}

/// Rows of `get-query-results`.
fn results(content: &Content<'_>, intake: &mut Intake<'_>, told: &mut Told) {
    for document in content.documents(&mut intake.problems) {
        let rows = document.require("results").and_then(|results| results.items());
        let rows = keep(rows, &mut intake.problems).unwrap_or_default();
        for row in rows {
            let fields = row.items().and_then(|fields| {
                let mut found: BTreeMap<String, Scalar<'_>> = BTreeMap::new();
                for field in fields {
                    let name = field.require("field")?.scalar()?.text().to_owned();
                    found.insert(name, field.require("value")?.scalar()?);
                }
                Ok(found)
            });
            let Some(fields) = keep(fields, &mut intake.problems) else { continue };
            let names =
                ["@timestamp", "@log", "@duration", "@initDuration", "@memorySize", "@message", "@type"];
            if fields.contains_key("@timestamp") {
                record(&names.map(|name| fields.get(name).map(Scalar::cell)), intake, told);
            } else {
                let problem = row.bad("the row has no field `@timestamp`", "query it with the others");
                intake.problems.push(problem);
            }
        }
    }
}

/// One row: its time, log, duration, init, memory, message and type.
fn record(cells: &[Option<Cell<'_>>; 7], intake: &mut Intake<'_>, told: &mut Told) {
    let [time, log, duration, init, memory, message, kind] =
        cells.map(|cell| cell.filter(|cell| !cell.text.is_empty()));
    let line = message.and_then(|message| report_line(message.text));
    let is_report = kind.is_none_or(|kind| kind.text.eq_ignore_ascii_case("REPORT"));
    let [line_duration, line_init, line_memory] = line
        .map_or([None; 3], |line| [line.duration, line.init, line.memory])
        .map(|text| message.zip(text).map(|(cell, text)| Cell { text, ..cell }));
    let duration = duration.or(line_duration);
    let (Some(time), Some(duration), true) = (time, duration, is_report) else {
        told.skipped += 1;
        return;
    };
    told.kept += 1;
    let micros = |cell: Option<Cell<'_>>| cell.map_or(Ok(0), |cell| cell.duration(Unit::Milliseconds));
    let memory: Result<_, Diagnostic> = match (memory, line_memory) {
        (Some(bytes), _) => megabytes(&bytes, 6).map(Some),
        (None, Some(mb)) => megabytes(&mb, 0).map(Some),
        (None, None) => Ok(None),
    };
    let name = log.map_or(Ok(UNNAMED), |log| log.name().map(function_of));
    let init = init.or(line_init);
    let parts = (micros(Some(duration)), micros(init), memory, name);
    let parts = (
        keep(parts.0, &mut intake.problems),
        keep(parts.1, &mut intake.problems),
        keep(parts.2, &mut intake.problems),
        keep(parts.3, &mut intake.problems),
    );
    let (Some(duration), Some(init), Some(memory), Some(name)) = parts else { return };
    let function = intake.function(name);
    if let Some(memory) = memory {
        intake.remember(function, memory);
    }
    if let Some((at, place)) = call_time(intake, &time, duration.saturating_add(init)) {
        intake.calls.push(Call { at, place, function, duration: Some(round(duration)) });
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
