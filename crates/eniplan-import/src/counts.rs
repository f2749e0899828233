//! Counts: invocations per slot, the own format `time,function,invocations[,duration_ms]`.

use super::content::Content;
use super::intake::{Intake, Values};
use super::slots::{self, Columns};
use super::{Format, Gives};

/// The own format `time,function,invocations[,duration_ms]`.
pub struct Counts;

impl Format for Counts {
    fn name(&self) -> &'static str {
        "counts"
    }

    fn summary(&self) -> &'static str {
        "invocations per slot and function; the function and the duration may be left out"
    }

    fn header(&self) -> &'static str {
        "time,function,invocations,duration_ms"
    }

    fn gives(&self) -> Gives {
        Gives::COUNTS.with_durations()
    }

    fn detect(&self, content: &Content<'_>) -> bool {
        content.table.as_ref().is_some_and(|table| {
            table.column(&["time"]).is_some() && table.column(&["invocations"]).is_some()
        })
    }

    fn read(&self, content: &Content<'_>, intake: &mut Intake<'_>) {
        let Some(table) = content.rows(&mut intake.problems) else { return };
        let time = table.require(&["time"], &mut intake.problems);
        let value = table.require(&["invocations"], &mut intake.problems);
        let (Some(time), Some(value)) = (time, value) else { return };
        let (function, duration) = (table.column(&["function"]), table.column(&["duration_ms"]));
        slots::read(table, &Columns { time, function, value, duration }, Values::Counts, intake);
    }
}
