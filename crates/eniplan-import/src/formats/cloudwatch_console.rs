//! CloudWatch console: the CSV that the console's metrics page gives for download.
//!
//! No real file or documentation of the layout was at hand: rows of labels are
//! taken to stand before the data, one column a metric. The data begin at the
//! first row whose first cell is a time; the names are those of the last row
//! labelled `Label`, else of the first row.

use crate::clock;
use crate::cloudwatch::{OMITS, whole_count};
use crate::content::{Beginning, Content};
use crate::format::TraceFormat;
use crate::gives::Gives;
use crate::metric::{self, Metric};
use crate::reading::Reading;
use crate::records::SlotHints;
use crate::table::{CsvColumn, CsvHeader, FrontRecord};
use eniplan_core::diagnostic::{Code, Diagnostic};

/// Label rows, then `2026/03/02 10:00:00,96`.
pub(super) struct CloudWatchConsole;

/// The most rows of labels.
const LABELS: usize = 100;

impl TraceFormat for CloudWatchConsole {
    fn name(&self) -> &'static str {
        "cloudwatch-console"
    }

    fn summary(&self) -> &'static str {
        "CSV from the CloudWatch console: label rows, then a time and one column per metric; the label gives metric and function"
    }

    fn header(&self) -> &'static str {
        "Label,checkout Invocations"
    }

    fn gives(&self) -> Gives {
        Gives::METRICS.with_durations().unverified()
    }

    fn detect(&self, beginning: &Beginning<'_>) -> bool {
        let Some(table) = beginning.table else { return false };
        let first = table.columns().next().map(|column| column.name.to_lowercase());
        matches!(first.as_deref(), Some("label" | "full label" | "id"))
    }

    fn read(&self, content: &mut Content<'_>, reading: &mut Reading<'_>) {
        reading.hint(SlotHints { omits: Some(OMITS), ..SlotHints::default() });
        if content.table(reading).is_none() {
            return;
        }
        let Some(header) = labelled(content) else {
            let message = "no row starts with a time";
            let help = "use the complete CSV from the console, with its data rows";
            let problem = Diagnostic::new(Code::Empty, message, help).in_file(content.file()).at_line(1);
            return reading.problem(problem);
        };
        let mut unread = Vec::new();
        let mut series: Vec<(CsvColumn<'_>, Metric, u32)> = Vec::new();
        for column in header.columns().skip(1) {
            let found = metric::label(column.whole);
            match metric::meant(found.metric, reading) {
                Some(metric) => series.push((column, metric, reading.function(&found.function))),
                None => unread.push(column.name.to_owned()),
            }
        }
        if series.is_empty() {
            metric::none_of_use(reading, &unread);
            return;
        }
        let Some(time) = header.columns().next() else { return };
        content.rows_below(&header, reading).each(reading, |row, reading| {
            let Some(at) = reading.time(&row.cell(time)) else { return };
            for (column, metric, function) in &series {
                let cell = row.cell(*column);
                whole_count(*metric, &cell, reading);
                metric::value(reading, *metric, *function, at, &cell);
            }
        });
        metric::left_out(reading, "ignored columns", &unread);
    }
}

/// The header that the labels make.
fn labelled(content: &mut Content<'_>) -> Option<CsvHeader> {
    let records = content.records(LABELS);
    let first = |record: &FrontRecord| record.cells.first().cloned().unwrap_or_default();
    let data = records.iter().position(|record| clock::is_date(&first(record)))?;
    let (above, data) = (records.get(..data)?, records.get(data)?);
    let label = above.iter().rfind(|record| first(record).eq_ignore_ascii_case("label"));
    let names = label.or_else(|| above.first())?;
    Some(CsvHeader::named(content.file(), names.cells.clone(), 1, data.start))
}
