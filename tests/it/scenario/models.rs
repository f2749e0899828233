//! The built-in models load, are cited, and say what their sources say; bad ones are told why.

use std::collections::BTreeSet;
use std::path::Path;

use eniplan::cold_path::ColdPath;
use eniplan::diagnostic::Code;
use eniplan::platform::{self, Platform, load};
use eniplan::policy;
use eniplan::quantity::{Interval, Millis};
use eniplan::random::{Purpose, Stream};
use proptest::prelude::*;

fn built_in(name: &str) -> Platform {
    load(name, platform::named(name).expect("registered").text).expect("loads")
}

#[test]
fn every_model_loads_is_cited_and_has_a_cold_path() {
    for model in platform::ALL {
        let platform = load(model.name, model.text).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(platform.name, model.name);
        assert_eq!(platform.summary, model.summary);
        assert!(policy::parse(&platform.policy).is_ok(), "{}", platform.policy);
        let cold = ColdPath::new(&platform).unwrap_or_else(|problems| panic!("{problems}"));
        assert!(cold.vpc.needs_eni() && !cold.plain.needs_eni());
        let citations = platform.citations();
        assert!(citations.len() >= 11, "{}", citations.len());
        for citation in &citations {
            assert!(citation.source.len() > 20, "{}: {}", citation.path, citation.source);
        }
        let paths: BTreeSet<_> = citations.iter().map(|citation| &citation.path).collect();
        assert_eq!(paths.len(), citations.len());
        assert_eq!(citations.len(), model.text.matches("source = ").count(), "{}", model.name);
    }
}

#[test]
fn every_file_in_models_is_registered_under_its_stem() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(platform::named(&stem).map(|model| model.text), Some(text.as_str()), "{stem}");
        files.insert(stem);
    }
    let registered: BTreeSet<String> = platform::ALL.iter().map(|model| model.name.to_owned()).collect();
    assert_eq!(files, registered);
}

/// Every `, key = "..."` of `text`: its line from 1, and the text without it.
fn without_each(text: &str, key: &str) -> Vec<(u64, String)> {
    let pattern = format!(", {key} = \"");
    text.match_indices(&pattern)
        .map(|(at, _)| {
            let value = at + pattern.len();
            let end = value + text[value..].find('"').unwrap() + 1;
            let line = text[..at].matches('\n').count() as u64 + 1;
            (line, format!("{}{}", &text[..at], &text[end..]))
        })
        .collect()
}

#[test]
fn a_number_without_its_source_or_grade_does_not_load() {
    for model in platform::ALL {
        for key in ["source", "grade"] {
            let cases = without_each(model.text, key);
            assert_eq!(cases.len(), model.text.matches(&format!("{key} = ")).count());
            for (line, text) in cases {
                let problems = load(model.name, &text).expect_err("a number lost its source");
                assert_eq!(problems.count(), 1, "{problems}");
                let problem = problems.sorted()[0];
                let column = text.lines().nth(usize::try_from(line).unwrap() - 1).unwrap().find('{').unwrap();
                assert_eq!(problem.code, Code::Uncited);
                assert_eq!((problem.line, problem.column), (Some(line), Some(column as u64 + 1)));
            }
        }
    }
}

#[test]
fn an_empty_source_and_a_bare_number_are_uncited() {
    let text = platform::named("lambda-2018").unwrap().text;
    let line = text.lines().position(|line| line.starts_with("boot = ")).unwrap();
    for (replaced, column) in
        [("boot = \"5m\"", 8), ("boot = { value = \"5m\", source = \" \", grade = \"L\" }", 8)]
    {
        let mut lines: Vec<&str> = text.lines().collect();
        lines[line] = replaced;
        let problems = load("m", &lines.join("\n")).unwrap_err();
        let problem = problems.sorted()[0];
        assert_eq!((problems.count(), problem.code), (1, Code::Uncited), "{problems}");
        assert_eq!((problem.line, problem.column), (Some(line as u64 + 1), Some(column)));
    }
}

/// Quantiles, ms, of the sum of `parts`; with `boot`, every second sum adds a draw of it.
fn quantiles(parts: &[&Interval], boot: Option<&Interval>, at: &[f64]) -> Vec<u64> {
    let draws = 100_000;
    let stream = |index| Stream::new(7, Purpose::Phases).fork(index);
    let mut sums: Vec<u64> = (0..draws)
        .map(|n| {
            let parts: u64 = parts.iter().zip(0..).map(|(part, k)| part.at(stream(k).draw(n)).0).sum();
            let boot = boot.filter(|_| n % 2 == 0).map_or(0, |boot| boot.at(stream(99).draw(n)).0);
            parts + boot
        })
        .collect();
    sums.sort_unstable();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    at.iter().map(|share| sums[(share * draws as f64) as usize]).collect()
}

fn phases<'p>(platform: &'p Platform, names: &[&str]) -> Vec<&'p Interval> {
    let found: Vec<_> = platform
        .phases
        .iter()
        .filter(|phase| names.contains(&phase.name.as_str()))
        .map(|phase| &phase.duration.value)
        .collect();
    assert_eq!(found.len(), names.len());
    found
}

fn assert_near(found: &[u64], wanted: &[u64], percent: u64) {
    for (found, wanted) in found.iter().zip(wanted) {
        assert!(
            found.abs_diff(*wanted) * 100 <= percent * wanted,
            "{found} is not {wanted} within {percent}%"
        );
    }
}

const PLAIN: &[&str] = &["download-code", "start-container", "bootstrap-runtime"];
const VPC: &[&str] = &["download-code", "start-container", "attach-eni", "bootstrap-runtime"];

#[test]
fn cold_starts_without_a_vpc_have_the_measured_quantiles() {
    for (name, p50, p95) in [
        ("lambda-2019-measured", 210, 500),
        ("lambda-hyperplane-2019", 200, 440),
        ("lambda-hyperplane", 260, 490),
    ] {
        let platform = built_in(name);
        let found = quantiles(&phases(&platform, PLAIN), None, &[0.5, 0.95]);
        assert_near(&found, &[p50, p95], 5);
    }
}

/// The slowest 5% of those measured are outside the model, which says so.
#[test]
fn cold_starts_of_2018_without_a_vpc_have_the_measured_median_and_end_at_the_measured_p95() {
    let platform = built_in("lambda-2018");
    assert_near(&quantiles(&phases(&platform, PLAIN), None, &[0.5]), &[400], 5);
    let longest = ColdPath::new(&platform).unwrap().plain.longest(Millis::ZERO, Millis::ZERO);
    assert_eq!(longest, Millis(620));
}

#[test]
fn cold_starts_of_april_2019_have_the_measured_quantiles_when_half_find_an_eni() {
    let platform = built_in("lambda-2019-measured");
    let boot = &platform.eni.boot.value;
    let found = quantiles(&phases(&platform, VPC), Some(boot), &[0.75, 0.9, 0.95, 0.99]);
    assert_near(&found, &[9_000, 10_100, 13_500, 18_500], 2);
    let longest = ColdPath::new(&platform).unwrap().vpc.longest(boot.max, Millis::ZERO);
    // The longest one measured, 28.3 s, is possible.
    assert!((28_300..29_500).contains(&longest.0), "{longest}");
}

#[test]
fn cold_starts_of_hyperplane_have_the_measured_quantiles() {
    let platform = built_in("lambda-hyperplane");
    let found = quantiles(&phases(&platform, VPC), None, &[0.5, 0.95, 0.99]);
    assert_near(&found, &[500, 720, 900], 6);
    let longest = ColdPath::new(&platform).unwrap().vpc.longest(Millis::ZERO, Millis::ZERO);
    assert_eq!(longest, Millis(50 + 125 + 270 + 845));
}

#[test]
fn the_talks_path_is_the_sum_of_its_phases_and_the_boot() {
    let platform = built_in("lambda-2018");
    let cold = ColdPath::new(&platform).unwrap();
    assert_eq!(cold.vpc.longest(Millis::minutes(15), Millis::ZERO), Millis(900_000 + 50 + 125 + 20 + 445));
    assert_eq!(cold.vpc.shortest(), Millis(10 + 6 + 90));
    assert_eq!(cold.plain.longest(Millis::minutes(15), Millis::ZERO), Millis(50 + 125 + 445));
    let names: Vec<_> = cold.vpc.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(names, ["download-code", "start-container", "create-eni", "attach-eni", "bootstrap-runtime"]);
}

#[test]
fn every_fault_of_the_fixtures_is_told_in_its_place() {
    assert!(crate::check_fixtures("models", |text| load("m", text).err()) >= 7);
}

proptest! {
    /// Whatever stands in a model file, reading it ends with a model or with diagnostics that have a place.
    #[test]
    fn no_text_makes_the_loader_panic(cut in 0..5_000_usize, put in "[\\PC\n]{0,12}") {
        for model in platform::ALL {
            let at = (0..=cut % model.text.len()).rev().find(|&at| model.text.is_char_boundary(at)).unwrap();
            let text = format!("{}{put}{}", &model.text[..at], &model.text[at..]);
            if let Err(problems) = load("m", &text) {
                prop_assert!(!problems.is_empty());
                prop_assert!(problems.sorted().iter().all(|problem| problem.line.is_some_and(|line| line > 0)));
            }
        }
    }
}
