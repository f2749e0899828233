//! `eniplan plan`.

use super::Verdict;
use super::output::Output;
use super::progress::Work;
use super::study::{Study, StudyArgs};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::plan::{self, PlanError};
use crate::quantity::Millis;
use crate::report::answers;

/// Options of `plan`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  eniplan plan shop-day.csv --max-cold-start 1s\n  \
                        eniplan plan shop-day.csv --max-cold-start 1s,30s,5m,16m")]
pub struct Args {
    #[command(flatten)]
    study: StudyArgs,
    /// The longest cold start that is promised; several (1s,30s,5m) give the trade-off between
    /// waiting and ENIs [default: the scenario's promise]
    #[arg(long, value_name = "DURATION", value_delimiter = ',', help_heading = "Promise")]
    max_cold_start: Vec<Millis>,
    #[command(flatten)]
    pub output: Output,
}

/// Prints the plan; without one, says why and ends with exit code 1.
pub fn run(args: &Args) -> Result<Verdict, Diagnostics> {
    let study = args.study.load()?;
    let policy = study.policy()?;
    let case = study.case(policy, &study.traffic);
    let subject = study.subject(policy);
    let work = Work::unknown("planning", args.output.quiet);
    if let [_, _, ..] = args.max_cold_start.as_slice() {
        let steps = case.sweep(&args.max_cold_start).map_err(|error| failed(&error))?;
        drop(work);
        args.output.give(&answers::sweep(&subject, &steps))?;
        let kept = steps.iter().all(|step| step.plan.amount.is_some());
        return Ok(if kept { Verdict::Done } else { Verdict::Missed });
    }
    let promise = promised(args.max_cold_start.first().copied(), &study)?;
    let planned = case.promise(promise).map_err(|error| failed(&error))?;
    drop(work);
    args.output.give(&answers::plan(&subject, &planned))?;
    Ok(if planned.status == plan::Verdict::Infeasible { Verdict::Missed } else { Verdict::Done })
}

/// The promise that is asked for, else the scenario's.
pub fn promised(asked: Option<Millis>, study: &Study) -> Result<Millis, Diagnostic> {
    asked.or(study.scenario.max_cold_start).ok_or_else(|| {
        let help = "give --max-cold-start, or [promise] max_cold_start in the scenario";
        Diagnostic::new(Code::Usage, "a plan needs a promise: the longest cold start", help)
    })
}

/// The planner gave up.
pub fn failed(error: &PlanError) -> Diagnostic {
    let help = "give a shorter window (--from, --to), or other limits in the model";
    Diagnostic::new(Code::Solver, error.to_string(), help)
}
