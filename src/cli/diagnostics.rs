//! Diagnostics: how the command line says what is wrong, and the exit code for it.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;

use super::status::CommandStatus;
use super::{colour, output, snippets};
use crate::comparison::CaseError;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::report::views::{self, ErrorsView};
use crate::report::{SCHEMA_VERSION, pretty};

/// Bad input or usage.
const REFUSED: u8 = 2;

/// Tells all problems, on stderr, or as JSON on stdout where that is the format.
pub fn refuse(problems: &Diagnostics, format: &str) -> ExitCode {
    tell(problems, format);
    ExitCode::from(REFUSED)
}

fn tell(problems: &Diagnostics, format: &str) {
    if format == "json" {
        let count = problems.count() as u64;
        let errors = ErrorsView { schema_version: SCHEMA_VERSION, errors: problems.sorted(), count };
        // There is nobody left to tell that stdout is gone.
        let _ = output::to_stdout(&pretty(&views::value(&errors)));
    } else {
        output::to_stderr(&colour::paint_diagnostics(&snippets::shown_with_lines(
            problems,
            output::stderr_width(),
        )));
    }
}

/// Tells why a policy that follows a plan has no answer: without a plan the verdict is a missed one.
pub(super) fn no_answer(error: &CaseError, format: &str) -> Result<CommandStatus, Diagnostics> {
    let help = "run `eniplan plan` for details, or use another policy";
    let problem = Diagnostic::new(Code::Solver, error.to_string(), help).into();
    match error {
        CaseError::NoPlan => {
            tell(&problem, format);
            Ok(CommandStatus::Missed)
        }
        CaseError::Plan(_) => Err(problem),
    }
}

/// Tells a wrong command line, or the help that was asked for.
pub fn usage(error: &clap::Error, words: &[OsString]) -> ExitCode {
    let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let json = words.windows(2).any(|pair| pair[0] == "--format" && pair[1] == "json")
        || words.iter().any(|word| word == "--format=json");
    if json && !asked {
        let text = error.render().to_string();
        let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        let problem = Diagnostic::new(Code::Usage, message, "see `eniplan --help`");
        return refuse(&problem.into(), "json");
    }
    // A closed pipe is the reader's choice.
    let _ = error.print();
    if asked { ExitCode::SUCCESS } else { ExitCode::from(REFUSED) }
}
