//! Series: one value per time under other people's names, as monitoring tools export it.

use super::content::Content;
use super::intake::{Intake, Values};
use super::slots::{self, Columns};
use super::{Format, Gives};

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

    fn gives(&self) -> Gives {
        Gives::COUNTS.with_durations()
    }

    fn detect(&self, content: &Content<'_>) -> bool {
        content
            .table
            .as_ref()
            .is_some_and(|table| table.column(&TIMES).is_some() && table.column(&VALUES).is_some())
    }

    fn read(&self, content: &Content<'_>, intake: &mut Intake<'_>) {
        let Some(table) = content.rows(&mut intake.problems) else { return };
        let time = table.require(&TIMES, &mut intake.problems);
        let value = table.require(&VALUES, &mut intake.problems);
        let (Some(time), Some(value)) = (time, value) else { return };
        let (function, duration) = (table.column(&["function"]), table.column(&["duration_ms"]));
        let values = intake.options.meaning.map_or(Values::Counts, Values::of);
        slots::read(table, &Columns { time, function, value, duration }, values, intake);
    }
}
