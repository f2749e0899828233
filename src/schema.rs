//! Schema: JSON schemas of what is read and written, generated from the types (feature `schema`).
//!
//! The example `schemas` writes them to `schemas/`; a test holds every answer against them.

use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde_json::{Value, json};

use crate::platform::ModelFile;
use crate::report::pretty;
use crate::report::views;
use crate::scenario::ScenarioFile;

/// Every schema by its file's name, as text, in the order of the names.
pub fn all() -> Vec<(String, String)> {
    let read = [
        input::<ModelFile>("model", "A model file of eniplan, in TOML"),
        input::<ScenarioFile>("scenario", "A scenario file of eniplan, in TOML"),
    ];
    let written = views::schemas().into_iter().map(|(name, command, mut schema)| {
        RecursiveTransform(plain).transform(&mut schema);
        schema.insert("title".to_owned(), format!("eniplan {command}").into());
        (name, schema)
    });
    let named = |(name, schema): (&str, Schema)| (format!("{name}.json"), pretty(&schema.to_value()));
    let mut all: Vec<(String, String)> = written.chain(read).map(named).collect();
    all.sort();
    all
}

/// Of a file that people write: TOML knows no null, and a key that is not known is an error.
fn input<T: JsonSchema>(name: &'static str, title: &str) -> (&'static str, Schema) {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<T>();
    RecursiveTransform(strict).transform(&mut schema);
    RecursiveTransform(plain).transform(&mut schema);
    schema.insert("title".to_owned(), title.into());
    (name, schema)
}

/// As the documentation of a type says it, without the marks of a link to another.
fn plain(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace("[`", "`").replace("`]", "`").replace('\n', " ").replace("  ", "\n\n");
    }
}

fn strict(schema: &mut Schema) {
    let Some(fields) = schema.as_object_mut() else { return };
    if fields.contains_key("properties") {
        fields.entry("additionalProperties").or_insert(json!(false));
    }
    if let Some(Value::Array(types)) = fields.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [one] = types.as_slice() {
            let one = one.clone();
            fields.insert("type".to_owned(), one);
        }
    }
    if let Some(Value::Array(any)) = fields.get_mut("anyOf") {
        any.retain(|schema| schema["type"] != "null");
        if let [Value::Object(one)] = any.as_slice() {
            let one = one.clone();
            fields.remove("anyOf");
            fields.extend(one);
        }
    }
}
