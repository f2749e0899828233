//! The `eniplan` command: parse, run, say what is wrong, exit.

use std::process::ExitCode;

use eniplan::cli;

fn main() -> ExitCode {
    let words: Vec<_> = std::env::args_os().collect();
    let command = match cli::parse(&words) {
        Ok(command) => command,
        Err(error) => return cli::usage(&error, &words),
    };
    match cli::run(&command) {
        Ok(verdict) => verdict.into(),
        Err(problems) => cli::refuse(&problems, command.format()),
    }
}
