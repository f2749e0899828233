//! `eniplan generate`.

use std::path::PathBuf;

use super::output::{Output, to_stdout};
use super::traffic::keep;
use super::Verdict;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::quantity::{Millis, Rate};

/// Options of `generate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    file: Option<PathBuf>,
    /// Print no notes on stderr
    #[arg(long)]
    quiet: bool,
}

/// Writes the traffic.
pub fn run(args: &Args) -> Result<Verdict, Diagnostics> {
    Ok(Verdict::Done)
}
