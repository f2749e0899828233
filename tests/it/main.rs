//! Integration tests, one binary.

// Helpers of tests may fail as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;

use eniplan::diagnostic::{Diagnostic, Diagnostics};

mod audit;
mod brute_force;
mod check;
mod cli;
mod compose;
mod docs;
mod examples;
mod explanation;
mod fidelity;
mod generate;
mod graph;
mod growth;
mod help;
mod hostile;
mod import;
mod inventory;
mod json_schema;
mod lemmas;
mod models;
mod naive;
mod naive_agrees;
mod page;
mod properties;
mod readers;
mod report;
mod reuse;
mod scenario;
mod schemas;
mod settings;
mod size;
mod support;
mod talk;
mod terminal;
mod tidy;
mod topology;

/// `E203 4:5 what is wrong`: a diagnostic on one line, as the fixtures promise it.
fn told(problem: &Diagnostic) -> String {
    let place = |n: Option<u64>| n.map_or_else(|| "-".to_owned(), |n| n.to_string());
    format!("{} {}:{} {}", problem.code.text(), place(problem.line), place(problem.column), problem.message)
}

/// Checks every fixture of a folder: its first lines, `#! ...`, promise what is told of it, all of it in order.
fn check_fixtures(folder: &str, read: impl Fn(&str) -> Option<Diagnostics>) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(folder);
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let promised: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("#! ")).collect();
        let found: Vec<String> =
            read(&text).map_or_else(Vec::new, |problems| problems.sorted().into_iter().map(told).collect());
        assert_eq!(found, promised, "{}", path.display());
        seen += 1;
    }
    seen
}
mod plan;
mod plan_check;
mod plan_cli;
mod plan_explain;
mod plan_joint;
mod plan_joint_grid;
mod plan_joint_instance;
mod plan_joint_oracle;
mod plan_least;
mod plan_measured;
mod plan_metamorphic;
mod plan_objective;
mod plan_oracle;
mod plan_pools;
mod plan_program;
mod plan_targets;
mod plan_waiting;
