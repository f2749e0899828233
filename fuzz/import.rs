//! What every fuzz target checks: no panic, no more memory than a limit, and a place for every error.

use eniplan::quantity::Memory;
use eniplan::traffic::Spread;
use eniplan::traffic::import::{Companions, Gaps, Options, Source, import};

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
