//! `VictoriaMetrics`: CSV of `/api/v1/export/csv`, which has no header.
//!
//! The columns are those the user asked for; read are `__timestamp__`, then
//! `__value__`, then labels, which name the function.

use super::content::Content;
use super::functions::UNNAMED;
use super::intake::{Intake, Values};
use super::metric::{self, Metric};
use super::table::Column;
use super::{Format, Gives};

/// `2026-03-02T10:00:00Z,96,checkout`.
pub struct VictoriaMetrics;

impl Format for VictoriaMetrics {
    fn name(&self) -> &'static str {
        "victoriametrics"
    }

    fn summary(&self) -> &'static str {
        "VictoriaMetrics /api/v1/export/csv with format=__timestamp__:rfc3339,__value__,LABEL...; other \
         time formats with `--traffic-format victoriametrics`"
    }

    fn header(&self) -> &'static str {
        "2026-03-02T10:00:00Z,96,checkout"
    }

    fn gives(&self) -> Gives {
        Gives::METRICS
    }

    fn detect(&self, content: &Content<'_>) -> bool {
        let Some(table) = &content.table else { return false };
        let mut columns = table.columns();
        let (time, value) = (columns.next(), columns.next());
        let with_offset = |text: &str| text.contains('T') && text.parse::<jiff::Timestamp>().is_ok();
        columns.next().is_some()
            && time.is_some_and(|time| with_offset(time.name))
            && value.is_some_and(|value| value.name.parse::<f64>().is_ok())
    }

    fn read(&self, content: &Content<'_>, intake: &mut Intake<'_>) {
        intake.ask_counter = true;
        let Some(table) = content.rows(&mut intake.problems) else { return };
        let names = ["__timestamp__", "__value__"].iter().map(|name| (*name).to_owned());
        let labels = (1..).map(|number| format!("label {number}"));
        let header: Vec<String> = names.chain(labels).take(table.columns().count().max(2)).collect();
        let Some((start, _)) = table.records(1).into_iter().next() else { return };
        let table = table.headed(header, 1, start);
        let columns: Vec<Column<'_>> = table.columns().collect();
        let [time, value, labels @ ..] = columns.as_slice() else { return };
        let metric = metric::meant(Metric::Other, intake).unwrap_or(Metric::Values(Values::Counts));
        table.each(intake, |row, intake| {
            let at = intake.time(&row.cell(*time));
            let parts: Vec<&str> = labels.iter().map(|label| row.cell(*label).text).collect();
            let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            let name = if parts.is_empty() { UNNAMED.to_owned() } else { parts.join(" ") };
            let function = intake.function(&name);
            if let Some(at) = at {
                metric::value(intake, metric, function, at, &row.cell(*value));
            }
        });
    }
}
