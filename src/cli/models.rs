//! `eniplan models`.

use std::path::{Path, PathBuf};

use super::model;
use super::output::Output;
use super::status::CommandStatus;
use crate::diagnostic::Diagnostics;
use crate::report::answers;

/// Options of `models`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  eniplan models lambda-2018")]
pub(super) struct ModelsArgs {
    /// Show only this model: a built-in name or a file
    #[arg(value_name = "NAME|FILE")]
    model: Option<PathBuf>,
    #[command(flatten)]
    pub output: Output,
}

/// Prints every number with its source.
pub(super) fn run(args: &ModelsArgs) -> Result<CommandStatus, Diagnostics> {
    let models = match &args.model {
        Some(name) => vec![model::load(name, Path::new(""))?],
        None => model::built_in()?,
    };
    args.output.give(&answers::models(&models))?;
    Ok(CommandStatus::Done)
}
