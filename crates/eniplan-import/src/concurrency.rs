//! Concurrency: concurrent executions per slot, the own format `time,function,concurrency`.

use super::content::Content;
use super::intake::{Intake, Values};
use super::slots::{self, Columns};
use super::{Format, Gives};

/// The own format `time,function,concurrency`.
pub struct Concurrency;

impl Format for Concurrency {
    fn name(&self) -> &'static str {
        "concurrency"
    }

    fn summary(&self) -> &'static str {
        "the largest number of concurrent executions per slot and function; the function may be left out"
    }

    fn header(&self) -> &'static str {
        "time,function,concurrency"
    }

    fn gives(&self) -> Gives {
        Gives::CONCURRENCY
    }

    fn detect(&self, content: &Content<'_>) -> bool {
        content.table.as_ref().is_some_and(|table| {
            table.column(&["time"]).is_some() && table.column(&["concurrency"]).is_some()
        })
    }

    fn read(&self, content: &Content<'_>, intake: &mut Intake<'_>) {
        let Some(table) = content.rows(&mut intake.problems) else { return };
        let time = table.require(&["time"], &mut intake.problems);
        let value = table.require(&["concurrency"], &mut intake.problems);
        let (Some(time), Some(value)) = (time, value) else { return };
        let columns = Columns { time, function: table.column(&["function"]), value, duration: None };
        slots::read(table, &columns, Values::Concurrency, intake);
    }
}
