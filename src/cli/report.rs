//! `eniplan report`.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use rayon::prelude::*;

use super::compose::CompositionSearch;
use super::output::save_or_print;
use super::plan::planned;
use super::progress::StepProgress;
use super::search_timer::SearchTimer;
use super::status::CommandStatus;
use super::study::CommandStudy;
use super::study_args::StudyArgs;
use super::worst_case::usual_slot;
use crate::comparison::{Case, CaseError, Comparison, Contender, compare_observed};
use crate::composition::CutObjective;
use crate::demand::demand;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::plan;
use crate::policy::Policy;
use crate::quantity::Millis;
use crate::report::answers::{self, Composition, ReuseRuns};
use crate::report::page::{InvocationLoad, ReportPage, Track, TrackRecorder};
use crate::simulation::{ColdStartCounts, Random, Reuse, Silent};
use crate::worst_case::SearchEffort;

/// The target where nobody names one.
const TARGET: Millis = Millis::seconds(1);
/// Invocations replayed for each worst case with `--quick`.
const QUICK: u64 = 200_000;

/// Options of `report`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The page describes the first --policy; if only one is given, it is compared with all built-in ones.\n\
                        With --max-cold-start, the exit code is 1 if no plan meets it.\n\n\
                        Example:\n  eniplan report shop-day.csv -o report.html"
)]
pub(super) struct ReportArgs {
    #[command(flatten)]
    study: StudyArgs,
    /// The cold-start target [default: the scenario's, else 1s]
    #[arg(long, value_name = "DURATION", help_heading = "Target")]
    max_cold_start: Option<Millis>,
    /// Runs per policy, with seeds from --seed upwards
    #[arg(long, value_name = "N", default_value_t = 5, help_heading = "Runs")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1_000))]
    runs: u64,
    /// Approximate number of invocations to replay per policy in the worst-case search
    #[arg(long, value_name = "N", default_value_t = SearchEffort::SMALL, help_heading = "Runs")]
    effort: u64,
    /// How long a value cached outside the handler stays valid [default: the lifetime of its environment]
    #[arg(long, value_name = "DURATION", help_heading = "Memory")]
    cache_ttl: Option<Millis>,
    /// Quick draft: one run per policy and a short worst-case search
    #[arg(long, conflicts_with_all = ["runs", "effort"], help_heading = "Runs")]
    quick: bool,
    /// Write the page to FILE, atomically
    #[arg(short = 'o', long = "output", value_name = "FILE", help_heading = "Output")]
    file: Option<PathBuf>,
    /// Suppress notes on stderr
    #[arg(long, help_heading = "Output")]
    quiet: bool,
    /// The command line, for the page to name.
    #[arg(skip)]
    pub(super) words: Vec<OsString>,
}

/// Makes the page.
pub(super) fn run(args: &ReportArgs) -> Result<CommandStatus, Diagnostics> {
    if args.file.is_none() && io::stdout().is_terminal() {
        let help = "write it with -o report.html and open that in a browser";
        return Err(
            Diagnostic::new(Code::Usage, "refusing to write HTML to a terminal; use -o FILE", help).into()
        );
    }
    let reading = StepProgress::unknown("reading the trace", args.quiet);
    let mut study = args.study.load()?;
    drop(reading);
    let policies = args.study.compared(&study);
    let target = args.max_cold_start.or(study.scenario.max_cold_start).unwrap_or_else(|| {
        let assumed = format!("cold-start target {TARGET}, since none is given (--max-cold-start)");
        study.assumptions.push(assumed);
        TARGET
    });
    let [policy, ..] = study.policies.as_slice() else { return Ok(CommandStatus::Done) };
    let (text, kept) = page(args, &study, policy, &policies, target);
    save_or_print(args.file.as_ref(), &text, args.quiet)?;
    Ok(if kept || args.max_cold_start.is_none() { CommandStatus::Done } else { CommandStatus::Missed })
}

/// The page, and whether a plan keeps the target.
fn page(
    args: &ReportArgs,
    study: &CommandStudy,
    policy: &Policy,
    policies: &[Policy],
    target: Millis,
) -> (String, bool) {
    let case = study.case(policy, &study.trace);
    let subject = study.subject(policy);
    let demand = demand(&study.trace, &study.topology, policy);
    let load = InvocationLoad::new(&study.trace, subject.slot);
    let plan = planned(case.clone(), target, false, args.quiet).map_err(|error| error.to_string());
    let search = SearchTimer::begin(None, args.quiet);
    let worst = case.worst_case(args.effort(), &search);
    search.finish();
    let mut contenders = contenders(study, policies);
    if let Some(own) = contenders.iter_mut().find(|contender| contender.case.policy() == policy) {
        own.worst = Some(worst.clone());
    }
    let worst = worst.map_err(|error| error.to_string());
    let comparison = compared(args, &contenders);
    let tracks = tracks(args, &contenders, &load);
    let reuse = reused(args, study, policy);
    let reuse = reuse.map_err(|error| error.to_string());
    let (composition, said) = composed(args, study, policy).unzip();
    let mut subject = subject;
    subject.assumptions.extend(said.into_iter().flatten());
    let slot = usual_slot(study.trace.span);
    let points = worst.as_ref().map(|worst| case.proved_curve(worst, slot)).unwrap_or_default();
    let page = ReportPage {
        command: &command(&args.words),
        subject: &subject,
        platform: &study.platform,
        scenario: &study.scenario,
        topology: &study.topology,
        demand: &demand,
        target,
        worst: as_ref(&worst),
        shown: &answers::WorstCaseContext {
            limits: study.limits(),
            curve: (points, slot),
            varies: study.varies(policy),
            ..answers::WorstCaseContext::default()
        },
        plan: as_ref(&plan),
        comparison: &comparison,
        runs: args.runs(),
        load: &load,
        tracks: &tracks,
        reuse: as_ref(&reuse),
        composition: composition.as_ref().map(as_ref),
    };
    let kept = plan.as_ref().is_ok_and(|plan: &plan::Plan| plan.amount.is_some());
    (page.render(), kept)
}

fn as_ref<T>(result: &Result<T, String>) -> Result<&T, String> {
    result.as_ref().map_err(Clone::clone)
}

impl ReportArgs {
    fn effort(&self) -> SearchEffort {
        let invocations = if self.quick { QUICK } else { self.effort };
        SearchEffort { invocations, seed: self.study.trace.seed }
    }

    const fn runs(&self) -> u64 {
        if self.quick { 1 } else { self.runs }
    }

    fn seeds(&self) -> Vec<u64> {
        self.study.seeds(self.runs())
    }
}

fn contenders<'a>(study: &'a CommandStudy, policies: &'a [Policy]) -> Vec<Contender<'a>> {
    let contender = |policy| Contender::new(study.platform.name.clone(), study.case(policy, &study.trace));
    policies.iter().map(contender).collect()
}

fn compared(args: &ReportArgs, contenders: &[Contender<'_>]) -> Comparison {
    let steps = contenders.len() as u64 * (1 + args.runs());
    let work = StepProgress::begin("comparing policies", steps, args.quiet);
    compare_observed(contenders, &args.seeds(), args.effort(), &|| work.step())
}

/// What stands under each policy in the run of the first seed; a policy without a plan has no track.
fn tracks(args: &ReportArgs, contenders: &[Contender<'_>], load: &InvocationLoad) -> Vec<Track> {
    let (first, rest) = (args.study.trace.seed, args.seeds());
    let work = StepProgress::begin("simulating policies", contenders.len() as u64 * args.runs(), args.quiet);
    let track = |case: &Case<'_>| -> Result<Track, CaseError> {
        let (outcome, _, watched) = case.run(Random::new(first), TrackRecorder::new(load.grid))?;
        work.step();
        let mut starts = ColdStartCounts::default();
        starts.merge(&outcome.cold_starts);
        for &seed in rest.iter().skip(1) {
            starts.merge(&case.run(Random::new(seed), Silent)?.0.cold_starts);
            work.step();
        }
        Ok(watched.finish(&case.policy().name, starts))
    };
    contenders.par_iter().filter_map(|contender| track(&contender.case).ok()).collect()
}

/// What memory is worth under the page's policy, in all runs.
fn reused(args: &ReportArgs, study: &CommandStudy, policy: &Policy) -> Result<ReuseRuns, CaseError> {
    let names: Vec<String> = study.topology.functions.iter().map(|function| function.name.clone()).collect();
    let ttl = args.cache_ttl.map(|ttl| ttl.0);
    let case = study.case(policy, &study.trace);
    let work = StepProgress::begin("measuring reuse", args.runs(), args.quiet);
    let one = |&seed: &u64| {
        let heard = case.run(Random::new(seed), Reuse::new(names.len(), ttl, None))?;
        work.step();
        Ok(heard.2.finish())
    };
    let found: Result<Vec<_>, CaseError> = args.seeds().par_iter().map(one).collect();
    let mut runs = ReuseRuns::new(&names, ttl, false);
    found?.iter().for_each(|run| runs.add(run));
    Ok(runs)
}

/// The groupings with what they rest on, where the scenario lists routes or groupings.
fn composed(
    args: &ReportArgs,
    study: &CommandStudy,
    policy: &Policy,
) -> Option<(Result<Composition, String>, Vec<String>)> {
    if study.scenario.routes.is_empty() && study.scenario.groupings.is_empty() {
        return None;
    }
    let look = CompositionSearch {
        file: args.study.scenario.as_deref(),
        objective: CutObjective::ColdTime,
        seeds: args.seeds(),
        effort: args.effort(),
        quiet: args.quiet,
    };
    Some(match look.compose(study, policy) {
        Ok((found, said)) => (Ok(found), said),
        Err(problems) => {
            let first = problems.sorted().first().map_or_else(String::new, |problem| problem.message.clone());
            (Err(first), Vec::new())
        }
    })
}

/// The command line as a shell takes it, whatever the program was called by.
fn command(words: &[OsString]) -> String {
    let words = words.iter().skip(1).map(|word| quoted(&word.to_string_lossy()));
    std::iter::once("eniplan".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_can_be_pasted_into_a_shell() {
        let words = ["/opt/bin/eniplan", "report", "my day.csv", "it's", "", "--policy", "warm-pool:warm=2"];
        assert_eq!(
            command(&words.map(OsString::from)),
            r"eniplan report 'my day.csv' 'it'\''s' '' --policy warm-pool:warm=2"
        );
    }
}
