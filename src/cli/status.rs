//! Status: how a command ends, and the exit code for it.

use std::process::ExitCode;

/// How a command that did its work ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandStatus {
    /// All is well.
    Done,
    /// The answer stands, but a gate is missed or no plan exists.
    Missed,
}

impl From<CommandStatus> for ExitCode {
    fn from(verdict: CommandStatus) -> Self {
        match verdict {
            CommandStatus::Done => Self::SUCCESS,
            CommandStatus::Missed => Self::FAILURE,
        }
    }
}
