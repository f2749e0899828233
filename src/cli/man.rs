//! `eniplan man`.

use std::fs;
use std::path::{Path, PathBuf};

use clap_mangen::Man;

use super::input::shown;
use super::output::{note, save, to_stdout};
use super::status::CommandStatus;
use super::whole_file::unwritten;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

/// Options of `man`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  eniplan man -o man1\n\n\
                        Without -o, the main page goes to stdout: eniplan man | man -l -")]
pub(super) struct ManArgs {
    /// Write one page per command to this folder, creating it if needed
    #[arg(short = 'o', long = "output", value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Suppress notes on stderr
    #[arg(long)]
    quiet: bool,
}

/// Prints the manual page, or writes all of them.
pub(super) fn run(args: &ManArgs, definition: clap::Command) -> Result<CommandStatus, Diagnostics> {
    let pages = pages(definition)?;
    let Some(folder) = &args.folder else {
        to_stdout(pages.first().map_or("", |(_, text)| text))?;
        return Ok(CommandStatus::Done);
    };
    fs::create_dir_all(folder).map_err(|error| unwritten(folder, &error))?;
    for (name, text) in &pages {
        save(&folder.join(format!("{name}.1")), text, true)?;
    }
    note(&format!("wrote {} pages to {}", pages.len(), shown(folder)), args.quiet);
    Ok(CommandStatus::Done)
}

/// The page of each command, with its name; that of eniplan itself first.
fn pages(definition: clap::Command) -> Result<Vec<(String, String)>, Diagnostic> {
    let mut all = Vec::new();
    let mut left = vec![definition];
    while let Some(command) = left.pop() {
        let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
        left.extend(command.get_subcommands().filter(|command| !command.is_hide_set()).cloned());
        let mut page = Vec::new();
        let rendered =
            Man::new(command).render(&mut page).map_err(|error| unwritten(Path::new(&name), &error));
        rendered?;
        let text = String::from_utf8(page).map_err(|_| {
            Diagnostic::new(Code::Encoding, "internal: the page is not valid UTF-8", "report this as a bug")
                .in_file(name.as_str())
        })?;
        all.push((name, text));
    }
    all.sort();
    Ok(all)
}
