//! What every fuzz destination checks: no panic, no more memory than a limit, and a place for every error.

use eniplan::cli::realization;
use eniplan::cold_path::ColdPath;
use eniplan::diagnostic::Diagnostics;
use eniplan::document::Setting;
use eniplan::plan::{self, Study};
use eniplan::quantity::Memory;
use eniplan::inventory::{self, Audit, take};
use eniplan::scenario::{Observed, read, read_with, resolve};
use eniplan::topology::Topology;
use eniplan::import::{Companions, Gaps, InputFile, Options, import};
use eniplan::trace::{Spread, Trace};
use eniplan::{platform, policy};

/// Takes `bytes` as a file of an inventory; what is taken is audited and written as a scenario, which loads.
pub fn inventory(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match take(&[inventory::Source { name: "fuzz", text }]) {
        Ok(estate) => {
            let built_in = platform::named("lambda-hyperplane").expect("built in");
            let platform = platform::load(built_in.name, built_in.text).expect("loads");
            let audit = Audit::of(&estate, &platform);
            assert!(audit.merges.pairs.iter().all(|merge| !merge.changes.is_empty()));
            // Subnets may overlap; what is written loads.
            if let Ok(text) = estate.scenario("fuzz", None) {
                topology_of("fuzz", &text);
            }
        }
        Err(problems) => placed(&problems),
    }
}

/// Reads `bytes` as a scenario.
pub fn scenario(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        topology_of("fuzz", text);
    }
}

/// Reads `bytes` as a model.
pub fn model(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match platform::load("fuzz", text) {
        Ok(platform) => drop(ColdPath::new(&platform)),
        Err(problems) => placed(&problems),
    }
}

fn topology_of(file: &str, text: &str) {
    let built_in = platform::named("lambda-2018").expect("built in");
    let platform = platform::load(built_in.name, built_in.text).expect("loads");
    match read(file, text) {
        Ok(raw) => {
            let platform = raw.limit(platform);
            let observed = [Observed { name: "checkout".to_owned(), memory: None }];
            let scenario = resolve(&raw, &platform, &observed).expect("one function");
            let _ = Topology::build(&scenario, &platform);
        }
        Err(problems) => placed(&problems),
    }
}

/// A function of two invocations in two subnets, and what it runs on.
fn small() -> (Trace, Topology, ColdPath) {
    let bytes = b"start,function,duration_ms\n0,checkout,400\n60,checkout,400\n";
    let source = InputFile { name: "t.csv", bytes: &bytes };
    let trace = import(source, &Companions::default(), &Options::default()).expect("good");
    let built_in = platform::named("lambda-2018").expect("built in");
    let platform = platform::load(built_in.name, built_in.text).expect("loads");
    let observed = [Observed { name: "checkout".to_owned(), memory: None }];
    let subnets = "[[subnet]]\nname = \"a\"\n[[subnet]]\nname = \"b\"\n";
    let raw = read("s", subnets).unwrap_or_default();
    let scenario = resolve(&raw, &platform, &observed).expect("one function");
    let topology = Topology::build(&scenario, &platform).expect("small");
    let cold_path = ColdPath::new(&platform).expect("a path");
    (trace, topology, cold_path)
}

/// Reads `bytes` as a saved plan, JSON or CSV.
pub fn plan(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (trace, topology, cold_path) = small();
    let policy = policy::named("scheduled").expect("built in");
    let study = Study::new(&topology, &cold_path, &policy, &trace);
    match plan::read("fuzz", text, &study) {
        Ok(saved) => assert!(saved.actions.is_sorted_by_key(|action| action.at)),
        Err(problems) => placed(&problems),
    }
}

/// Reads `bytes` as a witness.
pub fn witness(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (trace, topology, _) = small();
    if let Err(problems) = realization::parse("fuzz", text, &topology, &trace) {
        placed(&problems);
    }
}

/// Reads the first line of `bytes` as a policy, as a value that is set in a scenario, and as one that is
/// set in a model; the rest is the scenario.
pub fn setting(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    if let Err(problems) = policy::parse(line) {
        assert!(problems.iter().all(|it| !it.message.is_empty() && !it.help.is_empty()));
    }
    let Ok(setting) = Setting::parse(line) else { return };
    let _ = read_with("fuzz", rest, std::slice::from_ref(&setting));
    let built_in = platform::named("lambda-2018").expect("built in");
    let _ = platform::load_with(built_in.name, built_in.text, &[setting.inner()]);
}

/// What is read by the short way is what is read row by row, as a quote makes it be.
pub fn blocks(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if text.contains(['"', '\r']) {
        return;
    }
    let quote = |line: &str| match line.split_once(',') {
        Some((first, rest)) => format!("\"{first}\",{rest}\n"),
        None => format!("{line}\n"),
    };
    let quoted: String = text.lines().map(quote).collect();
    for format in ["log", "azure-2019"] {
        let read = |text: &str| {
            let options = Options { format: Some(format.to_owned()), ..Options::default() };
            let read = import(InputFile { name: "fuzz", bytes: &text }, &Companions::default(), &options);
            read.map_err(|problems| problems.to_string())
        };
        assert_eq!(read(text), read(&quoted));
    }
}

/// Every error says where.
fn placed(problems: &Diagnostics) {
    assert!(!problems.is_empty());
    for problem in problems.sorted() {
        assert!(problem.line.is_some(), "{problem}");
    }
}

/// Imports `bytes` as `format`, or as what they look like. The first byte chooses among the options.
pub fn import_as(format: Option<&str>, bytes: &[u8]) {
    let (choice, bytes) = bytes.split_first().map_or((0, bytes), |(first, rest)| (*first, rest));
    let options = Options {
        format: format.map(str::to_owned),
        spread: Spread::Burst,
        gaps: Gaps::ALL[usize::from(choice) % Gaps::ALL.len()].1,
        routes: choice & 0x80 != 0,
        unpacked: Memory::mib(16),
        ..Options::default()
    };
    match import(InputFile { name: "fuzz", bytes: &bytes }, &Companions::default(), &options) {
        Ok(trace) => {
            let mut last = 0;
            for entry in trace.arrivals().take(100_000) {
                assert!(last <= entry.at && entry.at <= trace.span.0);
                last = entry.at;
            }
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            for problem in problems.sorted() {
                let placeless = matches!(problem.code.text(), "E107" | "E203" | "E204");
                assert!(problem.line.is_some() || placeless, "{problem}");
            }
        }
    }
}
