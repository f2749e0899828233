//! `eniplan plan`.

use super::Verdict;
use super::output::Output;
use super::study::StudyArgs;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::plan;
use crate::quantity::Millis;
use crate::report::answers;

/// Options of `plan`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  eniplan plan shop-day.csv --max-cold-start 1s")]
pub struct Args {
    #[command(flatten)]
    study: StudyArgs,
    /// The longest cold start that is promised [default: the scenario's promise]
    #[arg(long, value_name = "DURATION", help_heading = "Promise")]
    max_cold_start: Option<Millis>,
    #[command(flatten)]
    pub output: Output,
}

/// Prints the plan; without one, says why and ends with exit code 1.
pub fn run(args: &Args) -> Result<Verdict, Diagnostics> {
    let study = args.study.load()?;
    let policy = study.policy()?;
    let promise = args.max_cold_start.or(study.scenario.max_cold_start).ok_or_else(|| {
        let help = "give --max-cold-start, or [promise] max_cold_start in the scenario";
        Diagnostic::new(Code::Usage, "a plan needs a promise: the longest cold start", help)
    })?;
    let case = study.case(policy, &study.traffic);
    let planned = case.promise(promise).map_err(|error| {
        let help = "give a shorter window (--from, --to), or other limits in the model";
        Diagnostic::new(Code::Solver, error.to_string(), help)
    })?;
    args.output.give(&answers::plan(&study.subject(policy), &planned))?;
    Ok(if planned.status == plan::Verdict::Infeasible { Verdict::Missed } else { Verdict::Done })
}
