//! Tree: a JSON or YAML text as nodes, each with its line and column.
//!
//! For files that other programs wrote, of which only a part matters: what is not
//! asked for is not looked at. To have one's own format checked, see [`super::DocumentReader`].

mod error;
mod json;
mod node;
#[cfg(test)]
mod tests;
mod yaml;

pub use node::{TreeNode, TreeValue};

use error::TreeError;

use crate::diagnostic::Diagnostics;

/// Reads `text`: JSON where it begins with a brace or a bracket, else YAML; `file` names it in diagnostics.
///
/// E004: nothing in it; E104: a name that stands twice in one map; E107: nested too
/// deep or too large; E201: malformed, with the place.
pub fn read(file: &str, text: &str) -> Result<TreeNode, Diagnostics> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut problems = Diagnostics::default();
    let first = text.trim_start().chars().next();
    let read = match first {
        None => Err(TreeError::nothing()),
        Some('{' | '[') => json::read(text, &mut problems),
        Some(_) => yaml::read(text, &mut problems),
    };
    let node = read.map_err(TreeError::into_diagnostic).map_err(|problem| problems.push(problem)).ok();
    match (node, problems.is_empty()) {
        (Some(node), true) => Ok(node),
        _ => Err(located(&problems, file)),
    }
}

fn located(problems: &Diagnostics, file: &str) -> Diagnostics {
    problems.sorted().into_iter().fold(Diagnostics::default(), |mut all, problem| {
        all.push(problem.clone().in_file(file));
        all
    })
}
