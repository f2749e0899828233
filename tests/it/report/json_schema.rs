//! As much of JSON Schema 2020-12 as the schemas use, written to be read; a word it does not know fails.
//!
//! Stricter than the standard in one thing: a field that no part of the schema speaks of is wrong,
//! so that a schema cannot stay true by saying nothing.

use std::collections::BTreeSet;

use serde_json::Value;

/// Words that say nothing about what is valid.
const TELLS: [&str; 5] = ["$schema", "$defs", "title", "description", "format"];

/// A schema document.
pub(super) struct Schema<'s>(pub &'s Value);

type Fields = BTreeSet<String>;

impl Schema<'_> {
    /// What is wrong with `value`: where, and what.
    pub(super) fn validate(&self, value: &Value) -> Result<(), String> {
        self.whole("", self.0, value)
    }

    /// A value by everything that is said of it.
    fn whole(&self, at: &str, schema: &Value, value: &Value) -> Result<(), String> {
        let spoken_of = self.part(at, schema, value)?;
        let fields = value.as_object().into_iter().flatten();
        match fields.map(|(key, _)| key).find(|key| !spoken_of.contains(*key)) {
            Some(key) => Err(format!("{at}.{key}: the schema does not know it")),
            None => Ok(()),
        }
    }

    /// A value by one part of what is said of it; the fields that part speaks of.
    fn part(&self, at: &str, schema: &Value, value: &Value) -> Result<Fields, String> {
        let mut fields = Fields::new();
        let Some(words) = schema.as_object() else {
            assert_eq!(schema, &Value::Bool(true), "{at}: no schema");
            fields.extend(value.as_object().into_iter().flatten().map(|(key, _)| key.clone()));
            return Ok(fields);
        };
        for (word, said) in words {
            if TELLS.contains(&word.as_str()) {
                continue;
            }
            fields.extend(
                self.word(at, words, word, said, value)
                    .map_err(|wrong| if wrong.starts_with(at) { wrong } else { format!("{at}: {wrong}") })?,
            );
        }
        Ok(fields)
    }

    fn word(
        &self,
        at: &str,
        words: &serde_json::Map<String, Value>,
        word: &str,
        said: &Value,
        value: &Value,
    ) -> Result<Fields, String> {
        let held = |holds: bool| {
            if holds { Ok(Fields::new()) } else { Err(format!("{at}: {value} is not {word} {said}")) }
        };
        let parts = || said.as_array().unwrap().iter().map(|part| self.part(at, part, value));
        match word {
            "type" => held(match said {
                Value::Array(types) => types.iter().any(|kind| is(value, kind.as_str().unwrap())),
                one => is(value, one.as_str().unwrap()),
            }),
            "const" => held(value == said),
            "enum" => held(said.as_array().unwrap().contains(value)),
            "minimum" => held(value.as_f64().is_none_or(|number| number >= said.as_f64().unwrap())),
            "maximum" => held(value.as_f64().is_none_or(|number| number <= said.as_f64().unwrap())),
            "uniqueItems" => {
                let items = value.as_array().into_iter().flatten().map(ToString::to_string);
                let unique: BTreeSet<String> = items.collect();
                held(value.as_array().is_none_or(|items| items.len() == unique.len()))
            }
            "$ref" => {
                let place = said.as_str().unwrap().strip_prefix('#').unwrap();
                self.part(at, self.0.pointer(place).unwrap(), value)
            }
            "allOf" => parts().try_fold(Fields::new(), |all, part| Ok(&all | &part?)),
            "anyOf" => {
                let holding: Vec<Fields> = parts().filter_map(Result::ok).collect();
                held(!holding.is_empty())?;
                Ok(holding.into_iter().flatten().collect())
            }
            "oneOf" => {
                let mut holding: Vec<Fields> = parts().filter_map(Result::ok).collect();
                held(holding.len() == 1)?;
                Ok(holding.remove(0))
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    self.whole(&format!("{at}[{index}]"), said, item)?;
                }
                Ok(Fields::new())
            }
            "required" => {
                let missing =
                    said.as_array().unwrap().iter().find(|key| value.get(key.as_str().unwrap()).is_none());
                held(missing.is_none() || !value.is_object())
            }
            "properties" | "patternProperties" | "additionalProperties" => {
                self.fields(at, words, word, said, value)
            }
            other => panic!("{at}: `{other}` is not known here"),
        }
    }

    fn fields(
        &self,
        at: &str,
        words: &serde_json::Map<String, Value>,
        word: &str,
        said: &Value,
        value: &Value,
    ) -> Result<Fields, String> {
        let mut spoken_of = Fields::new();
        for (key, field) in value.as_object().into_iter().flatten() {
            let named = words.get("properties").and_then(|all| all.get(key));
            let patterns = words.get("patternProperties").and_then(Value::as_object);
            let by_pattern = patterns.and_then(|all| {
                // The one pattern there is: a map whose keys are numbers.
                let (pattern, schema) = all.iter().next().unwrap();
                assert_eq!(pattern, r"^\d+$");
                key.bytes().all(|byte| byte.is_ascii_digit()).then_some(schema)
            });
            let schema = match word {
                "properties" => named,
                "patternProperties" => by_pattern,
                _ if named.is_some() || by_pattern.is_some() => None,
                _ => Some(said),
            };
            match schema {
                Some(Value::Bool(false)) => return Err(format!("{at}.{key}: the schema forbids it")),
                Some(schema) => {
                    self.whole(&format!("{at}.{key}"), schema, field)?;
                    spoken_of.insert(key.clone());
                }
                None => {}
            }
        }
        Ok(spoken_of)
    }
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        other => panic!("there is no type {other}"),
    }
}
