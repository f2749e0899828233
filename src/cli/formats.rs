//! `eniplan formats`.

use super::output::Output;
use super::status::CommandStatus;
use crate::diagnostic::Diagnostics;
use crate::report::answers;

/// Options of `formats`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  eniplan formats")]
pub(super) struct FormatsArgs {
    #[command(flatten)]
    pub output: Output,
}

/// Prints the trace formats.
pub(super) fn run(args: &FormatsArgs) -> Result<CommandStatus, Diagnostics> {
    args.output.give(&answers::formats())?;
    Ok(CommandStatus::Done)
}
