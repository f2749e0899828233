//! `eniplan formats`.

use super::Verdict;
use super::output::Output;
use crate::diagnostic::Diagnostics;
use crate::report::answers;

/// Options of `formats`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  eniplan formats")]
pub struct Args {
    #[command(flatten)]
    pub output: Output,
}

/// Prints the traffic formats.
pub fn run(args: &Args) -> Result<Verdict, Diagnostics> {
    args.output.give(&answers::formats())?;
    Ok(Verdict::Done)
}
