//! `check`: kinds are found by content, and all problems are told at once.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::cli::run;

#[test]
fn sound_files_are_told_by_kind() {
    let said = run(&["check", "scenario.toml", "counts.csv", "failing.toml", "log.csv", "--format", "json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let value: Value = serde_json::from_str(&said.out).unwrap();
    let files = value["files"].as_array().unwrap();
    let kinds: Vec<_> = files.iter().map(|file| file["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["scenario", "trace", "model", "trace"]);
    assert_eq!(
        (&files[0]["functions"], &files[0]["subnets"]),
        (&4.into(), &2.into()),
        "with those of the trace"
    );
    assert_eq!((&files[1]["invocations"], &files[1]["span_ms"]), (&155.into(), &240_000.into()));
    assert_eq!(files[2]["name"], "failing");
    let text = run(&["check", "scenario.toml", "counts.csv"]);
    assert!(text.out.starts_with("2 files are valid.\n"), "{}", text.out);
}

#[test]
fn the_name_of_a_file_does_not_decide() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("check-names");
    fs::create_dir_all(&folder).unwrap();
    let at = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let fixture = |name: &str| {
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cli").join(name))
            .unwrap()
    };
    let scenario = at("lambda-2018", &fixture("scenario.toml"));
    let model = at("model.csv", &fixture("failing.toml"));
    let trace = at("traffic.txt", &fixture("counts.csv"));
    let said = run(&["check", &scenario, &model, &trace, "--format", "csv", "--quiet"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let kinds: Vec<&str> = said.out.lines().skip(1).map(|line| line.split(',').nth(1).unwrap()).collect();
    assert_eq!(kinds, ["scenario", "model", "trace"]);
}

#[test]
fn all_problems_of_all_files_are_told_at_once() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("check-problems");
    fs::create_dir_all(&folder).unwrap();
    let at = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let scenario = at("s.toml", "model = \"lamda-2018\"\npolicy = \"idle-reuze\"\n[[subnet]]\nzone = 3\n");
    let model = at("m.toml", "name = \"m\"\npolicy = \"idle-reuse\"\n[eni]\nboot = 5\n[environment]\n");
    let syntax = at("x.toml", "name = \n");
    let other = at("o.toml", "colour = 3\n");
    let neither = at("n.csv", "a,b\n1,2\n");
    let empty = at("e.csv", "");
    let files = ["check", &scenario, &model, &syntax, &other, &neither, &empty, "bad.csv", "none.csv", "."];
    let said = run(&files);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    for part in [
        "s.toml:3:1: `subnet` has no `name`",
        "s.toml:4:8",
        "m.toml:4:8: \"5\": `eni.boot` has no source",
        "m.toml:3:1: `eni` has no `delete`",
        "m.toml:5:1: `environment` has no `keep_alive`",
        "E201",
        "x.toml:1:",
        "o.toml: the file is neither a scenario nor a model",
        "E003",
        "E004",
        "bad.csv:2:3",
        "none.csv: cannot read the file",
        "it is a folder",
    ] {
        assert!(said.err.contains(part), "{part}\n{}", said.err);
    }
    // A scenario in the place of the trace.
    let said = run(&["demand", "scenario.toml"]);
    assert!(said.code == 2 && said.err.contains("pass a scenario with --scenario"), "{}", said.err);
    // A scenario that reads well may name what there is not.
    let names = at("names.toml", "model = \"lamda-2018\"\npolicy = \"idle-reuze\"\n");
    let said = run(&["check", &names]);
    for part in ["names.toml:1:9: ", "names.toml:2:10: ", "did you mean lambda-2018?"] {
        assert!(said.err.contains(part), "{part}\n{}", said.err);
    }
}
