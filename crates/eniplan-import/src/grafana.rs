//! Grafana: the CSV of the panel inspector, also in its Excel mode.
//!
//! Header names are quoted. Either one column a series beside the time, or
//! rows of `time`, `name`, `value`. An empty cell is no value.

use super::cell::keep;
use super::content::Content;
use super::intake::{Intake, Values};
use super::metric::{self, Metric};
use super::table::Table;
use super::{Format, Gives};

/// `"Time","checkout","cart"` or `"time","name","value"`.
pub struct Grafana;

const NAMES: [&str; 4] = ["name", "metric", "series", "function"];
const TIME: [&str; 1] = ["time"];
const VALUE: [&str; 2] = ["value", "values"];

impl Format for Grafana {
    fn name(&self) -> &'static str {
        "grafana"
    }

    fn summary(&self) -> &'static str {
        "Grafana's inspector, Download CSV (also for Excel): one column a series, or rows of time, name and \
         value; `Formatted data` must be off"
    }

    fn header(&self) -> &'static str {
        r#""Time","checkout","cart""#
    }

    fn gives(&self) -> Gives {
        Gives::METRICS
    }

    fn detect(&self, content: &Content<'_>) -> bool {
        let Some(table) = &content.table else { return false };
        let beginning = content.text.trim_start();
        let quoted = beginning.starts_with("\"Time\"") || beginning.starts_with("\"time\"");
        let sep = beginning.starts_with("sep=");
        let named = table.column(&NAMES).is_some() && table.column(&VALUE).is_some();
        let timed = table.columns().next().is_some_and(|first| first.name.eq_ignore_ascii_case("time"));
        timed && (quoted || sep || named) && table.columns().count() > 1
    }

    fn read(&self, content: &Content<'_>, intake: &mut Intake<'_>) {
        intake.ask_counter = true;
        let Some(table) = content.rows(&mut intake.problems) else { return };
        if table.column(&NAMES).is_some() && table.column(&VALUE).is_some() {
            long(table, intake);
        } else {
            wide(table, intake);
        }
    }
}

/// What the values of the series `name` are, and its function.
fn meaning(name: &str, intake: &Intake<'_>) -> (Metric, String) {
    let found = metric::label(name);
    match (found.metric, metric::meant(found.metric, intake)) {
        (Metric::Other, asked) => (asked.unwrap_or(Metric::Values(Values::Counts)), name.trim().to_owned()),
        (_, asked) => (asked.unwrap_or(found.metric), found.function),
    }
}

fn long(table: &Table<'_>, intake: &mut Intake<'_>) {
    let columns = [&TIME[..], &NAMES, &VALUE].map(|names| table.require(names, &mut intake.problems));
    let [Some(time), Some(name), Some(value)] = columns else { return };
    let unread = table.settle(&columns, &mut intake.problems);
    intake.tell(unread);
    table.each(intake, |row, intake| {
        let at = intake.time(&row.cell(time));
        let cell = row.cell(name);
        let series = keep(cell.name(), &mut intake.problems);
        intake.lost |= series.is_none();
        let (Some(at), Some(series)) = (at, series) else { return };
        let (metric, function) = meaning(series, intake);
        let function = intake.function(&function);
        metric::value(intake, metric, function, at, &row.cell(value));
    });
}

fn wide(table: &Table<'_>, intake: &mut Intake<'_>) {
    let Some(time) = table.require(&TIME, &mut intake.problems) else { return };
    let mut series = Vec::new();
    for column in table.columns().filter(|column| column.index != time.index) {
        let (metric, name) = meaning(column.whole, intake);
        series.push((column, metric, intake.function(if name.is_empty() { "(unnamed)" } else { &name })));
    }
    let used: Vec<_> = table.columns().map(Some).collect();
    let _ = table.settle(&used, &mut intake.problems);
    table.each(intake, |row, intake| {
        let Some(at) = intake.time(&row.cell(time)) else { return };
        for (column, metric, function) in &series {
            metric::value(intake, *metric, *function, at, &row.cell(*column));
        }
    });
}
