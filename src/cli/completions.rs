//! `eniplan completions`.

use std::path::PathBuf;

use clap_complete::{Shell, generate};

use super::output::save_or_print;
use super::status::CommandStatus;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

/// Options of `completions`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  eniplan completions bash -o eniplan.bash\n\n\
    bash: source eniplan.bash, or put it in ~/.local/share/bash-completion/completions/eniplan\n\
    zsh:  save it as _eniplan in a folder of $fpath\n\
    fish: save it as ~/.config/fish/completions/eniplan.fish")]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
    /// Write to FILE, atomically
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    file: Option<PathBuf>,
    /// Suppress notes on stderr
    #[arg(long)]
    quiet: bool,
}

/// Prints what the shell needs to complete words.
pub(super) fn run(
    args: &CompletionsArgs,
    mut definition: clap::Command,
) -> Result<CommandStatus, Diagnostics> {
    let mut bytes = Vec::new();
    generate(args.shell, &mut definition, "eniplan", &mut bytes);
    let text = String::from_utf8(bytes).map_err(|_| {
        Diagnostic::new(
            Code::Encoding,
            "internal: the completions are not valid UTF-8",
            "report this as a bug, with the shell",
        )
    })?;
    save_or_print(args.file.as_ref(), &text, args.quiet)?;
    Ok(CommandStatus::Done)
}
