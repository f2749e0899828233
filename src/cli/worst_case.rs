//! `eniplan worst-case`.

use std::path::PathBuf;

use clap::ValueEnum;

use super::Verdict;
use super::complaint::no_answer;
use super::gates::{Gates, Measured};
use super::output::{Output, distinct};
use super::study::StudyArgs;
use crate::diagnostic::Diagnostics;
use crate::report::{answers, pretty};
use crate::simulation::Assignment;
use crate::worst_case::{Effort, Unwatched, WorstCase};

/// What a witness is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Objective {
    /// The longest cold start
    ColdStart,
    /// The most ENIs held
    Enis,
    /// The most failed invocations
    Failures,
}

/// Options of `worst-case`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  eniplan worst-case shop-day.csv --policy shared-slots --max-cold-start 16m"
)]
pub struct Args {
    #[command(flatten)]
    study: StudyArgs,
    /// Write the assignment that shows the worst case found, for `simulate --replay`
    #[arg(long, value_name = "FILE", help_heading = "Search")]
    witness: Option<PathBuf>,
    /// What the witness is of
    #[arg(long, value_enum, default_value_t = Objective::ColdStart, help_heading = "Search")]
    witness_of: Objective,
    /// How many invocations to replay, about, in search of witnesses
    #[arg(long, value_name = "N", default_value_t = Effort::default().invocations, help_heading = "Search")]
    effort: u64,
    #[command(flatten)]
    gates: Gates,
    #[command(flatten)]
    pub output: Output,
}

/// Prints the worst case.
pub fn run(args: &Args) -> Result<Verdict, Diagnostics> {
    distinct(&[args.output.file.as_ref(), args.witness.as_ref()])?;
    let study = args.study.load()?;
    let policy = study.policy()?;
    let effort = Effort { invocations: args.effort, seed: args.study.traffic.seed };
    let worst = match study.case(policy, &study.traffic).worst_case(effort, &Unwatched) {
        Ok(worst) => worst,
        Err(error) => return no_answer(&error, &args.output.format),
    };
    let mut answer = answers::worst_case(&study.subject(policy), &worst);
    let measured = Measured {
        cold_start_ms: worst.cold_start.bound_ms,
        enis: worst.peak_enis.peak.bound,
        failures: worst.failures.bound,
        what: "by the proved bound",
    };
    args.gates.note(&measured, &mut answer);
    if let Some(path) = &args.witness {
        args.output.save(path, &written(witness(args.witness_of, &worst)))?;
    }
    args.output.give(&answer)?;
    Ok(args.gates.verdict(&measured))
}

const fn witness(of: Objective, worst: &WorstCase) -> &Assignment {
    match of {
        Objective::ColdStart => &worst.witness,
        Objective::Enis => &worst.witness_peak_enis,
        Objective::Failures => &worst.witness_failures,
    }
}

fn written(assignment: &Assignment) -> String {
    serde_json::to_value(assignment).map(|value| pretty(&value)).unwrap_or_default()
}
