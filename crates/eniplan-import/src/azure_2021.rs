//! Azure 2021: the Azure Functions invocation trace, one row per invocation with its end.
//!
//! Zhang et al., "Faster and Cheaper Serverless Computing on Harvested
//! Resources", SOSP 2021. Times are seconds from the trace's start; an
//! invocation's start is its end less its duration.

use super::cell::Unit;
use super::content::Content;
use super::functions::Known;
use super::intake::Intake;
use super::log::{self, Columns};
use super::names::{Hashed, short};
use super::table::{Row, Table};
use super::{Companions, Format, Gives};

/// The layout `app,func,end_timestamp,duration`.
pub struct Azure2021;

impl Format for Azure2021 {
    fn name(&self) -> &'static str {
        "azure-2021"
    }

    fn summary(&self) -> &'static str {
        "the Azure Functions invocation trace of 2021: end and duration in seconds"
    }

    fn header(&self) -> &'static str {
        "app,func,end_timestamp,duration"
    }

    fn gives(&self) -> Gives {
        Gives::LOG.with_durations()
    }

    fn detect(&self, content: &Content<'_>) -> bool {
        let has = |table: &Table<'_>, name: &str| table.column(&[name]).is_some();
        let names = ["func", "end_timestamp", "duration"];
        content.table.as_ref().is_some_and(|table| names.iter().all(|name| has(table, name)))
    }

    fn read(&self, content: &Content<'_>, intake: &mut Intake<'_>) {
        let Some(table) = content.rows(&mut intake.problems) else { return };
        let [app, function, time, duration] = ["app", "func", "end_timestamp", "duration"]
            .map(|name| table.require(&[name], &mut intake.problems));
        let (Some(app), Some(function), Some(time), Some(duration)) = (app, function, time, duration) else {
            return;
        };
        let used = [app, function, time, duration].map(Some);
        let unread = table.settle(&used, &mut intake.problems);
        let columns = Columns { time, at_end: true, duration: Some(duration), unit: Unit::Seconds };
        log::read(table, &columns, intake, |row: &Row<'_>| {
            let (app, function) = (row.cell(app), row.cell(function));
            Ok(format!("{}\n{}", app.name()?, function.name()?))
        });
        intake.tell(unread);
    }

    fn known(&self, intake: &mut Intake<'_>, _: &Companions<'_>) -> Known {
        let keys = std::mem::take(&mut intake.functions.names);
        let hashed: Vec<Hashed<'_>> = keys
            .iter()
            .map(|key| {
                let (owner, function) = key.split_once('\n').unwrap_or(("", key));
                Hashed { kind: "", function, owner }
            })
            .collect();
        Known::new(short(&hashed), intake.options)
    }
}
