//! `eniplan worst-case`.

use std::path::PathBuf;

use super::diagnostics::no_answer;
use super::gates::{Gates, Measured};
use super::output::{Output, distinct};
use super::realization;
use super::realization::{Witness, WitnessedValue};
use super::search_timer::SearchTimer;
use super::status::CommandStatus;
use super::study::CommandStudy;
use super::study_args::StudyArgs;
use crate::comparison::{Case, CaseError};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::policy::Policy;
use crate::quantity::Millis;
use crate::report::answers;
use crate::report::format::thousands;
use crate::worst_case::{self, CurvePoint, SearchEffort, WorstCase};

/// What a witness is of.
#[derive(Clone, Debug, PartialEq, Eq)]
enum WitnessObjective {
    /// The longest cold start.
    ColdStart,
    /// The most ENIs held.
    Enis,
    /// The most failed invocations.
    Failures,
    /// The most ENIs held in the subnet of this name.
    Subnet(String),
}

impl std::str::FromStr for WitnessObjective {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "cold-start" => Ok(Self::ColdStart),
            None if text == "enis" => Ok(Self::Enis),
            None if text == "failures" => Ok(Self::Failures),
            Some(("subnet", name)) if !name.is_empty() => Ok(Self::Subnet(name.to_owned())),
            _ => Err("one of: cold-start, enis, failures, subnet:NAME".to_owned()),
        }
    }
}

/// Options of `worst-case`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  eniplan worst-case shop-day.csv --policy shared-slots --max-cold-start 16m"
)]
pub(super) struct WorstCaseArgs {
    #[command(flatten)]
    study: StudyArgs,
    /// Write the witness (the realization that shows the worst case found) for `simulate --replay`
    #[arg(long, value_name = "FILE", help_heading = "Search")]
    witness: Option<PathBuf>,
    /// Objective of the witness: cold-start, enis, failures or subnet:NAME (the ENI peak of a subnet)
    #[arg(long, value_name = "OBJECTIVE", default_value = "cold-start", help_heading = "Search")]
    witness_of: WitnessObjective,
    /// Stop the search after this time with the best result so far; without it, answers are reproducible
    #[arg(long, value_name = "DURATION", help_heading = "Search")]
    time_limit: Option<Millis>,
    /// Approximate number of invocations to replay in the search for witnesses [default: 20000000; with
    /// --time-limit, unlimited]
    #[arg(long, value_name = "N", help_heading = "Search")]
    effort: Option<u64>,
    /// Show the worst-case cold start per slot [default SLOT: about 1/24 of the trace]
    #[arg(long, value_name = "SLOT", num_args = 0..=1, help_heading = "Output")]
    #[allow(clippy::option_option, reason = "not asked for, asked for, asked for with a slot")]
    curve: Option<Option<Millis>>,
    #[command(flatten)]
    gates: Gates,
    #[command(flatten)]
    pub output: Output,
}

/// Prints the worst case.
pub(super) fn run(args: &WorstCaseArgs) -> Result<CommandStatus, Diagnostics> {
    distinct(&[args.output.file.as_ref(), args.witness.as_ref()])?;
    let study = args.study.load()?;
    let policy = study.policy()?;
    let slot = slot(args, study.trace.span)?;
    let witness_of = args.witness_of.known(&study)?;
    let case = study.case(policy, &study.trace);
    let search = SearchTimer::begin(args.time_limit, args.output.quiet);
    let found = case.worst_case(args.effort(), &search);
    let stopped = search.finish();
    let answered = found.and_then(|worst| Ok((curve(args, &case, &worst, slot)?, worst)));
    let (points, worst) = match answered {
        Ok(answered) => answered,
        Err(error) => return no_answer(&error, &args.output.format),
    };
    let shown = answers::WorstCaseContext {
        limits: study.limits(),
        curve: (points, slot),
        with_curve: args.curve.is_some(),
        varies: study.varies(policy),
        stopped: args.time_limit.filter(|_| stopped),
    };
    let mut answer = answers::worst_case(&study.subject(policy), &worst, &shown);
    let measured = Measured {
        cold_start_ms: worst.cold_start.bound_ms,
        enis: worst.peak_enis.peak.bound,
        failures: worst.failures.bound,
        what: "(proved bound)".to_owned(),
    };
    args.gates.note(&measured, &mut answer);
    if let Some(path) = &args.witness {
        let witness = witness(witness_of, &worst, &study, policy);
        args.output.save(path, &realization::written(&witness, &study.trace))?;
    }
    args.output.give(&answer)?;
    Ok(args.gates.verdict(&measured))
}

impl WorstCaseArgs {
    fn effort(&self) -> SearchEffort {
        let until_stopped = if self.time_limit.is_some() {
            SearchEffort::UNTIL_STOPPED
        } else {
            SearchEffort::default().invocations
        };
        SearchEffort { invocations: self.effort.unwrap_or(until_stopped), seed: self.study.trace.seed }
    }
}

/// What is proved by slot; where the curve is asked for, also what replays show.
fn curve(
    args: &WorstCaseArgs,
    case: &Case<'_>,
    worst: &WorstCase,
    slot: Millis,
) -> Result<Vec<CurvePoint>, CaseError> {
    /// Seeded realizations beside the witnesses, at most and as a share of the effort.
    const DRAWN: u64 = 32;
    if args.curve.is_none() {
        return Ok(case.proved_curve(worst, slot));
    }
    let runs = args.effort.unwrap_or(SearchEffort::default().invocations) / case.invocations().max(1);
    case.curve(worst, slot, (runs / 10).min(DRAWN))
}

/// The slots of the curve: those asked for, or about 24 of a length people use.
fn slot(args: &WorstCaseArgs, span: Millis) -> Result<Millis, Diagnostic> {
    const MOST: u64 = 100_000;
    let Some(slot) = args.curve.flatten() else { return Ok(usual_slot(span)) };
    let slots = span.0.checked_div(slot.0);
    if slots.is_some_and(|slots| slots < MOST) {
        return Ok(slot);
    }
    let message = match slots {
        None => "the slot of --curve must be longer than 0".to_owned(),
        Some(slots) => {
            format!("a trace of {span} has {} slots of {slot}, too many for --curve", thousands(slots))
        }
    };
    let least = Millis(span.0.div_ceil(MOST).max(1));
    Err(Diagnostic::new(Code::Usage, message, format!("use a slot of {least} or more"))
        .with_value(&slot.to_string()))
}

/// A length that people use, about a 24th of `span`.
pub(super) fn usual_slot(span: Millis) -> Millis {
    const USUAL: [u64; 13] = [1, 5, 15, 60, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 86_400, 604_800];
    let least = span.0.div_ceil(24);
    let usual = USUAL.map(|seconds| seconds * 1_000).into_iter().find(|&slot| slot >= least);
    Millis(usual.unwrap_or(least))
}

impl WitnessObjective {
    /// With the index of its subnet.
    fn known(&self, study: &CommandStudy) -> Result<worst_case::SearchObjective, Diagnostic> {
        let subnets = &study.topology.limits.subnets;
        Ok(match self {
            Self::ColdStart => worst_case::SearchObjective::ColdStart,
            Self::Enis => worst_case::SearchObjective::PeakEnis,
            Self::Failures => worst_case::SearchObjective::Failures,
            Self::Subnet(name) => {
                let Some(index) = subnets.iter().position(|subnet| subnet.name == *name) else {
                    let known: Vec<&str> = subnets.iter().map(|subnet| subnet.name.as_str()).collect();
                    let message = format!("unknown subnet `{name}` in --witness-of");
                    let help = format!("one of: subnet:{}", known.join(", subnet:"));
                    return Err(Diagnostic::new(Code::UnknownName, message, help).with_value(name));
                };
                worst_case::SearchObjective::SubnetPeak(index)
            }
        })
    }
}

fn witness(
    of: worst_case::SearchObjective,
    worst: &WorstCase,
    study: &CommandStudy,
    policy: &Policy,
) -> Witness {
    let (of, realization) = match of {
        worst_case::SearchObjective::ColdStart => {
            (WitnessedValue::ColdStart(worst.cold_start.witness_ms), &worst.witness)
        }
        worst_case::SearchObjective::PeakEnis => {
            (WitnessedValue::PeakEnis(worst.peak_enis.peak.witness), &worst.witness_peak_enis)
        }
        worst_case::SearchObjective::Failures => {
            (WitnessedValue::Failures(worst.failures.witness), &worst.witness_failures)
        }
        worst_case::SearchObjective::SubnetPeak(n) => {
            let found = &worst.peak_enis.by_subnet[n];
            (
                WitnessedValue::SubnetPeak(n, found.subnet.clone(), found.peak.witness),
                &worst.witness_by_subnet[n],
            )
        }
    };
    Witness {
        realization: realization.clone(),
        of: Some(of),
        setting: Some((policy.name.clone(), study.platform.name.clone())),
    }
}
