//! Reader: a TOML document while it is read, with everything found wrong with it so far.

use std::ops::Range;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::lines::LineIndex;
use super::names::{listed, nearest};
use super::place::{Place, Placed};
use super::setting::DocumentOrigin;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::quantity::Malformed;

/// A table of the document, opened with the keys it may have.
#[derive(Clone, Debug)]
pub struct TomlTable<'d> {
    pub(super) entries: &'d DeTable<'d>,
    /// Where its header, or its opening brace, stands.
    pub place: Place,
    /// Its name for messages: `eni.api`; empty for the document itself.
    pub path: String,
}

impl TomlTable<'_> {
    /// Whether it has this key.
    pub fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// How messages name one of its keys: `eni.boot`.
    pub fn name_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn get(&self, key: &str) -> Option<&Spanned<DeValue<'_>>> {
        self.entries.get(key)
    }
}

/// A document while it is read: its text and everything found wrong with it so far.
#[derive(Debug)]
pub struct DocumentReader<'t> {
    pub(super) origin: DocumentOrigin,
    pub(super) text: &'t str,
    pub(super) lines: LineIndex<'t>,
    pub(super) problems: Diagnostics,
}

impl DocumentReader<'_> {
    /// Where the values come from.
    pub fn origin(&self) -> DocumentOrigin {
        self.origin.clone()
    }

    /// Notes a problem at `place`.
    pub fn report(
        &mut self,
        code: Code,
        place: Place,
        value: Option<&str>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let mut diagnostic = self.origin.locate(Diagnostic::new(code, message, help), place);
        if let Some(value) = value {
            diagnostic = diagnostic.with_value(value);
        }
        self.problems.push(diagnostic);
    }

    /// Notes a value that is out of its range or contradicts another (E203).
    pub fn bad<T: ToString>(
        &mut self,
        value: &Placed<T>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.report(Code::BadValue, value.place, Some(&value.value.to_string()), message, help);
    }

    /// Notes that `table` lacks `key` (E203).
    pub fn missing(&mut self, table: &TomlTable<'_>, key: &str, help: &str) {
        let message = if table.path.is_empty() {
            format!("the file has no `{key}`")
        } else {
            format!("`{}` has no `{key}`", table.path)
        };
        self.report(Code::BadValue, table.place, None, message, help);
    }

    /// Notes a name that refers to nothing (E204), with the nearest of those that exist.
    pub fn unknown<'n>(
        &mut self,
        name: &Placed<String>,
        what: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        // Beyond what is kept, nobody reads the advice; looking for it would take long.
        let room = if self.problems.count() < Diagnostics::KEPT { usize::MAX } else { 0 };
        let known: Vec<&str> = known.into_iter().take(room).collect();
        let help = match nearest(&name.value, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => format!("the file defines no {what}"),
            None => format!("one of: {}", listed(&known)),
        };
        let message = format!("unknown {what} `{}`", name.value);
        self.report(Code::UnknownName, name.place, Some(&name.value), message, help);
    }

    /// The text at `key`.
    pub fn text(&mut self, table: &TomlTable<'_>, key: &str) -> Option<Placed<String>> {
        let value = table.get(key)?;
        let place = self.place(value.span().start);
        match value.get_ref() {
            DeValue::String(text) => Some(Placed { value: text.to_string(), place }),
            _ => self.wrong_type(table, key, "a quoted string"),
        }
    }

    /// The truth value at `key`.
    pub fn flag(&mut self, table: &TomlTable<'_>, key: &str) -> Option<Placed<bool>> {
        let value = table.get(key)?;
        let place = self.place(value.span().start);
        match value.get_ref() {
            DeValue::Boolean(value) => Some(Placed { value: *value, place }),
            _ => self.wrong_type(table, key, "true or false"),
        }
    }

    /// The whole number at `key`, from 0 to 4,294,967,295.
    pub fn whole(&mut self, table: &TomlTable<'_>, key: &str) -> Option<Placed<u32>> {
        let value = table.get(key)?;
        let place = self.place(value.span().start);
        match value.get_ref() {
            DeValue::Integer(number) => match u32::from_str_radix(number.as_str(), number.radix()) {
                Ok(value) => Some(Placed { value, place }),
                Err(_) => self.wrong_type(table, key, "a whole number from 0 to 4294967295"),
            },
            _ => self.wrong_type(table, key, "a whole number without quotes"),
        }
    }

    /// The quantity written as a text at `key`.
    pub fn quantity<T: FromStr<Err = Malformed>>(
        &mut self,
        table: &TomlTable<'_>,
        key: &str,
    ) -> Option<Placed<T>> {
        let text = match table.get(key)?.get_ref() {
            DeValue::String(_) => self.text(table, key)?,
            _ => return self.wrong_type(table, key, "a quoted string with a unit"),
        };
        match text.value.parse() {
            Ok(value) => Some(Placed { value, place: text.place }),
            Err(Malformed { message, help }) => {
                self.bad(&text, format!("{}: {message}", table.name_of(key)), help);
                None
            }
        }
    }

    /// The texts listed at `key`; `None` where the key is absent or no list.
    pub fn texts(&mut self, table: &TomlTable<'_>, key: &str) -> Option<Vec<Placed<String>>> {
        let Some(list) = table.get(key)?.get_ref().as_array() else {
            return self.wrong_type(table, key, "a list of strings: [\"a\", \"b\"]");
        };
        let mut texts = Vec::new();
        for item in list {
            match item.get_ref() {
                DeValue::String(text) => {
                    texts.push(Placed { value: text.to_string(), place: self.place(item.span().start) });
                }
                other => {
                    let message =
                        format!("`{}` must list strings; found: {}", table.name_of(key), other.type_str());
                    self.wrong_at(&item.span(), message, "a list of strings: [\"a\", \"b\"]");
                }
            }
        }
        Some(texts)
    }

    /// The table at `key`, which may have these keys; `None` where the key is absent or no table.
    pub fn table<'d>(&mut self, table: &TomlTable<'d>, key: &str, keys: &[&str]) -> Option<TomlTable<'d>> {
        let value = table.entries.get(key)?;
        let Some(entries) = value.get_ref().as_table() else {
            return self.wrong_type(table, key, "a table");
        };
        let opened = TomlTable { entries, place: self.place(value.span().start), path: table.name_of(key) };
        self.check_keys(&opened, keys);
        Some(opened)
    }

    /// The tables listed at `key` (`[[key]]`), each of which may have these keys.
    pub fn tables<'d>(&mut self, table: &TomlTable<'d>, key: &str, keys: &[&str]) -> Vec<TomlTable<'d>> {
        let Some(value) = table.entries.get(key) else { return Vec::new() };
        let Some(list) = value.get_ref().as_array() else {
            let message = format!("`{}` must be a list of tables", table.name_of(key));
            self.wrong_at(&value.span(), message, &format!("a list of tables: [[{key}]]"));
            return Vec::new();
        };
        let mut opened = Vec::new();
        for item in list {
            let place = self.place(item.span().start);
            if let Some(entries) = item.get_ref().as_table() {
                let item = TomlTable { entries, place, path: table.name_of(key) };
                self.check_keys(&item, keys);
                opened.push(item);
            } else {
                let kind = item.get_ref().type_str();
                let message = format!("`{}` must list tables; found: {kind}", table.name_of(key));
                self.wrong_at(&item.span(), message, &format!("a list of tables: [[{key}]]"));
            }
        }
        opened
    }

    /// The keys of the table at `key`, in the order of the text; none where it is no table.
    pub fn keys_at(&self, table: &TomlTable<'_>, key: &str) -> Vec<Placed<String>> {
        table
            .get(key)
            .and_then(|value| value.get_ref().as_table())
            .map_or_else(Vec::new, |entries| self.keys(entries))
    }

    /// The keys of a table as texts with their places, in the order of the text.
    fn keys(&self, entries: &DeTable<'_>) -> Vec<Placed<String>> {
        let mut keys: Vec<_> = entries
            .iter()
            .map(|(key, _)| Placed { value: key.get_ref().to_string(), place: self.place(key.span().start) })
            .collect();
        keys.sort_by_key(|key| key.place);
        keys
    }

    /// Where the value at `key` stands; the table's own place without one.
    pub fn place_of(&self, table: &TomlTable<'_>, key: &str) -> Place {
        table.get(key).map_or(table.place, |value| self.place(value.span().start))
    }

    /// Whether the value at `key` is a table.
    pub fn is_table(table: &TomlTable<'_>, key: &str) -> bool {
        table.get(key).is_some_and(|value| value.get_ref().is_table())
    }

    /// The value at `key` as it is written.
    pub fn written(&self, table: &TomlTable<'_>, key: &str) -> String {
        table.get(key).and_then(|value| self.text.get(value.span())).unwrap_or("").to_owned()
    }

    pub(super) fn check_keys(&mut self, table: &TomlTable<'_>, keys: &[&str]) {
        for key in self.keys(table.entries) {
            if keys.contains(&key.value.as_str()) {
                continue;
            }
            let help = match nearest(&key.value, keys.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known keys: {}", listed(keys)),
            };
            let message = format!("unknown key `{}`", table.name_of(&key.value));
            self.report(Code::UnknownName, key.place, Some(&key.value), message, help);
        }
    }

    fn wrong_type<T>(&mut self, table: &TomlTable<'_>, key: &str, expected: &str) -> Option<T> {
        let value = table.get(key)?;
        let message = format!("`{}` must be {expected}", table.name_of(key));
        self.wrong_at(&value.span(), message, expected);
        None
    }

    fn wrong_at(&mut self, span: &Range<usize>, message: String, expected: &str) {
        let place = self.place(span.start);
        let written = self.text.get(span.clone()).unwrap_or("").to_owned();
        self.report(Code::BadValue, place, Some(&written), message, format!("write {expected}"));
    }

    pub(super) fn place(&self, offset: usize) -> Place {
        self.lines.place(offset)
    }
}
