//! `eniplan reuse`.

use clap::ValueEnum;
use rayon::prelude::*;

use super::diagnostics::no_answer;
use super::output::Output;
use super::status::CommandStatus;
use super::study::CommandStudy;
use super::study_args::StudyArgs;
use super::window::instant;
use crate::comparison::{Case, CaseError};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::policy::{Policy, Provision};
use crate::quantity::{Interval, Millis};
use crate::report::answers::{self, ReuseRuns};
use crate::simulation::{FunctionReuse, Random, Reuse};

/// How long idle environments are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum KeepAlive {
    /// As set by the policy, the scenario or the model
    Fixed,
    /// Drawn from the model's quantiles each time an environment becomes idle
    Drawn,
}

/// Options of `reuse`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  eniplan reuse shop-day.csv --cache-ttl 5m\n  \
                        eniplan reuse shop-day.csv --keep-alive drawn --at 8h")]
pub(super) struct ReuseArgs {
    #[command(flatten)]
    study: StudyArgs,
    /// How long a value cached outside the handler stays valid [default: the lifetime of its environment]
    #[arg(long, value_name = "DURATION", help_heading = "Memory")]
    cache_ttl: Option<Millis>,
    /// How long idle environments are kept
    #[arg(long, value_enum, value_name = "CHOICE", default_value_t = KeepAlive::Fixed, help_heading = "Memory")]
    keep_alive: KeepAlive,
    /// Also report the first invocations at or after this time: an offset (8h) or a wall-clock time
    #[arg(long, value_name = "TIME", help_heading = "Memory")]
    at: Option<String>,
    /// Number of runs, with seeds from --seed upwards [default: 1, or 100 with --keep-alive drawn]
    #[arg(long, value_name = "N", help_heading = "Runs")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=100_000))]
    runs: Option<u64>,
    #[command(flatten)]
    pub output: Output,
}

/// Prints what memory is worth.
pub(super) fn run(args: &ReuseArgs) -> Result<CommandStatus, Diagnostics> {
    let study = args.study.load()?;
    let policy = study.policy()?;
    let since = args.at.as_ref().map(|text| instant("--at", text, &study.trace)).transpose()?;
    let lifetimes = lifetimes(args, &study, policy)?;
    let runs = match run_all(args, &study, policy, &lifetimes, since) {
        Ok(runs) => runs,
        Err(error) => return no_answer(&error, &args.output.format),
    };
    let mut subject = study.subject(policy);
    subject.assumptions.extend(describe_runs(args, &study, &lifetimes));
    args.output.give(&answers::reuse(&subject, &runs))?;
    Ok(CommandStatus::Done)
}

impl ReuseArgs {
    fn runs(&self) -> u64 {
        self.runs.unwrap_or(if self.keep_alive == KeepAlive::Drawn { 100 } else { 1 })
    }
}

/// By function: what its keep-alives are drawn from, where they are.
fn lifetimes<'a>(
    args: &ReuseArgs,
    study: &'a CommandStudy,
    policy: &Policy,
) -> Result<Vec<Option<&'a Interval>>, Diagnostic> {
    if args.keep_alive == KeepAlive::Fixed {
        return Ok(Vec::new());
    }
    let environment = &study.platform.environment;
    let Some(drawn) = &environment.keep_alive_drawn else {
        let message = format!("the model {} has no keep-alive quantiles", study.platform.name);
        let help = "add `keep_alive_drawn` to [environment] in the model, or drop --keep-alive drawn";
        return Err(Diagnostic::new(Code::Usage, message, help));
    };
    let follows = matches!(policy.provision, Provision::Scheduled | Provision::Clairvoyant);
    if policy.keep_alive.is_some() || follows {
        let why = if follows { "follows a plan made for a fixed one" } else { "fixes it" };
        let message = format!("cannot draw keep-alives under the policy {}, which {why}", policy.name);
        return Err(Diagnostic::new(Code::Usage, message, "use another policy, or drop --keep-alive drawn"));
    }
    let own = environment.keep_alive.value;
    let of = |place: &crate::topology::FunctionPlace| (place.keep_alive == own).then_some(&drawn.value);
    Ok(study.topology.functions.iter().map(of).collect())
}

/// What the answer rests on beside what every answer does.
fn describe_runs(args: &ReuseArgs, study: &CommandStudy, lifetimes: &[Option<&Interval>]) -> Vec<String> {
    let mut all = Vec::new();
    if let Some(drawn) =
        study.platform.environment.keep_alive_drawn.as_ref().filter(|_| !lifetimes.is_empty())
    {
        all.push(format!(
            "the keep-alive is drawn from {} (grade {}) each time an environment becomes idle, in place of the \
             model's fixed value",
            drawn.value, drawn.grade
        ));
    }
    let seed = args.study.trace.seed;
    all.push(match args.runs() {
        1 => format!("1 run with seed {seed}"),
        n => format!("{n} runs with seeds from {seed}"),
    });
    all
}

/// The runs in order of their seeds, whatever thread they ran on.
fn run_all(
    args: &ReuseArgs,
    study: &CommandStudy,
    policy: &Policy,
    lifetimes: &[Option<&Interval>],
    since: Option<Millis>,
) -> Result<ReuseRuns, CaseError> {
    // Fixed, so that memory does not grow with the runs.
    const AT_ONCE: usize = 8;
    let names: Vec<String> = study.topology.functions.iter().map(|function| function.name.clone()).collect();
    let ttl = args.cache_ttl.map(|ttl| ttl.0);
    let mut runs = ReuseRuns::new(&names, ttl, !lifetimes.is_empty());
    let case = study.case(policy, &study.trace).drawing_keep_alive(lifetimes.to_vec());
    let seeds = args.study.seeds(args.runs());
    let since = since.map(|at| at.0);
    for some in seeds.chunks(AT_ONCE) {
        let done: Result<Vec<Vec<FunctionReuse>>, CaseError> = some
            .par_iter()
            .map(|&seed| run_seed(args, study, &case, lifetimes, seed, Reuse::new(names.len(), ttl, since)))
            .collect();
        done?.iter().for_each(|run| runs.add(run));
    }
    Ok(runs)
}

/// One run.
fn run_seed(
    args: &ReuseArgs,
    study: &CommandStudy,
    case: &Case<'_>,
    lifetimes: &[Option<&Interval>],
    seed: u64,
    reuse: Reuse,
) -> Result<Vec<FunctionReuse>, CaseError> {
    let nature = Random::new(seed);
    let Some(trace) = args.study.redrawn(&study.trace, seed) else {
        return Ok(case.run(nature, reuse)?.2.finish());
    };
    let case = study.case(case.policy(), &trace).drawing_keep_alive(lifetimes.to_vec());
    Ok(case.run(nature, reuse)?.2.finish())
}
