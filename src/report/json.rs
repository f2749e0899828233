//! JSON: the answer for programs, stable fields in `snake_case`, times in whole milliseconds.

use serde_json::Value;

use super::{Answer, Renderer, SCHEMA_VERSION};

/// One JSON object.
pub struct Json;

impl Renderer for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn summary(&self) -> &'static str {
        "for programs: every field, times in whole milliseconds"
    }

    /// The answer's fields, its sentences, its assumptions and the schema's version; no width.
    fn render(&self, answer: &Answer, _width: u16) -> String {
        let mut fields = answer.json.clone();
        fields.insert("schema_version".into(), SCHEMA_VERSION.into());
        fields.insert("headline".into(), answer.headline.join(" ").into());
        fields.insert("assumptions".into(), answer.assumptions.clone().into());
        pretty(&Value::Object(fields))
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
    let indent = |out: &mut String, depth: usize| {
        out.push('\n');
        (0..depth).for_each(|_| out.push_str("  "));
    };
    match value {
        Value::Array(items) if items.iter().any(long) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                indent(out, depth + 1);
                write(item, depth + 1, out);
            }
            indent(out, depth);
            out.push(']');
        }
        Value::Array(items) => {
            let plain: Vec<String> = items.iter().map(Value::to_string).collect();
            out.push('[');
            out.push_str(&plain.join(", "));
            out.push(']');
        }
        Value::Object(fields) if !fields.is_empty() => {
            out.push('{');
            for (index, (key, field)) in fields.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                indent(out, depth + 1);
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push_str(": ");
                write(field, depth + 1, out);
            }
            indent(out, depth);
            out.push('}');
        }
        plain => out.push_str(&plain.to_string()),
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
    fn every_answer_says_its_version() {
        let text = Json.render(&Answer::default(), 0);
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["schema_version"], 1);
    }
}
