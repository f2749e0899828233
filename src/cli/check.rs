//! `eniplan check`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::output::Output;
use super::study::{Study, StudyArgs};
use super::traffic::{TrafficArgs, keep};
use super::{Verdict, input};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document;
use crate::quantity::Millis;
use crate::report::answers::{self, Checked, Holds};
use crate::trace::{CallLog, Shape, Traffic};

/// Options of `check`.
#[derive(Debug, clap::Args)]
#[command(mut_arg("traffic", |it| it.value_name("FILE").help(
    "Scenarios, models and traffic, in any order; each is known by what is in it"
)))]
#[command(after_help = "Example:\n  eniplan check scenario.toml model.toml shop-day.csv\n\n\
                        Each traffic file is looked at by itself, each scenario with the model it names and the\n\
                        functions of all the traffic.")]
pub struct Args {
    #[command(flatten)]
    traffic: TrafficArgs,
    #[command(flatten)]
    pub output: Output,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Scenario,
    Model,
    Traffic,
}

/// Tells all that is wrong with the files, or what they hold.
pub fn run(args: &Args) -> Result<Verdict, Diagnostics> {
    let mut problems = Diagnostics::default();
    let files = input::expanded(args.traffic.files(), &mut problems);
    let kinds: Vec<(PathBuf, Kind)> = files
        .into_iter()
        .filter_map(|file| keep(kind(&file), &mut problems).map(|kind| (file, kind)))
        .collect();
    // Traffic first: the scenarios are told its functions.
    let mut traffics: Vec<Option<Traffic>> = Vec::new();
    for (file, kind) in &kinds {
        let read = (*kind == Kind::Traffic).then(|| args.traffic.of(file).load([].into()));
        traffics.push(read.and_then(|read| read.map_err(|more| problems.extend(more)).ok()));
    }
    let functions = nothing_but_functions(&traffics);
    let mut checked = Vec::new();
    let mut assumptions = Vec::new();
    for ((file, kind), traffic) in kinds.iter().zip(&traffics) {
        let holds = match (kind, traffic) {
            (Kind::Traffic, traffic) => traffic.as_ref().map(of_traffic),
            (kind, _) => match alone(args, file, *kind).load_with(|_| Ok(functions.clone())) {
                Ok(study) => Some(of_document(*kind, study, &mut assumptions)),
                Err(more) => {
                    problems.extend(more);
                    None
                }
            },
        };
        checked.extend(holds.map(|holds| Checked { file: input::shown(file), holds }));
    }
    problems.or(())?;
    args.output.give(&answers::check(&checked, assumptions))?;
    Ok(Verdict::Done)
}

fn alone(args: &Args, file: &Path, kind: Kind) -> StudyArgs {
    let (scenario, models) = match kind {
        Kind::Scenario => (Some(file.to_owned()), Vec::new()),
        // A model is named by its path, whatever it is called.
        _ => (None, vec![Path::new(".").join(file)]),
    };
    StudyArgs::alone(args.traffic.of(file), scenario, models)
}

/// The functions of all the traffic, each once, and no invocation.
fn nothing_but_functions(traffics: &[Option<Traffic>]) -> Traffic {
    let mut seen = BTreeSet::new();
    let all = traffics.iter().flatten().flat_map(|traffic| &traffic.functions);
    let functions = all.filter(|it| seen.insert(it.name.clone())).cloned().collect();
    let shape = Shape::Log(CallLog::default());
    Traffic { functions, origin: None, span: Millis::ZERO, notes: Vec::new(), shape }
}

fn of_traffic(traffic: &Traffic) -> Holds {
    let (functions, invocations) = (traffic.functions.len() as u64, traffic.invocations());
    Holds::Traffic { functions, invocations, span_ms: traffic.span }
}

fn of_document(kind: Kind, study: Study, assumptions: &mut Vec<String>) -> Holds {
    if kind == Kind::Model {
        let platform = study.platform;
        let (numbers, phases) = (platform.citations().len() as u64, platform.phases.len() as u64);
        return Holds::Model { name: platform.name, numbers, phases };
    }
    let scenario = study.scenario;
    assumptions.extend(scenario.assumptions);
    Holds::Scenario {
        functions: scenario.functions.len() as u64,
        subnets: scenario.subnets.len() as u64,
        targets: scenario.targets.len() as u64,
        model: study.platform.name,
    }
}

/// The kind of a file: what is called `.toml`, and what has a key of a scenario or a model, is one of
/// these; all else is traffic, or is told not to be.
fn kind(file: &Path) -> Result<Kind, Diagnostic> {
    /// Larger files are TOML only if they are called so.
    const LONGEST: u64 = 1 << 20;
    let called_so = file.extension().is_some_and(|it| it.eq_ignore_ascii_case("toml"));
    let short = fs::metadata(file).is_ok_and(|it| it.is_file() && it.len() <= LONGEST);
    if !called_so && !short {
        return Ok(Kind::Traffic);
    }
    let text = match input::text(file) {
        Ok(text) => text,
        Err(problem) if called_so => return Err(problem),
        // Packed or in another encoding; or it cannot be read, which the importer tells.
        Err(_) => return Ok(Kind::Traffic),
    };
    let (keys, sound) = document::top_level(&text);
    let has = |all: &[&str]| all.iter().any(|key| keys.contains(*key));
    match () {
        () if !called_so && !sound => Ok(Kind::Traffic),
        () if has(&["phase", "eni", "environment"]) => Ok(Kind::Model),
        () if has(&["subnet", "function", "target", "allow", "promise", "quota", "model", "policy"]) => {
            Ok(Kind::Scenario)
        }
        () if called_so && !keys.is_empty() && sound => {
            let help = "a scenario has [[function]], [[subnet]] or [promise]; a model has [[phase]], [eni] and \
                        [environment]";
            let message = "the file is neither a scenario nor a model";
            Err(Diagnostic::new(Code::UnknownFormat, message, help).in_file(input::shown(file)))
        }
        // Nothing in it, or malformed: the reader of scenarios says where.
        () if called_so => Ok(Kind::Scenario),
        () => Ok(Kind::Traffic),
    }
}
