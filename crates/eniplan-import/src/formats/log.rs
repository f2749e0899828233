//! Log: one row per invocation, with its start or end and how long it lasted.

use crate::call_table::{CallColumns, CallRows};
use crate::content::{Beginning, Content};
use crate::field::DurationUnit;
use crate::format::TraceFormat;
use crate::functions::UNNAMED;
use crate::gives::Gives;
use crate::reading::Reading;
use crate::table::CsvRow;

/// The own format `start,function,duration_ms` or `end,function,duration_ms`.
pub(super) struct LogFormat;

impl TraceFormat for LogFormat {
    fn name(&self) -> &'static str {
        "log"
    }

    fn summary(&self) -> &'static str {
        "one row per invocation: start or end, and how long it lasted"
    }

    fn header(&self) -> &'static str {
        "start,function,duration_ms"
    }

    fn gives(&self) -> Gives {
        Gives::LOG.with_durations()
    }

    fn detect(&self, beginning: &Beginning<'_>) -> bool {
        beginning.has_columns(&[&["start"]]) || beginning.has_columns(&[&["end"], &["duration_ms"]])
    }

    fn read(&self, content: &mut Content<'_>, reading: &mut Reading<'_>) {
        let Some((header, rows)) = content.table(reading) else { return };
        let at_end = header.column(&["start"]).is_none() && header.column(&["end"]).is_some();
        let time = reading.keep(header.require(if at_end { &["end"] } else { &["start", "end"] }));
        let duration = header.column(&["duration_ms"]);
        if at_end && duration.is_none() {
            reading.keep(header.require(&["duration_ms"]));
            return;
        }
        let Some(time) = time else { return };
        let function = header.column(&["function"]);
        reading.use_columns(header, &[Some(time), function, duration]);
        let columns = CallColumns { time, at_end, duration, unit: DurationUnit::Milliseconds };
        let name = |row: &CsvRow<'_>| match function {
            Some(column) => row.cell(column).name().map(str::to_owned),
            None => Ok(UNNAMED.to_owned()),
        };
        rows.read(reading, &mut CallRows::new(columns, name).plainly(header, function));
    }
}
