//! `eniplan report`.

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rayon::prelude::*;

use super::Verdict;
use super::output::{save, to_stdout};
use super::search::Search;
use super::study::{Study, StudyArgs};
use super::worst_case::usual_slot;
use crate::comparison::{Case, CaseError, Comparison, Contender, compare};
use crate::demand::demand;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::plan;
use crate::policy::Policy;
use crate::quantity::Millis;
use crate::report::answers;
use crate::report::page::{Load, Page, Track, Watched};
use crate::simulation::{ColdStarts, Random, Silent};
use crate::worst_case::Effort;

/// The promise where nobody names one.
const PROMISE: Millis = Millis::seconds(1);
/// Invocations replayed for each worst case with `--quick`.
const QUICK: u64 = 200_000;

/// Options of `report`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The page is about the first --policy; where only one is named, it is compared with all built-in ones.\n\
                        With --max-cold-start, exit code 1 where no plan keeps it.\n\n\
                        Example:\n  eniplan report shop-day.csv -o report.html"
)]
pub struct Args {
    #[command(flatten)]
    study: StudyArgs,
    /// The longest cold start that is promised [default: the scenario's promise, else 1s]
    #[arg(long, value_name = "DURATION", help_heading = "Promise")]
    max_cold_start: Option<Millis>,
    /// How many runs of each policy; their seeds are --seed and those after it
    #[arg(long, value_name = "N", default_value_t = 5, help_heading = "Runs")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1_000))]
    runs: u64,
    /// How many invocations to replay for each policy, about, in search of its worst case
    #[arg(long, value_name = "N", default_value_t = Effort::SMALL, help_heading = "Runs")]
    effort: u64,
    /// A first look: one run of each policy, and little search for worst cases
    #[arg(long, conflicts_with_all = ["runs", "effort"], help_heading = "Runs")]
    quick: bool,
    /// Write the page to FILE, whole or not at all; without it, to stdout
    #[arg(short = 'o', long = "output", value_name = "FILE", help_heading = "Output")]
    file: Option<PathBuf>,
    /// Print no notes on stderr
    #[arg(long, help_heading = "Output")]
    quiet: bool,
    /// The command line, for the page to name.
    #[arg(skip)]
    pub(super) words: Vec<OsString>,
}

/// Makes the page.
pub fn run(args: &Args) -> Result<Verdict, Diagnostics> {
    if args.file.is_none() && io::stdout().is_terminal() {
        let help = "name a file with -o report.html, and open it in a browser";
        return Err(Diagnostic::new(Code::Usage, "a page is nothing for a terminal", help).into());
    }
    let stages = Stages { quiet: args.quiet };
    let mut study = stages.show("reading the traffic", || args.study.load())?;
    let policies = args.study.compared(&study);
    let promise = args.max_cold_start.or(study.scenario.max_cold_start).unwrap_or_else(|| {
        let assumed = format!("a promise of {PROMISE}: none is given (--max-cold-start)");
        study.assumptions.push(assumed);
        PROMISE
    });
    let [policy, ..] = study.policies.as_slice() else { return Ok(Verdict::Done) };
    let (text, kept) = page(args, &study, policy, &policies, promise, &stages);
    match &args.file {
        Some(path) => save(path, &text, args.quiet)?,
        None => to_stdout(&text)?,
    }
    Ok(if kept || args.max_cold_start.is_none() { Verdict::Done } else { Verdict::Missed })
}

/// The page, and whether a plan keeps the promise.
fn page(
    args: &Args,
    study: &Study,
    policy: &Policy,
    policies: &[Policy],
    promise: Millis,
    stages: &Stages,
) -> (String, bool) {
    let case = study.case(policy, &study.traffic);
    let subject = study.subject(policy);
    let demand = demand(&study.traffic, &study.topology, policy);
    let load = Load::new(&study.traffic, subject.slot);
    let planned = || {
        let plan = case.promise(promise)?;
        if plan.infeasible.is_some() { case.explained(promise, plan) } else { Ok(plan) }
    };
    let plan = stages.show("planning ENIs", planned).map_err(|error| error.to_string());
    let search = Search::begin(None, args.quiet);
    let worst = case.worst_case(args.effort(), &search).map_err(|error| error.to_string());
    search.finish();
    let comparison = stages.show("comparing policies", || compared(args, study, policies));
    let tracks = stages.show("watching policies", || tracks(args, study, policies, &load));
    let slot = usual_slot(study.traffic.span);
    let points = worst.as_ref().map(|worst| case.proved_curve(worst, slot)).unwrap_or_default();
    let page = Page {
        command: &command(&args.words),
        subject: &subject,
        platform: &study.platform,
        scenario: &study.scenario,
        topology: &study.topology,
        demand: &demand,
        promise,
        worst: as_ref(&worst),
        shown: &answers::Shown {
            limits: study.limits(),
            curve: (points, slot),
            varies: study.varies(policy),
            ..answers::Shown::default()
        },
        plan: as_ref(&plan),
        comparison: &comparison,
        runs: args.runs(),
        load: &load,
        tracks: &tracks,
    };
    let kept = plan.as_ref().is_ok_and(|plan: &plan::Plan| plan.amount.is_some());
    (page.render(), kept)
}

fn as_ref<T>(result: &Result<T, String>) -> Result<&T, String> {
    result.as_ref().map_err(Clone::clone)
}

impl Args {
    fn effort(&self) -> Effort {
        let invocations = if self.quick { QUICK } else { self.effort };
        Effort { invocations, seed: self.study.traffic.seed }
    }

    const fn runs(&self) -> u64 {
        if self.quick { 1 } else { self.runs }
    }

    fn seeds(&self) -> Vec<u64> {
        (0..self.runs()).map(|n| self.study.traffic.seed.wrapping_add(n)).collect()
    }
}

fn compared(args: &Args, study: &Study, policies: &[Policy]) -> Comparison {
    let contender =
        |policy| Contender { model: study.platform.name.clone(), case: study.case(policy, &study.traffic) };
    let contenders: Vec<Contender<'_>> = policies.iter().map(contender).collect();
    compare(&contenders, &args.seeds(), args.effort())
}

/// What stands under each policy in the run of the first seed; a policy without a plan has no track.
fn tracks(args: &Args, study: &Study, policies: &[Policy], load: &Load) -> Vec<Track> {
    let (first, rest) = (args.study.traffic.seed, args.seeds());
    let track = |policy: &Policy| -> Result<Track, CaseError> {
        let case: Case<'_> = study.case(policy, &study.traffic);
        let (outcome, _, watched) = case.run(Random::new(first), Watched::new(load.grid))?;
        let mut starts = ColdStarts::default();
        starts.merge(&outcome.cold_starts);
        for &seed in rest.iter().skip(1) {
            starts.merge(&case.run(Random::new(seed), Silent)?.0.cold_starts);
        }
        Ok(watched.finish(&policy.name, starts))
    };
    policies.par_iter().filter_map(|policy| track(policy).ok()).collect()
}

/// Says on a terminal what is being done, and for how long already.
struct Stages {
    quiet: bool,
}

impl Stages {
    fn show<T>(&self, what: &'static str, work: impl FnOnce() -> T) -> T {
        // indicatif draws nothing where stderr is no terminal.
        let target = if self.quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let style = ProgressStyle::with_template("{spinner} {msg}, {elapsed}");
        let bar = ProgressBar::with_draw_target(None, target)
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
            .with_message(what);
        bar.enable_steady_tick(Duration::from_millis(100));
        let done = work();
        bar.finish_and_clear();
        done
    }
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
