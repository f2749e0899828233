//! The command line: the only place with files, clock and terminal.
//!
//! One file per command; each reads its `Study`, calls the
//! library and hands an answer to `output`. Results go to stdout, notes to
//! stderr. To add a command: a file with `Args` and `run`, a variant of
//! `CliCommand` and its two lines below.

mod check;
mod colour;
mod compare;
mod completions;
mod compose;
mod counted;
mod csv_rows;
mod demand;
mod diagnostics;
mod example;
mod formats;
mod gates;
mod generate;
mod graph;
mod headroom;
mod input;
mod interrupt;
mod inventory;
mod invocation_log;
mod man;
mod model;
mod models;
mod output;
mod plan;
mod policies;
mod progress;
pub mod realization;
mod report;
mod reuse;
mod search_timer;
mod settings;
mod simulate;
mod snippets;
mod spill;
mod status;
mod study;
mod study_args;
mod timeline;
mod trace;
mod verify;
mod whole_file;
mod window;
mod worst_case;

use std::ffi::OsString;

use clap::{CommandFactory, Parser, Subcommand};

pub use diagnostics::{refuse, usage};
pub use status::CommandStatus;

use crate::diagnostic::Diagnostics;

/// Capacity planner for serverless networking: worst-case cold starts, ENI counts and reuse policies
/// from a CSV of traffic.
#[derive(Debug, Parser)]
#[command(name = "eniplan", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Examples:\n  eniplan generate diurnal -o day.csv\n  eniplan demand day.csv\n  \
                        eniplan worst-case day.csv --max-cold-start 16m\n\n\
                        Exit codes: 0 done, 1 a gate is missed or no plan exists, 2 bad input or usage")]
pub struct Cli {
    #[command(subcommand)]
    command: CliCommand,
    /// When answers and complaints have colours; auto: on a terminal, unless `NO_COLOR` is set
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = colour::ColourWhen::Auto)]
    #[arg(help_heading = "Output", hide_possible_values = true)]
    color: colour::ColourWhen,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum CliCommand {
    /// What is in the trace, and how many environments and ENIs it needs
    Demand(demand::DemandArgs),
    /// What happens under one policy: cold starts, ENIs held, failures, on seeded runs
    Simulate(simulate::SimulateArgs),
    /// The worst-case cold start, the most ENIs held, the most failures: proved and replayed
    WorstCase(worst_case::WorstCaseArgs),
    /// How many ENIs keep a target, and when to make and delete them
    Plan(plan::PlanArgs),
    /// Whether a saved plan keeps its target, without the optimiser
    Verify(verify::VerifyArgs),
    /// How far the trace can grow before a target breaks, and what breaks then
    Headroom(headroom::HeadroomArgs),
    /// Policies and models side by side, and which of them no other beats
    Compare(compare::CompareArgs),
    /// The topology, the cold path or a worst case as a picture (SVG), a DOT graph or text
    Graph(graph::GraphArgs),
    /// Everything about one trace as one page for a browser, to look at and to print
    Report(report::ReportArgs),
    /// What memory outside the handler is worth as a cache, and who is lucky enough to find it
    Reuse(reuse::ReuseArgs),
    /// One big function, single-purpose ones, or in between: each grouping of routes, and the best one
    Compose(compose::ComposeArgs),
    /// A scenario from what you have (AWS CLI, Terraform, CloudFormation), and what is wrong with its ENIs
    Inventory(inventory::InventoryArgs),
    /// The models, every number with its source
    Models(models::ModelsArgs),
    /// The policies, and what can be overridden
    Policies(policies::PoliciesArgs),
    /// The trace formats, each with its header
    Formats(formats::FormatsArgs),
    /// Sample traffic from a seed
    Generate(generate::GenerateArgs),
    /// Folders to try: a question, its files, its commands
    Example(example::ExampleArgs),
    /// What is wrong with scenarios, models and traffic, all at once
    Check(check::CheckArgs),
    /// What a shell needs to complete words
    Completions(completions::CompletionsArgs),
    /// The manual pages
    Man(man::ManArgs),
}

impl Cli {
    /// The name of the renderer asked for.
    pub fn format(&self) -> &str {
        match &self.command {
            CliCommand::Demand(args) => &args.output.format,
            CliCommand::Simulate(args) => &args.output.format,
            CliCommand::WorstCase(args) => &args.output.format,
            CliCommand::Plan(args) => &args.output.format,
            CliCommand::Verify(args) => &args.output.format,
            CliCommand::Headroom(args) => &args.output.format,
            CliCommand::Compare(args) => &args.output.format,
            CliCommand::Reuse(args) => &args.output.format,
            CliCommand::Compose(args) => &args.output.format,
            CliCommand::Inventory(args) => &args.format,
            CliCommand::Models(args) => &args.output.format,
            CliCommand::Policies(args) => &args.output.format,
            CliCommand::Formats(args) => &args.output.format,
            CliCommand::Example(args) => args.format(),
            CliCommand::Check(args) => &args.output.format,
            CliCommand::Report(_)
            | CliCommand::Graph(_)
            | CliCommand::Generate(_)
            | CliCommand::Completions(_)
            | CliCommand::Man(_) => "text",
        }
    }
}

/// The command line as clap knows it, with all its commands.
pub fn definition() -> clap::Command {
    let mut all = Cli::command();
    all.build();
    all
}

/// Reads the command line; a wrong one is told in clap's words.
pub fn parse(words: &[OsString]) -> Result<Cli, clap::Error> {
    let mut cli = Cli::try_parse_from(words)?;
    if let CliCommand::Report(args) = &mut cli.command {
        args.words = words.to_vec();
    }
    Ok(cli)
}

/// Does what the command line asks for.
pub fn run(cli: &Cli) -> Result<CommandStatus, Diagnostics> {
    cli.color.begin();
    match &cli.command {
        CliCommand::Demand(args) => demand::run(args),
        CliCommand::Simulate(args) => simulate::run(args),
        CliCommand::WorstCase(args) => worst_case::run(args),
        CliCommand::Plan(args) => plan::run(args),
        CliCommand::Verify(args) => verify::run(args),
        CliCommand::Headroom(args) => headroom::run(args),
        CliCommand::Compare(args) => compare::run(args),
        CliCommand::Graph(args) => graph::run(args),
        CliCommand::Report(args) => report::run(args),
        CliCommand::Reuse(args) => reuse::run(args),
        CliCommand::Compose(args) => compose::run(args),
        CliCommand::Inventory(args) => inventory::run(args),
        CliCommand::Models(args) => models::run(args),
        CliCommand::Policies(args) => policies::run(args),
        CliCommand::Formats(args) => formats::run(args),
        CliCommand::Generate(args) => generate::run(args),
        CliCommand::Example(args) => example::run(args),
        CliCommand::Check(args) => check::run(args),
        CliCommand::Completions(args) => completions::run(args, definition()),
        CliCommand::Man(args) => man::run(args, definition()),
    }
}
