//! Concurrency: concurrent executions per slot, the own format `time,function,concurrency`.

use super::slots::{self, Columns, Values};
use super::table::Table;
use super::{Companions, Format, Options};
use crate::diagnostic::Diagnostics;
use crate::traffic::Traffic;

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

    fn detect(&self, table: &Table<'_>) -> bool {
        table.column(&["time"]).is_some() && table.column(&["concurrency"]).is_some()
    }

    fn read(&self, table: &Table<'_>, _: &Companions<'_>, options: &Options) -> Result<Traffic, Diagnostics> {
        let mut problems = Diagnostics::default();
        let time = table.require(&["time"], &mut problems);
        let value = table.require(&["concurrency"], &mut problems);
        let (Some(time), Some(value)) = (time, value) else { return Err(problems) };
        let columns = Columns { time, function: table.column(&["function"]), value, duration: None };
        slots::read(table, &columns, Values::Concurrency, options)
    }
}
