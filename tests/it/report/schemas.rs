//! The schemas: every answer is as its schema says, and scenarios and models have the keys that theirs list.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::{folder, run};
use crate::report::json_schema::Schema;

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The schemas by name.
fn schemas() -> BTreeMap<String, Value> {
    let files = fs::read_dir(root("schemas")).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
    };
    files.map(read).collect()
}

/// Answers by the name of their schema: the golden ones, and some that none of these shows.
fn answers() -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for file in fs::read_dir(root("tests/it/golden")).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let Some(stem) = name.strip_suffix(".json.snap") else { continue };
        let kept = fs::read_to_string(&path).unwrap();
        let text = kept.splitn(3, "---\n").nth(2).unwrap();
        let schema = if stem == "sweep" { "plan-sweep" } else { stem };
        all.push((schema.to_owned(), stem.to_owned(), serde_json::from_str(text).unwrap()));
    }
    let witness = folder("schemas").join("witness.json");
    let witness = witness.to_str().unwrap();
    for (schema, words) in [
        ("demand-by-function", "demand counts.csv --by-function"),
        ("demand-by-function", "demand log.csv --by-function"),
        ("errors", "demand bad.csv"),
        ("errors", "plan counts.csv --no-such-option"),
        ("simulate", "simulate counts.csv --max-enis 1 --max-failures 0 --max-cold-start 1s"),
        (
            "worst-case",
            &format!(
                "worst-case log.csv --start empty --effort 1000 --curve=30s --max-enis 1 --witness {witness}"
            ),
        ),
        ("compare", "compare log.csv --effort 1000 --max-enis 1 --policy clairvoyant --policy scheduled"),
        ("plan", "plan counts.csv --max-cold-start 1s --max-enis 1 --explain"),
        ("plan-sweep", "plan log.csv --max-cold-start 0s,1s --start empty"),
        ("reuse", "reuse log.csv --runs 3"),
    ] {
        let said = run(&words.split(' ').chain(["--format", "json"]).collect::<Vec<_>>());
        let value =
            serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{words}: {}{}", said.out, said.err));
        all.push((schema.to_owned(), words.to_owned(), value));
    }
    let text = fs::read_to_string(witness).unwrap();
    all.push(("witness".to_owned(), "the witness file".to_owned(), serde_json::from_str(&text).unwrap()));
    all
}

/// The longest of the names that `stem` begins with.
fn of<'s>(schemas: &'s BTreeMap<String, Value>, stem: &str) -> (&'s str, &'s Value) {
    let fitting = schemas.iter().filter(|(name, _)| stem.starts_with(name.as_str()));
    let (name, schema) =
        fitting.max_by_key(|(name, _)| name.len()).unwrap_or_else(|| panic!("{stem}: no schema"));
    (name, schema)
}

#[test]
fn every_answer_is_as_its_schema_says_and_nothing_else_is() {
    let schemas = schemas();
    let mut shown: BTreeSet<&str> = BTreeSet::from(["scenario", "model"]);
    for (stem, what, answer) in answers() {
        let (name, schema) = of(&schemas, &stem);
        shown.insert(name);
        let schema = Schema(schema);
        schema.validate(&answer).unwrap_or_else(|wrong| panic!("{what}: {wrong}"));
        // What is missing, of the wrong type or unknown is refused: the schema says something of every field.
        let required: Vec<&str> =
            schema.0["required"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
        for key in answer.as_object().unwrap().keys() {
            let mut without = answer.clone();
            without.as_object_mut().unwrap().remove(key);
            assert_eq!(schema.validate(&without).is_err(), required.contains(&key.as_str()), "{what}: {key}");
            let mut other = answer.clone();
            other[key] = json!({"unknown": [1.5]});
            assert!(schema.validate(&other).is_err(), "{what}: {key} may be anything");
        }
        let mut more = answer;
        more["unknown"] = json!(1);
        assert!(schema.validate(&more).is_err(), "{what}");
    }
    let all: BTreeSet<&str> = schemas.keys().map(String::as_str).collect();
    assert_eq!(shown, all, "a schema of an answer that nothing here shows");
}

/// The parts of a schema that list keys, by where they stand.
fn tables(schema: &Value, at: &str, found: &mut BTreeMap<String, BTreeSet<String>>) {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        found.insert(at.to_owned(), properties.keys().cloned().collect());
    }
    for (name, part) in schema.get("$defs").and_then(Value::as_object).into_iter().flatten() {
        tables(part, name, found);
    }
}

/// Every place of `value` at which the schema lists keys, with the name of that part.
fn places(
    root: &Value,
    schema: &Value,
    name: &str,
    value: &Value,
    path: &str,
    out: &mut Vec<(String, String)>,
) {
    if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
        let name = target.rsplit('/').next().unwrap();
        return places(root, root.pointer(&target[1..]).unwrap(), name, value, path, out);
    }
    if schema.get("properties").is_some() {
        out.push((path.to_owned(), name.to_owned()));
    }
    for (key, field) in value.as_object().into_iter().flatten() {
        if let Some(part) = schema.get("properties").and_then(|all| all.get(key)) {
            places(root, part, "", field, &format!("{path}/{key}"), out);
        }
    }
    if let (Some(items), Some(list)) = (schema.get("items"), value.as_array()) {
        for (index, item) in list.iter().enumerate() {
            places(root, items, "", item, &format!("{path}/{index}"), out);
        }
    }
}

/// What the reader says the keys are where `path` is given one that it does not know.
fn keys_told(value: &Value, path: &str, read: &dyn Fn(&str) -> Vec<String>) -> BTreeSet<String> {
    let mut value = value.clone();
    value.pointer_mut(path).unwrap().as_object_mut().unwrap().insert("qqqqqqqqqqqq".to_owned(), json!(1));
    let help = read(&toml::to_string(&value).unwrap());
    let [help] = help.as_slice() else { panic!("{path}: {help:?}") };
    let list = help.strip_prefix("known keys: ").unwrap_or_else(|| panic!("{path}: {help}"));
    list.split(", ").map(str::to_owned).collect()
}

fn keys_are_those_of(name: &str, full: &str, read: &dyn Fn(&str) -> Vec<String>) {
    let schema = &schemas()[name];
    let value: Value = toml::from_str(full).unwrap();
    Schema(schema).validate(&value).unwrap();
    assert_eq!(read(full), [""; 0], "{name}");
    let mut listed = BTreeMap::new();
    tables(schema, "", &mut listed);
    let mut found = Vec::new();
    places(schema, schema, "", &value, "", &mut found);
    for (path, part) in &found {
        assert_eq!(keys_told(&value, path, read), listed[part], "{name}: {path}");
    }
    let seen: BTreeSet<&String> = found.iter().map(|(_, part)| part).collect();
    assert_eq!(seen, listed.keys().collect(), "{name}: a table that the full file does not have");
}

fn helps<T>(read: Result<T, eniplan::diagnostic::Diagnostics>) -> Vec<String> {
    read.err().map_or_else(Vec::new, |all| {
        all.sorted().into_iter().map(|diagnostic| diagnostic.help.clone()).collect()
    })
}

#[test]
fn scenarios_and_models_have_the_keys_that_their_schemas_list() {
    let full = fs::read_to_string(root("tests/fixtures/schemas/scenario.toml")).unwrap();
    keys_are_those_of("scenario", &full, &|text| helps(eniplan::scenario::read("s.toml", text)));
    let full = fs::read_to_string(root("tests/fixtures/schemas/model.toml")).unwrap();
    keys_are_those_of("model", &full, &|text| helps(eniplan::platform::load("m.toml", text)));
}

#[test]
fn what_is_carried_along_is_as_the_schemas_say() {
    let schemas = schemas();
    let mut seen = BTreeMap::<&str, usize>::new();
    for folder in ["models", "data", "data/examples/*", "tests/fixtures/cli", "tests/fixtures/scenarios"] {
        for path in glob::glob(root(folder).join("*.toml").to_str().unwrap()).unwrap() {
            let path = path.unwrap();
            let text = fs::read_to_string(&path).unwrap();
            let name = if eniplan::platform::load("m.toml", &text).is_ok() {
                "model"
            } else if eniplan::scenario::read("s.toml", &text).is_ok() {
                "scenario"
            } else {
                continue;
            };
            *seen.entry(name).or_default() += 1;
            let value: Value = toml::from_str(&text).unwrap();
            let valid = Schema(&schemas[name]).validate(&value);
            valid.unwrap_or_else(|wrong| panic!("{}: {wrong}", path.display()));
        }
    }
    assert!(seen["model"] >= 4 && seen["scenario"] >= 5, "{seen:?}");
}
