//! Azure 2021: the Azure Functions invocation trace, one row per invocation with its end.
//!
//! Zhang et al., "Faster and Cheaper Serverless Computing on Harvested
//! Resources", SOSP 2021. Times are seconds from the trace's start; an
//! invocation's start is its end less its duration.

use super::cell::Unit;
use super::log::{self, Columns};
use super::names::{Hashed, short};
use super::table::{Row, Table};
use super::{Companions, Format, Options};
use crate::diagnostic::Diagnostics;
use crate::traffic::Traffic;

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

    fn detect(&self, table: &Table<'_>) -> bool {
        ["func", "end_timestamp", "duration"].iter().all(|name| table.column(&[name]).is_some())
    }

    fn read(&self, table: &Table<'_>, _: &Companions<'_>, options: &Options) -> Result<Traffic, Diagnostics> {
        let mut problems = Diagnostics::default();
        let [app, function, time, duration] =
            ["app", "func", "end_timestamp", "duration"].map(|name| table.require(&[name], &mut problems));
        let (Some(app), Some(function), Some(time), Some(duration)) = (app, function, time, duration) else {
            return Err(problems);
        };
        let used = [app, function, time, duration].map(Some);
        let unread = table.settle(&used, &mut problems);
        let columns = Columns { time, at_end: true, duration: Some(duration), unit: Unit::Seconds };
        let key = |row: &Row<'_>| {
            let (app, function) = (row.cell(app), row.cell(function));
            Ok(format!("{}\n{}", app.name()?, function.name()?))
        };
        let rename = |keys: Vec<String>| {
            let hashed: Vec<Hashed<'_>> = keys
                .iter()
                .map(|key| {
                    let (owner, function) = key.split_once('\n').unwrap_or(("", key));
                    Hashed { kind: "", function, owner }
                })
                .collect();
            short(&hashed)
        };
        let mut traffic = log::read(table, &columns, key, rename, options, problems)?;
        traffic.notes.extend(unread);
        Ok(traffic)
    }
}
