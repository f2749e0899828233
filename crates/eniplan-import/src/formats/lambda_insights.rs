//! Lambda Insights: JSON lines of the log group /aws/lambda-insights, one object an invocation.
//!
//! The time is that of the end; durations are milliseconds, memory MB. An
//! invocation arrives before its init phase.

use crate::content::{Beginning, Content};
use crate::field::{DurationUnit, round};
use crate::format::TraceFormat;
use crate::gives::Gives;
use crate::json::JsonNode;
use crate::reading::Reading;
use eniplan_core::diagnostic::Diagnostic;

/// `{"_aws":{"Timestamp":...},"function_name":...,"duration":...}`.
pub(super) struct LambdaInsights;

impl TraceFormat for LambdaInsights {
    fn name(&self) -> &'static str {
        "lambda-insights"
    }

    fn summary(&self) -> &'static str {
        "Lambda Insights JSON lines, one per invocation: end, duration, init_duration, total_memory"
    }

    fn header(&self) -> &'static str {
        r#"{"_aws":{"Timestamp":1772445600250},"function_name":"checkout","duration":120,"cold_start":true,"init_duration":130,"total_memory":256}"#
    }

    fn gives(&self) -> Gives {
        Gives::LOG.with_durations().with_memory()
    }

    fn detect(&self, beginning: &Beginning<'_>) -> bool {
        beginning.has_field("_aws") && beginning.has_field("function_name")
    }

    fn read(&self, content: &mut Content<'_>, reading: &mut Reading<'_>) {
        let mut has_calls = false;
        content.each_value(reading, |event, reading| {
            let read = read(event, reading);
            has_calls |= reading.keep(read).unwrap_or_default();
        });
        if has_calls {
            reading.note("times are end times: the arrival is earlier by the init time and the duration");
        }
    }
}

/// Reads an event; whether it is a call.
fn read(event: &JsonNode<'_>, reading: &mut Reading<'_>) -> Result<bool, Diagnostic> {
    let time = event.require("_aws")?.require("Timestamp")?.scalar()?;
    let name = event.require("function_name")?.scalar()?;
    let duration = event.require("duration")?.scalar()?.field().duration(DurationUnit::Milliseconds)?;
    let init = match event.get("init_duration").filter(|init| !init.is_null()) {
        Some(init) => init.scalar()?.field().duration(DurationUnit::Milliseconds)?,
        None => 0,
    };
    let cell = name.field();
    let function = reading.function(cell.name()?);
    if let Some(memory) = event.get("total_memory").filter(|memory| !memory.is_null()) {
        reading.remember(function, memory.scalar()?.field().megabytes(0)?);
    }
    // Each is at most a hundred years.
    let start = reading.start(&time.field(), duration + init);
    if let Some(start) = start {
        reading.call(start, function, Some(round(duration)));
    }
    Ok(start.is_some())
}
