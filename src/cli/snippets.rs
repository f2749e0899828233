//! Snippets: the lines of the user's files that problems are about.

use std::collections::BTreeMap;
use std::path::Path;

use super::input;
use crate::diagnostic::snippet::snippet;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::import::{InputFile, text_of};
use crate::quantity::Memory;

/// The largest file that is read again to show a line of it, unpacked too.
const LARGEST: u64 = 64 << 20;
/// The longest line that is shown in part.
const LONGEST: usize = 1 << 20;

/// The problems for people, each with the line it is about, at most `width` columns wide.
pub(super) fn shown_with_lines(problems: &Diagnostics, width: usize) -> String {
    let mut wanted: BTreeMap<&str, Vec<&Diagnostic>> = BTreeMap::new();
    for problem in problems.shown() {
        if problem.line.is_some() && !problem.file.is_empty() {
            wanted.entry(&problem.file).or_default().push(problem);
        }
    }
    let mut lines: BTreeMap<(&str, u64), String> = BTreeMap::new();
    for (file, problems) in wanted {
        let Some(text) = text(file) else { continue };
        let numbers: Vec<u64> = problems.iter().filter_map(|problem| problem.line).collect();
        let most = numbers.iter().max().copied().unwrap_or(0);
        for (number, line) in (1..=most).zip(text.split('\n')) {
            let line = line.strip_suffix('\r').unwrap_or(line);
            if numbers.contains(&number) && line.len() <= LONGEST && !line.trim().is_empty() {
                lines.insert((file, number), line.to_owned());
            }
        }
    }
    problems.told(|problem| {
        let line = problem.line.and_then(|line| lines.get(&(problem.file.as_str(), line)));
        line.map_or_else(String::new, |line| snippet(problem, line, width))
    })
}

fn text(file: &str) -> Option<String> {
    // Diagnostics call `-` by its name.
    let path = if file == "stdin" { "-" } else { file };
    let bytes = input::again(Path::new(path), LARGEST)?;
    text_of(&InputFile { name: file, bytes: &bytes }, Memory(LARGEST))
}
