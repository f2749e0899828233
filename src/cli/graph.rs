//! `eniplan graph`.

use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::PossibleValuesParser;

use super::diagnostics::no_answer;
use super::output;
use super::search_timer::SearchTimer;
use super::status::CommandStatus;
use super::study::CommandStudy;
use super::study_args::StudyArgs;
use crate::demand;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::quantity::Millis;
use crate::report::format::name;
use crate::report::graph::{self, Drawing, phases};
use crate::trace::{CallLog, Shape, Trace};
use crate::worst_case::SearchEffort;

/// What to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum GraphSubject {
    /// Functions, ENIs, subnets, zones and destinations; with a trace, also the number of ENIs needed
    Topology,
    /// The phases of a cold start in the model
    ColdPath,
    /// The longest cold start found in replays of the trace
    WorstCase,
}

/// Options of `graph`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  eniplan graph --scenario scenario.toml -o topology.svg\n  \
                        eniplan graph shop-day.csv --of worst-case -o worst.svg\n  \
                        eniplan graph --of cold-path --format dot -o path.dot")]
#[command(mut_arg("traffic", |trace| trace.required(false)))]
pub(super) struct GraphArgs {
    /// What to draw
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = GraphSubject::Topology, help_heading = "Drawing")]
    of: GraphSubject,
    #[command(flatten)]
    study: StudyArgs,
    /// Approximate number of invocations to replay in the worst-case search
    #[arg(long, value_name = "N", default_value_t = SearchEffort::SMALL, help_heading = "Computation")]
    effort: u64,
    /// Format of the drawing [default: from the extension of FILE, else text]
    #[arg(long, value_name = "FORMAT", value_parser = formats(), help_heading = "Output")]
    format: Option<String>,
    /// Write the drawing to FILE, atomically
    #[arg(short = 'o', long = "output", value_name = "FILE", help_heading = "Output")]
    file: Option<PathBuf>,
    /// Suppress notes on stderr
    #[arg(long, help_heading = "Output")]
    quiet: bool,
}

fn formats() -> PossibleValuesParser {
    graph::ALL.iter().map(|format| format.name()).collect::<Vec<_>>().into()
}

/// Draws what is asked for.
pub(super) fn run(args: &GraphArgs) -> Result<CommandStatus, Diagnostics> {
    let study = loaded(args)?;
    let drawing = match args.of {
        GraphSubject::Topology => {
            let needs = args.study.trace.is_named().then(|| {
                let policy = study.policy()?;
                Ok::<_, Diagnostic>(demand::demand(&study.trace, &study.topology, policy))
            });
            let needs = needs.transpose()?;
            graph::topology::topology(&study.platform.name, &study.scenario, &study.topology, needs.as_ref())
        }
        GraphSubject::ColdPath => phases::cold_path(&study.platform, &study.cold_path.vpc),
        GraphSubject::WorstCase => match worst_case(args, &study)? {
            Ok(drawing) => drawing,
            Err(verdict) => return Ok(verdict),
        },
    };
    give(args, &drawing)?;
    Ok(CommandStatus::Done)
}

/// Everything, where there is no traffic with none: the functions are then the scenario's alone.
fn loaded(args: &GraphArgs) -> Result<CommandStudy, Diagnostics> {
    if args.study.trace.is_named() {
        return args.study.load();
    }
    let missing = match args.of {
        GraphSubject::ColdPath => None,
        GraphSubject::Topology => {
            args.study.scenario.is_none().then_some("a topology needs a scenario or a trace")
        }
        GraphSubject::WorstCase => Some("a worst case needs a trace"),
    };
    if let Some(message) = missing {
        let help = "give --scenario FILE or a trace; --of cold-path needs neither";
        return Err(Diagnostic::new(Code::Usage, message, help).into());
    }
    args.study.load_with(|_| {
        let shape = Shape::Log(CallLog::default());
        Ok(Trace { functions: Vec::new(), origin: None, span: Millis::ZERO, notes: Vec::new(), shape })
    })
}

/// The drawing of the worst case; where the policy follows a plan that does not exist, what that means.
fn worst_case(args: &GraphArgs, study: &CommandStudy) -> Result<Result<Drawing, CommandStatus>, Diagnostics> {
    let policy = study.policy()?;
    let case = study.case(policy, &study.trace);
    let search = SearchTimer::begin(None, args.quiet);
    let found =
        case.worst_case(SearchEffort { invocations: args.effort, seed: args.study.trace.seed }, &search);
    search.finish();
    let worst = match found {
        Ok(worst) => worst,
        Err(error) => return no_answer(&error, "text").map(Err),
    };
    let function = worst.cold_start.function.as_deref();
    let place = study.topology.functions.iter().find(|place| Some(place.name.as_str()) == function);
    let in_vpc = place.is_none_or(|place| !place.classes.is_empty());
    let path = study.cold_path.path_for(in_vpc);
    if worst.cold_start.path.is_empty() {
        let whose = function.map_or_else(
            || "no invocation starts cold".to_owned(),
            |function| format!("the cold start of {} waits for another one", name(function)),
        );
        output::note(&format!("no cold start to draw: {whose}"), args.quiet);
    }
    Ok(Ok(phases::worst_case(&study.subject(policy), &worst, &study.limits(), path)))
}

fn give(args: &GraphArgs, drawing: &Drawing) -> Result<(), Diagnostic> {
    let ending = args.file.as_ref().and_then(|file| file.extension()).and_then(|ending| ending.to_str());
    let by_ending = ending.and_then(|ending| graph::named(&ending.to_ascii_lowercase()));
    let named = args.format.as_deref().and_then(graph::named);
    let format = named.or(by_ending).or_else(|| graph::ALL.first().copied());
    let Some(format) = format else { return Ok(()) };
    let text = format.draw(drawing, output::width(args.file.is_none()));
    output::save_or_print(args.file.as_ref(), &text, args.quiet)
}
