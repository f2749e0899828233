//! `eniplan example`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use clap::Subcommand;
use tempfile::TempDir;

use super::input::{reason, shown};
use super::output::{Output, note, save, to_stderr, to_stdout};
use super::status::CommandStatus;
use super::unfinished_file::folder_in;
use super::whole_file::{folder_of, unwritten};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::nearest;
use crate::example::{self, Example};
use crate::report::answers;

/// Options of `example`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  eniplan example run one-csv")]
pub(super) struct ExampleArgs {
    #[command(subcommand)]
    action: ExampleAction,
}

/// What to do with the examples.
#[derive(Debug, Subcommand)]
enum ExampleAction {
    /// List the examples, each with the question it answers
    #[command(after_help = "Example:\n  eniplan example list")]
    List {
        #[command(flatten)]
        output: Output,
    },
    /// Describe an example, its files and its commands
    #[command(after_help = "Example:\n  eniplan example info one-csv")]
    Info {
        /// The example
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Write an example to a folder, to edit it and run its commands
    #[command(after_help = "Example:\n  eniplan example extract one-csv -o try")]
    Extract {
        /// The example
        #[arg(value_name = "NAME")]
        name: String,
        /// The folder to create [default: the example's name]
        #[arg(short = 'o', long = "output", value_name = "FOLDER")]
        folder: Option<PathBuf>,
        /// Suppress notes on stderr
        #[arg(long)]
        quiet: bool,
    },
    /// Run an example's commands and print each with its output; no files are left behind
    #[command(after_help = "Example:\n  eniplan example run three-zones")]
    Run {
        /// The example
        #[arg(value_name = "NAME")]
        name: String,
    },
}

impl ExampleArgs {
    /// The name of the renderer asked for.
    pub(super) fn format(&self) -> &str {
        match &self.action {
            ExampleAction::List { output } => &output.format,
            _ => "text",
        }
    }
}

/// Does what was asked for.
pub(super) fn run(args: &ExampleArgs) -> Result<CommandStatus, Diagnostics> {
    match &args.action {
        ExampleAction::List { output } => output.give(&answers::examples())?,
        ExampleAction::Info { name } => info(found(name)?)?,
        ExampleAction::Extract { name, folder, quiet } => {
            let example = found(name)?;
            let folder = folder.clone().unwrap_or_else(|| PathBuf::from(example.name));
            extract(example, &folder)?;
            note(&format!("wrote {}; see its README.md for the commands", shown(&folder)), *quiet);
        }
        ExampleAction::Run { name } => return Ok(play(found(name)?)?),
    }
    Ok(CommandStatus::Done)
}

fn found(name: &str) -> Result<&'static Example, Diagnostic> {
    example::named(name).ok_or_else(|| {
        let known: Vec<_> = example::ALL.iter().map(|example| example.name).collect();
        let message = format!("unknown example `{name}`; one of: {}", known.join(", "));
        let help = match nearest(name, known) {
            Some(near) => format!("did you mean {near}?"),
            None => "run `eniplan example list`".to_owned(),
        };
        Diagnostic::new(Code::UnknownName, message, help)
    })
}

fn info(example: &Example) -> Result<(), Diagnostic> {
    let files: Vec<String> =
        example.files.iter().map(|(file, text)| format!("{file} ({} lines)", text.lines().count())).collect();
    let text = format!("{}\nFiles: {}\n", example.readme, files.join(", "));
    to_stdout(&text)
}

/// Writes the folder, whole or not at all.
fn extract(example: &Example, folder: &Path) -> Result<(), Diagnostic> {
    if folder.symlink_metadata().is_ok() {
        let message = "the file or folder already exists";
        return Err(Diagnostic::new(Code::File, message, "use -o with a new name").in_file(shown(folder)));
    }
    let making = folder_with(example, folder_of(folder), folder)?;
    fs::rename(making.path(), folder).map_err(|error| unwritten(folder, &error))
}

/// A folder in `parent` with the files of the example, for the time of its value.
fn folder_with(example: &Example, parent: &Path, named: &Path) -> Result<TempDir, Diagnostic> {
    let making = folder_in(parent).map_err(|error| unwritten(named, &error))?;
    for (name, text) in example.all_files() {
        save(&making.path().join(name), text, true)?;
    }
    Ok(making)
}

/// Runs the commands in a folder of their own.
fn play(example: &Example) -> Result<CommandStatus, Diagnostic> {
    let temporary = std::env::temp_dir();
    let making = folder_with(example, &temporary, &temporary)?;
    let program = std::env::current_exe().map_err(|error| unstarted(&error))?;
    for command in example.commands() {
        let ended = process::Command::new(&program)
            .args(&command.words)
            .current_dir(making.path())
            .stdin(process::Stdio::null())
            .output()
            .map_err(|error| unstarted(&error))?;
        to_stdout(&format!("$ {}\n{}", command.line, String::from_utf8_lossy(&ended.stdout)))?;
        to_stderr(&String::from_utf8_lossy(&ended.stderr));
        let code = ended.status.code();
        let end = if ended.status.success() {
            String::new()
        } else {
            format!("[exit code {}]\n", code_in_words(code))
        };
        to_stdout(&format!("{end}\n"))?;
    }
    Ok(CommandStatus::Done)
}

fn code_in_words(code: Option<i32>) -> String {
    code.map_or_else(|| "none: terminated by a signal".to_owned(), |code| code.to_string())
}

fn unstarted(error: &std::io::Error) -> Diagnostic {
    let message = format!("cannot start eniplan for the example: {}", reason(error));
    Diagnostic::new(Code::File, message, "run `eniplan example extract`, then its commands by hand")
}
