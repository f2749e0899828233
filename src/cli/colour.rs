//! Colour: on a terminal alone, and not where `NO_COLOR`, `CLICOLOR=0` or `TERM=dumb` say so.
//!
//! Texts are painted after they are written: whoever writes them knows no terminal, and
//! what is piped is what was written.

use std::io;

use anstream::{AutoStream, ColorChoice};
use clap::ValueEnum;

/// When there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ColourWhen {
    /// On a terminal
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

const BOLD: &str = "\u{1b}[1m";
const FAINT: &str = "\u{1b}[2m";
const RED: &str = "\u{1b}[1;31m";
const PLAIN: &str = "\u{1b}[0m";

impl ColourWhen {
    /// Holds from now on for all that is printed.
    pub(super) fn begin(self) {
        match self {
            Self::Auto => {}
            Self::Always => ColorChoice::Always.write_global(),
            Self::Never => ColorChoice::Never.write_global(),
        }
    }
}

/// An answer for stdout: its sentences and the heads of its tables stand out, what it rests on recedes.
pub(super) fn paint_answer(text: &str) -> String {
    let painted = AutoStream::choice(&io::stdout()) != ColorChoice::Never;
    if painted { paint(text) } else { text.to_owned() }
}

/// Diagnostics for stderr: the codes and the carets stand out.
pub(super) fn paint_diagnostics(text: &str) -> String {
    let painted = AutoStream::choice(&io::stderr()) != ColorChoice::Never;
    if !painted {
        return text.to_owned();
    }
    let line = |line: &str| match (line.split_once(' '), line.trim_start()) {
        (Some((code, rest)), _) if is_code(code.trim_end_matches(':')) => {
            format!("{RED}{code}{PLAIN} {rest}\n")
        }
        (_, rest)
            if rest.starts_with("| ^") || rest.trim_start_matches("| ").trim_start().starts_with('^') =>
        {
            format!("{RED}{line}{PLAIN}\n")
        }
        (_, rest) if rest.starts_with("help: ") => format!("{FAINT}{line}{PLAIN}\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect::<Vec<_>>().concat()
}

fn is_code(word: &str) -> bool {
    word.len() == 4 && word.strip_prefix('E').is_some_and(|digits| digits.bytes().all(|c| c.is_ascii_digit()))
}

fn paint(text: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    for (index, part) in text.split("\n\n").enumerate() {
        let lines: Vec<&str> = part.lines().collect();
        let rule = lines.iter().position(|line| line.len() > 1 && line.bytes().all(|c| c == b'-'));
        let each = |style: &str, line: &str| format!("{style}{line}{PLAIN}");
        let painted = lines.iter().enumerate().map(|(at, line)| match rule {
            _ if index == 0 => each(BOLD, line),
            _ if part.starts_with("Assumptions:\n") => each(FAINT, line),
            Some(rule) if at < rule => each(BOLD, line),
            Some(rule) if at == rule => each(FAINT, line),
            _ => (*line).to_owned(),
        });
        parts.push(painted.collect::<Vec<_>>().join("\n"));
    }
    let end = if text.ends_with('\n') { "\n" } else { "" };
    parts.join("\n\n") + end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_the_codes_the_text_is_what_it_was() {
        let text = "One. Two.\n\nTitle:\na    b\n------\n1    2\n\nAssumptions:\n- x\n  y\n";
        let painted = paint(text);
        assert!(painted.starts_with("\u{1b}[1mOne. Two.\u{1b}[0m\n"), "{painted:?}");
        let bare = [BOLD, FAINT, RED, PLAIN].iter().fold(painted, |text, code| text.replace(code, ""));
        assert_eq!(bare, text);
    }

    #[test]
    fn codes_are_found_and_nothing_else() {
        assert!(is_code("E203") && !is_code("E20") && !is_code("Exyz") && !is_code("note"));
    }
}
