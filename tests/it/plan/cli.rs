//! `plan` with objectives and explanations, through the command line.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::cli::run;

fn asked(words: &str) -> (i32, Value) {
    let words: Vec<&str> = words.split_whitespace().chain(["--format", "json"]).collect();
    let said = run(&words);
    (
        said.code,
        serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{words:?}: {} {}", said.out, said.err)),
    )
}

#[test]
fn the_cost_is_that_of_the_hours_and_creations_it_comes_with() {
    let plain = asked("plan counts.csv --max-cold-start 1s").1;
    let priced =
        "plan counts.csv --max-cold-start 1s --minimise cost --price-eni-hour 0.25 --price-creation 0.5";
    let (code, cheap) = asked(priced);
    let number = |json: &Value, key: &str| json[key].as_f64().unwrap();
    let cost = |json: &Value| 0.25 * number(json, "eni_hours") + 0.5 * number(json, "creations");
    let minimised = &cheap["minimised"];
    assert_eq!((code, &minimised["objective"]), (0, &Value::from("cost")));
    let value = minimised["value"].as_f64().unwrap();
    assert!((value - cost(&cheap)).abs() < 1e-9, "{value} {}", cost(&cheap));
    assert!(value <= cost(&plain) + 1e-9 && minimised["lower_bound"].as_f64().unwrap() <= value);
    // The same prices out of the scenario.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plan-prices");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("prices.toml");
    fs::write(&file, "[prices]\neni_hour = \"0.25\"\ncreation = \"0.5\"\n").unwrap();
    let same =
        asked(&format!("plan counts.csv --max-cold-start 1s --minimise cost --scenario {}", file.display()));
    assert_eq!(same.1["minimised"], cheap["minimised"]);
}

#[test]
fn what_cannot_be_made_small_is_refused() {
    for (words, told) in [
        ("--minimise cost", "--minimise cost needs a price"),
        ("--minimise cost --price-creation 0", "--minimise cost needs a price"),
        ("--minimise cost --price-creation -1", "not a price"),
        ("--minimise cost --price-eni-hour 1e9", "not a price"),
        ("--price-creation 1", "prices only apply"),
        ("--minimise money", "unknown objective \"money\"; one of: "),
        ("--minimise cost:subnet-a", "unknown objective"),
        ("--minimise addresses:subnet-b", "did you mean addresses:subnet-a?"),
        ("--minimise addresses:", "unknown subnet"),
        ("--max-cold-start 2s --explain", "works with a single target"),
    ] {
        let words: Vec<&str> =
            "plan counts.csv --max-cold-start 1s".split(' ').chain(words.split_whitespace()).collect();
        let said = run(&words);
        assert!(said.code == 2 && said.err.contains(told), "{words:?}: {}", said.err);
        assert!(said.out.is_empty(), "{words:?}");
    }
}

#[test]
fn without_a_plan_the_conflict_and_every_fix_are_told() {
    let (code, none) = asked(
        "plan counts.csv --scenario scenario.toml --policy shared-slots:capacity=2GiB --max-cold-start 20s",
    );
    let none = &none["infeasible"];
    assert_eq!(code, 1);
    assert!(
        !none["shortages"].as_array().unwrap().is_empty()
            && !none["irreducible_set"].as_array().unwrap().is_empty()
    );
    let kinds: Vec<&str> =
        none["fixes"].as_array().unwrap().iter().map(|fix| fix["kind"].as_str().unwrap()).collect();
    for kind in ["addresses", "target", "move", "keep_alive"] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
    for fix in none["fixes"].as_array().unwrap() {
        assert_eq!(fix["helps"] == true, fix["peak_enis"].is_u64(), "{fix}");
    }
}
