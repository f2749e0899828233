//! `eniplan policies`.

use super::Verdict;
use super::output::Output;
use crate::diagnostic::Diagnostics;
use crate::report::answers;

/// Options of `policies`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  eniplan policies --format json")]
pub struct Args {
    #[command(flatten)]
    pub output: Output,
}

/// Prints the policies.
pub fn run(args: &Args) -> Result<Verdict, Diagnostics> {
    args.output.give(&answers::policies())?;
    Ok(Verdict::Done)
}
