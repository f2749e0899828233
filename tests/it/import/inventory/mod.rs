//! The inventory: what is read of each source, how sources are united, and what is found.

mod oracle;
mod sources;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use eniplan::inventory::{Audit, Estate, InventorySource, unite_sources};
use eniplan::platform::{self, Platform};
use eniplan::report::{self, answers};
use eniplan::scenario::{Observed, read, resolve};
use eniplan::topology::Topology;
use proptest::prelude::*;
use serde_json::Value;

use crate::cli::run;

/// The files of one small estate, in an order of no meaning.
const FILES: [&str; 10] = [
    "plan.json",
    "functions-2.json",
    "enis.json",
    "quotas.json",
    "functions-1.json",
    "template.yaml",
    "subnets.json",
    "state.json",
    "attributes.json",
    "groups.json",
];

fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/inventory/files").join(file)
}

fn text(file: &str) -> String {
    fs::read_to_string(path(file)).unwrap()
}

fn model(name: &str) -> Platform {
    let model = platform::named(name).unwrap();
    platform::load(model.name, model.text).unwrap()
}

/// The estate in these `(name, text)`.
fn estate(files: &[(&str, &str)]) -> Estate {
    let sources: Vec<InventorySource<'_>> =
        files.iter().map(|&(name, text)| InventorySource { name, text }).collect();
    unite_sources(&sources).unwrap_or_else(|problems| panic!("{problems}"))
}

fn whole(files: &[&str]) -> Estate {
    let texts: Vec<String> = files.iter().map(|file| text(file)).collect();
    let files: Vec<(&str, &str)> =
        files.iter().zip(&texts).map(|(name, text)| (*name, text.as_str())).collect();
    estate(&files)
}

/// Loads what was written, and builds its topology.
fn loaded(scenario: &str) -> Topology {
    let raw = read("scenario.toml", scenario).unwrap_or_else(|problems| panic!("{problems}\n{scenario}"));
    let platform = model("lambda-hyperplane");
    let observed: [Observed; 0] = [];
    Topology::build(&resolve(&raw, &platform, &observed).unwrap(), &platform).unwrap()
}

/// Everything that is done with an estate, as JSON and a scenario.
fn done(estate: &Estate) -> (String, String) {
    let platform = model("lambda-hyperplane");
    let answer = answers::inventory(estate, &Audit::compare(estate, &platform), &platform);
    let texts: Vec<String> = report::ALL.iter().map(|renderer| renderer.render(&answer, 100)).collect();
    (texts.join("\n"), estate.scenario("scenario.toml", Some("lambda-hyperplane")).unwrap())
}

fn words<'a>(more: &[&'a str]) -> Vec<&'a str> {
    ["inventory"].into_iter().chain(more.iter().copied()).collect()
}

/// The fixtures as the command line finds them.
fn relative() -> Vec<String> {
    FILES.iter().map(|file| format!("../../it/inventory/files/{file}")).collect()
}

fn golden(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn reports_are_as_they_were() {
    let files = relative();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    for format in ["text", "json", "csv"] {
        let said = run(&words(&[files.as_slice(), &["--quiet", "--format", format]].concat()));
        assert_eq!((said.code, said.err.lines().filter(|line| !line.starts_with("note: ")).count()), (0, 0));
        golden(&format!("inventory.{format}"), &said.out);
        if format == "text" {
            assert!(said.out.lines().all(|line| line.chars().count() <= 100), "{}", said.out);
        }
    }
    golden("inventory.toml", &done(&whole(&FILES)).1);
}

#[test]
fn the_command_has_help_with_an_example() {
    let said = run(&["inventory", "--help"]);
    assert_eq!(said.code, 0);
    assert!(said.out.contains("Example:\n  eniplan inventory"), "{}", said.out);
}

#[test]
fn the_first_sentence_answers() {
    let audit = Audit::compare(&whole(&FILES), &model("lambda-hyperplane"));
    // By hand, from the fixtures: 2 live pairs of app, 2 of app and db, 1 of db, 1 of the old version,
    // 1 in subnet-c, 2 of the template, 2 of the plan's new subnets.
    assert_eq!((audit.classes.len(), audit.expected(), audit.exist), (11, 11, Some(9)));
    let orphans = audit.orphans.unwrap();
    let found: Vec<(&str, &str)> =
        orphans.iter().map(|orphan| (orphan.eni.id.as_str(), orphan.why)).collect();
    assert_eq!(
        found,
        [("eni-07", "no function uses this subnet and these security groups"), ("eni-08", "not attached")]
    );
    assert_eq!(audit.elsewhere, 1);
}

#[test]
fn the_order_of_the_files_does_not_matter() {
    let first = done(&whole(&FILES));
    let mut files = FILES;
    for turn in 0..FILES.len() {
        files.rotate_left(1);
        files.swap(turn, (turn * 7 + 3) % FILES.len());
        assert_eq!(done(&whole(&files)), first, "{files:?}");
    }
}

#[test]
fn what_is_written_loads_and_answers() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("inventory-answers");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let scenario = folder.join("scenario.toml");
    let scenario = scenario.to_str().unwrap();
    let trace = folder.join("traffic.csv");
    fs::write(&trace, "start,function,duration_ms\n0,checkout,400\n1,orders,300\n1,nightly,200\n").unwrap();
    let trace = trace.to_str().unwrap();
    let files = relative();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let said = run(&words(&[files.as_slice(), &["-o", scenario]].concat()));
    assert_eq!(said.code, 0, "{}", said.err);
    let topology = loaded(&fs::read_to_string(scenario).unwrap());
    let checkout = topology.functions.iter().find(|function| function.name == "checkout").unwrap();
    assert_eq!(checkout.classes.len(), 2);
    let subnet = topology.limits.subnets.iter().find(|subnet| subnet.name == "subnet-a").unwrap();
    // 11 usable, 2 free; 9 taken, of which 3 by the ENIs that a simulation makes itself.
    assert_eq!(subnet.addresses, 11 - 6);
    for command in [
        vec!["plan", trace, "--scenario", scenario, "--max-cold-start", "20m"],
        vec!["worst-case", trace, "--scenario", scenario],
        vec!["demand", trace, "--scenario", scenario, "--model", "lambda-2018"],
    ] {
        let said = run(&command);
        assert_eq!(said.code, 0, "{command:?}\n{}{}", said.out, said.err);
    }
}

#[test]
fn a_scenario_is_written_whole_or_not_at_all() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("inventory-whole");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let at = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (scenario, cut) = (at("scenario.toml"), at("cut.json"));
    fs::write(&scenario, "as it was").unwrap();
    let functions = text("functions-1.json");
    fs::write(&cut, &functions[..functions.len() - 20]).unwrap();
    let said = run(&words(&[&cut, "nope.json", "--model", "lamda", "-o", &scenario]));
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    for part in ["E201", "cut.json:", "E001 nope.json", "unknown model `lamda`"] {
        assert!(said.err.contains(part), "{part}\n{}", said.err);
    }
    assert_eq!(fs::read_to_string(&scenario).unwrap(), "as it was");
    let itself =
        run(&words(&[path("subnets.json").to_str().unwrap(), "-o", path("subnets.json").to_str().unwrap()]));
    assert_eq!(itself.code, 2);
    assert!(itself.err.contains("E401"), "{}", itself.err);
    let json = run(&words(&[&cut, "--format", "json"]));
    let value: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((json.code, value["errors"][0]["code"].as_str()), (2, Some("E201")));
}

#[test]
fn two_overlapping_estates_are_refused_before_anything_is_written() {
    let subnet = |id: &str, cidr: &str| {
        format!(r#"{{"SubnetId":"{id}","VpcId":"v","CidrBlock":"{cidr}","AvailableIpAddressCount":5}}"#)
    };
    let subnets = format!(r#"{{"Subnets":[{},{}]}}"#, subnet("a", "10.0.0.0/24"), subnet("b", "10.0.0.0/25"));
    let estate = estate(&[("s.json", &subnets)]);
    let problems = estate.scenario("out.toml", None).unwrap_err();
    assert!(problems.to_string().contains("subnets `b` and `a` of vpc `v` overlap"), "{problems}");
}

#[test]
fn hostile_names_are_data() {
    let long = "x\u{1b}[31m\u{202e}\"'\\\n]#=".repeat(1_000);
    let functions = serde_json::json!({"Functions": [
        {"FunctionName": long, "VpcConfig": {"SubnetIds": ["a\nmodel = \"evil\"\n#", "é😀"], "SecurityGroupIds": ["g\u{7}"]}},
        {"FunctionName": "plain", "Description": "\u{0}", "VpcConfig": {"SubnetIds": ["é😀"], "SecurityGroupIds": ["g\u{7}"]}},
    ]})
    .to_string();
    let estate = estate(&[("f\nile\u{1b}.json", &functions)]);
    let scenario = done(&estate).1;
    let platform = model("lambda-hyperplane");
    let answer = answers::inventory(&estate, &Audit::compare(&estate, &platform), &platform);
    let printed = report::ALL[0].render(&answer, 100);
    for text in [&scenario, &printed] {
        let driving = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!text.contains(driving), "{}", &text[..text.len().min(2_000)]);
    }
    let topology = loaded(&scenario);
    let names: Vec<&str> = topology.functions.iter().map(|function| function.name.as_str()).collect();
    assert_eq!(names, ["plain", long.as_str()]);
    let classes: Vec<&str> =
        topology.classes.iter().map(|class| topology.limits.subnets[class.subnet].name.as_str()).collect();
    assert_eq!(classes, ["é😀", "a\nmodel = \"evil\"\n#"]);
}

#[test]
fn large_estates_are_read_in_seconds() {
    let functions: Vec<Value> = (0..5_000)
        .map(|n: u32| {
            let ids = |kind: &str, m: u32| vec![format!("{kind}-{}", n % m), format!("{kind}-{}", n % 3)];
            serde_json::json!({"FunctionName": format!("f{n}"),
                "VpcConfig": {"SubnetIds": ids("subnet", 50), "SecurityGroupIds": ids("sg", 1_000)}})
        })
        .collect();
    let functions = serde_json::json!({ "Functions": functions }).to_string();
    let estate = estate(&[("f.json", &functions)]);
    let audit = Audit::compare(&estate, &model("lambda-hyperplane"));
    assert!(!audit.merges.exact && audit.merges.left_out > 0);
    assert!(!audit.merges.together.is_empty());
    loaded(&estate.scenario("s", None).unwrap());
}

/// One part of a text replaced: the i-th of `marks` found in it by another.
fn mutated(text: &str, at: usize, with: usize) -> String {
    const PARTS: [&str; 18] = [
        "null",
        "[]",
        "{}",
        "-1",
        "1e999",
        "99999999999999999999",
        "\"\"",
        "true",
        "[[]]",
        "{\"a\":1}",
        ",",
        "]",
        "\"\\ud800\"",
        "!Ref",
        "&a *a",
        "\t",
        "\"10.0.0.1/8\"",
        "\u{0}",
    ];
    let starts: Vec<usize> =
        text.char_indices().filter(|(_, c)| ":[{,\"-".contains(*c)).map(|(at, _)| at + 1).collect();
    let start = starts[at % starts.len()];
    let rest = &text[start..];
    let end = start + rest.find([',', '\n', ']', '}']).unwrap_or(rest.len());
    format!("{}{}{}", &text[..start], PARTS[with % PARTS.len()], &text[end..])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 300 } else { 3_000 }))]

    /// Whatever stands in the files, they end with a scenario that loads, or with diagnostics in their place.
    #[test]
    fn no_file_makes_it_panic(changes in prop::collection::vec((0..FILES.len(), 0..4_000_usize, 0..40_usize), 1..4)) {
        let mut texts: BTreeMap<&str, String> = FILES.iter().map(|file| (*file, text(file))).collect();
        for (file, at, with) in changes {
            let text = texts.get_mut(FILES[file]).unwrap();
            if with < 36 {
                *text = mutated(text, at, with);
            } else {
                let cut = (0..=at % text.len()).rev().find(|at| text.is_char_boundary(*at)).unwrap();
                text.truncate(cut);
            }
        }
        let sources: Vec<InventorySource<'_>> = texts.iter().map(|(name, text)| InventorySource { name, text }).collect();
        match unite_sources(&sources) {
            Ok(estate) => {
                let platform = model("lambda-2018");
                let answer = answers::inventory(&estate, &Audit::compare(&estate, &platform), &platform);
                for renderer in report::ALL {
                    prop_assert!(!renderer.render(&answer, 100).is_empty());
                }
                if let Ok(scenario) = estate.scenario("s", Some("lambda-2018")) {
                    loaded(&scenario);
                }
            }
            Err(problems) => {
                for problem in problems.sorted() {
                    prop_assert!(FILES.contains(&problem.file.as_str()), "{problem}");
                }
            }
        }
    }
}
