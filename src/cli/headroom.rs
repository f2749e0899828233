//! `eniplan headroom`.

use super::output::Output;
use super::plan::{failed, target_of};
use super::progress::StepProgress;
use super::status::CommandStatus;
use super::study::CommandStudy;
use super::study_args::StudyArgs;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::{listed, nearest};
use crate::policy::Provision;
use crate::quantity::Millis;
use crate::report::answers;
use crate::trace::Factor;

/// Options of `headroom`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  eniplan headroom shop-day.csv --max-cold-start 1s\n  \
                        eniplan headroom shop-day.csv --max-cold-start 1s --grow checkout\n\n\
                        Without --policy, each growth factor gets its own plan; with it, that policy alone must \
                        meet the target.")]
pub(super) struct HeadroomArgs {
    #[command(flatten)]
    study: StudyArgs,
    /// The cold-start target [default: the scenario's]
    #[arg(long, value_name = "DURATION", help_heading = "Target")]
    max_cold_start: Option<Millis>,
    /// Grow only this function (repeatable) [default: all functions]
    #[arg(long, value_name = "FUNCTION", help_heading = "Target")]
    grow: Vec<String>,
    #[command(flatten)]
    pub output: Output,
}

/// Prints how far the trace can grow; exit code 1 where the target does not even hold as it is.
pub(super) fn run(args: &HeadroomArgs) -> Result<CommandStatus, Diagnostics> {
    let study = args.study.load()?;
    let policy = study.policy()?;
    let target = target_of(args.max_cold_start, &study)?;
    let grown = grown(&args.grow, &study)?;
    let alone = args.study.names_policy() && policy.provision != Provision::Scheduled;
    if alone && policy.provision == Provision::Clairvoyant {
        let help = "leave out --policy to plan, or use another policy";
        return Err(Diagnostic::new(
            Code::Usage,
            "headroom is not defined for clairvoyant, which knows the future",
            help,
        )
        .into());
    }
    let case = study.case(policy, &study.trace);
    let work = StepProgress::begin("probing growth", 1, args.output.quiet);
    let heard = |asked, all| work.at(asked, all);
    let headroom = case.headroom(target, alone, &grown, &heard).map_err(|error| failed(&error))?;
    drop(work);
    args.output.give(&answers::headroom(&study.subject(policy), &headroom))?;
    let enough = headroom.holds.as_ref().is_some_and(|probe| probe.factor >= Factor::ONE);
    Ok(if enough { CommandStatus::Done } else { CommandStatus::Missed })
}

/// The functions of these names.
fn grown(names: &[String], study: &CommandStudy) -> Result<Vec<u32>, Diagnostics> {
    let known: Vec<&str> = study.trace.functions.iter().map(|function| function.name.as_str()).collect();
    let mut problems = Diagnostics::default();
    let mut grown = Vec::new();
    for name in names {
        if let Some((index, _)) = (0_u32..).zip(&known).find(|(_, known)| *known == name) {
            grown.push(index);
            continue;
        }
        let help = match nearest(name, known.iter().copied()) {
            Some(meant) => format!("did you mean {meant}?"),
            None => format!("the trace has {}", listed(&known)),
        };
        let message = format!("unknown function `{name}`");
        problems.push(Diagnostic::new(Code::UnknownName, message, help).with_value(name));
    }
    grown.sort_unstable();
    grown.dedup();
    problems.or(grown)
}
