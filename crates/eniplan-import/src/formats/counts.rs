//! Counts: invocations per slot, the own format `time,function,invocations[,duration_ms]`.

use crate::content::{Beginning, Content};
use crate::format::TraceFormat;
use crate::gives::Gives;
use crate::reading::Reading;
use crate::records::SlotValues;
use crate::sample_table;

/// The own format `time,function,invocations[,duration_ms]`.
pub(super) struct CountsFormat;

impl TraceFormat for CountsFormat {
    fn name(&self) -> &'static str {
        "counts"
    }

    fn summary(&self) -> &'static str {
        "invocations per slot and function; function and duration are optional"
    }

    fn header(&self) -> &'static str {
        "time,function,invocations,duration_ms"
    }

    fn gives(&self) -> Gives {
        Gives::COUNTS.with_durations()
    }

    fn detect(&self, beginning: &Beginning<'_>) -> bool {
        beginning.has_columns(&[&["time"], &["invocations"]])
    }

    fn read(&self, content: &mut Content<'_>, reading: &mut Reading<'_>) {
        let columns: [&[&str]; 2] = [&["time"], &["invocations"]];
        sample_table::read_named(content, columns, SlotValues::Counts, true, reading);
    }
}
