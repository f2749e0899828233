//! `eniplan check`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::input;
use super::output::Output;
use super::status::CommandStatus;
use super::study::CommandStudy;
use super::study_args::StudyArgs;
use super::trace::TraceArgs;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document;
use crate::quantity::Millis;
use crate::report::answers;
use crate::report::views::{CheckedFile, FileContents};
use crate::trace::{CallLog, Shape, Trace};

/// Options of `check`.
#[derive(Debug, clap::Args)]
#[command(mut_arg("traffic", |argument| argument.value_name("FILE").help(
    "Scenarios, models and traces, in any order; each is recognised by its content"
)))]
#[command(after_help = "Example:\n  eniplan check scenario.toml model.toml shop-day.csv\n\n\
                        Each trace is checked on its own; each scenario is checked with the model it names and the\n\
                        functions of all traces.")]
pub(super) struct CheckArgs {
    #[command(flatten)]
    trace: TraceArgs,
    #[command(flatten)]
    pub output: Output,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FileKind {
    Scenario,
    Model,
    Trace,
}

/// Tells all that is wrong with the files, or what they hold.
pub(super) fn run(args: &CheckArgs) -> Result<CommandStatus, Diagnostics> {
    let mut problems = Diagnostics::default();
    let files = input::expanded(args.trace.files(), &mut problems);
    let kinds: Vec<(PathBuf, FileKind)> =
        files.into_iter().filter_map(|file| problems.keep(kind(&file)).map(|kind| (file, kind))).collect();
    // Traffic first: the scenarios are told its functions.
    let mut traces: Vec<Option<Trace>> = Vec::new();
    for (file, kind) in &kinds {
        let read = (*kind == FileKind::Trace).then(|| args.trace.of(file).load([].into()));
        traces.push(read.and_then(|read| read.map_err(|more| problems.extend(more)).ok()));
    }
    let functions = nothing_but_functions(&traces);
    let mut checked = Vec::new();
    let mut assumptions = Vec::new();
    for ((file, kind), trace) in kinds.iter().zip(&traces) {
        let holds = match (kind, trace) {
            (FileKind::Trace, trace) => trace.as_ref().map(of_trace),
            (kind, _) => match alone(args, file, *kind).load_with(|_| Ok(functions.clone())) {
                Ok(study) => Some(of_document(*kind, study, &mut assumptions)),
                Err(more) => {
                    problems.extend(more);
                    None
                }
            },
        };
        checked.extend(holds.map(|holds| CheckedFile { file: input::shown(file), holds }));
    }
    problems.or(())?;
    args.output.give(&answers::check(&checked, assumptions))?;
    Ok(CommandStatus::Done)
}

fn alone(args: &CheckArgs, file: &Path, kind: FileKind) -> StudyArgs {
    let (scenario, models) = match kind {
        FileKind::Scenario => (Some(file.to_owned()), Vec::new()),
        // A model is named by its path, whatever it is called.
        _ => (None, vec![Path::new(".").join(file)]),
    };
    StudyArgs::alone(args.trace.of(file), scenario, models)
}

/// The functions of all the trace, each once, and no invocation.
fn nothing_but_functions(traces: &[Option<Trace>]) -> Trace {
    let mut seen = BTreeSet::new();
    let all = traces.iter().flatten().flat_map(|trace| &trace.functions);
    let functions = all.filter(|function| seen.insert(function.name.clone())).cloned().collect();
    let shape = Shape::Log(CallLog::default());
    Trace { functions, origin: None, span: Millis::ZERO, notes: Vec::new(), shape }
}

fn of_trace(trace: &Trace) -> FileContents {
    let (functions, invocations) = (trace.functions.len() as u64, trace.invocations());
    FileContents::Trace { functions, invocations, span_ms: trace.span }
}

fn of_document(kind: FileKind, study: CommandStudy, assumptions: &mut Vec<String>) -> FileContents {
    if kind == FileKind::Model {
        let platform = study.platform;
        let (numbers, phases) = (platform.citations().len() as u64, platform.phases.len() as u64);
        return FileContents::Model { name: platform.name, numbers, phases };
    }
    let scenario = study.scenario;
    assumptions.extend(scenario.assumptions);
    FileContents::Scenario {
        functions: scenario.functions.len() as u64,
        subnets: scenario.subnets.len() as u64,
        destinations: scenario.destinations.len() as u64,
        model: study.platform.name,
    }
}

/// The kind of a file: what is called `.toml`, and what has a key of a scenario or a model, is one of
/// these; all else is traffic, or is told not to be.
fn kind(file: &Path) -> Result<FileKind, Diagnostic> {
    /// Larger files are TOML only if they are called so.
    const LONGEST: u64 = 1 << 20;
    let called_so = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
    let short = fs::metadata(file).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= LONGEST);
    if !called_so && !short {
        return Ok(FileKind::Trace);
    }
    let text = match input::text(file) {
        Ok(text) => text,
        Err(problem) if called_so => return Err(problem),
        // Packed or in another encoding; or it cannot be read, which the importer tells.
        Err(_) => return Ok(FileKind::Trace),
    };
    let (keys, sound) = document::top_level(&text);
    let has = |all: &[&str]| all.iter().any(|key| keys.contains(*key));
    match () {
        () if !called_so && !sound => Ok(FileKind::Trace),
        () if has(&["phase", "eni", "environment"]) => Ok(FileKind::Model),
        () if has(&["subnet", "function", "target", "allow", "promise", "quota", "model", "policy"]) => {
            Ok(FileKind::Scenario)
        }
        () if called_so && !keys.is_empty() && sound => {
            let help = "a scenario has [[function]], [[subnet]] or [slo]; a model has [[phase]], [eni] and \
                        [environment]";
            let message = "the file is neither a scenario nor a model";
            Err(Diagnostic::new(Code::UnknownFormat, message, help).in_file(input::shown(file)))
        }
        // Nothing in it, or malformed: the reader of scenarios says where.
        () if called_so => Ok(FileKind::Scenario),
        () => Ok(FileKind::Trace),
    }
}
