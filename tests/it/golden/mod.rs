//! The reports: golden files of every answer in every format, and what must hold of all of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::Value;

use crate::cli::run;

/// Every command on small inputs; `{}` is the format.
const COMMANDS: &[(&str, &str)] = &[
    ("demand", "demand counts.csv --scenario scenario.toml"),
    ("demand-log", "demand log.csv --start empty"),
    ("simulate", "simulate counts.csv --scenario scenario.toml --runs 3"),
    ("simulate-failures", "simulate counts.csv --model failing.toml --policy no-reuse --start empty"),
    ("worst-case", "worst-case log.csv --start empty --effort 5000"),
    ("plan", "plan counts.csv --max-cold-start 1s"),
    ("plan-none", "plan log.csv --max-cold-start 1s --start empty"),
    (
        "plan-short",
        "plan counts.csv --scenario scenario.toml --policy shared-slots:capacity=2GiB --max-cold-start 20s",
    ),
    (
        "plan-explained",
        "plan counts.csv --scenario scenario.toml --policy shared-slots:capacity=6GiB --max-cold-start 20s --explain",
    ),
    (
        "plan-cheap",
        "plan counts.csv --max-cold-start 1s --minimise cost --price-eni-hour 0.005 --price-creation 0.002",
    ),
    ("plan-addresses", "plan counts.csv --max-cold-start 1s --minimise addresses:subnet-a"),
    ("sweep", "plan counts.csv --max-cold-start 0s,1s,16m"),
    ("verify-broken", "verify plan.csv counts.csv --scenario scenario.toml --max-cold-start 20s"),
    ("headroom", "headroom counts.csv --scenario scenario.toml --max-cold-start 20s"),
    ("compare", "compare counts.csv --scenario scenario.toml --effort 10000 --runs 2"),
    ("compose", "compose counts.csv --scenario routes.toml --runs 2 --effort 1000"),
    ("reuse", "reuse counts.csv --scenario scenario.toml --cache-ttl 30s"),
    ("reuse-drawn", "reuse log.csv --keep-alive drawn --runs 20 --at 10m"),
    ("check", "check scenario.toml counts.csv failing.toml"),
    ("models", "models failing.toml"),
    ("policies", "policies"),
    ("formats", "formats"),
];

/// Compares `text` with the one kept under this name.
pub(crate) fn golden(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(".");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// What a command prints in this format; each runs once for all tests.
fn printed(words: &'static str, format: &'static str) -> Arc<str> {
    type Printed = Mutex<BTreeMap<(&'static str, &'static str), Arc<OnceLock<Arc<str>>>>>;
    static PRINTED: Printed = Mutex::new(BTreeMap::new());
    let once = PRINTED.lock().unwrap().entry((words, format)).or_default().clone();
    let print = || {
        let words: Vec<&str> = words.split(' ').chain(["--format", format]).collect();
        run(&words).out.into()
    };
    once.get_or_init(print).clone()
}

#[test]
fn text_is_as_it_was() {
    for &(name, words) in COMMANDS {
        golden(&format!("{name}.text"), &printed(words, "text"));
    }
}

#[test]
fn json_is_as_it_was() {
    for &(name, words) in COMMANDS {
        golden(&format!("{name}.json"), &printed(words, "json"));
    }
}

#[test]
fn csv_is_as_it_was() {
    for &(name, words) in COMMANDS {
        golden(&format!("{name}.csv"), &printed(words, "csv"));
    }
}

#[test]
fn text_fits_its_width_and_ends_with_the_assumptions() {
    for &(name, words) in COMMANDS {
        let text = printed(words, "text");
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{name}:\n{text}");
        assert!(text.lines().all(|line| line.trim_end() == line), "{name}");
        let catalogue = ["models", "policies", "formats"].contains(&name);
        assert_eq!(text.contains("\n\nAssumptions:\n- "), !catalogue, "{name}");
    }
}

#[test]
fn json_says_its_version_and_its_assumptions() {
    for &(name, words) in COMMANDS {
        let text = printed(words, "json");
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["schema_version"], 2, "{name}");
        assert!(value["assumptions"].is_array() && value["headline"].is_string(), "{name}");
        assert!(text.ends_with("}\n"), "{name}");
        snake_case(name, &value);
    }
}

/// Every key but those that are numbers of environments.
fn snake_case(name: &str, value: &Value) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, field)| {
            assert!(
                key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'),
                "{name}: {key}"
            );
            snake_case(name, field);
        }),
        Value::Array(items) => items.iter().for_each(|item| snake_case(name, item)),
        _ => {}
    }
}

#[test]
fn csv_rows_are_as_long_as_the_header() {
    for &(name, words) in COMMANDS {
        let text = printed(words, "csv");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows = reader.records().map(Result::unwrap).count();
        // Without a plan there is no schedule.
        assert_eq!(rows == 0, ["plan-none", "plan-short"].contains(&name), "{name}");
        assert_eq!(text.chars().last(), Some('\n'), "{name}");
    }
}

#[test]
fn text_and_json_give_the_same_headline() {
    for &(name, words) in COMMANDS {
        let value: Value = serde_json::from_str(&printed(words, "json")).unwrap();
        let text = printed(words, "text");
        let first = text.split("\n\n").next().unwrap().replace('\n', " ");
        assert_eq!(value["headline"], first, "{name}");
    }
}
