//! The command line: the only place with files, clock and terminal.
//!
//! One file per command; each reads its `Study`, calls the
//! library and hands an answer to `output`. Results go to stdout, notes to
//! stderr. To add a command: a file with `Args` and `run`, a variant of
//! `Command` and its two lines below.

pub mod assignment;
mod check;
mod colour;
mod compare;
mod complaint;
mod completions;
mod compose;
mod counted;
mod demand;
mod example;
mod excerpts;
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
mod report;
mod reuse;
mod search;
mod settings;
mod simulate;
mod spill;
mod study;
mod timeline;
mod traffic;
mod verify;
mod whole_file;
mod window;
mod worst_case;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

pub use complaint::{refuse, usage};

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
    command: Command,
    /// When answers and complaints have colours; auto: on a terminal, unless `NO_COLOR` is set
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = colour::When::Auto)]
    #[arg(help_heading = "Output", hide_possible_values = true)]
    color: colour::When,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Command {
    /// What is in the traffic, and how many environments and ENIs it needs
    Demand(demand::Args),
    /// What happens under one policy: cold starts, ENIs held, failures, on seeded runs
    Simulate(simulate::Args),
    /// The worst-case cold start, the most ENIs held, the most failures: proved and replayed
    WorstCase(worst_case::Args),
    /// How many ENIs keep a promise, and when to make and delete them
    Plan(plan::Args),
    /// Whether a saved plan keeps its promise, without the optimiser
    Verify(verify::Args),
    /// How far the traffic can grow before a promise breaks, and what breaks then
    Headroom(headroom::Args),
    /// Policies and models side by side, and which of them no other beats
    Compare(compare::Args),
    /// The topology, the cold path or a worst case as a picture (SVG), a DOT graph or text
    Graph(graph::Args),
    /// Everything about one traffic as one page for a browser, to look at and to print
    Report(report::Args),
    /// What memory outside the handler is worth as a cache, and who is lucky enough to find it
    Reuse(reuse::Args),
    /// One big function, single-purpose ones, or in between: each grouping of routes, and the best one
    Compose(compose::Args),
    /// A scenario from what you have (AWS CLI, Terraform, CloudFormation), and what is wrong with its ENIs
    Inventory(inventory::Args),
    /// The models, every number with its source
    Models(models::Args),
    /// The policies, and what can be overridden
    Policies(policies::Args),
    /// The traffic formats, each with its header
    Formats(formats::Args),
    /// Sample traffic from a seed
    Generate(generate::Args),
    /// Folders to try: a question, its files, its commands
    Example(example::Args),
    /// What is wrong with scenarios, models and traffic, all at once
    Check(check::Args),
    /// What a shell needs to complete words
    Completions(completions::Args),
    /// The manual pages
    Man(man::Args),
}

/// How a command that did its work ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All is well.
    Done,
    /// The answer stands, but a gate is missed or no plan exists.
    Missed,
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Done => Self::SUCCESS,
            Verdict::Missed => Self::FAILURE,
        }
    }
}

impl Cli {
    /// The name of the renderer asked for.
    pub fn format(&self) -> &str {
        match &self.command {
            Command::Demand(args) => &args.output.format,
            Command::Simulate(args) => &args.output.format,
            Command::WorstCase(args) => &args.output.format,
            Command::Plan(args) => &args.output.format,
            Command::Verify(args) => &args.output.format,
            Command::Headroom(args) => &args.output.format,
            Command::Compare(args) => &args.output.format,
            Command::Reuse(args) => &args.output.format,
            Command::Compose(args) => &args.output.format,
            Command::Inventory(args) => &args.format,
            Command::Models(args) => &args.output.format,
            Command::Policies(args) => &args.output.format,
            Command::Formats(args) => &args.output.format,
            Command::Example(args) => args.format(),
            Command::Check(args) => &args.output.format,
            Command::Report(_)
            | Command::Graph(_)
            | Command::Generate(_)
            | Command::Completions(_)
            | Command::Man(_) => "text",
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
    if let Command::Report(args) = &mut cli.command {
        args.words = words.to_vec();
    }
    Ok(cli)
}

/// Does what the command line asks for.
pub fn run(cli: &Cli) -> Result<Verdict, Diagnostics> {
    cli.color.begin();
    match &cli.command {
        Command::Demand(args) => demand::run(args),
        Command::Simulate(args) => simulate::run(args),
        Command::WorstCase(args) => worst_case::run(args),
        Command::Plan(args) => plan::run(args),
        Command::Verify(args) => verify::run(args),
        Command::Headroom(args) => headroom::run(args),
        Command::Compare(args) => compare::run(args),
        Command::Graph(args) => graph::run(args),
        Command::Report(args) => report::run(args),
        Command::Reuse(args) => reuse::run(args),
        Command::Compose(args) => compose::run(args),
        Command::Inventory(args) => inventory::run(args),
        Command::Models(args) => models::run(args),
        Command::Policies(args) => policies::run(args),
        Command::Formats(args) => formats::run(args),
        Command::Generate(args) => generate::run(args),
        Command::Example(args) => example::run(args),
        Command::Check(args) => check::run(args),
        Command::Completions(args) => completions::run(args),
        Command::Man(args) => man::run(args),
    }
}
