//! Output: where answers, notes and diagnostics go.

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;

use super::colour;
use super::input::shown;
use super::whole_file::{WholeFile, unwritten};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, escaped};
use crate::report::{self, Answer};

/// Where the answer goes, and as what.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Output {
    /// Format of the answer
    #[arg(long, value_name = "FORMAT", value_parser = formats(), default_value = "text")]
    #[arg(help_heading = "Output")]
    pub format: String,
    /// Write the answer to FILE, atomically
    #[arg(id = "output", short = 'o', long = "output", value_name = "FILE", help_heading = "Output")]
    pub file: Option<PathBuf>,
    /// Suppress notes on stderr
    #[arg(long, help_heading = "Output")]
    pub quiet: bool,
}

/// The names of the renderers, for an option.
pub(super) fn formats() -> PossibleValuesParser {
    report::ALL.iter().map(|renderer| renderer.name()).collect::<Vec<_>>().into()
}

/// The width of lines where there is no terminal.
const WIDTH: u16 = 100;

impl Output {
    /// Prints `answer`. Its assumptions are notes where its text does not show them.
    pub(super) fn give(&self, answer: &Answer) -> Result<(), Diagnostics> {
        let renderer = report::named(&self.format).ok_or_else(|| {
            let known: Vec<_> = report::ALL.iter().map(|renderer| renderer.name()).collect();
            let help = format!("use one of: {}", known.join(", "));
            Diagnostic::new(Code::UnknownName, format!("unknown format `{}`", self.format), help)
        })?;
        let width = width(self.file.is_none());
        let text = renderer.render(answer, width);
        if renderer.name() == "csv" {
            answer.assumptions.iter().for_each(|assumption| self.note(assumption));
        }
        match &self.file {
            Some(path) => self.save(path, &text)?,
            None if renderer.name() == "text" => to_stdout(&colour::paint_answer(&text))?,
            None if io::stdout().is_terminal() => to_stdout(&escaped_lines(&text))?,
            None => to_stdout(&text)?,
        }
        Ok(())
    }

    /// Writes `text` to the file `path`, whole or not at all, and says so.
    pub(super) fn save(&self, path: &Path, text: &str) -> Result<(), Diagnostic> {
        save(path, text, self.quiet)
    }

    /// Something worth knowing, on stderr.
    pub(super) fn note(&self, text: &str) {
        note(text, self.quiet);
    }
}

/// Data for a terminal, which no name in it may drive.
fn escaped_lines(text: &str) -> String {
    text.split_inclusive('\n').fold(String::new(), |out, line| match line.strip_suffix('\n') {
        Some(line) => out + &escaped(line) + "\n",
        None => out + &escaped(line),
    })
}

/// Writes `text` to the file `path`, whole or not at all, and says so.
pub(super) fn save(path: &Path, text: &str, quiet: bool) -> Result<(), Diagnostic> {
    let mut file = WholeFile::create(path)?;
    file.write_all(text.as_bytes()).map_err(|error| unwritten(path, &error))?;
    file.finish()?;
    note(&format!("wrote {}", shown(path)), quiet);
    Ok(())
}

/// Writes `text` to `file` as [`save`] does; without one, prints it.
pub(super) fn save_or_print(file: Option<&PathBuf>, text: &str, quiet: bool) -> Result<(), Diagnostic> {
    file.map_or_else(|| to_stdout(text), |path| save(path, text, quiet))
}

/// Something worth knowing, on stderr.
pub(super) fn note(text: &str, quiet: bool) {
    if !quiet {
        to_stderr(&format!("note: {}\n", escaped(text)));
    }
}

/// Two files that a command writes must not be one.
pub(super) fn distinct(files: &[Option<&PathBuf>]) -> Result<(), Diagnostic> {
    let files: Vec<&PathBuf> = files.iter().copied().flatten().collect();
    let twice = files.iter().enumerate().find(|(index, file)| files[..*index].contains(file));
    twice.map_or(Ok(()), |(_, file)| {
        let message = "two outputs would go to the same file";
        Err(Diagnostic::new(Code::Usage, message, "give each output its own file").in_file(shown(file)))
    })
}

/// Prints `text`; a reader that has closed its end wants no more, which is no problem.
pub(super) fn to_stdout(text: &str) -> Result<(), Diagnostic> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(unwritten(Path::new("stdout"), &error)),
        _ => Ok(()),
    }
}

/// Prints `text` on stderr, where nobody can be told that it failed.
pub(super) fn to_stderr(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// The width of lines: the terminal's, where they go to stdout and it is one.
pub(super) fn width(to_stdout: bool) -> u16 {
    if to_stdout { terminal_width() } else { WIDTH }
}

/// The width of lines on stderr.
pub(super) fn stderr_width() -> usize {
    let size = io::stderr().is_terminal().then(|| terminal_size::terminal_size_of(io::stderr())).flatten();
    size.map_or(WIDTH, |(width, _)| width.0.max(40)).into()
}

fn terminal_width() -> u16 {
    let size = io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    size.map_or(WIDTH, |(width, _)| width.0.max(40))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_on_a_terminal_does_not_drive_it() {
        assert_eq!(escaped_lines("a,\u{1b}[2J\nb\u{202e}\n"), "a,\\u{1b}[2J\nb\\u{202e}\n");
        assert_eq!(escaped_lines("a\n\nb"), "a\n\nb");
    }
}
