//! Import: fixtures of every format with their exact places, properties, and real files where they are to be had.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // helpers of tests

mod blocks;
mod generate;
mod inventory;
mod real;
mod saved_files;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use eniplan::diagnostic::{Diagnostics, escaped};
use eniplan::import::{
    ALL, Companions, Gaps, InputFile, Meaning, Options, Repeats, Resets, detect, import, import_all,
};
use eniplan::quantity::{Memory, Millis};
use eniplan::trace::{Cell, Shape, Spread, Trace};
use jiff::tz::TimeZoneDatabase;
use proptest::prelude::*;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/traffic")
}

/// A file's name and bytes, where there is one.
fn file(path: &Path) -> Option<(String, Vec<u8>)> {
    let name = path.file_name()?.to_str()?.to_owned();
    Some((name, fs::read(path).ok()?))
}

fn source(file: &(String, Vec<u8>)) -> InputFile<'_> {
    InputFile { name: &file.0, bytes: &file.1 }
}

/// Imports `path` with the companions `<stem>.durations.csv` and `<stem>.memory.csv`, and with
/// `<stem>.2.<extension>` as a second file of traffic.
fn import_file(path: &Path, options: &Options) -> Result<Trace, Diagnostics> {
    let end = path.extension().unwrap().to_str().unwrap();
    let second = file(&path.with_extension(format!("2.{end}")));
    let trace: Vec<_> = [file(path), second].into_iter().flatten().collect();
    let durations = file(&path.with_extension("durations.csv"));
    let memory = file(&path.with_extension("memory.csv"));
    let companions = Companions {
        durations: durations.as_ref().map(source),
        memory: memory.as_ref().map(source),
        ..Companions::default()
    };
    import_all(&trace.iter().map(source).collect::<Vec<_>>(), &companions, options)
}

fn options(expected: &str) -> Options {
    let mut options = Options::default();
    let words = expected.lines().find_map(|line| line.strip_prefix("options ")).unwrap_or_default();
    for word in words.split_whitespace() {
        match word.split_once('=').unwrap() {
            ("format", name) => options.format = Some(name.into()),
            ("gaps", choice) => options.gaps = choice.parse().unwrap(),
            ("spread", "burst") => options.spread = Spread::Burst,
            ("values", meaning) => options.meaning = Some(meaning.parse().unwrap()),
            ("resets", choice) => options.resets = choice.parse().unwrap(),
            ("duplicates", choice) => options.repeats = choice.parse().unwrap(),
            ("zone", name) => options.zone = TimeZoneDatabase::bundled().get(name).ok(),
            ("routes", "yes") => options.routes = true,
            ("unpacked", bytes) => options.unpacked = Memory(bytes.parse().unwrap()),
            other => panic!("{other:?}"),
        }
    }
    options
}

fn shown(trace: &Trace) -> String {
    let names: Vec<String> =
        trace.functions.iter().map(|f| escaped(&f.name).chars().take(60).collect()).collect();
    let mut text = format!("functions {}\n", names.join(" "));
    if trace.functions.iter().any(|f| f.memory.is_some()) {
        let mib = |f: &eniplan::trace::TraceFunction| {
            f.memory.map_or_else(|| "-".into(), |memory| (memory.0 >> 20).to_string())
        };
        let memory: Vec<String> = trace.functions.iter().map(mib).collect();
        writeln!(text, "memory {}", memory.join(" ")).unwrap();
    }
    let origin = trace.origin.map_or_else(|| "-".into(), |at| at.to_string());
    writeln!(text, "span {}\norigin {origin}", trace.span.0).unwrap();
    for entry in trace.arrivals() {
        let name = &names[entry.function as usize];
        writeln!(text, "{} {name} {} {}", entry.at, entry.duration, entry.count).unwrap();
    }
    text
}

fn places(problems: &Diagnostics, trace: &str) -> String {
    let number = |n: Option<u64>| n.map_or_else(|| "-".into(), |n| n.to_string());
    let mut text = String::new();
    for problem in problems.sorted() {
        let file = match problem.file.as_str() {
            "" => String::new(),
            name if name == trace => String::new(),
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
        Ok(trace) => (shown(&trace), trace.notes),
        Err(problems) => {
            let listed = problems.sorted().iter().all(|p| !p.message.is_empty() && !p.help.is_empty());
            assert!(listed && problems.count() == problems.sorted().len(), "{name}: {problems}");
            (places(&problems, name), Vec::new())
        }
    };
    let told = |line: &&str| !line.starts_with("options ") && !line.starts_with("note ");
    let wanted: String = expected.lines().filter(told).flat_map(|line| [line, "\n"]).collect();
    let wanted_notes: Vec<_> = expected.lines().filter_map(|line| line.strip_prefix("note ")).collect();
    let told_all = wanted_notes.len() == notes.len()
        && wanted_notes.iter().all(|wanted| notes.iter().any(|note| note.contains(wanted)));
    if found == wanted && told_all {
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
        let inputs = paths.iter().filter(|path| path.extension().is_some_and(|end| end != "expected"));
        let (beside, inputs): (Vec<_>, Vec<_>) =
            inputs.partition(|path| path.file_stem().unwrap().to_str().unwrap().contains('.'));
        let expected = inputs.iter().filter(|path| path.with_extension("expected").exists());
        assert_eq!(expected.count(), inputs.len(), "{}: a fixture says nothing", format.name());
        let companion = |path: &&PathBuf| path.with_extension("").extension().is_some_and(|end| end != "2");
        assert_eq!(beside.into_iter().any(|path| companion(&path)), format.companions());
        for path in inputs {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if let Err(difference) = check(path) {
                writeln!(failures, "== {}/{name}\n{difference}", format.name()).unwrap();
            }
            if name.starts_with("good-") {
                good += 1;
                let trace = file(path).unwrap();
                let detected = detect(source(&trace), &Options::default())
                    .map_or("nothing", eniplan::import::TraceFormat::name);
                // VictoriaMetrics' other time formats are found by their name alone.
                let named = fs::read_to_string(path.with_extension("expected")).unwrap().contains("format=");
                assert!(named || detected == format.name(), "{name} is taken for {detected}");
            } else {
                bad += 1;
            }
        }
        assert!(good > 0 && bad > 0, "{} needs good and bad fixtures", format.name());
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn the_short_way_through_a_file_and_the_long_one_lead_to_the_same() {
    let mut same = 0;
    for format in ["log", "azure-2019"] {
        for entry in fs::read_dir(fixtures().join(format)).unwrap() {
            let path = entry.unwrap().path();
            let Some(text) = fs::read(&path).ok().and_then(|bytes| String::from_utf8(bytes).ok()) else {
                continue;
            };
            if path.extension().is_some_and(|end| end == "expected") || text.contains(['"', '\r']) {
                continue;
            }
            // A quote makes every block one that is read row by row.
            let quoted: String = text
                .lines()
                .map(|line| match line.split_once(',') {
                    Some((first, rest)) => format!("\"{first}\",{rest}\n"),
                    None => format!("{line}\n"),
                })
                .collect();
            let read = |text: &str| {
                let options = Options { format: Some(format.to_owned()), ..Options::default() };
                let read =
                    import(InputFile { name: "t.csv", bytes: &text }, &Companions::default(), &options);
                read.map_err(|problems| problems.to_string())
            };
            assert_eq!(read(&text), read(&quoted), "{}", path.display());
            same += 1;
        }
    }
    assert!(same > 10, "{same}");
}

#[test]
fn a_format_is_detected_from_its_own_example() {
    for format in ALL {
        let text = format!("{}\n", format.header());
        let found =
            detect(InputFile { name: "t.csv", bytes: &text.as_bytes() }, &Options::default()).unwrap();
        assert_eq!(found.name(), format.name());
    }
}

#[test]
fn more_bad_cells_than_are_shown_are_counted() {
    let problems = read(series(2_500, "-1").as_bytes(), &Options::default()).unwrap_err();
    assert_eq!(problems.count(), 2_500);
    let printed = problems.to_string();
    assert_eq!(printed.matches("E102").count(), 20);
    assert!(printed.ends_with("... and 2480 more\n"), "{printed}");
    let first = "E102 t.csv:2:2 (invocations): \"-1\": negative number\n  help: write a whole number";
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
    assert_eq!(code(&read(series(2_100_000, "4294967295").as_bytes(), &burst)), "E107");
    let tall = format!("time,concurrency\n0,{0}\n60,0\n120,{0}\n", u32::MAX);
    assert_eq!(read(tall.as_bytes(), &burst).unwrap().arrivals().count(), 2);
}

#[test]
fn durations_come_from_the_row_then_the_companion_then_the_options() {
    let text =
        b"HashOwner,HashApp,HashFunction,Trigger,1,2\no,p,f1,http,1,0\no,p,f2,http,1,0\no,p,f3,http,1,0\n";
    let durations = b"HashOwner,HashApp,HashFunction,Average\no,p,f1,20\n";
    let durations = Some(InputFile { name: "durations.csv", bytes: &durations });
    let companions = Companions { durations, ..Companions::default() };
    let mut options = Options { default_duration: Millis(40), ..Options::default() };
    options.durations = [("http-f1".to_owned(), Millis(30)), ("http-f2".to_owned(), Millis(30))].into();
    let trace = import(InputFile { name: "t.csv", bytes: &text }, &companions, &options).unwrap();
    assert_eq!(trace.arrivals().map(|entry| entry.duration).collect::<Vec<_>>(), [20, 30, 40]);
    let rows =
        read(b"time,function,invocations,duration_ms\n0,http-f1,1,10\n60,http-f1,1,\n", &options).unwrap();
    assert_eq!(rows.arrivals().map(|entry| entry.duration).collect::<Vec<_>>(), [10, 30]);
}

#[test]
fn a_file_without_a_header_is_told_so() {
    let problems = read(b"2026-03-02 10:00:00,5\n2026-03-02 10:01:00,6\n", &Options::default()).unwrap_err();
    assert!(problems.to_string().contains("add a header, since this line looks like data"), "{problems}");
}

#[test]
fn long_names_do_not_fill_the_memory() {
    let long = "x".repeat(100_000);
    let text = format!("time,invocations,{long}\n{}", "0,-1,1\n".repeat(1_000));
    let problems = read(text.as_bytes(), &Options::default()).unwrap_err();
    assert!(problems.sorted().iter().all(|problem| problem.to_string().len() < 1_000));
    let problems = read(format!("{long},{long}\n").as_bytes(), &Options::default()).unwrap_err();
    assert!(problems.to_string().len() < 2_000);
}

#[test]
fn a_companion_of_a_format_without_any_is_noted() {
    let text = b"time,invocations\n0,1\n60,1\n";
    let other = InputFile { name: "durations.csv", bytes: &b"x\n" };
    let companions = Companions { durations: Some(other), ..Companions::default() };
    let trace = import(InputFile { name: "t.csv", bytes: &text }, &companions, &Options::default()).unwrap();
    assert!(trace.notes.iter().any(|note| note.contains("durations.csv is ignored")));
}

/// Counts of `value` for so many seconds.
fn series(seconds: u32, value: &str) -> String {
    let mut text = "time,invocations\n".to_owned();
    for n in 0..seconds {
        writeln!(text, "{n},{value}").unwrap();
    }
    text
}

fn read(bytes: &[u8], options: &Options) -> Result<Trace, Diagnostics> {
    import(InputFile { name: "t.csv", bytes: &bytes }, &Companions::default(), options)
}

/// Names that would act somewhere if they were not data.
const HOSTILE: [&str; 8] = [
    "<script>alert(1)</script>",
    "=HYPERLINK(\"http://x\")",
    "a\u{1b}[2Jb",
    "line\nbreak",
    "\u{202e}right-to-left",
    "quo\"te,comma",
    "+1|cmd",
    "@sum",
];

#[test]
fn hostile_names_are_kept_as_data_and_come_back_whole() {
    let long = "名".repeat(10_000);
    let names: Vec<&str> = HOSTILE.into_iter().chain([long.as_str()]).collect();
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let mut csv = "time,function,invocations\n".to_owned();
    for name in &names {
        writeln!(csv, "0,{},1", quoted(name)).unwrap();
    }
    let mut wide = "\"Time\"".to_owned();
    for name in &names {
        write!(wide, ",{}", quoted(name)).unwrap();
    }
    writeln!(wide, "\n0{}", ",1".repeat(names.len())).unwrap();
    let series: Vec<_> = names
        .iter()
        .map(|name| serde_json::json!({ "metric": { "function_name": name }, "values": [[0, "1"]] }))
        .collect();
    let answer = serde_json::json!({
        "status": "success", "data": { "resultType": "matrix", "result": series },
    });
    for text in [csv, wide, answer.to_string()] {
        let trace = read(text.as_bytes(), &Options::default()).unwrap();
        let found: Vec<_> = trace.functions.iter().map(|function| function.name.as_str()).collect();
        assert_eq!(found, names);
    }
}

#[test]
fn hostile_names_in_errors_are_escaped_and_cut() {
    for name in HOSTILE.into_iter().chain(["x".repeat(10_000).as_str()]) {
        let quoted = format!("\"{}\"", name.replace('"', "\"\""));
        let text = format!("time,function,invocations\n0,{quoted},1\n0,{quoted},1\n60,{quoted},-1\n");
        let problems = read(text.as_bytes(), &Options::default()).unwrap_err();
        let printed = problems.to_string();
        assert!(!printed.contains(|c: char| c.is_control() && c != '\n' || c == '\u{202e}'), "{printed:?}");
        assert!(printed.len() < 1_000, "{}", printed.len());
    }
}

#[test]
fn packed_files_are_read_and_bombs_are_not() {
    let text = series(1_000, "1");
    let plain = read(text.as_bytes(), &Options::default()).unwrap();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut encoder, text.as_bytes()).unwrap();
    let gzip = encoder.finish().unwrap();
    let zstd =
        ruzstd::encoding::compress_to_vec(text.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest);
    for packed in [gzip, zstd] {
        let found = read(&packed, &Options::default()).unwrap();
        assert_eq!((&found.shape, found.span), (&plain.shape, plain.span));
        let tight = Options { unpacked: Memory(text.len() as u64 - 1), ..Options::default() };
        assert_eq!(code(&read(&packed, &tight)), "E107");
    }
}

fn code(read: &Result<Trace, Diagnostics>) -> &'static str {
    read.as_ref().unwrap_err().sorted()[0].code.text()
}

fn any_options() -> impl Strategy<Value = Options> {
    fn of<T: Copy + std::fmt::Debug>(all: &'static [(&'static str, T)]) -> impl Strategy<Value = T> {
        prop::sample::select(all.iter().map(|(_, choice)| *choice).collect::<Vec<_>>())
    }
    let formats: Vec<_> = ALL.iter().map(|f| Some(f.name().to_owned())).chain([None]).collect();
    let choices = (of(Gaps::ALL), of(Repeats::ALL), of(Resets::ALL), prop::option::of(of(Meaning::ALL)));
    let zone = TimeZoneDatabase::bundled().get("Europe/Berlin").ok();
    let rest = (prop::sample::select(formats), any::<bool>(), prop::sample::select(vec![None, zone]));
    (choices, rest).prop_map(|((gaps, repeats, resets, meaning), (format, routes, zone))| Options {
        format,
        gaps,
        repeats,
        resets,
        meaning,
        zone,
        routes,
        ..Options::default()
    })
}

/// Text that looks like a trace file and mostly is not one.
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

/// A fixture with a few bytes changed, cut out or doubled.
fn near_fixture() -> impl Strategy<Value = Vec<u8>> {
    let all: Vec<Vec<u8>> = ALL
        .iter()
        .flat_map(|format| fs::read_dir(fixtures().join(format.name())).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end != "expected"))
        .map(|path| fs::read(path).unwrap())
        .filter(|bytes| bytes.len() < 20_000)
        .collect();
    let change = (any::<prop::sample::Index>(), 0_usize..12, prop::collection::vec(any::<u8>(), 0..6));
    (prop::sample::select(all), prop::collection::vec(change, 0..5)).prop_map(|(mut bytes, changes)| {
        for (at, cut, put) in changes {
            let at = at.index(bytes.len() + 1);
            let end = (at + cut).min(bytes.len());
            bytes.splice(at..end, put);
        }
        bytes
    })
}

/// JSON of the shapes that monitoring tools give, with all kinds of values in all places.
fn near_json() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(
        r#"1|-1|0.5|1e400|"1"|"NaN"|"+Inf"|null|true|""|"x"|"\ud800"|"2026-03-02T10:00:00Z"|1772445600|1772445660000|{}|[]"#
            .split('|')
            .map(str::to_owned)
            .collect::<Vec<_>>(),
    );
    let keys = "MetricDataResults|Label|Timestamps|Values|Datapoints|Timestamp|Sum|status|data|resultType|result|\
                metric|values|series|pointlist|scope|tag_set|_aws|function_name|duration|results|field|value|x"
        .split('|')
        .collect::<Vec<_>>();
    leaf.prop_recursive(5, 40, 6, move |inner| {
        let field = (prop::sample::select(keys.clone()), inner.clone());
        let list = prop::collection::vec(inner, 0..5).prop_map(|items| format!("[{}]", items.join(",")));
        let object = prop::collection::vec(field, 0..6).prop_map(|fields| {
            let fields: Vec<_> = fields.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
            format!("{{{}}}", fields.join(","))
        });
        prop_oneof![list, object]
    })
}

fn header() -> impl Strategy<Value = &'static str> {
    prop::sample::select(ALL.iter().map(|format| format.header()).collect::<Vec<_>>())
}

fn holds(result: &Result<Trace, Diagnostics>) {
    match result {
        Ok(trace) => {
            let starts: Vec<_> = trace.arrivals().take(10_000).map(|entry| entry.at).collect();
            assert!(starts.is_sorted());
            assert!(starts.last().is_none_or(|at| *at <= trace.span.0));
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
    fn no_changed_fixture_panics_and_every_error_has_a_place(
        bytes in near_fixture(),
        options in any_options(),
    ) {
        holds(&read(&bytes, &options));
        holds(&import_all(
            &[InputFile { name: "a", bytes: &bytes }, InputFile { name: "b", bytes: &bytes }],
            &Companions::default(),
            &options,
        ));
    }

    #[test]
    fn no_json_panics_and_every_error_has_a_place(text in near_json(), options in any_options()) {
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
        let trace = read(text.as_bytes(), &Options::default()).unwrap();
        cells.retain(|cell| cell.count > 0);
        prop_assert_eq!(trace.origin, Some(1_577_836_800_000));
        prop_assert_eq!(trace.span, Millis(slot * counts.len() as u64));
        prop_assert_eq!(trace.shape, Shape::Counts { slot: Millis(slot), cells, spread: Spread::Even });
    }
}
