//! `eniplan verify`.

use std::path::PathBuf;

use super::input;
use super::output::Output;
use super::plan::target_of;
use super::status::CommandStatus;
use super::study_args::StudyArgs;
use crate::diagnostic::Diagnostics;
use crate::plan::{read, verify};
use crate::quantity::Millis;
use crate::report::answers;

/// Options of `verify`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  eniplan verify plan.json shop-day.csv\n\n\
                        Use the same --scenario, --model, --policy and --start as for the plan.")]
pub(super) struct VerifyArgs {
    /// The plan, as written by `eniplan plan` with --format json or csv
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    #[command(flatten)]
    study: StudyArgs,
    /// The cold-start target [default: the plan's, else the scenario's]
    #[arg(long, value_name = "DURATION", help_heading = "Target")]
    max_cold_start: Option<Millis>,
    #[command(flatten)]
    pub output: Output,
}

/// Checks and attacks the plan, and prints what became of it; exit code 1 where it does not hold.
pub(super) fn run(args: &VerifyArgs) -> Result<CommandStatus, Diagnostics> {
    let study = args.study.load()?;
    let policy = study.policy()?;
    let name = input::shown(&args.plan);
    let text = input::text(&args.plan)?;
    let case = study.case(policy, &study.trace);
    let saved = read(&name, &text, case.study())?;
    saved.doubts.iter().for_each(|doubt| args.output.note(doubt));
    let target = target_of(args.max_cold_start.or(saved.target), &study)?;
    let verified = verify(case.study(), target, &saved.actions, saved.claims);
    args.output.give(&answers::verify(&study.subject(policy), &name, &verified))?;
    Ok(if verified.holds { CommandStatus::Done } else { CommandStatus::Missed })
}
