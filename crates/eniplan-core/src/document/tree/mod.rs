//! Tree: a JSON or YAML text as nodes, each with its line and column.
//!
//! For files that other programs wrote, of which only a part matters: what is not
//! asked for is not looked at. To have one's own format checked, see [`super::Reader`].

mod json;
#[cfg(test)]
mod tests;
mod yaml;

use super::{Place, Placed};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

/// How deep a file may be nested; what clouds and their tools write is below 30.
const DEEPEST: usize = 100;
/// How many nodes a file may have: aliases of YAML multiply.
const MOST_NODES: usize = 20_000_000;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeNode {
    /// Where it begins.
    pub place: Place,
    /// Its YAML tag without the exclamation mark: `Ref`, `GetAtt`.
    pub tag: Option<String>,
    /// What it is.
    pub value: TreeValue,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TreeValue {
    /// Nothing.
    Null,
    /// Yes or no.
    Flag(bool),
    /// A number, as it is written.
    Number(String),
    /// A text.
    Text(String),
    /// Nodes in order.
    List(Vec<TreeNode>),
    /// Nodes by name, in the order of the text.
    Map(Vec<(Placed<String>, TreeNode)>),
}

impl TreeNode {
    /// The node under `key`, if this is a map that has it and it is not null.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let (_, node) = self.entries().iter().rev().find(|(name, _)| name.value == key)?;
        (node.value != TreeValue::Null).then_some(node)
    }

    /// The node under the first of `keys`, under the second of that, and so on.
    pub fn at(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// Whether it is a map with this key, be it null.
    pub fn has(&self, key: &str) -> bool {
        self.entries().iter().any(|(name, _)| name.value == key)
    }

    /// The entries of a map; none of anything else.
    pub fn entries(&self) -> &[(Placed<String>, Self)] {
        if let TreeValue::Map(entries) = &self.value { entries } else { &[] }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Self] {
        if let TreeValue::List(items) = &self.value { items } else { &[] }
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        if let TreeValue::Text(text) = &self.value { Some(text) } else { None }
    }

    /// Whether it is a list.
    pub const fn is_list(&self) -> bool {
        matches!(self.value, TreeValue::List(_))
    }

    /// Whether it is a map.
    pub const fn is_map(&self) -> bool {
        matches!(self.value, TreeValue::Map(_))
    }

    /// The node as a message shows it: a scalar as it is written, else what kind of thing it is.
    pub fn shown(&self) -> String {
        match &self.value {
            TreeValue::Null => "null".to_owned(),
            TreeValue::Flag(flag) => flag.to_string(),
            TreeValue::Number(text) | TreeValue::Text(text) => text.clone(),
            TreeValue::List(_) => "a list".to_owned(),
            TreeValue::Map(_) => "a map".to_owned(),
        }
    }
}

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

/// Why the text is no tree.
#[derive(Debug)]
struct TreeError {
    code: Code,
    place: Option<Place>,
    message: String,
    help: &'static str,
}

impl TreeError {
    fn new(code: Code, message: impl Into<String>, help: &'static str) -> Self {
        Self { code, place: None, message: message.into(), help }
    }

    fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    fn nothing() -> Self {
        let place = Place { line: 1, column: 1 };
        Self::new(Code::Empty, "there is nothing in the file", "check how it was written").at(place)
    }

    fn too_deep(place: Place) -> Self {
        let message = format!("nested more than {DEEPEST} deep");
        Self::new(Code::TooLarge, message, "no cloud writes such a file; check where it comes from").at(place)
    }

    fn too_many(place: Place) -> Self {
        let message = format!("more than {MOST_NODES} values");
        Self::new(Code::TooLarge, message, "give the file in parts").at(place)
    }

    fn into_diagnostic(self) -> Diagnostic {
        let told = Diagnostic::new(self.code, self.message, self.help);
        match self.place {
            Some(at) => told.at_line(at.line).at_column(at.column),
            None => told,
        }
    }
}

/// Reports every name that stands twice in one map (E104).
fn unique(entries: &[(Placed<String>, TreeNode)], problems: &mut Diagnostics) {
    let mut names: Vec<&Placed<String>> = entries.iter().map(|(name, _)| name).collect();
    names.sort_by(|a, b| (&a.value, a.place).cmp(&(&b.value, b.place)));
    for pair in names.windows(2) {
        if let [first, second] = pair
            && first.value == second.value
        {
            let message = format!("the name stands already in line {}", first.place.line);
            let told = Diagnostic::new(Code::Duplicate, message, "keep one of the two");
            let (line, column) = (second.place.line, second.place.column);
            problems.push(told.with_value(&second.value).at_line(line).at_column(column));
        }
    }
}
