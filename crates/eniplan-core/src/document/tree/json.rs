//! JSON -> [`TreeNode`]: `serde_json` reads, and its borrowed raw values tell where each part stands.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::super::lines::LineIndex;
use super::error::{DEEPEST, MOST_NODES, TreeError};
use super::node::{TreeNode, TreeValue, report_duplicates};
use crate::diagnostic::{Code, Diagnostics};
use crate::document::place::{Place, Placed};

/// A JSON text as nodes.
pub(super) fn read(text: &str, problems: &mut Diagnostics) -> Result<TreeNode, TreeError> {
    let whole: &RawValue = serde_json::from_str(text).map_err(|error| malformed(&error))?;
    let mut builder = JsonBuilder { text, lines: LineIndex::new(text), nodes: 0, problems };
    builder.node(whole, 0)
}

fn malformed(error: &serde_json::Error) -> TreeError {
    let text = error.to_string();
    let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
    let help = if error.is_eof() {
        "the file is truncated; save the complete output again"
    } else {
        "save the output of the command as JSON (--output json), with nothing before or after it"
    };
    let place = Place { line: error.line().max(1) as u64, column: error.column().max(1) as u64 };
    TreeError::new(Code::Toml, format!("invalid JSON: {message}"), help).at(place)
}

struct JsonBuilder<'t, 'p> {
    text: &'t str,
    lines: LineIndex<'t>,
    nodes: usize,
    problems: &'p mut Diagnostics,
}

impl JsonBuilder<'_, '_> {
    /// Each level is scanned once more for its parts, so that a file of depth d is read d times.
    fn node(&mut self, raw: &RawValue, depth: usize) -> Result<TreeNode, TreeError> {
        let place = self.place(raw);
        self.nodes += 1;
        if depth > DEEPEST {
            return Err(TreeError::too_deep(place));
        }
        if self.nodes > MOST_NODES {
            return Err(TreeError::too_many(place));
        }
        let text = raw.get();
        let wrong = |error: serde_json::Error| malformed(&error).at(place);
        let value = match text.as_bytes().first() {
            Some(b'{') => {
                let Entries(entries) = serde_json::from_str(text).map_err(wrong)?;
                let mut read = Vec::with_capacity(entries.len());
                for (key, raw) in entries {
                    let name = serde_json::from_str(key.get()).map_err(wrong)?;
                    read.push((Placed { value: name, place: self.place(key) }, self.node(raw, depth + 1)?));
                }
                report_duplicates(&read, self.problems);
                TreeValue::Map(read)
            }
            Some(b'[') => {
                let items: Vec<&RawValue> = serde_json::from_str(text).map_err(wrong)?;
                let items = items.into_iter().map(|item| self.node(item, depth + 1));
                TreeValue::List(items.collect::<Result<_, _>>()?)
            }
            Some(b'"') => TreeValue::Text(serde_json::from_str(text).map_err(wrong)?),
            Some(b't') => TreeValue::Flag(true),
            Some(b'f') => TreeValue::Flag(false),
            Some(b'n') => TreeValue::Null,
            _ => TreeValue::Number(text.to_owned()),
        };
        Ok(TreeNode { place, tag: None, value })
    }

    /// A raw value is a part of the text: how far from its beginning is where it stands.
    fn place(&self, raw: &RawValue) -> Place {
        let offset = raw.get().as_ptr().addr().saturating_sub(self.text.as_ptr().addr());
        self.lines.place(offset.min(self.text.len()))
    }
}

/// The entries of one object, names and values as they are written, those of the same name too.
struct Entries<'t>(Vec<(&'t RawValue, &'t RawValue)>);

impl<'t> serde::Deserialize<'t> for Entries<'t> {
    fn deserialize<D: Deserializer<'t>>(input: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'t> Visitor<'t> for Pairs {
            type Value = Entries<'t>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Entries<'t>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        input.deserialize_map(Pairs)
    }
}
