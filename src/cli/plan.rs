//! `eniplan plan`.

use super::Verdict;
use super::gates::{Gates, Measured};
use super::output::Output;
use super::progress::Work;
use super::study::{Study, StudyArgs};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::plan::{self, PlanError};
use crate::quantity::Millis;
use crate::report::{Answer, answers};

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
    /// Exit code 1 where the plan (of several, the largest) holds more ENIs than this at once
    #[arg(long, value_name = "N", help_heading = "Gates (exit code 1 where one is missed)")]
    max_enis: Option<u64>,
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
        let largest = steps.iter().map(|step| step.plan.amount.map(|it| it.peak_enis)).max().flatten();
        let mut answer = answers::sweep(&subject, &steps);
        let gate = args.gate(largest, &mut answer);
        args.output.give(&answer)?;
        let kept = steps.iter().all(|step| step.plan.amount.is_some());
        return Ok(if kept { gate() } else { Verdict::Missed });
    }
    let promise = promised(args.max_cold_start.first().copied(), &study)?;
    let planned = case.promise(promise).map_err(|error| failed(&error))?;
    drop(work);
    let mut answer = answers::plan(&subject, &planned);
    let gate = args.gate(planned.amount.map(|it| it.peak_enis), &mut answer);
    args.output.give(&answer)?;
    Ok(if planned.status == plan::Verdict::Infeasible { Verdict::Missed } else { gate() })
}

impl Args {
    /// Notes in `answer` whether the ENIs of the plan keep to --max-enis; what it gives says so.
    fn gate(&self, enis: Option<u64>, answer: &mut Answer) -> impl FnOnce() -> Verdict + use<> {
        let gates = Gates { max_enis: self.max_enis, ..Gates::default() };
        let what = "in the plan".to_owned();
        let measured = Measured { cold_start_ms: None, enis, failures: None, what };
        if enis.is_some() {
            gates.note(&measured, answer);
        }
        move || gates.verdict(&measured)
    }
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
