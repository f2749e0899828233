//! Node: a value of a tree and where it stands.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::place::{Place, Placed};

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

/// Reports every name that stands twice in one map (E104).
pub(super) fn report_duplicates(entries: &[(Placed<String>, TreeNode)], problems: &mut Diagnostics) {
    let mut names: Vec<&Placed<String>> = entries.iter().map(|(name, _)| name).collect();
    names.sort_by(|a, b| (&a.value, a.place).cmp(&(&b.value, b.place)));
    for pair in names.windows(2) {
        if let [first, second] = pair
            && first.value == second.value
        {
            let message = format!("already defined on line {}", first.place.line);
            let told = Diagnostic::new(Code::Duplicate, message, "remove one of the two");
            let (line, column) = (second.place.line, second.place.column);
            problems.push(told.with_value(&second.value).at_line(line).at_column(column));
        }
    }
}
