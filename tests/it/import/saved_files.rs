//! Readers of saved plans, witnesses and settings: whatever stands in them, they end with a value or with
//! diagnostics in their place. What `fuzz/` looks for at length.

use std::fs;
use std::path::{Path, PathBuf};

use eniplan::cli::realization;
use eniplan::cold_path::ColdPath;
use eniplan::diagnostic::Diagnostics;
use eniplan::document::Setting;
use eniplan::import::{self, Companions, InputFile, Options};
use eniplan::plan::{self, Study};
use eniplan::scenario::{Observed, read, read_with, resolve};
use eniplan::topology::Topology;
use eniplan::trace::Trace;
use eniplan::{platform, policy};
use proptest::prelude::*;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn seeds(target: &str) -> Vec<String> {
    let mut paths: Vec<_> =
        fs::read_dir(fuzz().join("seeds").join(target)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// A function of two invocations in two subnets: what the seeds are made for.
fn small() -> (Trace, Topology, ColdPath) {
    let bytes = b"start,function,duration_ms\n0,checkout,400\n60,checkout,400\n";
    let source = InputFile { name: "t.csv", bytes: &bytes };
    let trace = import::import(source, &Companions::default(), &Options::default()).unwrap();
    let built_in = platform::named("lambda-2018").unwrap();
    let platform = platform::load(built_in.name, built_in.text).unwrap();
    let observed = [Observed { name: "checkout".to_owned(), memory: None }];
    let raw = read("s", "[[subnet]]\nname = \"a\"\n[[subnet]]\nname = \"b\"\n").unwrap();
    let scenario = resolve(&raw, &platform, &observed).unwrap();
    let topology = Topology::build(&scenario, &platform).unwrap();
    (trace, topology, ColdPath::new(&platform).unwrap())
}

fn saved(text: &str) -> Option<Diagnostics> {
    let (trace, topology, cold_path) = small();
    let policy = policy::named("scheduled").unwrap();
    plan::read("f", text, &Study::new(&topology, &cold_path, &policy, &trace)).err()
}

fn witness(text: &str) -> Option<Diagnostics> {
    let (trace, topology, _) = small();
    realization::parse("f", text, &topology, &trace).err()
}

fn set(text: &str) {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    let _ = policy::parse(line);
    let Ok(setting) = Setting::parse(line) else { return };
    let _ = read_with("f", rest, std::slice::from_ref(&setting));
    let built_in = platform::named("lambda-2018").unwrap();
    let _ = platform::load_with(built_in.name, built_in.text, &[setting.inner()]);
}

#[test]
fn every_format_and_every_seed_has_a_fuzz_target() {
    let there = |target: &str| fuzz().join(format!("fuzz_targets/{target}.rs")).exists();
    for format in import::ALL {
        assert!(there(&format.name().replace('-', "_")), "{}", format.name());
    }
    assert!(
        ["any", "blocks", "inventory", "scenario", "model", "plan", "witness", "setting"]
            .into_iter()
            .all(there)
    );
    assert!(seeds("plan").iter().all(|text| saved(text).is_none()));
    assert!(
        seeds("witness").iter().all(|text| witness(text).is_none()),
        "{:?}",
        witness(&seeds("witness")[0])
    );
    let parsed = |text: &String| Setting::parse(text.lines().next().unwrap()).is_ok();
    assert!(seeds("setting").iter().all(parsed));
}

/// `text` with a part of it replaced.
fn changed(text: &str, cut: usize, drop: usize, put: &str) -> String {
    let boundary = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
    let at = boundary(cut % (text.len() + 1));
    let end = boundary(at + drop).max(at);
    format!("{}{put}{}", &text[..at], &text[end..])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_a_reader_panic(
        target in 0_usize..3,
        seed in 0_usize..5,
        cut in 0_usize..3_000,
        drop in 0_usize..30,
        put in prop_oneof![
            "[\\PC\n]{0,8}", "(-1|1e999|99999999999999999999|null|\\[\\]|\\{\\}|\"\"|,|\"|\\[\\[1\\]\\])"
        ],
    ) {
        let seeds = seeds(["plan", "witness", "setting"][target]);
        let text = changed(&seeds[seed % seeds.len()], cut, drop, &put);
        let problems = match target {
            0 => saved(&text),
            1 => witness(&text),
            _ => {
                set(&text);
                None
            }
        };
        for problem in problems.iter().flat_map(Diagnostics::sorted) {
            prop_assert!(problem.line.is_some(), "{}: {}", problem, text);
        }
    }
}
