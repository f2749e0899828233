//! Lambda Insights: JSON lines of the log group /aws/lambda-insights, one object an invocation.
//!
//! The time is that of the end; durations are milliseconds, memory MB. An
//! invocation arrives before its init phase.

use super::cell::{Unit, round};
use super::content::Content;
use super::intake::{Call, Intake};
use super::json::Node;
use super::log::call_time;
use super::number::Decimal;
use super::{Format, Gives};
use eniplan_core::diagnostic::Diagnostic;
use eniplan_core::quantity::Memory;

/// `{"_aws":{"Timestamp":...},"function_name":...,"duration":...}`.
pub struct LambdaInsights;

impl Format for LambdaInsights {
    fn name(&self) -> &'static str {
        "lambda-insights"
    }

    fn summary(&self) -> &'static str {
        "Lambda Insights' JSON lines, one per invocation: end, duration, init_duration, total_memory"
    }

    fn header(&self) -> &'static str {
        r#"{"_aws":{"Timestamp":1772445600250},"function_name":"checkout","duration":120,"cold_start":true,"init_duration":130,"total_memory":256}"#
    }

    fn gives(&self) -> Gives {
        Gives::LOG.with_durations().with_memory()
    }

    fn detect(&self, content: &Content<'_>) -> bool {
        content.has_field("_aws") && content.has_field("function_name")
    }

    fn read(&self, content: &Content<'_>, intake: &mut Intake<'_>) {
        let before = intake.calls.len();
        for event in content.documents(&mut intake.problems) {
            if let Err(problem) = read(&event, intake) {
                intake.problems.push(problem);
            }
        }
        if intake.calls.len() > before {
            intake.note("times are ends: an invocation arrives its init and duration before");
        }
    }
}

fn read(event: &Node<'_>, intake: &mut Intake<'_>) -> Result<(), Diagnostic> {
    let time = event.require("_aws")?.require("Timestamp")?.scalar()?;
    let name = event.require("function_name")?.scalar()?;
    let duration = event.require("duration")?.scalar()?.cell().duration(Unit::Milliseconds)?;
    let init = match event.get("init_duration").filter(|init| !init.is_null()) {
        Some(init) => init.scalar()?.cell().duration(Unit::Milliseconds)?,
        None => 0,
    };
    let cell = name.cell();
    let function = intake.function(cell.name()?);
    if let Some(memory) = event.get("total_memory").filter(|memory| !memory.is_null()) {
        intake.remember(function, megabytes(&memory.scalar()?.cell(), 0)?);
    }
    let Some((at, place)) = call_time(intake, &time.cell(), duration.saturating_add(init)) else {
        return Ok(());
    };
    intake.calls.push(Call { at, place, function, duration: Some(round(duration)) });
    Ok(())
}

/// Memory in `cell`, megabytes times 10^`power`, as the provider's MB: 2^20 bytes.
pub fn megabytes(cell: &super::table::Cell<'_>, power: i64) -> Result<Memory, Diagnostic> {
    const HELP: &str = "write the memory as a decimal of more than 0, at most a pebibyte";
    let number: Decimal = cell.decimal(HELP)?;
    let mb = number.rounded(-power).filter(|mb| (1..=1 << 30).contains(mb));
    mb.map(Memory::mib).ok_or_else(|| cell.bad("this is no memory size", HELP))
}
