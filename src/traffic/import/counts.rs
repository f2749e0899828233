//! Counts: invocations per slot, the own format `time,function,invocations[,duration_ms]`.

use super::slots::{self, Columns, Values};
use super::table::Table;
use super::{Companions, Format, Options};
use crate::diagnostic::Diagnostics;
use crate::traffic::Traffic;

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

    fn detect(&self, table: &Table<'_>) -> bool {
        table.column(&["time"]).is_some() && table.column(&["invocations"]).is_some()
    }

    fn read(&self, table: &Table<'_>, _: &Companions<'_>, options: &Options) -> Result<Traffic, Diagnostics> {
        let mut problems = Diagnostics::default();
        let time = table.require(&["time"], &mut problems);
        let value = table.require(&["invocations"], &mut problems);
        let (Some(time), Some(value)) = (time, value) else { return Err(problems) };
        let (function, duration) = (table.column(&["function"]), table.column(&["duration_ms"]));
        slots::read(table, &Columns { time, function, value, duration }, Values::Invocations, options)
    }
}
