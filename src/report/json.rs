//! JSON: the answer for programs, stable fields in `snake_case`, times in whole milliseconds.

use std::collections::BTreeMap;
use std::fmt::Write;

use rayon::prelude::*;
use serde_json::Value;

use super::{Answer, Renderer, SCHEMA_VERSION};
use crate::diagnostic::is_hidden;

/// One JSON object.
pub(super) struct JsonRenderer;

impl Renderer for JsonRenderer {
    fn name(&self) -> &'static str {
        "json"
    }

    /// The answer's fields, its sentences, its assumptions and the schema's version; no width.
    fn render(&self, answer: &Answer, _width: u16) -> String {
        let own: [(&str, Value); 3] = [
            ("schema_version", SCHEMA_VERSION.into()),
            ("headline", answer.headline.join(" ").into()),
            ("assumptions", answer.assumptions.clone().into()),
        ];
        let mut fields: BTreeMap<&str, &Value> =
            answer.json.iter().map(|(key, value)| (key.as_str(), value)).collect();
        fields.extend(own.iter().map(|(key, value)| (*key, value)));
        let mut out = String::new();
        object(fields.into_iter(), 0, &mut out);
        out.push('\n');
        out
    }
}

/// `value` with an indent of two spaces and a newline at its end; lists of numbers stay on one line.
pub fn pretty(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    out.push('\n');
    out
}

fn write(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Array(items) if items.iter().any(long) => {
            // A long one in parts that are written side by side and put together in order.
            let parts: Vec<String> = if items.len() <= PART {
                vec![list(items, depth)]
            } else {
                items.par_chunks(PART).map(|part| list(part, depth)).collect()
            };
            out.push('[');
            for (index, part) in parts.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                out.push_str(part);
            }
            indent(depth, out);
            out.push(']');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                plain(item, out);
            }
            out.push(']');
        }
        Value::Object(fields) if !fields.is_empty() => {
            object(fields.iter().map(|(key, field)| (key.as_str(), field)), depth, out);
        }
        other => plain(other, out),
    }
}

/// The items of a list that a thread writes at a time.
const PART: usize = 1_024;

fn list(items: &[Value], depth: usize) -> String {
    let mut out = String::new();
    for (index, item) in items.iter().enumerate() {
        out.push_str(if index == 0 { "" } else { "," });
        indent(depth + 1, &mut out);
        write(item, depth + 1, &mut out);
    }
    out
}

fn object<'v>(fields: impl Iterator<Item = (&'v str, &'v Value)>, depth: usize, out: &mut String) {
    out.push('{');
    for (index, (key, field)) in fields.enumerate() {
        out.push_str(if index == 0 { "" } else { "," });
        indent(depth + 1, out);
        if key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            out.extend(["\"", key, "\""]);
        } else {
            plain(&key.into(), out);
        }
        out.push_str(": ");
        write(field, depth + 1, out);
    }
    indent(depth, out);
    out.push('}');
}

fn indent(depth: usize, out: &mut String) {
    out.push('\n');
    (0..depth).for_each(|_| out.push_str("  "));
}

fn plain(value: &Value, out: &mut String) {
    let start = out.len();
    // Nothing that is written to memory fails.
    let _ = write!(out, "{value}");
    // What drives a terminal or turns the direction stands in texts alone, where it may be escaped.
    if let Some(text) = out.get(start..).filter(|text| !text.is_ascii() && text.contains(is_hidden)) {
        let escaped = text.chars().fold(String::new(), |mut escaped, c| {
            let _ =
                if is_hidden(c) { write!(escaped, "\\u{:04x}", u32::from(c)) } else { escaped.write_char(c) };
            escaped
        });
        out.truncate(start);
        out.push_str(&escaped);
    }
}

/// Whether it gets a line of its own in a list.
const fn long(value: &Value) -> bool {
    matches!(value, Value::Array(_) | Value::Object(_) | Value::String(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let value = serde_json::json!({
            "plain": [1, 2.5, null], "words": ["a\"b\n"], "empty": [], "none": {},
            "rows": [{"x": [[1], [2]]}, {}], "key\u{1b}": true,
        });
        let text = pretty(&value);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        assert!(text.contains("\"plain\": [1, 2.5, null],\n"), "{text}");
        assert!(text.ends_with("}\n"));
    }

    #[test]
    fn what_drives_a_terminal_is_escaped() {
        let value = serde_json::json!(["é\u{9b}31m", "\u{202e}x", "名\u{1b}"]);
        let text = pretty(&value);
        assert_eq!(text, "[\n  \"é\\u009b31m\",\n  \"\\u202ex\",\n  \"名\\u001b\"\n]\n");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn every_answer_says_its_version() {
        let text = JsonRenderer.render(&Answer::default(), 0);
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["schema_version"], 2);
    }
}
