//! `eniplan policies`.

use super::output::Output;
use super::status::CommandStatus;
use crate::diagnostic::Diagnostics;
use crate::report::answers;

/// Options of `policies`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  eniplan policies --format json")]
pub(super) struct PoliciesArgs {
    #[command(flatten)]
    pub output: Output,
}

/// Prints the policies.
pub(super) fn run(args: &PoliciesArgs) -> Result<CommandStatus, Diagnostics> {
    args.output.give(&answers::policies())?;
    Ok(CommandStatus::Done)
}
