//! CloudWatch console: the CSV that the console's metrics page gives for download.
//!
//! No real file or documentation of the layout was at hand: rows of labels are
//! taken to stand before the data, one column a metric. The data begin at the
//! first row whose first cell is a time; the names are those of the last row
//! labelled `Label`, else of the first row.

use csv::StringRecord;

use super::cloudwatch_data::{OMITS, whole_count};
use super::content::Content;
use super::intake::Intake;
use super::metric::{self, Metric};
use super::table::{Column, Table};
use super::{Format, Gives, clock};
use eniplan_core::diagnostic::{Code, Diagnostic};

/// Label rows, then `2026/03/02 10:00:00,96`.
pub struct CloudWatchConsole;

/// The most rows of labels.
const LABELS: usize = 100;

impl Format for CloudWatchConsole {
    fn name(&self) -> &'static str {
        "cloudwatch-console"
    }

    fn summary(&self) -> &'static str {
        "the CSV of the CloudWatch console: rows of labels, then a time and one column a metric; the label \
         names metric and function"
    }

    fn header(&self) -> &'static str {
        "Label,checkout Invocations"
    }

    fn gives(&self) -> Gives {
        Gives::METRICS.with_durations().unverified()
    }

    fn detect(&self, content: &Content<'_>) -> bool {
        let Some(table) = &content.table else { return false };
        let first = table.columns().next().map(|column| column.name.to_lowercase());
        matches!(first.as_deref(), Some("label" | "full label" | "id"))
    }

    fn read(&self, content: &Content<'_>, intake: &mut Intake<'_>) {
        intake.omits = Some(OMITS);
        let Some(table) = content.rows(&mut intake.problems) else { return };
        let Some(table) = labelled(table) else {
            let message = "no row begins with a time";
            let help = "give the console's CSV whole, with its rows of data";
            let problem = Diagnostic::new(Code::Empty, message, help).in_file(content.file).at_line(1);
            intake.problems.push(problem);
            return;
        };
        let mut unread = Vec::new();
        let mut series: Vec<(Column<'_>, Metric, u32)> = Vec::new();
        for column in table.columns().skip(1) {
            let found = metric::label(column.whole);
            match metric::meant(found.metric, intake) {
                Some(metric) => series.push((column, metric, intake.function(&found.function))),
                None => unread.push(column.name.to_owned()),
            }
        }
        if series.is_empty() {
            metric::none_of_use(intake, &unread);
            return;
        }
        let Some(time) = table.columns().next() else { return };
        table.each(intake, |row, intake| {
            let Some(at) = intake.time(&row.cell(time)) else { return };
            for (column, metric, function) in &series {
                let cell = row.cell(*column);
                whole_count(*metric, &cell, intake);
                metric::value(intake, *metric, *function, at, &cell);
            }
        });
        intake.left_out("columns not read", &unread);
    }
}

/// The table below the labels.
fn labelled<'t>(table: &Table<'t>) -> Option<Table<'t>> {
    let records = table.records(LABELS);
    let first = |record: &StringRecord| record.get(0).unwrap_or_default().trim().to_owned();
    let data = records.iter().position(|(_, record)| clock::is_date(&first(record)))?;
    let (start, _) = records.get(data)?;
    let above = || records.iter().take(data);
    let label = above().rfind(|(_, record)| first(record).eq_ignore_ascii_case("label"));
    let (_, names) = label.or_else(|| above().next())?;
    Some(table.headed(names.iter().map(|name| name.trim().to_owned()).collect(), 1, *start))
}
