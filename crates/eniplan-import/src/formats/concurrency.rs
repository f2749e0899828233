//! Concurrency: concurrent executions per slot, the own format `time,function,concurrency`.

use crate::content::{Beginning, Content};
use crate::format::TraceFormat;
use crate::gives::Gives;
use crate::reading::Reading;
use crate::records::SlotValues;
use crate::sample_table;

/// The own format `time,function,concurrency`.
pub(super) struct ConcurrencyFormat;

impl TraceFormat for ConcurrencyFormat {
    fn name(&self) -> &'static str {
        "concurrency"
    }

    fn summary(&self) -> &'static str {
        "maximum concurrent executions per slot and function; the function is optional"
    }

    fn header(&self) -> &'static str {
        "time,function,concurrency"
    }

    fn gives(&self) -> Gives {
        Gives::CONCURRENCY
    }

    fn detect(&self, beginning: &Beginning<'_>) -> bool {
        beginning.has_columns(&[&["time"], &["concurrency"]])
    }

    fn read(&self, content: &mut Content<'_>, reading: &mut Reading<'_>) {
        let columns: [&[&str]; 2] = [&["time"], &["concurrency"]];
        sample_table::read_named(content, columns, SlotValues::Concurrency, false, reading);
    }
}
