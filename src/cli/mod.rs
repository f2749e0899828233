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
mod unfinished_file;
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
/// from a recorded trace.
#[derive(Debug, Parser)]
#[command(name = "eniplan", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Examples:\n  eniplan generate diurnal -o day.csv\n  eniplan demand day.csv\n  \
                        eniplan worst-case day.csv --max-cold-start 16m\n\n\
                        Exit codes: 0 success, 1 gate missed or no plan exists, 2 invalid input or usage")]
pub struct Cli {
    #[command(subcommand)]
    command: CliCommand,
    /// When to use colour; auto: on a terminal, unless `NO_COLOR` is set
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = colour::ColourWhen::Auto)]
    #[arg(help_heading = "Output", hide_possible_values = true)]
    color: colour::ColourWhen,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum CliCommand {
    /// Show what a trace contains and how many environments and ENIs it needs
    Demand(demand::DemandArgs),
    /// Simulate one policy in seeded runs: cold starts, ENIs held, failures
    Simulate(simulate::SimulateArgs),
    /// Find the worst-case cold start, ENI peak and failures, each with a witness and a proved bound
    WorstCase(worst_case::WorstCaseArgs),
    /// Plan when to create and delete ENIs so that a cold-start target is met
    Plan(plan::PlanArgs),
    /// Check that a saved plan meets its target, without the optimiser
    Verify(verify::VerifyArgs),
    /// Find how far traffic can grow before a target is missed, and what runs out first
    Headroom(headroom::HeadroomArgs),
    /// Compare policies and models side by side, and mark those that no other beats
    Compare(compare::CompareArgs),
    /// Draw the topology, the cold path or a worst case as SVG, DOT or text
    Graph(graph::GraphArgs),
    /// Write a single HTML page with everything about a trace, to view or print
    Report(report::ReportArgs),
    /// Measure what memory kept outside the handler is worth as a cache
    Reuse(reuse::ReuseArgs),
    /// Compare groupings of routes into functions, from one function to one per route, and find the best
    Compose(compose::ComposeArgs),
    /// Build a scenario from AWS CLI, Terraform or CloudFormation files, and audit its ENIs
    Inventory(inventory::InventoryArgs),
    /// List the platform models, every number with its source
    Models(models::ModelsArgs),
    /// List the policies and the parameters that can be overridden
    Policies(policies::PoliciesArgs),
    /// List the trace formats, each with its header
    Formats(formats::FormatsArgs),
    /// Generate a sample trace from a seed
    Generate(generate::GenerateArgs),
    /// List, extract or run the built-in examples
    Example(example::ExampleArgs),
    /// Check scenarios, models and traces, and report every problem at once
    Check(check::CheckArgs),
    /// Print completions for a shell
    Completions(completions::CompletionsArgs),
    /// Print or write the manual pages
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
