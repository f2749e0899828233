//! Series: one value per time under other people's names, as monitoring tools export it.

use super::slots::{self, Columns, Values};
use super::table::Table;
use super::{Companions, Format, Options};
use crate::diagnostic::Diagnostics;
use crate::traffic::Traffic;

/// A series of counts such as `timestamp,value` or `period,count`.
pub struct Series;

const TIMES: [&str; 6] = ["time", "timestamp", "period", "date", "datetime", "minute"];
const VALUES: [&str; 8] =
    ["value", "count", "requests", "invocations", "request_count", "invocation_count", "hits", "calls"];

impl Format for Series {
    fn name(&self) -> &'static str {
        "series"
    }

    fn summary(&self) -> &'static str {
        "a count per time: time, timestamp, period or date, and value, count, requests, hits or calls"
    }

    fn header(&self) -> &'static str {
        "timestamp,value"
    }

    fn detect(&self, table: &Table<'_>) -> bool {
        table.column(&TIMES).is_some() && table.column(&VALUES).is_some()
    }

    fn read(&self, table: &Table<'_>, _: &Companions<'_>, options: &Options) -> Result<Traffic, Diagnostics> {
        let mut problems = Diagnostics::default();
        let time = table.require(&TIMES, &mut problems);
        let value = table.require(&VALUES, &mut problems);
        let (Some(time), Some(value)) = (time, value) else { return Err(problems) };
        let (function, duration) = (table.column(&["function"]), table.column(&["duration_ms"]));
        slots::read(table, &Columns { time, function, value, duration }, Values::Invocations, options)
    }
}
