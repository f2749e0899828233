//! Integration tests, one binary.

// Helpers of tests may fail as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;

use eniplan::diagnostic::{Diagnostic, Diagnostics};

mod cli;
mod composition;
mod fidelity;
mod golden;
mod house;
mod import;
mod oracle;
mod plan;
mod report;
mod scenario;
mod simulation;
mod support;
mod worst_case;

/// `E203 4:5 what is wrong`: a diagnostic on one line, as the fixtures target it.
fn told(problem: &Diagnostic) -> String {
    let place = |n: Option<u64>| n.map_or_else(|| "-".to_owned(), |n| n.to_string());
    format!("{} {}:{} {}", problem.code.text(), place(problem.line), place(problem.column), problem.message)
}

/// Checks every fixture of a folder: its first lines, `#! ...`, target what is told of it, all of it in order.
fn check_fixtures(folder: &str, read: impl Fn(&str) -> Option<Diagnostics>) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(folder);
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let target_of: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("#! ")).collect();
        let found: Vec<String> =
            read(&text).map_or_else(Vec::new, |problems| problems.sorted().into_iter().map(told).collect());
        assert_eq!(found, target_of, "{}", path.display());
        seen += 1;
    }
    seen
}
