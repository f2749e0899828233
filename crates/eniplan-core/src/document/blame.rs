//! Blame: a value of the file that is right by itself, and wrong beside a setting, is told at the setting.

use super::Setting;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// With more settings than this their problems stay where they are found.
const MOST: usize = 64;

/// `problems` of a document read with all `settings`, each that the file alone does not have told at the
/// first setting that brings it; `again` reads it with so many of them.
pub(super) fn blamed(
    problems: &Diagnostics,
    settings: &[Setting],
    again: impl Fn(usize) -> Diagnostics,
) -> Diagnostics {
    let all = problems.sorted();
    let whole = all.len() == problems.count();
    if settings.len() > MOST || !whole || all.iter().all(|other| other.line.is_none()) {
        return problems.clone();
    }
    let mut told = Diagnostics::default();
    let steps: Vec<Diagnostics> = (0..=settings.len()).map(again).collect();
    for problem in all {
        let at = steps.iter().position(|step| has(step, problem));
        let setting = at.and_then(|at| settings.get(at.checked_sub(1)?));
        told.push(match setting {
            // What stands at a setting has no line, and stays there.
            Some(setting) if problem.line.is_some() => at_setting(problem, setting),
            _ => problem.clone(),
        });
    }
    told
}

fn has(all: &Diagnostics, problem: &Diagnostic) -> bool {
    all.sorted().iter().any(|other| (other.code, &other.message) == (problem.code, &problem.message))
}

fn at_setting(problem: &Diagnostic, setting: &Setting) -> Diagnostic {
    let place = |n: Option<u64>| n.map_or_else(String::new, |n| format!(":{n}"));
    let beside = format!("{}{}{}", problem.file, place(problem.line), place(problem.column));
    Diagnostic {
        file: format!("--set {}", setting.written()),
        line: None,
        column: None,
        message: format!("{} (see also {beside})", problem.message),
        ..problem.clone()
    }
}
