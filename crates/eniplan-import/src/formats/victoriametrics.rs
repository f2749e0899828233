//! `VictoriaMetrics`: CSV of `/api/v1/export/csv`, which has no header.
//!
//! The columns are those the user asked for; read are `__timestamp__`, then
//! `__value__`, then labels, which name the function.

use crate::content::{Beginning, Content};
use crate::format::TraceFormat;
use crate::functions::UNNAMED;
use crate::gives::Gives;
use crate::metric::{self, Metric};
use crate::reading::Reading;
use crate::records::{SlotHints, SlotValues};
use crate::table::{CsvColumn, CsvHeader};

/// `2026-03-02T10:00:00Z,96,checkout`.
pub(super) struct VictoriaMetrics;

impl TraceFormat for VictoriaMetrics {
    fn name(&self) -> &'static str {
        "victoriametrics"
    }

    fn summary(&self) -> &'static str {
        "VictoriaMetrics /api/v1/export/csv with format=__timestamp__:rfc3339,__value__,LABEL...; other time formats with `--trace-format victoriametrics`"
    }

    fn header(&self) -> &'static str {
        "2026-03-02T10:00:00Z,96,checkout"
    }

    fn gives(&self) -> Gives {
        Gives::METRICS
    }

    fn detect(&self, beginning: &Beginning<'_>) -> bool {
        let Some(table) = beginning.table else { return false };
        let mut columns = table.columns();
        let (time, value) = (columns.next(), columns.next());
        let with_offset = |text: &str| text.contains('T') && text.parse::<jiff::Timestamp>().is_ok();
        columns.next().is_some()
            && time.is_some_and(|time| with_offset(time.name))
            && value.is_some_and(|value| value.name.parse::<f64>().is_ok())
    }

    fn read(&self, content: &mut Content<'_>, reading: &mut Reading<'_>) {
        reading.hint(SlotHints { ask_counter: true, ..SlotHints::default() });
        if content.table(reading).is_none() {
            return;
        }
        let Some(record) = content.records(1).pop() else { return };
        let names = ["__timestamp__", "__value__"].iter().map(|name| (*name).to_owned());
        let labels = (1..).map(|number| format!("label {number}"));
        let names = names.chain(labels).take(record.cells.len().max(2)).collect();
        let header = CsvHeader::named(content.file(), names, 1, record.start);
        let columns: Vec<CsvColumn<'_>> = header.columns().collect();
        let [time, value, labels @ ..] = columns.as_slice() else { return };
        let metric = metric::meant(Metric::Other, reading).unwrap_or(Metric::Values(SlotValues::Counts));
        content.rows_below(&header, reading).each(reading, |row, reading| {
            let at = reading.time(&row.cell(*time));
            let parts: Vec<&str> = labels.iter().map(|label| row.cell(*label).text).collect();
            let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            let name = if parts.is_empty() { UNNAMED.to_owned() } else { parts.join(" ") };
            let function = reading.function(&name);
            if let Some(at) = at {
                metric::value(reading, metric, function, at, &row.cell(*value));
            }
        });
    }
}
