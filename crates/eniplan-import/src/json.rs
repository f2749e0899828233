//! JSON: a value of a file that knows its path, its line and its column.
//!
//! A level is taken apart only when it is asked for, so that deep nesting costs
//! nothing, and every part is a slice of the file's text, whose place tells
//! line and column.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::StreamDeserializer;
use serde_json::de::StrRead;
use serde_json::value::RawValue;

use super::field::{Field, readable};
use eniplan_core::diagnostic::{Code, Diagnostic};

/// A file's text, and where its characters stand.
#[derive(Debug)]
pub(crate) struct JsonText<'t> {
    file: &'t str,
    text: &'t str,
    /// Line and column, from 0, of every so manieth byte.
    marks: Vec<(u64, u64)>,
    /// The place found last: byte, line and column from 0.
    last: Cell<(usize, u64, u64)>,
}

/// A value.
#[derive(Clone, Debug)]
pub struct JsonNode<'t> {
    json: Rc<JsonText<'t>>,
    raw: &'t str,
    path: Rc<str>,
}

/// A string, number, truth or null, with its place.
#[derive(Clone, Debug)]
pub struct JsonScalar<'t> {
    text: Cow<'t, str>,
    path: Rc<str>,
    file: &'t str,
    line: u64,
    column: u64,
}

const EVERY: usize = 4_096;

impl<'t> JsonText<'t> {
    fn new(file: &'t str, text: &'t str, (mut line, mut column): (u64, u64)) -> Self {
        let mut marks = Vec::new();
        for chunk in text.as_bytes().chunks(EVERY) {
            marks.push((line, column));
            (line, column) = advanced(chunk, line, column);
        }
        Self { file, text, marks, last: Cell::new((0, 0, 0)) }
    }

    /// Line and column, from 1, of byte `at`.
    fn place(&self, at: usize) -> (u64, u64) {
        let mark = at / EVERY;
        let start = self.marks.get(mark).map_or((0, 0, 0), |(line, column)| (mark * EVERY, *line, *column));
        let last = self.last.get();
        let from = if last.0 <= at && last.0 > start.0 { last } else { start };
        let between = self.text.as_bytes().get(from.0..at).unwrap_or_default();
        let (line, column) = advanced(between, from.1, from.2);
        self.last.set((at, line, column));
        (line + 1, column + 1)
    }
}

/// Line and column, from 0, after `bytes`.
pub(crate) fn advanced(bytes: &[u8], line: u64, column: u64) -> (u64, u64) {
    // A byte that goes on with a character is no character of its own.
    let characters = |bytes: &[u8]| bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count() as u64;
    match bytes.iter().rposition(|byte| *byte == b'\n') {
        None => (line, column + characters(bytes)),
        Some(end) => {
            let ends = bytes.split(|byte| *byte == b'\n').count() as u64 - 1;
            (line + ends, characters(bytes.get(end + 1..).unwrap_or_default()))
        }
    }
}

/// The values of a part of a file, which stand one after the other, as in JSON lines.
pub(crate) struct JsonValues<'t> {
    json: Rc<JsonText<'t>>,
    path: Rc<str>,
    stream: StreamDeserializer<'t, StrRead<'t>, &'t RawValue>,
    start: (u64, u64),
    /// Whether the file ends with the part.
    is_all: bool,
    is_over: bool,
    /// Where the part goes on behind the values that were whole.
    pub read: usize,
}

impl<'t> JsonValues<'t> {
    /// Of `text`, which begins at this line and column, from 0.
    pub(crate) fn new(file: &'t str, text: &'t str, start: (u64, u64), is_all: bool) -> Self {
        let json = Rc::new(JsonText::new(file, text, start));
        let stream = serde_json::Deserializer::from_str(text).into_iter();
        Self { json, path: Rc::from(""), stream, start, is_all, is_over: false, read: 0 }
    }

    fn broken(&self, error: &serde_json::Error) -> Diagnostic {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        // The reader counts bytes of the line; people count characters.
        let row = self.json.text.split('\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
        let column = row.char_indices().take_while(|(at, _)| *at < error.column()).count() as u64;
        let (line, before) = self.start;
        let column = if error.line() < 2 { before + column } else { column };
        let help = "save or fetch the complete file again, without text around the JSON";
        Diagnostic::new(Code::BadCell, format!("invalid JSON: {message}"), help)
            .in_file(self.json.file)
            .at_line(line + error.line().max(1) as u64)
            .at_column(column.max(1))
    }
}

impl<'t> Iterator for JsonValues<'t> {
    type Item = Result<JsonNode<'t>, Diagnostic>;

    /// The next value that is whole; of a file's end, whatever is wrong with it.
    fn next(&mut self) -> Option<Self::Item> {
        let found = if self.is_over { None } else { self.stream.next() };
        let Some(found) = found else {
            if !self.is_over {
                self.read = self.json.text.len();
            }
            return None;
        };
        let end = self.stream.byte_offset();
        let is_whole = match &found {
            // More digits may follow.
            Ok(_) => self.is_all || end < self.json.text.len(),
            Err(error) => self.is_all || !error.is_eof(),
        };
        self.is_over = found.is_err() || !is_whole;
        if !is_whole {
            return None;
        }
        Some(match found {
            Ok(value) => {
                self.read = end;
                Ok(JsonNode { json: Rc::clone(&self.json), raw: value.get(), path: Rc::clone(&self.path) })
            }
            Err(error) => Err(self.broken(&error)),
        })
    }
}

impl<'t> JsonNode<'t> {
    fn part(&self, raw: &'t str, path: Rc<str>) -> Self {
        Self { json: Rc::clone(&self.json), raw, path }
    }

    /// The field `key`; nothing where there is none, or where this is no object.
    pub fn get(&self, key: &str) -> Option<Self> {
        self.fields().ok()?.remove(key)
    }

    /// Its fields by name.
    pub fn fields(&self) -> Result<BTreeMap<String, Self>, Diagnostic> {
        let found: BTreeMap<String, &'t RawValue> =
            serde_json::from_str(self.raw).map_err(|_| self.bad("expected an object", "write `{...}`"))?;
        let named = |(key, value): (String, &'t RawValue)| {
            let dot = if self.path.is_empty() { "" } else { "." };
            let path: Rc<str> = format!("{}{dot}{}", self.path, readable(&key)).into();
            (key, self.part(value.get(), path))
        };
        Ok(found.into_iter().map(named).collect())
    }

    /// The field `key`, or that it is missing.
    pub fn require(&self, key: &str) -> Result<Self, Diagnostic> {
        self.fields()?.remove(key).ok_or_else(|| {
            let help = "fetch the complete answer again with the JSON output of the tool";
            let mut problem = self.bad(format!("missing field `{key}`"), help);
            problem.code = Code::MissingColumn;
            problem
        })
    }

    /// Its items.
    pub fn items(&self) -> Result<Vec<Self>, Diagnostic> {
        let found: Vec<&'t RawValue> =
            serde_json::from_str(self.raw).map_err(|_| self.bad("expected a list", "write `[...]`"))?;
        Ok(found.into_iter().map(|value| self.part(value.get(), Rc::clone(&self.path))).collect())
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        self.raw == "null"
    }

    /// Its text, where it is no object or list.
    pub fn scalar(&self) -> Result<JsonScalar<'t>, Diagnostic> {
        if self.raw.starts_with(['{', '[']) {
            return Err(self.bad("expected a single value", "write one string or number"));
        }
        let text = if self.raw.starts_with('"') {
            match self.raw.get(1..self.raw.len().saturating_sub(1)) {
                Some(plain) if !plain.contains('\\') => Cow::Borrowed(plain),
                _ => {
                    let read = serde_json::from_str::<String>(self.raw);
                    Cow::Owned(read.map_err(|_| {
                        self.bad(
                            "the string contains half a Unicode character",
                            "use complete Unicode characters",
                        )
                    })?)
                }
            }
        } else {
            Cow::Borrowed(self.raw)
        };
        let (line, column) = self.place();
        Ok(JsonScalar { text, path: Rc::clone(&self.path), file: self.json.file, line, column })
    }

    /// Line and column of its first character, from 1.
    pub fn place(&self) -> (u64, u64) {
        let at = (self.raw.as_ptr() as usize).saturating_sub(self.json.text.as_ptr() as usize);
        self.json.place(at)
    }

    /// A problem of this value.
    pub fn bad(&self, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
        let (line, column) = self.place();
        let problem = Diagnostic::new(Code::BadCell, message, help)
            .in_file(self.json.file)
            .at_line(line)
            .at_column(column)
            .with_value(self.raw);
        if self.path.is_empty() { problem } else { problem.named(&*self.path) }
    }
}

impl JsonScalar<'_> {
    /// It as a field: its path is the column's name, its column in characters the number.
    pub fn field(&self) -> Field<'_> {
        Field {
            text: self.text.trim(),
            file: self.file,
            line: self.line,
            number: self.column,
            name: &self.path,
        }
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Whether `text` begins as a JSON object or list does.
pub(crate) fn looks_like(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values<'t>(file: &'t str, text: &'t str) -> JsonValues<'t> {
        JsonValues::new(file, text, (0, 0), true)
    }

    fn first(text: &str) -> JsonNode<'_> {
        values("t.json", text).next().unwrap().unwrap()
    }

    #[test]
    fn every_value_knows_path_line_and_column() {
        let text = "{\n \"é\": {\"b\": [1, \"x\",\n  \"\\u0041\\n\"]}, \"n\": null}";
        let root = first(text);
        let items = root.get("é").unwrap().get("b").unwrap().items().unwrap();
        let places: Vec<_> = items.iter().map(JsonNode::place).collect();
        assert_eq!(places, [(2, 14), (2, 17), (3, 3)]);
        let scalar = items[2].scalar().unwrap();
        assert_eq!((scalar.text(), scalar.field().text), ("A\n", "A"));
        assert_eq!((scalar.field().name, scalar.field().line, scalar.field().number), ("é.b", 3, 3));
        assert!(root.get("n").unwrap().is_null());
        let problem = root.require("q").unwrap_err();
        assert_eq!((problem.code, problem.line, problem.column), (Code::MissingColumn, Some(1), Some(1)));
    }

    #[test]
    fn places_are_right_in_any_order_of_asking() {
        let long: String = ["é12345,", "xyz\n", "€,\"", "1,"].repeat(5_000).concat();
        let json = JsonText::new("t.json", &long, (0, 0));
        let expected = |at: usize| {
            let before = &long[..at];
            let line = before.matches('\n').count() as u64 + 1;
            (line, before.rsplit('\n').next().unwrap().chars().count() as u64 + 1)
        };
        let places: Vec<usize> = long.char_indices().map(|(at, _)| at).step_by(97).collect();
        for at in places.iter().chain(places.iter().rev()) {
            assert_eq!(json.place(*at), expected(*at), "{at}");
        }
    }

    #[test]
    fn broken_json_is_told_with_its_place() {
        for (text, place) in
            [("{\"é\": 1,\n  \"é\": ?}", (2, 8)), ("{\"a\": [1, 2", (1, 11)), ("{} x", (1, 4))]
        {
            let problem = values("t.json", text).find_map(Result::err).unwrap();
            assert_eq!((problem.line, problem.column), (Some(place.0), Some(place.1)), "{text}");
            assert!(problem.message.starts_with("invalid JSON: "), "{}", problem.message);
        }
        let deep = "[".repeat(100_000);
        assert!(values("t.json", &deep).next().unwrap().is_err());
        let closed = format!("{deep}{}", "]".repeat(100_000));
        assert_eq!(first(&closed).items().unwrap().len(), 1);
    }

    #[test]
    fn a_part_gives_what_is_whole_in_it_where_it_stands() {
        let text = "{\"a\": 1} 12 [3,\n4] {\"b\":";
        for (end, count, read) in
            [(5, 0, 0), (8, 0, 0), (9, 1, 9), (11, 1, 8), (12, 2, 12), (19, 3, 19), (24, 3, 18)]
        {
            let mut values = JsonValues::new("t.json", &text[..end], (6, 4), false);
            let found: Vec<_> = values.by_ref().map(|value| value.unwrap().place()).collect();
            assert_eq!(found, [(7, 5), (7, 14), (7, 17)][..count], "{end}");
            assert_eq!(values.read, read, "{end}");
        }
        let problem = JsonValues::new("t.json", text, (6, 4), true).find_map(Result::err).unwrap();
        assert_eq!((problem.line, problem.column), (Some(8), Some(8)));
        let problem = JsonValues::new("t.json", "{} ?", (6, 4), true).find_map(Result::err).unwrap();
        assert_eq!((problem.line, problem.column), (Some(7), Some(8)));
    }

    #[test]
    fn what_is_of_another_kind_is_refused_where_it_stands() {
        let root = first("{\"a\": 5, \"s\": \"\\ud800\"}");
        assert_eq!(root.get("a").unwrap().items().unwrap_err().column, Some(7));
        assert!(root.get("a").unwrap().fields().is_err() && root.scalar().is_err());
        assert!(root.get("s").unwrap().scalar().is_err());
    }
}
