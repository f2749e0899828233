//! What every fuzz target checks: no panic, no more memory than a limit, and a place for every error.

use eniplan::cold_path::ColdPath;
use eniplan::diagnostic::Diagnostics;
use eniplan::platform;
use eniplan::quantity::Memory;
use eniplan::scenario::inventory::{self, Audit, take};
use eniplan::scenario::{Observed, read, resolve};
use eniplan::topology::Topology;
use eniplan::traffic::Spread;
use eniplan::traffic::import::{Companions, Gaps, Options, Source, import};

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
    match import(Source { name: "fuzz", bytes }, &Companions::default(), &options) {
        Ok(traffic) => {
            let mut last = 0;
            for entry in traffic.arrivals().take(100_000) {
                assert!(last <= entry.at && entry.at <= traffic.span.0);
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
