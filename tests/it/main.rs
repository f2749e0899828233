//! Integration tests.

use eniplan::diagnostic::Diagnostic;

mod models;

/// `E203 4:5 what is wrong`: a diagnostic on one line, as the fixtures promise it.
fn told(problem: &Diagnostic) -> String {
    let place = |n: Option<u64>| n.map_or_else(|| "-".to_owned(), |n| n.to_string());
    format!("{} {}:{} {}", problem.code.text(), place(problem.line), place(problem.column), problem.message)
}
