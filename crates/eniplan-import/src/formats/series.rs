//! Series: one value per time under other people's names, as monitoring tools export it.

use crate::content::{Beginning, Content};
use crate::format::TraceFormat;
use crate::gives::Gives;
use crate::reading::Reading;
use crate::records::SlotValues;
use crate::sample_table;

/// A series of counts such as `timestamp,value` or `period,count`.
pub(super) struct SeriesFormat;

const TIMES: [&str; 6] = ["time", "timestamp", "period", "date", "datetime", "minute"];
const VALUES: [&str; 8] =
    ["value", "count", "requests", "invocations", "request_count", "invocation_count", "hits", "calls"];

impl TraceFormat for SeriesFormat {
    fn name(&self) -> &'static str {
        "series"
    }

    fn summary(&self) -> &'static str {
        "one count per time: a column time, timestamp, period or date, and a column value, count, requests, hits or calls"
    }

    fn header(&self) -> &'static str {
        "timestamp,value"
    }

    fn gives(&self) -> Gives {
        Gives::COUNTS.with_durations()
    }

    fn detect(&self, beginning: &Beginning<'_>) -> bool {
        beginning.has_columns(&[&TIMES, &VALUES])
    }

    fn read(&self, content: &mut Content<'_>, reading: &mut Reading<'_>) {
        let values = reading.options().meaning.map_or(SlotValues::Counts, SlotValues::of);
        sample_table::read_named(content, [&TIMES, &VALUES], values, true, reading);
    }
}
