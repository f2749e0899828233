//! Import: fixtures of every format with their exact places, properties, and real files where they are to be had.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use eniplan::diagnostic::Diagnostics;
use eniplan::quantity::Millis;
use eniplan::traffic::import::{ALL, Companions, Gaps, Options, Source, detect, import};
use eniplan::traffic::{Cell, Shape, Spread, Traffic};
use proptest::prelude::*;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/traffic")
}

/// A file's name and bytes, where there is one.
fn file(path: &Path) -> Option<(String, Vec<u8>)> {
    let name = path.file_name()?.to_str()?.to_owned();
    Some((name, fs::read(path).ok()?))
}

fn source(file: &(String, Vec<u8>)) -> Source<'_> {
    Source { name: &file.0, bytes: &file.1 }
}

/// Imports `path` with the companions `<stem>.durations.csv` and `<stem>.memory.csv`.
fn import_file(path: &Path, options: &Options) -> Result<Traffic, Diagnostics> {
    let traffic = file(path).unwrap();
    let durations = file(&path.with_extension("durations.csv"));
    let memory = file(&path.with_extension("memory.csv"));
    let companions =
        Companions { durations: durations.as_ref().map(source), memory: memory.as_ref().map(source) };
    import(source(&traffic), &companions, options)
}

fn options(expected: &str) -> Options {
    let mut options = Options::default();
    let words = expected.lines().find_map(|line| line.strip_prefix("options ")).unwrap_or_default();
    for word in words.split_whitespace() {
        match word.split_once('=').unwrap() {
            ("format", name) => options.format = Some(name.into()),
            ("gaps", choice) => options.gaps = choice.parse().unwrap(),
            ("spread", "burst") => options.spread = Spread::Burst,
            other => panic!("{other:?}"),
        }
    }
    options
}

fn shown(traffic: &Traffic) -> String {
    let names: Vec<_> = traffic.functions.iter().map(|f| f.name.as_str()).collect();
    let mut text = format!("functions {}\n", names.join(" "));
    if traffic.functions.iter().any(|f| f.memory.is_some()) {
        let mib = |f: &eniplan::traffic::TrafficFunction| {
            f.memory.map_or_else(|| "-".into(), |memory| (memory.0 >> 20).to_string())
        };
        let memory: Vec<String> = traffic.functions.iter().map(mib).collect();
        writeln!(text, "memory {}", memory.join(" ")).unwrap();
    }
    let origin = traffic.origin.map_or_else(|| "-".into(), |at| at.to_string());
    writeln!(text, "span {}\norigin {origin}", traffic.span.0).unwrap();
    for entry in traffic.arrivals() {
        let name = names[entry.function as usize];
        writeln!(text, "{} {name} {} {}", entry.at, entry.duration, entry.count).unwrap();
    }
    text
}

fn places(problems: &Diagnostics, traffic: &str) -> String {
    let number = |n: Option<u64>| n.map_or_else(|| "-".into(), |n| n.to_string());
    let mut text = String::new();
    for problem in problems.sorted() {
        let file = match problem.file.as_str() {
            "" => String::new(),
            name if name == traffic => String::new(),
            other => format!("{other} "),
        };
        let (line, column) = (number(problem.line), number(problem.column));
        let name = problem.column_name.as_deref().unwrap_or("-");
        writeln!(text, "{} {file}{line} {column} {name}", problem.code.text()).unwrap();
    }
    text
}

fn check(path: &Path) -> Result<(), String> {
    let expected = fs::read_to_string(path.with_extension("expected")).map_err(|e| e.to_string())?;
    let options = options(&expected);
    let name = path.file_name().unwrap().to_str().unwrap();
    let (found, notes) = match import_file(path, &options) {
        Ok(traffic) => (shown(&traffic), traffic.notes),
        Err(problems) => {
            let listed = problems.sorted().iter().all(|p| !p.message.is_empty() && !p.help.is_empty());
            assert!(listed && problems.count() == problems.sorted().len(), "{name}: {problems}");
            (places(&problems, name), Vec::new())
        }
    };
    let told = |line: &&str| !line.starts_with("options ") && !line.starts_with("note ");
    let wanted: String = expected.lines().filter(told).flat_map(|line| [line, "\n"]).collect();
    let wanted_notes: Vec<_> = expected.lines().filter_map(|line| line.strip_prefix("note ")).collect();
    let noted = wanted_notes.len() == notes.len()
        && wanted_notes.iter().all(|wanted| notes.iter().any(|note| note.contains(wanted)));
    if found == wanted && noted {
        return Ok(());
    }
    Err(format!("found:\n{found}{notes:#?}\nwanted:\n{wanted}{wanted_notes:#?}"))
}

#[test]
fn every_fixture_gives_exactly_what_stands_beside_it() {
    let mut failures = String::new();
    for format in ALL {
        let (mut good, mut bad) = (0, 0);
        let folder = fixtures().join(format.name());
        let mut paths: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths.iter().filter(|path| path.extension().is_some_and(|e| e == "expected")) {
            let path = path.with_extension("csv");
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if let Err(difference) = check(&path) {
                writeln!(failures, "== {}/{name}\n{difference}", format.name()).unwrap();
            }
            if name.starts_with("good-") {
                good += 1;
                let traffic = file(&path).unwrap();
                let detected = detect(source(&traffic), &Options::default()).unwrap().name();
                assert_eq!(detected, format.name(), "{name}");
            } else {
                bad += 1;
            }
        }
        assert!(good > 0 && bad > 0, "{} needs good and bad fixtures", format.name());
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_format_is_detected_from_its_own_example() {
    for format in ALL {
        let text = format!("{}\n", format.header());
        let found = detect(Source { name: "t.csv", bytes: text.as_bytes() }, &Options::default()).unwrap();
        assert_eq!(found.name(), format.name());
    }
}

#[test]
fn more_bad_cells_than_are_shown_are_counted() {
    let rows: String = (0..2_500).map(|n| format!("{n},-1\n")).collect();
    let text = format!("time,invocations\n{rows}");
    let problems = read(text.as_bytes(), &Options::default()).unwrap_err();
    assert_eq!(problems.count(), 2_500);
    let printed = problems.to_string();
    assert_eq!(printed.matches("E102").count(), 20);
    assert!(printed.ends_with("... and 2480 more\n"), "{printed}");
    let first = "E102 t.csv:2:2 (invocations): \"-1\": the number is negative\n  help: write a whole number";
    assert!(printed.starts_with(first), "{printed}");
}

#[test]
fn the_unknown_header_is_answered_with_those_that_are_known() {
    let problems = read(b"when,what\n1,2\n", &Options::default()).unwrap_err();
    let text = problems.to_string();
    assert!(text.contains("`when,what`"), "{text}");
    assert!(ALL.iter().all(|format| text.contains(format.header())), "{text}");
}

#[test]
fn hostile_counts_do_not_exhaust_the_memory() {
    let large = format!("time,invocations\n0,{0}\n60,{0}\n", u32::MAX);
    let burst = Options { spread: Spread::Burst, ..Options::default() };
    assert_eq!(read(large.as_bytes(), &burst).unwrap().invocations(), 2 * u64::from(u32::MAX));
    let random = Options { spread: Spread::Random { seed: 1 }, ..Options::default() };
    assert_eq!(code(&read(large.as_bytes(), &random)), "E107");
    let far = b"time,invocations\n0,1\n0.001,1\n0.002,1\n4000000,1\n";
    let hold = Options { gaps: Gaps::Hold, ..burst.clone() };
    assert_eq!(code(&read(far, &hold)), "E107");
    let rows: String = (0..2_100_000).map(|n| format!("{n},{}\n", u32::MAX)).collect();
    assert_eq!(code(&read(format!("time,invocations\n{rows}").as_bytes(), &burst)), "E107");
    let tall = format!("time,concurrency\n0,{0}\n60,0\n120,{0}\n", u32::MAX);
    assert_eq!(read(tall.as_bytes(), &burst).unwrap().arrivals().count(), 2);
}

#[test]
fn a_companion_of_a_format_without_any_is_noted() {
    let text = b"time,invocations\n0,1\n60,1\n";
    let other = Source { name: "durations.csv", bytes: b"x\n" };
    let companions = Companions { durations: Some(other), memory: None };
    let traffic = import(Source { name: "t.csv", bytes: text }, &companions, &Options::default()).unwrap();
    assert!(traffic.notes.iter().any(|note| note.contains("durations.csv is not used")));
}

fn read(bytes: &[u8], options: &Options) -> Result<Traffic, Diagnostics> {
    import(Source { name: "t.csv", bytes }, &Companions::default(), options)
}

fn code(read: &Result<Traffic, Diagnostics>) -> &'static str {
    read.as_ref().unwrap_err().sorted()[0].code.text()
}

fn any_options() -> impl Strategy<Value = Options> {
    let gaps = prop_oneof![Just(Gaps::Error), Just(Gaps::Zero), Just(Gaps::Hold)];
    let formats: Vec<_> = ALL.iter().map(|f| Some(f.name().to_owned())).chain([None]).collect();
    (gaps, prop::sample::select(formats)).prop_map(|(gaps, format)| Options {
        format,
        gaps,
        ..Options::default()
    })
}

/// Text that looks like a traffic file and mostly is not one.
fn near_csv() -> impl Strategy<Value = String> {
    let words: Vec<&str> =
        "time|function|invocations|duration_ms|start|end|concurrency|timestamp|value|app|func|\
        end_timestamp|duration|HashOwner|HashApp|HashFunction|Trigger|1|2|480|0|60|120|1e400|NaN|-1|94.0|0.5|\
        4294967295|2026-03-02 10:00:00|2026-03-02T10:00:00Z|1577836800|1577836800000|\"|\"\"|\"a\nb\"|a|é|"
            .split('|')
            .collect();
    let cell = prop::sample::select(words);
    let row = prop::collection::vec(cell, 1..7).prop_map(|cells| cells.join(","));
    let end = prop::sample::select(vec!["\n", "\r\n", "\n\n"]);
    (prop::collection::vec(row, 1..9), end).prop_map(|(rows, end)| rows.join(end))
}

fn header() -> impl Strategy<Value = &'static str> {
    prop::sample::select(ALL.iter().map(|format| format.header()).collect::<Vec<_>>())
}

fn holds(result: &Result<Traffic, Diagnostics>) {
    match result {
        Ok(traffic) => {
            let starts: Vec<_> = traffic.arrivals().take(10_000).map(|entry| entry.at).collect();
            assert!(starts.is_sorted());
            assert!(starts.last().is_none_or(|at| *at <= traffic.span.0));
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            for problem in problems.sorted() {
                assert!(
                    problem.line.is_some() || matches!(problem.code.text(), "E107" | "E204"),
                    "{problem}"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic_and_every_error_has_a_place(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        options in any_options(),
    ) {
        holds(&read(&bytes, &options));
    }

    #[test]
    fn no_text_panics_and_every_error_has_a_place(
        header in header(),
        text in near_csv(),
        with_header in any::<bool>(),
        options in any_options(),
    ) {
        let text = if with_header { format!("{header}\n{text}") } else { text };
        holds(&read(text.as_bytes(), &options));
    }

    #[test]
    fn counts_come_back_as_they_were_written(
        counts in prop::collection::vec(prop::collection::vec(0_u32..50, 3), 2..20),
        slot in 1_u64..100_000,
        shuffle in any::<u64>(),
    ) {
        let mut rows = Vec::new();
        let mut cells = Vec::new();
        for (number, row) in (0_u32..).zip(&counts) {
            for (function, count) in (0_u32..).zip(row) {
                let at = 1_577_836_800_000 + u64::from(number) * slot;
                let duration = count * 7 + function;
                rows.push(format!("{at},f{function},{count},{duration}\n"));
                cells.push(Cell { slot: number, function, count: *count, duration });
            }
        }
        // The first slot's rows stay in front, so that functions keep their numbers.
        let tail = rows.split_off(3);
        let turn = usize::try_from(shuffle % 1_000).unwrap() % tail.len() / 3 * 3;
        let text: String = std::iter::once("time,function,invocations,duration_ms\n".to_owned())
            .chain(rows)
            .chain(tail[turn..].to_vec())
            .chain(tail[..turn].to_vec())
            .collect();
        let traffic = read(text.as_bytes(), &Options::default()).unwrap();
        cells.retain(|cell| cell.count > 0);
        prop_assert_eq!(traffic.origin, Some(1_577_836_800_000));
        prop_assert_eq!(traffic.span, Millis(slot * counts.len() as u64));
        prop_assert_eq!(traffic.shape, Shape::Counts { slot: Millis(slot), cells, spread: Spread::Even });
    }
}

/// The folder of real data, where there is one.
fn real(file: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("ENIPLAN_SHARED_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let path = folder.join(file);
    if !path.exists() {
        println!("skipped: {file} is not here");
    }
    path.exists().then_some(path)
}

fn import_real(path: &Path, options: &Options) -> Result<Traffic, Diagnostics> {
    let beside = |name: &str| file(&path.with_file_name(name));
    let (traffic, durations, memory) = (file(path).unwrap(), beside("durations.csv"), beside("memory.csv"));
    let companions =
        Companions { durations: durations.as_ref().map(source), memory: memory.as_ref().map(source) };
    let started = std::time::Instant::now();
    let result = import(source(&traffic), &companions, options);
    println!("{}: {:?}", path.display(), started.elapsed());
    result
}

#[test]
fn real_azure_2019_comes_in_whole() {
    if let Some(path) = real("azure2019_8h/invocations.csv") {
        let traffic = import_real(&path, &Options::default()).unwrap();
        assert_eq!((traffic.functions.len(), traffic.invocations()), (250, 567_403));
        assert_eq!((traffic.span, traffic.origin), (Millis::minutes(480), None));
        assert!(traffic.functions.iter().all(|f| f.duration.is_some() && f.memory.is_some()));
        let known = |text: &str| traffic.notes.iter().any(|note| note.starts_with(text));
        assert!(known("durations of 250 of 250 functions"), "{:?}", traffic.notes);
        assert!(known("memory of 250 of 250 functions"), "{:?}", traffic.notes);
        // The first row of durations.csv: 6108 ms on average.
        let first = traffic.functions.iter().find(|f| f.name.ends_with("-50c299e1")).unwrap();
        assert_eq!(first.duration, Some(Millis(6_108)));
        assert!(traffic.functions.iter().all(|f| f.name.split_once('-').unwrap().1.len() == 8));
    }
    if let Some(path) = real("azure2019_fullday_9fn/invocations.csv") {
        let traffic = import_real(&path, &Options::default()).unwrap();
        assert_eq!((traffic.functions.len(), traffic.invocations()), (9, 1_061));
        assert_eq!(traffic.span, Millis::minutes(1_440));
        let note = "the file gives no durations: every invocation is taken to last 100ms";
        assert!(traffic.notes.iter().any(|n| n == note), "{:?}", traffic.notes);
    }
}

#[test]
fn real_azure_2021_comes_in_whole() {
    let Some(path) = real("azure2021_first199/Azure2021_200.csv") else { return };
    let traffic = import_real(&path, &Options::default()).unwrap();
    assert_eq!((traffic.functions.len(), traffic.invocations()), (31, 199));
    // The first start is 0.0014909 s, the last end 1260.0557980537415 s.
    assert_eq!((traffic.span, traffic.origin), (Millis(1_260_055), None));
}

#[test]
fn real_series_have_their_gaps_named() {
    if let Some(path) = real("nab/elb_request_count_8c0756.csv") {
        let problems = import_real(&path, &Options::default()).unwrap_err();
        assert_eq!((problems.count(), problems.sorted()[0].code.text()), (8, "E105"));
        let traffic = import_real(&path, &Options { gaps: Gaps::Zero, ..Options::default() }).unwrap();
        assert_eq!((traffic.invocations(), traffic.span), (249_327, Millis::minutes(5 * 4_040)));
        assert_eq!(traffic.origin, Some(1_397_088_240_000));
    }
    if let Some(path) = real("worldcup98/invocation_count.csv") {
        let problems = import_real(&path, &Options::default()).unwrap_err();
        assert_eq!((problems.count(), problems.sorted()[0].code.text()), (7, "E105"));
        for gaps in [Gaps::Zero, Gaps::Hold] {
            let traffic = import_real(&path, &Options { gaps, ..Options::default() }).unwrap();
            // 125,300 minutes are there and 5 + 2 + 3 are not.
            assert_eq!(traffic.span, Millis::minutes(125_310));
            let extra = traffic.invocations() - 1_352_804_107;
            assert_eq!(extra > 0, gaps == Gaps::Hold);
        }
    }
}
