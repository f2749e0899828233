//! `eniplan simulate`.

use std::path::PathBuf;

use rayon::prelude::*;

use super::diagnostics::no_answer;
use super::gates::{Gates, Measured};
use super::invocation_log::InvocationLog;
use super::output::{Output, distinct};
use super::progress::StepProgress;
use super::realization;
use super::realization::Witness;
use super::status::CommandStatus;
use super::study::CommandStudy;
use super::study_args::StudyArgs;
use super::timeline::Timeline;
use super::whole_file::{WholeFile, unwritten};
use crate::comparison::{Case, CaseError};
use crate::diagnostic::Diagnostics;
use crate::policy::Policy;
use crate::quantity::Probability;
use crate::report::answers::{self, SimulatedRuns};
use crate::simulation::{Outcome, Random, Silent};

/// Options of `simulate`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  eniplan simulate shop-day.csv --policy warm-pool:warm=20 --runs 20")]
pub(super) struct SimulateArgs {
    #[command(flatten)]
    study: StudyArgs,
    /// Number of runs, with seeds from --seed upwards [default: 1]
    #[arg(long, value_name = "N", help_heading = "Runs")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=100_000))]
    runs: Option<u64>,
    /// Run until the 95% confidence intervals of the means are within this share (5%), at most --runs
    /// times [default: 1000]
    #[arg(long, value_name = "SHARE", conflicts_with = "replay", help_heading = "Runs")]
    precision: Option<Probability>,
    /// Write one CSV row per invocation of the first run
    #[arg(long, value_name = "FILE", help_heading = "Runs")]
    log: Option<PathBuf>,
    /// Write one CSV row per state change of the first run: environments and ENIs by state
    #[arg(long, value_name = "FILE", help_heading = "Runs")]
    timeline: Option<PathBuf>,
    /// Replay the realization in FILE (from `worst-case --witness`) instead of drawing durations
    #[arg(long, value_name = "FILE", conflicts_with = "runs", help_heading = "Runs")]
    replay: Option<PathBuf>,
    #[command(flatten)]
    gates: Gates,
    #[command(flatten)]
    pub output: Output,
}

/// Prints what happens.
pub(super) fn run(args: &SimulateArgs) -> Result<CommandStatus, Diagnostics> {
    distinct(&[args.output.file.as_ref(), args.log.as_ref(), args.timeline.as_ref()])?;
    let study = args.study.load()?;
    let policy = study.policy()?;
    let witness = match &args.replay {
        Some(path) => Some(realization::read(path, &study.topology, &study.trace)?),
        None => None,
    };
    let (runs, written) = match run_all(args, &study, policy, witness.as_ref(), listeners(args, &study)?) {
        Ok(done) => done,
        Err(error) => return no_answer(&error, &args.output.format),
    };
    finish(args, written)?;
    let mut subject = study.subject(policy);
    subject.assumptions.push(describe_runs(args, &runs));
    let functions: Vec<String> =
        study.topology.functions.iter().map(|function| function.name.clone()).collect();
    let subnets: Vec<String> =
        study.topology.limits.subnets.iter().map(|subnet| subnet.name.clone()).collect();
    let mut answer = answers::simulate(&subject, &runs, &functions, &subnets, &study.limits());
    let measured = Measured {
        cold_start_ms: Some(runs.cold_starts.max()),
        enis: Some(runs.peak_enis().0),
        failures: Some(runs.most_failures()),
        what: if runs.all.len() == 1 { "in this run" } else { "in the worst run" }.to_owned(),
    };
    args.gates.note(&measured, &mut answer);
    args.output.give(&answer)?;
    Ok(args.gates.verdict(&measured))
}

/// Who hears the first run.
type Listeners = (Option<InvocationLog<WholeFile>>, Option<Timeline<WholeFile>>);

fn listeners(args: &SimulateArgs, study: &CommandStudy) -> Result<Listeners, Diagnostics> {
    let log = match &args.log {
        Some(path) => Some(InvocationLog::new(WholeFile::create(path)?, &study.topology, &study.cold_path)),
        None => None,
    };
    let timeline = match &args.timeline {
        Some(path) => Some(Timeline::new(WholeFile::create(path)?)),
        None => None,
    };
    Ok((log, timeline))
}

fn finish(args: &SimulateArgs, (log, timeline): Listeners) -> Result<(), Diagnostics> {
    if let (Some(log), Some(path)) = (log, &args.log) {
        log.finish().map_err(|error| unwritten(path, &error))?.finish()?;
        args.output.note(&format!("wrote {}", path.display()));
    }
    if let (Some(timeline), Some(path)) = (timeline, &args.timeline) {
        timeline.finish().map_err(|error| unwritten(path, &error))?.finish()?;
        args.output.note(&format!("wrote {}", path.display()));
    }
    Ok(())
}

/// The runs in order of their seeds, whatever thread they ran on; the listeners hear the first.
fn run_all(
    args: &SimulateArgs,
    study: &CommandStudy,
    policy: &Policy,
    witness: Option<&Witness>,
    listeners: Listeners,
) -> Result<(SimulatedRuns, Listeners), CaseError> {
    // Fixed, so that where a precision is reached does not depend on the threads.
    const AT_ONCE: usize = 8;
    let seed = args.study.trace.seed;
    let case = study.case(policy, &study.trace);
    let mut runs = SimulatedRuns::default();
    if let Some(witness) = witness {
        let (outcome, _, listeners) = case.run(witness.realization.clone(), listeners)?;
        runs.add(None, &outcome);
        runs.judged = witness.judge(&outcome, &policy.name, &study.platform.name);
        return Ok((runs, listeners));
    }
    let work = StepProgress::begin("simulating", args.most_runs(), args.output.quiet);
    let (outcome, _, listeners) = case.run(Random::new(seed), listeners)?;
    work.step();
    runs.add(Some(seed), &outcome);
    let seeds = args.study.seeds(args.most_runs());
    for seeds in seeds[1..].chunks(AT_ONCE) {
        let outcomes: Result<Vec<Outcome>, CaseError> = seeds
            .par_iter()
            .map(|&seed| run_seed(args, study, &case, seed).inspect(|_| work.step()))
            .collect();
        seeds.iter().zip(&outcomes?).for_each(|(&seed, outcome)| runs.add(Some(seed), outcome));
        if args.share().is_some_and(|share| runs.precise_to(share)) {
            break;
        }
    }
    Ok((runs, listeners))
}

impl SimulateArgs {
    fn most_runs(&self) -> u64 {
        self.runs.unwrap_or(if self.precision.is_some() { 1_000 } else { 1 })
    }

    fn share(&self) -> Option<f64> {
        self.precision.map(|share| f64::from(share.0) / f64::from(Probability::ONE))
    }
}

/// What the runs rest on.
fn describe_runs(args: &SimulateArgs, runs: &SimulatedRuns) -> String {
    if let Some(path) = &args.replay {
        return format!(
            "every boot, deletion, phase and miss is taken from {}{}",
            path.display(),
            runs.judged
        );
    }
    let seed = args.study.trace.seed;
    let n = runs.all.len();
    match (n, args.precision, args.share()) {
        (1, ..) => format!("1 run with seed {seed}; other seeds give other boot times"),
        (_, Some(share), Some(wanted)) if !runs.precise_to(wanted) => {
            format!("{n} runs with seeds from {seed}, too few for a precision of {share}")
        }
        (_, Some(share), _) => format!("{n} runs with seeds from {seed}, enough for a precision of {share}"),
        _ => format!("{n} runs with seeds from {seed}"),
    }
}

/// One further run.
fn run_seed(
    args: &SimulateArgs,
    study: &CommandStudy,
    case: &Case<'_>,
    seed: u64,
) -> Result<Outcome, CaseError> {
    let nature = Random::new(seed);
    let Some(trace) = args.study.redrawn(&study.trace, seed) else {
        return Ok(case.run(nature, Silent)?.0);
    };
    Ok(study.case(case.policy(), &trace).run(nature, Silent)?.0)
}
