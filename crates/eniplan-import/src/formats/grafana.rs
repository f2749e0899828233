//! Grafana: the CSV of the panel inspector, also in its Excel mode.
//!
//! Header names are quoted. Either one column a series beside the time, or
//! rows of `time`, `name`, `value`. An empty cell is no value.

use crate::content::{Beginning, Content};
use crate::format::TraceFormat;
use crate::gives::Gives;
use crate::metric::{self, Metric};
use crate::reading::Reading;
use crate::records::{SlotHints, SlotValues};
use crate::rows::CsvRows;
use crate::table::CsvHeader;

/// `"Time","checkout","cart"` or `"time","name","value"`.
pub(super) struct Grafana;

const NAMES: [&str; 4] = ["name", "metric", "series", "function"];
const TIME: [&str; 1] = ["time"];
const VALUE: [&str; 2] = ["value", "values"];

impl TraceFormat for Grafana {
    fn name(&self) -> &'static str {
        "grafana"
    }

    fn summary(&self) -> &'static str {
        "Grafana inspector, Download CSV (also for Excel): one column per series, or rows of time, name and value; `Formatted data` must be off"
    }

    fn header(&self) -> &'static str {
        r#""Time","checkout","cart""#
    }

    fn gives(&self) -> Gives {
        Gives::METRICS
    }

    fn detect(&self, beginning: &Beginning<'_>) -> bool {
        let Some(table) = beginning.table else { return false };
        let text = beginning.text.trim_start();
        let quoted = text.starts_with("\"Time\"") || text.starts_with("\"time\"");
        let sep = text.starts_with("sep=");
        let named = beginning.has_columns(&[&NAMES, &VALUE]);
        let timed = table.columns().next().is_some_and(|first| first.name.eq_ignore_ascii_case("time"));
        timed && (quoted || sep || named) && table.columns().count() > 1
    }

    fn read(&self, content: &mut Content<'_>, reading: &mut Reading<'_>) {
        reading.hint(SlotHints { ask_counter: true, ..SlotHints::default() });
        let Some((header, rows)) = content.table(reading) else { return };
        if header.column(&NAMES).is_some() && header.column(&VALUE).is_some() {
            long(header, rows, reading);
        } else {
            wide(header, rows, reading);
        }
    }
}

/// What the values of the series `name` are, and its function.
fn meaning(name: &str, reading: &Reading<'_>) -> (Metric, String) {
    let found = metric::label(name);
    match (found.metric, metric::meant(found.metric, reading)) {
        (Metric::Other, asked) => {
            (asked.unwrap_or(Metric::Values(SlotValues::Counts)), name.trim().to_owned())
        }
        (_, asked) => (asked.unwrap_or(found.metric), found.function),
    }
}

fn long(header: &CsvHeader, rows: CsvRows<'_, '_>, reading: &mut Reading<'_>) {
    let columns = [&TIME[..], &NAMES, &VALUE].map(|names| reading.keep(header.require(names)));
    let [Some(time), Some(name), Some(value)] = columns else { return };
    reading.use_columns(header, &columns);
    rows.each(reading, |row, reading| {
        let at = reading.time(&row.cell(time));
        let cell = row.cell(name);
        let series = reading.keep(cell.name());
        if series.is_none() {
            reading.lose();
        }
        let (Some(at), Some(series)) = (at, series) else { return };
        let (metric, function) = meaning(series, reading);
        let function = reading.function(&function);
        metric::value(reading, metric, function, at, &row.cell(value));
    });
}

fn wide(header: &CsvHeader, rows: CsvRows<'_, '_>, reading: &mut Reading<'_>) {
    let Some(time) = reading.keep(header.require(&TIME)) else { return };
    let mut series = Vec::new();
    for column in header.columns().filter(|column| column.index != time.index) {
        let (metric, name) = meaning(column.whole, reading);
        series.push((column, metric, reading.function(if name.is_empty() { "(unnamed)" } else { &name })));
    }
    rows.each(reading, |row, reading| {
        let Some(at) = reading.time(&row.cell(time)) else { return };
        for (column, metric, function) in &series {
            metric::value(reading, *metric, *function, at, &row.cell(*column));
        }
    });
}
