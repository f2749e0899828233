//! Content: what a file holds, as the formats look at it: a table, JSON, or lines.

use std::collections::BTreeMap;

use super::json::{self, Node};
use super::table::{Table, readable};
use super::text::Text;
use eniplan_core::diagnostic::{Code, Diagnostic, Diagnostics};

/// A file's text, and its beginning as a table or as JSON.
#[derive(Debug)]
pub struct Content<'t> {
    /// The file, as the user named it.
    pub file: &'t str,
    /// All of its text.
    pub text: &'t str,
    /// It as a table; a file of JSON is none.
    pub table: Option<Table<'t>>,
    /// Its first JSON value, or why there is none.
    json: Option<Result<Node<'t>, Diagnostic>>,
    /// The fields of that, taken apart once.
    fields: BTreeMap<String, Node<'t>>,
}

impl<'t> Content<'t> {
    /// Looks at the beginning of `text`.
    pub fn of(text: &'t Text<'_>) -> Self {
        let (file, text) = (text.file, text.content.as_ref());
        if json::looks_like(text) {
            let json = json::values(file, text).next();
            let object = json.as_ref().and_then(|value| value.as_ref().ok());
            let fields = object.and_then(|value| value.fields().ok()).unwrap_or_default();
            return Self { file, text, table: None, json, fields };
        }
        Self { file, text, table: Some(Table::of(file, text)), json: None, fields: BTreeMap::new() }
    }

    /// Its first JSON value.
    pub fn json(&self) -> Option<&Node<'t>> {
        self.json.as_ref()?.as_ref().ok()
    }

    /// Why it is not the JSON it looks like.
    pub fn broken(&self) -> Option<&Diagnostic> {
        self.json.as_ref()?.as_ref().err()
    }

    /// Whether its first JSON value has the field `key`.
    pub fn has_field(&self, key: &str) -> bool {
        self.fields.contains_key(key)
    }

    /// All its JSON values; where they end in none, that goes to `problems`.
    pub fn values<'p>(&self, problems: &'p mut Diagnostics) -> impl Iterator<Item = Node<'t>> + 'p
    where
        't: 'p,
    {
        json::values(self.file, self.text).filter_map(|value| value.map_err(|it| problems.push(it)).ok())
    }

    /// It as a table, for formats that are one.
    pub fn rows(&self, problems: &mut Diagnostics) -> Option<&Table<'t>> {
        if self.table.is_none() {
            let help = "give a CSV file, or leave `--traffic-format` out";
            let problem = Diagnostic::new(Code::UnknownFormat, "the file holds JSON, not a table", help);
            problems.push(problem.in_file(self.file).at_line(1));
        }
        self.table.as_ref()
    }

    /// Its JSON values, for formats that are JSON.
    pub fn documents(&self, problems: &mut Diagnostics) -> Vec<Node<'t>> {
        if self.json.is_none() {
            let help = "give the tool's JSON answer, or leave `--traffic-format` out";
            let problem = Diagnostic::new(Code::UnknownFormat, "the file holds no JSON", help);
            problems.push(problem.in_file(self.file).at_line(1));
            return Vec::new();
        }
        self.values(problems).collect()
    }

    /// What it begins with, for people.
    pub fn beginning(&self) -> String {
        if let Some(table) = &self.table {
            return format!("the header {}", table.header_text());
        }
        let names: Vec<String> = self.fields.keys().take(12).map(|name| readable(name)).collect();
        format!("JSON with the fields `{}`", names.join("`, `"))
    }
}
