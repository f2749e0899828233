//! Azure 2021: the Azure Functions invocation trace, one row per invocation with its end.
//!
//! Zhang et al., "Faster and Cheaper Serverless Computing on Harvested
//! Resources", SOSP 2021. Times are seconds from the trace's start; an
//! invocation's start is its end less its duration.

use crate::call_table::{CallColumns, CallRows};
use crate::content::{Beginning, Content};
use crate::field::DurationUnit;
use crate::file::Companions;
use crate::format::TraceFormat;
use crate::functions::KnownFunctions;
use crate::gives::Gives;
use crate::names::{Hashed, short};
use crate::reading::Reading;
use crate::table::CsvRow;

/// The layout `app,func,end_timestamp,duration`.
pub(super) struct Azure2021;

impl TraceFormat for Azure2021 {
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

    fn detect(&self, beginning: &Beginning<'_>) -> bool {
        beginning.has_columns(&[&["func"], &["end_timestamp"], &["duration"]])
    }

    fn read(&self, content: &mut Content<'_>, reading: &mut Reading<'_>) {
        let Some((header, rows)) = content.table(reading) else { return };
        let [app, function, time, duration] =
            ["app", "func", "end_timestamp", "duration"].map(|name| reading.keep(header.require(&[name])));
        let (Some(app), Some(function), Some(time), Some(duration)) = (app, function, time, duration) else {
            return;
        };
        reading.use_columns(header, &[app, function, time, duration].map(Some));
        let columns =
            CallColumns { time, at_end: true, duration: Some(duration), unit: DurationUnit::Seconds };
        let key = |row: &CsvRow<'_>| {
            let (app, function) = (row.cell(app), row.cell(function));
            Ok(format!("{}\n{}", app.name()?, function.name()?))
        };
        rows.read(reading, &mut CallRows::new(columns, key));
    }

    fn known(&self, reading: &mut Reading<'_>, _: &Companions<'_>) -> KnownFunctions {
        let keys = reading.functions().names();
        let hashed: Vec<Hashed<'_>> = keys
            .iter()
            .map(|key| {
                let (owner, function) = key.split_once('\n').unwrap_or(("", key));
                Hashed { kind: "", function, owner }
            })
            .collect();
        KnownFunctions::new(short(&hashed), reading.options())
    }
}
