//! `--set path=value`: what may be set, what it changes, and what is told of a path that leads nowhere.

use serde_json::Value;

use crate::cli::{Said, run};

fn line(words: &str) -> Said {
    run(&words.split_whitespace().collect::<Vec<_>>())
}

fn json(words: &str) -> Value {
    let said = line(&format!("{words} --format json"));
    assert!(said.code < 2, "{words}: {}", said.out);
    serde_json::from_str(&said.out).unwrap()
}

#[test]
fn a_value_of_the_scenario_is_set_as_if_the_file_said_it() {
    // Four /28 addresses fewer than the file says.
    let words = "plan counts.csv --scenario scenario.toml";
    let failing = json(&format!("{words} --set subnet.private-b.in_use=11 --set subnet.private-a.in_use=11"));
    assert_eq!((&json(words)["status"], &failing["status"]), (&"feasible".into(), &"infeasible".into()));
    let target_of = json(&format!("{words} --set slo.max_cold_start=25s"));
    assert_eq!(target_of["max_cold_start_ms"], 25_000);
    // Without a file, too: the default subnet by its name, a function of the trace, a target.
    let set = "--set subnet.subnet-a.cidr=10.0.0.0/28 --set function.checkout.memory=2GiB";
    let small = json(&format!("plan counts.csv {set} --set slo.max_cold_start=1s"));
    let all = small["assumptions"].to_string();
    for part in ["with 11 usable addresses", "set on the command line: function.checkout.memory = 2GiB"] {
        assert!(all.contains(part), "{part}: {all}");
    }
    // Where an environment is made in time to be used again, its keep-alive counts.
    let words = "simulate counts.csv --model lambda-hyperplane --start empty";
    assert_ne!(json(&format!("{words} --set function.checkout.keep_alive=1ms"))["cold"], json(words)["cold"]);
}

#[test]
fn a_number_of_the_model_is_set_and_no_longer_claims_its_source() {
    let words = "worst-case log.csv --start empty --effort 100";
    let bound = |set: &str| json(&format!("{words} {set}"))["cold_start"]["bound_ms"].clone();
    assert_eq!(bound("--set model.eni.boot.max=10m"), 600_640);
    assert_eq!(bound("--set model.eni.boot.value=10s"), 10_640);
    assert_eq!(
        bound("--set model.phase.bootstrap-runtime.duration.value=0ms --set model.eni.boot.max=6m"),
        360_195
    );
    let name = "lambda-2018";
    let text = eniplan::platform::named(name).unwrap().text;
    let set = |texts: &[&str]| {
        let settings: Vec<_> =
            texts.iter().map(|text| eniplan::document::Setting::parse(text).unwrap()).collect();
        eniplan::platform::load_with(name, text, &settings)
    };
    let model = set(&["eni.boot.max=10m", "eni.capacity.count=2", "eni.vpc_quota.value=7"]).unwrap();
    let citations = model.citations();
    let of = |path: &str| citations.iter().find(|citation| citation.path == path).unwrap();
    let boot = of("eni.boot");
    assert_eq!((boot.value.as_str(), boot.grade.letter()), ("5m..10m", "L"));
    assert!(
        boot.source.starts_with("set on the command line (max); before: serverless talk"),
        "{}",
        boot.source
    );
    assert_eq!(of("eni.capacity").value, "2 environments");
    assert_eq!(of("eni.vpc_quota").source, "set on the command line (value)");
    assert_eq!(of("eni.delete").grade.letter(), "M", "what is not set keeps its source");
    // One value alone says both ends, and a limit that the model has not.
    let model = set(&["eni.boot=10m", "eni.vpc_quota=7", "eni.api.burst=3"]).unwrap();
    let citations = model.citations();
    let of = |path: &str| citations.iter().find(|citation| citation.path == path).unwrap().value.clone();
    assert_eq!([of("eni.boot"), of("eni.vpc_quota"), of("eni.api.burst")], ["10m", "7", "3"]);
}

#[test]
fn a_path_that_leads_nowhere_is_told_with_what_is_near() {
    let words = "demand counts.csv --scenario scenario.toml";
    for (set, message, help) in [
        ("subnet.private-c.in_use=4", "unknown subnet `private-c`", "did you mean `private-a`?"),
        ("subnt.private-a.in_use=4", "unknown key `subnt`", "did you mean `subnet`?"),
        ("subnet.private-a.inuse=4", "unknown key `subnet.inuse`", "did you mean `in_use`?"),
        ("subnet.private-a.in_use=x", "`subnet.in_use` must be a whole number", "write a whole number"),
        ("subnet.private-a.in_use=99", "has only 11 usable addresses", ""),
        ("subnet.private-a=4", "incomplete path", "add one of its keys: subnet.private-a.KEY=VALUE"),
        ("slo.max_cold_start.a.b=4", "`max_cold_start` is a single value and has no keys", ""),
        ("function.chekout.memory=1GiB", "unknown function `chekout`", "did you mean `checkout`?"),
        ("model.enii.boot.max=4s", "unknown key `enii`", "did you mean `eni`?"),
        ("model.eni.boots.max=4s", "unknown key `eni.boots`", "did you mean `boot`?"),
        ("model.eni.boot.max=4", "`eni.boot.max` must be a quoted string with a unit", ""),
        ("model.phase.create-en.kind=eni", "unknown phase `create-en`", "did you mean `create-eni`?"),
        ("model=lambda-2018", "`model` cannot be set with --set", "use --model"),
        ("a", "missing `=`", "write PATH=VALUE"),
        ("=3", "the path has an empty name", ""),
        ("a..b=3", "the path has an empty name", ""),
        ("'a=3", "unclosed quote", ""),
        ("\"a\"b=3", "unexpected `b` after a quoted name", ""),
    ] {
        let said = line(&format!("{words} --set {set}"));
        assert_eq!(said.code, 2, "{set}: {}", said.out);
        assert!(said.err.contains(&format!("--set {set}: ")), "{set}: {}", said.err);
        assert!(said.err.contains(message) && said.err.contains(help), "{set}: {}", said.err);
    }
    // What does not go with another value of the file is told at the setting, not at that value.
    for (sets, at, message) in [
        (
            "model.eni.boot.max=1s",
            "model.eni.boot.max=1s",
            "min 6.1s is greater than max 1s (see also models/lambda-",
        ),
        (
            "subnet.private-a.in_use=1 --set model.eni.boot.max=1s",
            "model.eni.boot.max=1s",
            "min 6.1s is greater than max 1s",
        ),
        (
            "subnet.private-b.name=private-a",
            "subnet.private-b.name=private-a",
            "subnet `private-a` is already defined",
        ),
        ("subnet.private-a.cidr=10.0.2.0/26", "subnet.private-a.cidr=10.0.2.0/26", "overlap"),
        ("model.phase.create-eni.kind=plain", "model.phase.create-eni.kind=plain", "has no `duration`"),
        (
            "subnet.private-b.name=b",
            "subnet.private-b.name=b",
            "unknown subnet `private-b` (see also scenario.toml:",
        ),
    ] {
        let said = line(&format!("{words} --set {sets}"));
        assert_eq!(said.code, 2, "{sets}: {}", said.out);
        assert!(
            said.err.contains(&format!("--set {at}: ")) && said.err.contains(message),
            "{sets}: {}",
            said.err
        );
    }
    let both = line(&format!("{words} --set subnt.a=1 --set model.enii.a=1"));
    assert_eq!(both.err.matches("E204").count(), 2, "{}", both.err);
}

#[test]
fn names_may_hold_anything() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("settings-names");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("t.csv");
    std::fs::write(&file, "start,function,duration_ms\n0,a.b=c d,100\n0,$LATEST/x y,100\n").unwrap();
    let file = file.to_str().unwrap();
    for (set, code) in [
        ("function.\"a.b=c d\".memory=2 GiB", 0),
        ("function.'a.b=c d'.memory = '2 GiB'", 0),
        ("function.$LATEST/x y.memory=2 GiB", 0),
        ("function.$LATEST/x y.subnets=[]", 0),
        ("function.$LATEST/x y.security_groups=[\"a\", \"b\"]", 0),
        ("function.a.memory=2 GiB", 2),
        ("function.\u{202e}\n.memory=\u{1b}[31m", 2),
        ("function.$LATEST/x y.security_groups=[1, {a = [2]}]", 2),
    ] {
        let said = run(&["simulate", file, "--set", set]);
        assert_eq!(said.code, code, "{set}: {}", said.err);
        assert!(!said.err.contains('\u{1b}'), "{set}");
    }
}
