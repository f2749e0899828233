//! `eniplan compare`.

use super::gates::{Gates, Measured};
use super::output::Output;
use super::progress::StepProgress;
use super::status::CommandStatus;
use super::study::CommandStudy;
use super::study_args::StudyArgs;
use crate::comparison::{Comparison, Contender, compare_observed};
use crate::diagnostic::Diagnostics;
use crate::policy;
use crate::report::answers;
use crate::report::format::name;
use crate::worst_case::{Bracket, SearchEffort};

/// Options of `compare`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Without --policy, all policies are compared; --model may be repeated.\n\
                        The gates pass if one row meets them all; otherwise the closest row is reported.\n\n\
                        Example:\n  eniplan compare shop-day.csv --policy idle-reuse --policy warm-pool:warm=20")]
pub(super) struct CompareArgs {
    #[command(flatten)]
    study: StudyArgs,
    /// Runs per policy, with seeds from --seed upwards
    #[arg(long, value_name = "N", default_value_t = 5, help_heading = "Runs")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1_000))]
    runs: u64,
    /// Approximate number of invocations to replay per policy in the worst-case search
    #[arg(long, value_name = "N", default_value_t = SearchEffort::SMALL, help_heading = "Runs")]
    effort: u64,
    #[command(flatten)]
    gates: Gates,
    #[command(flatten)]
    pub output: Output,
}

/// Prints the comparison.
pub(super) fn run(args: &CompareArgs) -> Result<CommandStatus, Diagnostics> {
    let studies = args.study.load_all(Some(policy::ALL))?;
    let contenders: Vec<Contender<'_>> = studies.iter().flat_map(contenders).collect();
    let seed = args.study.trace.seed;
    let seeds = args.study.seeds(args.runs);
    let work = StepProgress::begin("comparing", contenders.len() as u64 * (1 + args.runs), args.output.quiet);
    let effort = SearchEffort { invocations: args.effort, seed };
    let compared = compare_observed(&contenders, &seeds, effort, &|| work.step());
    drop(work);
    let Some((study, policy)) = studies.first().and_then(|first| Some((first, first.policies.first()?)))
    else {
        return Ok(CommandStatus::Done);
    };
    let mut subject = study.subject(policy);
    for other in studies.iter().skip(1) {
        let new = other.assumptions.iter().filter(|line| !study.assumptions.contains(line));
        subject.assumptions.extend(new.cloned());
    }
    let mut answer = answers::compare(&subject, &compared, args.runs);
    let measured = closest(&compared, &args.gates);
    args.gates.note(&measured, &mut answer);
    args.output.give(&answer)?;
    Ok(args.gates.verdict(&measured))
}

fn contenders(study: &CommandStudy) -> impl Iterator<Item = Contender<'_>> {
    let contender = |policy| Contender::new(study.platform.name.clone(), study.case(policy, &study.trace));
    study.policies.iter().map(contender)
}

/// What is proved of the option that keeps all gates, or of the one that comes closest.
fn closest(compared: &Comparison, gates: &Gates) -> Measured {
    let proved = |bracket: Option<Bracket>| bracket.and_then(|bracket| bracket.bound);
    let all = compared.rows.iter().map(|row| Measured {
        cold_start_ms: proved(row.worst_cold_start_ms),
        enis: proved(row.worst_peak_enis),
        failures: proved(row.worst_failures),
        what: format!(
            "(proved bound) with the closest policy, {} on {}",
            name(&row.policy),
            name(&row.model)
        ),
    });
    let none = Measured { cold_start_ms: None, enis: None, failures: None, what: String::new() };
    all.min_by_key(|measured| gates.distance(measured)).unwrap_or(none)
}
