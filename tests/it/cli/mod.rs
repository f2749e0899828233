//! The command line: exit codes, where output goes, and what it does with hostile input.

mod check;
mod documents;
mod examples;
mod help;
mod hostile;
mod settings;
mod terminal;

use std::ffi::OsStr;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// What the built binary says and how it ends, run among the fixtures.
pub(crate) struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eniplan"));
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/cli"));
    command.env_remove("RUST_BACKTRACE").stdin(Stdio::null());
    command
}

fn said(output: &Output) -> Said {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let code = output.status.code().expect("it ends by itself");
    let said = Said { code, out: text(&output.stdout), err: text(&output.stderr) };
    assert!(!said.err.contains("panicked"), "{}", said.err);
    said
}

pub(crate) fn run<S: AsRef<OsStr>>(words: &[S]) -> Said {
    said(&command().args(words).output().unwrap())
}

fn line(words: &str) -> Said {
    run(&words.split_whitespace().collect::<Vec<_>>())
}

/// A folder of this test's own, empty.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cli-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn errors(said: &Said) -> Vec<String> {
    let value: Value = serde_json::from_str(&said.out).unwrap();
    let errors = value["errors"].as_array().unwrap();
    errors.iter().map(|error| error["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn answers_go_to_stdout_and_end_with_0() {
    for words in ["demand counts.csv", "simulate log.csv", "models", "policies", "formats"] {
        let said = line(words);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{words}");
        assert!(said.out.ends_with('\n') && !said.out.is_empty(), "{words}");
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    assert_eq!(line("--version").out, concat!("eniplan ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn bad_usage_ends_with_2_and_an_empty_stdout() {
    for words in [
        "",
        "dream counts.csv",
        "demand",
        "demand counts.csv --format xml",
        "demand counts.csv --gaps maybe",
        "demand counts.csv --duration 5",
        "demand counts.csv --busiest 1h --from 2h",
        "simulate counts.csv --runs 0",
        "simulate counts.csv --threads 0",
        "simulate counts.csv --policy idle-reuse --policy no-reuse",
        "simulate counts.csv -o same.txt --log same.txt",
        "demand counts.csv --from 2m --to 1m",
        "demand counts.csv --from 1h",
        "demand log.csv --from 2026-03-02",
        "plan counts.csv",
        "generate waves",
    ] {
        let said = line(words);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{words}");
        assert!(!said.err.is_empty(), "{words}");
    }
}

#[test]
fn every_problem_of_every_input_is_told_at_once() {
    let said = line("demand bad.csv --model lamda-2018 --policy foo:x=1 --scenario nope.toml");
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    for part in [
        "E001 nope.toml: cannot read the file: no such file or folder",
        "E102 bad.csv:2:3 (invocations): \"-4\"",
        "E102 bad.csv:3:4 (duration_ms): \"NaN\"",
        "E102 bad.csv:4:3 (invocations): \"eight\"",
        "unknown model `lamda-2018`; one of: lambda-2018, lambda-2019-measured, lambda-hyperplane",
        "did you mean lambda-2018?",
        "unknown policy `foo`; one of: no-reuse, idle-reuse",
        "unknown policy parameter `x`",
    ] {
        assert!(said.err.contains(part), "{part}\n{}", said.err);
    }
}

#[test]
fn errors_are_json_where_that_is_the_format() {
    let said = line("demand bad.csv --format json");
    assert_eq!((said.code, said.err.as_str()), (2, ""));
    assert_eq!(errors(&said), ["E102", "E102", "E102"]);
    let value: Value = serde_json::from_str(&said.out).unwrap();
    let first = &value["errors"][0];
    assert_eq!((&first["line"], &first["column"], &first["value"]), (&2.into(), &3.into(), &"-4".into()));
    assert_eq!(errors(&line("demand --format json")), ["E401"]);
    assert_eq!(errors(&line("demand none.csv --format=json")), ["E001"]);
    assert_eq!(errors(&line("dream --format json")), ["E401"]);
}

#[test]
fn an_unknown_format_of_trace_lists_the_known_ones() {
    let said = line("demand counts.csv --trace-format csv");
    assert_eq!(said.code, 2);
    for format in ["counts", "log", "concurrency", "azure-2019", "azure-2021", "series"] {
        assert!(said.err.contains(format), "{}", said.err);
    }
}

#[test]
fn what_is_no_file_is_a_diagnostic() {
    for (path, part) in [
        ("none.csv", "E001 none.csv: cannot read the file: no such file"),
        (".", "E001 .: cannot read the file: it is a folder"),
        ("/dev/null", "E004 /dev/null"),
        ("-", "E004 stdin:1"),
    ] {
        let said = run(&["demand", path]);
        assert_eq!(said.code, 2, "{path}");
        assert!(said.err.starts_with(part), "{path}: {}", said.err);
    }
    assert!(line("simulate counts.csv --replay .").err.starts_with("E001"));
    assert!(line("simulate counts.csv --model ./none.toml").err.starts_with("E001"));
    assert!(line("demand counts.csv --durations none.csv").err.starts_with("E001"));
}

#[test]
fn a_file_above_2_gib_is_refused_unread() {
    let path = folder("large").join("large.csv");
    // A hole: it takes no room.
    fs::File::create(&path).unwrap().set_len((2 << 30) + 1).unwrap();
    let said = run(&[OsStr::new("demand"), path.as_os_str()]);
    assert_eq!(said.code, 2);
    assert!(said.err.starts_with("E107"), "{}", said.err);
}

#[cfg(unix)]
#[test]
fn paths_need_not_be_utf8() {
    use std::os::unix::ffi::OsStrExt;
    let path = folder("bytes").join(OsStr::from_bytes(b"traffic-\xff.csv"));
    fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/cli/counts.csv"), &path).unwrap();
    let copy = path.with_file_name(OsStr::from_bytes(b"answer-\xff.txt"));
    let said = run(&[OsStr::new("demand"), path.as_os_str(), OsStr::new("-o"), copy.as_os_str()]);
    assert_eq!((said.code, said.out.as_str()), (0, ""));
    assert!(fs::read_to_string(copy).unwrap().contains("checkout"));
}

#[test]
fn trace_comes_from_stdin_too() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cli");
    let file = fs::File::open(fixtures.join("log.csv")).unwrap();
    let piped = said(&command().args(["demand", "-", "--format", "csv"]).stdin(file).output().unwrap());
    assert_eq!(piped.code, 0);
    assert_eq!(piped.out, line("demand log.csv --format csv").out);
}

#[test]
fn a_closed_pipe_is_the_readers_choice() {
    let mut child = command()
        .args(["generate", "diurnal", "--span", "10d"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), ended.stderr.as_slice()), (Some(0), b"".as_slice()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_diagnostic() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let said = said(&command().args(["demand", "counts.csv"]).stdout(full).output().unwrap());
    assert_eq!(said.code, 2);
    assert!(said.err.starts_with("E001 stdout: cannot write the file"), "{}", said.err);
    let said = line("demand counts.csv -o /dev/full");
    assert!(said.err.starts_with("E001 /dev/full: cannot write the file"), "{}", said.err);
    assert!(Path::new("/dev/full").exists());
}

#[test]
fn files_appear_whole_or_not_at_all() {
    let folder = folder("whole");
    let at = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let (answer, log) = (at("answer.json"), at("log.csv"));
    let said =
        run(&["simulate", "log.csv", "--start", "empty", "--format", "json", "-o", &answer, "--log", &log]);
    assert_eq!((said.code, said.out.as_str()), (0, ""));
    assert_eq!(said.err, format!("note: wrote {log}\nnote: wrote {answer}\n"));
    assert!(serde_json::from_str::<Value>(&fs::read_to_string(&answer).unwrap()).is_ok());
    // Refused input leaves what was there, and nothing beside it.
    let said = run(&["demand", "bad.csv", "-o", &answer]);
    assert_eq!(said.code, 2);
    assert!(fs::read_to_string(&answer).unwrap().contains("\"invocations\": 5"));
    let mut left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["answer.json", "log.csv"]);
    let said = run(&["demand", "log.csv", "-o", &at("none/answer.txt")]);
    assert_eq!(said.code, 2);
    assert!(said.err.starts_with("E001"), "{}", said.err);
    let said = run(&["demand", "log.csv", "-o", &at("")]);
    assert_eq!(said.code, 2, "{}", said.err);
    let said = run(&["demand", "log.csv", "--quiet", "-o", &answer]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
}

#[cfg(unix)]
#[test]
fn a_link_is_written_through_and_keeps_its_rights() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder("link");
    let (file, link) = (folder.join("file.txt"), folder.join("link.txt"));
    fs::write(&file, "before").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let said = run(&[OsStr::new("formats"), OsStr::new("-o"), link.as_os_str()]);
    assert_eq!(said.code, 0);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&file).unwrap().starts_with("eniplan reads"));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn a_missed_gate_ends_with_1_after_the_answer() {
    let said = line("simulate log.csv --start empty --policy no-reuse --max-enis 1 --max-failures 0");
    assert_eq!(said.code, 1);
    assert!(
        said.out.starts_with("80.00% of invocations start cold under no-reuse on lambda-2018 (4 of 5"),
        "{}",
        said.out
    );
    assert_eq!(said.err, "gate missed: --max-enis 1: ENIs held reach 4 in this run, 3 over the limit\n");
    assert_eq!(line("simulate log.csv --max-enis 4").code, 0);
    let said = line("worst-case log.csv --start empty --effort 100 --max-cold-start 15m --format json");
    assert_eq!(said.code, 1);
    // 15m, and the longest of the other phases: 50 + 125 + 20 + 445 ms.
    let line = "gate missed: --max-cold-start 15m: cold starts reach 15m0.64s (proved bound), 640ms over the limit\n";
    assert_eq!(said.err, line);
    let value: Value = serde_json::from_str(&said.out).unwrap();
    let gate = &value["gates"][0];
    assert_eq!((&gate["limit"], &gate["value"]), (&900_000.into(), &900_640.into()));
    assert_eq!(gate["passed"], false);
}

#[test]
fn a_plan_may_not_hold_more_enis_than_its_gate() {
    let said = line("plan counts.csv --max-cold-start 1s --max-enis 1");
    assert!(
        said.code == 1 && said.err.starts_with("gate missed: --max-enis 1: ENIs held reach "),
        "{}",
        said.err
    );
    assert!(said.err.ends_with(" reach 8 in the plan, 7 over the limit\n"), "{}", said.err);
    assert_eq!(line("plan counts.csv --max-cold-start 1s --max-enis 8").code, 0);
    // Without a plan there is nothing to hold against it.
    let said = line("plan counts.csv --max-cold-start 100ms --max-enis 1");
    assert_eq!((said.code, said.err.as_str()), (1, ""));
}

#[test]
fn the_gates_of_a_comparison_are_those_of_one_option() {
    // One option is fast and one holds few ENIs; none is both.
    let words = "compare counts.csv --policy idle-reuse --policy shared-at-deploy --start empty --runs 1 \
                 --effort 1000 --quiet --model failing.toml";
    let rows: Value = serde_json::from_str(&line(&format!("{words} --format json")).out).unwrap();
    let of = |row: usize, field: &str| rows["rows"][row][field]["bound"].as_u64().unwrap();
    let enis: Vec<u64> = (0..2).map(|row| of(row, "worst_peak_enis")).collect();
    let least = enis.iter().min().unwrap();
    assert_eq!(line(&format!("{words} --max-enis {least}")).code, 0);
    let said = line(&format!("{words} --max-enis {}", least - 1));
    assert_eq!(said.code, 1);
    assert!(
        said.err.contains(" (proved bound) with the closest policy, ")
            && said.err.ends_with(", 1 over the limit\n"),
        "{}",
        said.err
    );
}

#[test]
fn no_plan_ends_with_1() {
    let said = line("plan counts.csv --max-cold-start 100ms");
    assert_eq!((said.code, said.err.as_str()), (1, ""));
    assert!(said.out.starts_with("No plan keeps every cold start within 100ms"), "{}", said.out);
    assert_eq!(line("plan counts.csv --scenario scenario.toml").code, 0);
}

#[test]
fn the_same_bytes_come_out_on_any_number_of_threads() {
    let with = |threads: &str| {
        let words = format!("simulate counts.csv --runs 9 --spread random --format json --threads {threads}");
        line(&words).out
    };
    assert_eq!(with("1"), with("7"));
    let seeds = |seed: &str| line(&format!("simulate counts.csv --format csv --seed {seed}")).out;
    assert_ne!(seeds("1"), seeds("2"));
}

#[test]
fn a_witness_replays_to_what_it_witnesses() {
    let witness = folder("witness").join("witness.json");
    let file = witness.to_str().unwrap();
    let options = ["--format", "json", "--model", "lambda-2019-measured", "--policy", "leaky-reuse"];
    let worst = ["worst-case", "counts.csv", "--effort", "20000", "--witness", file];
    let worst: Value = serde_json::from_str(&run(&[&worst[..], &options].concat()).out).unwrap();
    let replay = ["simulate", "counts.csv", "--replay", file];
    let replay: Value = serde_json::from_str(&run(&[&replay[..], &options].concat()).out).unwrap();
    assert_eq!(replay["cold_start_ms"]["max"], worst["cold_start"]["witness_ms"]);
    assert_eq!(replay["longest_cold_start"]["path"], worst["cold_start"]["path"]);
    // The model of another time boots for minutes, so the witness is none of its realizations.
    let said = run(&["simulate", "counts.csv", "--replay", file]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("is outside the model's range 5m..15m"), "{}", said.err);
}

#[test]
fn the_witness_of_each_objective_replays_to_its_value_in_several_worlds() {
    let file = folder("witness-of").join("witness.json");
    let file = file.to_str().unwrap();
    for (of, worst_at, replayed_at) in [
        ("cold-start", "/cold_start/witness_ms", "/cold_start_ms/max"),
        ("enis", "/peak_enis/witness", "/enis/peak"),
        ("failures", "/failures/witness", "/failed"),
    ] {
        for world in [
            "counts.csv --policy idle-reuse --start empty",
            "counts.csv --policy leaky-reuse:miss_budget=2 --model lambda-2019-measured",
            "counts.csv --policy shared-slots --scenario scenario.toml",
            "counts.csv --policy no-reuse --model failing.toml --start empty",
            "log.csv --policy warm-pool:warm=1,idle_ttl=10m",
        ] {
            let options = format!("{world} --format json --quiet");
            let said =
                line(&format!("worst-case {options} --effort 20000 --witness-of {of} --witness {file}"));
            let worst: Value = serde_json::from_str(&said.out).unwrap();
            let said = line(&format!("simulate {options} --replay {file}"));
            let replay: Value = serde_json::from_str(&said.out).unwrap();
            let replayed = match replay.pointer(replayed_at).unwrap() {
                Value::Object(reasons) => reasons.values().filter_map(Value::as_u64).sum::<u64>().into(),
                number => number.clone(),
            };
            assert_eq!(&replayed, worst.pointer(worst_at).unwrap(), "{of} {world}");
            let assumptions = replay["assumptions"].to_string();
            assert!(assumptions.contains("reproduced by this replay"), "{of} {world}: {assumptions}");
            if of == "cold-start" && replayed != 0 {
                assert_eq!(replay["longest_cold_start"]["path"], worst["cold_start"]["path"], "{world}");
                assert_eq!(
                    replay["longest_cold_start"]["bottleneck"], worst["cold_start"]["bottleneck"],
                    "{world}"
                );
            }
        }
    }
}

#[test]
fn the_witness_of_a_subnet_replays_to_its_peak_and_an_unknown_one_is_refused() {
    let file = folder("witness-of-subnet").join("witness.json");
    let file = file.to_str().unwrap();
    let options = "counts.csv --policy idle-reuse --start empty --format json --quiet";
    let of = format!("--effort 20000 --witness {file} --witness-of");
    let said = line(&format!("worst-case {options} {of} subnet:subnet-a"));
    let worst: Value = serde_json::from_str(&said.out).unwrap();
    let said = line(&format!("simulate {options} --replay {file}"));
    let replay: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(replay["enis"]["peak"], worst["peak_enis"]["by_subnet"][0]["witness"]);
    let assumptions = replay["assumptions"].to_string();
    assert!(assumptions.contains("in subnet-a, reproduced by this replay"), "{assumptions}");
    let options = "counts.csv --policy idle-reuse --start empty";
    let said = line(&format!("worst-case {options} {of} subnet:subnet-b"));
    assert!(said.code == 2 && said.err.contains("one of: subnet:subnet-a"), "{}", said.err);
    for odd in ["subnet", "subnet:", "colour"] {
        let said = line(&format!("worst-case {options} {of} {odd}"));
        assert!(said.code == 2 && said.err.contains("subnet:NAME"), "{}", said.err);
    }
}

#[test]
fn a_witness_of_other_trace_is_refused_and_one_that_says_nothing_is_read() {
    let path = folder("witness-other").join("witness.json");
    let file = path.to_str().unwrap();
    line(&format!("worst-case counts.csv --effort 2000 --witness {file}"));
    let said = line(&format!("simulate log.csv --replay {file}"));
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("a different trace: 155 invocations over 4m; this trace has 5 invocations"),
        "{}",
        said.err
    );
    // As many invocations over as long, and not at the same times.
    let said = line(&format!("simulate counts.csv --spread burst --replay {file}"));
    assert_eq!(said.code, 2);
    assert!(said.err.contains("same number of invocations, but different times"), "{}", said.err);
    // Under another policy it is another story, which is said.
    let said = line(&format!("simulate counts.csv --policy shared-at-deploy --replay {file}"));
    let said = said.out.replace("\n  ", " ");
    assert!(said.contains("found under idle-reuse on lambda-2018, but this replay gives"), "{said}");
    let mut value: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    value["witness_of"]["objective"] = "colour".into();
    fs::write(&path, value.to_string()).unwrap();
    let said = line(&format!("simulate counts.csv --replay {file}"));
    assert!(said.code == 2 && said.err.contains("`witness_of` must give"), "{}", said.err);
    for field in ["witness_of", "trace", "policy", "model"] {
        value.as_object_mut().unwrap().remove(field);
    }
    fs::write(&path, value.to_string()).unwrap();
    assert_eq!(line(&format!("simulate counts.csv --replay {file}")).code, 0);
}

#[test]
fn the_curve_brackets_every_slot_and_reaches_the_worst_case() {
    let said = line("worst-case counts.csv --effort 20000 --format json --curve 30s");
    let worst: Value = serde_json::from_str(&said.out).unwrap();
    let curve = worst["curve"].as_array().unwrap();
    let of = |field: &str| -> Vec<u64> { curve.iter().map(|point| point[field].as_u64().unwrap()).collect() };
    assert_eq!(of("at_ms"), (0..8).map(|n| n * 30_000).collect::<Vec<_>>());
    assert_eq!(worst["curve_slot_ms"], 30_000);
    assert_eq!(of("invocations").iter().sum::<u64>(), 155);
    assert!(of("witness_ms").iter().zip(of("bound_ms")).all(|(shown, proved)| *shown <= proved));
    let most = |field| of(field).into_iter().max();
    assert_eq!(most("witness_ms"), worst["cold_start"]["witness_ms"].as_u64());
    assert_eq!(most("bound_ms"), worst["cold_start"]["bound_ms"].as_u64());
    for (slot, told) in [("0ms", "must be longer than 0"), ("1ms", "240,000 slots"), ("x", "invalid value")] {
        let said = line(&format!("worst-case counts.csv --curve {slot}"));
        assert_eq!(said.code, 2, "{slot}");
        assert!(said.err.contains(told), "{slot}: {}", said.err);
    }
    // Without a slot there are about 24 of a usual length, and without --curve none.
    let said = line("worst-case counts.csv --effort 2000 --format csv --curve --quiet");
    assert_eq!(said.out.matches("cold_start_in_slot_ms").count(), 16);
    let said = line("worst-case counts.csv --effort 2000 --format json");
    assert!(!said.out.contains("\"curve"));
}

#[test]
fn a_time_limit_ends_the_search_and_is_said() {
    let said = line("worst-case counts.csv --time-limit 0ms --format json");
    let worst: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &worst["stopped_after_ms"]), (0, &0.into()));
    assert!(worst["assumptions"].to_string().contains("the search stopped after 0ms"));
    // A progress line is for terminals.
    assert_eq!(said.err, "");
    let unlimited: Value =
        serde_json::from_str(&line("worst-case counts.csv --effort 2000 --format json").out).unwrap();
    assert_eq!(unlimited["stopped_after_ms"], Value::Null);
}

#[test]
fn every_problem_of_a_witness_is_told() {
    let path = folder("witness-bad").join("witness.json");
    let text = r#"{"boots_ms": [1, "x"], "deletions_ms": 3, "phases_ms": {"a": []}, "colour": 1}"#;
    fs::write(&path, text).unwrap();
    let said = run(&["simulate", "log.csv", "--replay", path.to_str().unwrap()]);
    assert_eq!(said.code, 2);
    for part in [
        "1:15: \"1\": `boots_ms[0]` is outside the model's range 5m..15m",
        "1:18: \"x\": `boots_ms[1]` must be a whole number",
        "1:40: \"3\": `deletions_ms` must be a list",
        "1:62: \"a list\": `phases_ms.a` is not an environment number",
        "1:1: \"a map\": `misses` must be a list",
        "1:1: \"a map\": `unlisted` must be",
        "1:77: \"1\": unknown field `colour`",
    ] {
        assert!(said.err.contains(&format!("witness.json:{part}")), "{part}\n{}", said.err);
    }
    fs::write(&path, "{\n oops").unwrap();
    let said = run(&["simulate", "log.csv", "--replay", path.to_str().unwrap()]);
    assert!(said.err.contains("witness.json:2:2: invalid JSON"), "{}", said.err);
}

#[test]
fn companions_are_found_beside_the_trace() {
    let folder = folder("azure");
    let at = |name: &str| folder.join(name).to_string_lossy().into_owned();
    fs::write(at("inv.csv"), "HashOwner,HashApp,HashFunction,Trigger,1,2\no,a,f,http,3,4\n").unwrap();
    fs::write(at("durations.csv"), "HashOwner,HashApp,HashFunction,Average\no,a,f,250\n").unwrap();
    fs::write(at("other.csv"), "HashOwner,HashApp,HashFunction,Average\no,a,f,750\n").unwrap();
    let mean = |more: &[&str]| {
        let inv = at("inv.csv");
        let words = [&["demand", &inv, "--format", "json"], more].concat();
        let value: Value = serde_json::from_str(&run(&words).out).unwrap();
        value["concurrency"]["mean"].as_f64().unwrap()
    };
    // 7 invocations over 2 minutes.
    assert!((mean(&[]) - 7.0 * 250.0 / 120_000.0).abs() < 1e-9);
    assert!((mean(&["--durations", &at("other.csv")]) - 7.0 * 750.0 / 120_000.0).abs() < 1e-9);
}

#[test]
fn windows_are_cut_out() {
    let invocations = |words: &str| {
        let said = line(&format!("demand counts.csv --format json {words}"));
        let value: Value = serde_json::from_str(&said.out).unwrap();
        (value["trace"]["invocations"].as_u64().unwrap(), value["trace"]["span_ms"].as_u64().unwrap())
    };
    assert_eq!(invocations(""), (155, 240_000));
    assert_eq!(invocations("--from 1m --to 3m"), (146, 120_000));
    assert_eq!(invocations("--from 2026-03-02T10:02:00Z"), (23, 120_000));
    assert_eq!(invocations("--busiest 1m"), (126, 60_000));
    assert_eq!(invocations("--busiest 90s"), (146, 120_000));
}

/// Names out of a CSV that want to be more than names.
const HOSTILE: [&str; 7] = [
    "<script>alert(1)</script>",
    "she said \"\"no\"\"",
    "=HYPERLINK(\"\"http://x\"\")",
    "@SUM(A1)",
    "\u{202e}drawkcab",
    "100%;DROP TABLE",
    "-2+3",
];

#[test]
fn hostile_names_stay_names() {
    let folder = folder("hostile");
    let path = folder.join("hostile.csv");
    let lasting = "n".repeat(256);
    let mut text = "start,function,duration_ms\n".to_owned();
    for name in HOSTILE.into_iter().chain([lasting.as_str()]) {
        writeln!(text, "0,\"{name}\",100").unwrap();
    }
    fs::write(&path, text).unwrap();
    let file = path.to_str().unwrap();
    let log = folder.join("log.csv");
    for command in ["demand", "simulate", "worst-case"] {
        let said = run(&[command, file, "--start", "empty"]);
        assert_eq!(said.code, 0, "{command}: {}", said.err);
        let tame = |c: char| c == '\n' || !(c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
        assert!(said.out.chars().all(tame), "{command}");
        // No cell is wider than a name may be, whatever the name.
        assert!(said.out.lines().all(|line| line.chars().count() < 200), "{command}");
    }
    let said = run(&["demand", file, "--format", "csv"]);
    let mut reader = csv::Reader::from_reader(said.out.as_bytes());
    let cells: Vec<String> = reader.records().map(|row| row.unwrap()[0].to_owned()).collect();
    for name in ["'=HYPERLINK(\"http://x\")", "'@SUM(A1)", "'-2+3", "<script>alert(1)</script>", &lasting] {
        assert!(cells.iter().any(|cell| cell == name), "{name}");
    }
    let json = run(&["demand", file, "--format", "json"]);
    let value: Value = serde_json::from_str(&json.out).unwrap();
    let names: Vec<&str> = value["functions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|function| function["function"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"\u{202e}drawkcab") && names.contains(&"she said \"no\""));
    let said = run(&["simulate", file, "--start", "empty", "--log", log.to_str().unwrap()]);
    assert_eq!(said.code, 0);
    let mut reader = csv::Reader::from_path(log).unwrap();
    assert_eq!(reader.records().map(Result::unwrap).filter(|row| row[1].starts_with(['=', '@'])).count(), 0);
}

#[test]
fn a_name_of_10_000_characters_is_kept_and_cut_for_people() {
    let path = folder("long").join("long.csv");
    fs::write(&path, format!("start,function,duration_ms\n0,{},100\n", "n".repeat(10_000))).unwrap();
    let file = path.to_str().unwrap();
    let said = run(&["demand", file]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.lines().all(|line| line.chars().count() <= 200), "{}", said.out);
    assert!(run(&["demand", file, "--format", "json"]).out.contains(&"n".repeat(10_000)));
    // Names that no file checks are cut too.
    let said = run(&["simulate", "log.csv", "--policy", &format!("idle-reuse:{}", "warm=1,".repeat(2_000))]);
    assert_eq!(said.code, 0);
    assert!(said.out.lines().next().unwrap().chars().count() <= 100);
}

#[test]
fn policies_that_follow_a_plan_get_one() {
    let figure = |words: &str, field: &str| {
        let said = line(&format!("{words} --format json"));
        let value: Value = serde_json::from_str(&said.out).unwrap();
        (said.code, value.pointer(field).cloned())
    };
    // With an ENI at hand the cold path of lambda-2018 takes at most 50 + 125 + 20 + 445 ms.
    let words = "simulate counts.csv --model failing.toml";
    for policy in ["scheduled", "clairvoyant"] {
        let (code, longest) = figure(&format!("{words} --policy {policy}"), "/cold_start_ms/max");
        assert_eq!((code, longest), (1, None), "{policy}: two ENIs are too few");
        let lambda = format!("simulate counts.csv --policy {policy}");
        let (code, longest) = figure(&lambda, "/cold_start_ms/max");
        assert_eq!(code, 0);
        assert!(longest.unwrap().as_u64().unwrap() <= 640, "{policy}");
    }
    let (code, bound) =
        figure("worst-case counts.csv --policy scheduled --effort 2000", "/cold_start/bound_ms");
    assert_eq!((code, bound), (0, Some(640.into())));
}

#[test]
fn options_stand_side_by_side() {
    let words = "compare log.csv --model lambda-2018 --model lambda-hyperplane --policy idle-reuse \
                 --policy shared-at-deploy --start empty --runs 2 --effort 1000";
    let said = line(&format!("{words} --format csv"));
    let mut reader = csv::Reader::from_reader(said.out.as_bytes());
    let rows: Vec<(String, String)> =
        reader.records().map(|row| row.map(|row| (row[0].to_owned(), row[1].to_owned())).unwrap()).collect();
    let expected = ["lambda-2018", "lambda-hyperplane"]
        .map(|model| ["idle-reuse", "shared-at-deploy"].map(|policy| (policy.to_owned(), model.to_owned())));
    assert_eq!(rows, expected.concat());
    assert!(said.err.starts_with("note: model lambda-2018: "), "{}", said.err);
    let said = line(&format!("{words} --max-cold-start 1ms"));
    assert_eq!(said.code, 1);
    assert!(said.err.starts_with("gate missed: --max-cold-start 1ms: cold starts reach "), "{}", said.err);
    let all = line("compare log.csv --runs 1 --effort 1000 --format json").out;
    let value: Value = serde_json::from_str(&all).unwrap();
    assert_eq!(value["rows"].as_array().unwrap().len(), 8);
}

#[test]
fn functions_that_are_never_invoked_do_no_harm() {
    let path = folder("silent").join("scenario.toml");
    fs::write(&path, "[[function]]\nname = \"silent\"\n").unwrap();
    for command in ["demand", "simulate", "worst-case", "plan", "compare"] {
        let mut words = vec![command, "log.csv", "--scenario", path.to_str().unwrap()];
        words.extend(if command == "plan" { &["--max-cold-start", "1s"][..] } else { &[] });
        words.extend(if command == "worst-case" { &["--effort", "1000"][..] } else { &[] });
        let said = run(&words);
        assert_eq!(said.code, 0, "{command}: {}", said.err);
        assert!(said.out.contains("never invoked: silent"), "{command}: {}", said.out);
    }
}

#[test]
fn terminal_escapes_in_bad_input_are_shown_not_obeyed() {
    let path = folder("escapes").join("bad\u{1b}[2J.csv");
    fs::write(&path, "start,function,duration_ms\n0,\u{1b}]0;owned\u{7},100\n1,f,\u{1b}[31m\n").unwrap();
    let said = run(&["demand", path.to_str().unwrap()]);
    assert_eq!(said.code, 2);
    assert!(!said.err.contains('\u{1b}') && !said.err.contains('\u{7}'), "{:?}", said.err);
    assert!(said.err.contains("\\u{1b}"), "{}", said.err);
}

fn records(path: &std::path::Path) -> (String, Vec<csv::StringRecord>) {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().iter().collect::<Vec<_>>().join(",");
    (header, reader.records().map(Result::unwrap).collect())
}

#[test]
fn the_log_has_a_row_per_invocation_and_the_parts_of_a_cold_start_add_up() {
    let log = folder("log").join("log.csv");
    let words = ["simulate", "log.csv", "--start", "empty", "--model", "lambda-2019-measured"];
    let said = run(&[&words[..], &["--seed", "3", "--log", log.to_str().unwrap()]].concat());
    assert_eq!(said.code, 0);
    let (header, rows) = records(&log);
    let columns =
        "arrival_ms,function,environment,environment_invocation,eni,subnet,cold_start_ms,parts,outcome";
    assert_eq!(header, columns);
    assert_eq!(rows.len(), 5);
    let cold: Vec<_> = rows.iter().filter(|row| &row[8] == "cold").collect();
    assert_eq!(cold.len(), 4);
    for row in cold {
        // The phases of this model stand in a row, so the last one ends with the cold start.
        let last: Vec<u64> =
            row[7].rsplit(' ').next().unwrap().split(':').skip(1).map(|n| n.parse().unwrap()).collect();
        assert_eq!(last.iter().sum::<u64>().to_string(), row[6], "{row:?}");
        assert!(row[7].contains("create-eni:"), "{row:?}");
    }
    // Twenty minutes later one of the first environments is idle and serves its second invocation.
    let last = rows.iter().find(|row| &row[0] == "1200000").unwrap();
    assert_eq!((&last[3], &last[6], &last[7], &last[8]), ("2", "0", "", "warm"));
}

#[test]
fn the_timeline_has_a_row_per_change_and_counts_what_is_alive() {
    let timeline = folder("timeline").join("timeline.csv");
    let words = ["simulate", "log.csv", "--start", "empty", "--model", "lambda-2019-measured"];
    let said = run(&[&words[..], &["--seed", "3", "--timeline", timeline.to_str().unwrap()]].concat());
    assert_eq!(said.code, 0);
    let (_, rows) = records(&timeline);
    let numbers: Vec<Vec<u64>> =
        rows.iter().map(|row| row.iter().map(|cell| cell.parse().unwrap()).collect()).collect();
    assert_eq!(numbers[0], [0; 8], "an empty start");
    assert!(numbers.is_sorted_by_key(|row| row[0]));
    assert!(numbers.windows(2).all(|pair| pair[0][1..] != pair[1][1..]), "each row is a change");
    // Each environment starts, runs and rests; the most of each kind at once.
    let most = |column: usize| numbers.iter().map(|row| row[column]).max().unwrap();
    assert_eq!([most(1), most(2), most(3)].map(|n| n > 0), [true; 3], "{numbers:?}");
    let said = run(&[&words[..], &["--seed", "3", "--format", "json"]].concat());
    let value: Value = serde_json::from_str(&said.out).unwrap();
    let held = numbers.iter().map(|row| row[4..].iter().sum::<u64>()).max().unwrap();
    assert_eq!(value["enis"]["peak"], held);
    let alive = numbers.iter().map(|row| row[1..4].iter().sum::<u64>()).max().unwrap();
    assert_eq!(value["environments"]["peak"], alive);
}

#[test]
fn precision_stops_when_the_means_are_known_and_says_so() {
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/data/cron-spikes.csv");
    let policy = ["--policy", "leaky-reuse", "--start", "empty", "--model", "lambda-2019-measured"];
    let words = [&["simulate", samples][..], &policy].concat();
    let runs = |more: &[&str]| {
        let said = run(&[&words[..], more, &["--format", "json"]].concat());
        let value: Value = serde_json::from_str(&said.out).unwrap();
        (value["by_run"].as_array().unwrap().len(), said.out)
    };
    let (loose, _) = runs(&["--precision", "5%"]);
    let (tight, text) = runs(&["--precision", "0.3%"]);
    assert!(1 < loose && loose < tight && tight < 1_000, "{loose} {tight}");
    assert_eq!((loose - 1) % 8, 0, "judged after whole batches");
    assert!(text.contains("enough for a precision of 0.003"), "{text}");
    assert_eq!(runs(&["--precision", "0.3%", "--threads", "1"]).1, text, "the same for any thread count");
    let (capped, text) = runs(&["--precision", "0.001%", "--runs", "5"]);
    assert_eq!(capped, 5);
    assert!(text.contains("too few for a precision"), "{text}");
}

#[test]
fn generated_trace_reads_back() {
    let folder = folder("generate");
    let file = folder.join("day.csv").to_string_lossy().into_owned();
    let said = run(&["generate", "diurnal", "--functions", "a,b", "--rate", "1/s,2/s", "-o", &file]);
    assert_eq!((said.code, said.err), (0, format!("note: wrote {file}\n")));
    let value: Value = serde_json::from_str(&run(&["demand", &file, "--format", "json"]).out).unwrap();
    assert_eq!((&value["trace"]["functions"], &value["trace"]["span_ms"]), (&2.into(), &86_400_000.into()));
    let said = line("generate diurnal --functions a,b --rate 1/s,2/s,3/s --start whenever --span 1s");
    assert_eq!(said.code, 2);
    for part in ["3 rates given for 2 functions", "`whenever` is not a valid start time"] {
        assert!(said.err.contains(part), "{part}\n{}", said.err);
    }
}

#[test]
fn the_samples_are_what_their_commands_make() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let readme = fs::read_to_string(data.join("README.md")).unwrap();
    let commands: Vec<&str> = readme.lines().filter_map(|line| line.strip_prefix("    eniplan ")).collect();
    assert!(commands.len() >= 4);
    for command in commands {
        let (words, file) = command.split_once(" -o data/").unwrap();
        assert_eq!(line(words).out, fs::read_to_string(data.join(file)).unwrap(), "{command}");
    }
}

#[test]
fn several_files_patterns_and_packed_files_are_one_trace() {
    let folder = folder("several");
    fs::write(folder.join("a.csv"), "time,function,invocations\n0,f,1\n60,f,2\n").unwrap();
    fs::write(folder.join("b.csv"), "time,function,invocations\n120,g,3\n").unwrap();
    let packed = ruzstd::encoding::compress_to_vec(
        &b"time,function,invocations\n180,f,4\n"[..],
        ruzstd::encoding::CompressionLevel::Fastest,
    );
    fs::write(folder.join("c.zst"), packed).unwrap();
    let at = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let said = run(&["demand", &at("*.csv"), &at("c.zst"), "--format", "json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let value: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(value["trace"]["invocations"], 10, "{}", said.out);
    let none = run(&["demand", &at("*.json"), "--format", "json"]);
    assert_eq!((none.code, errors(&none)), (2, vec!["E001".to_owned()]));
    let twice = run(&["demand", &at("a.csv"), &at("a.csv")]);
    assert!(twice.code == 2 && twice.err.contains("as on line 2 of "), "{}", twice.err);
    let bomb = run(&["demand", &at("c.zst"), "--max-unpacked", "10 B"]);
    assert!(bomb.code == 2 && bomb.err.contains("E107"), "{}", bomb.err);
}

#[test]
fn hostile_names_are_inert_in_every_output() {
    let folder = folder("inert");
    let long = "名".repeat(10_000);
    let names = ["<b>&x</b>", "=1+1", "+1", "@x", "-x", "a\u{1b}[2Jb", "c\nd", "\u{202e}e", "\"q\",r", &long];
    let mut text = "start,function,duration_ms\n".to_owned();
    for name in names {
        text.extend(["0,\"", &name.replace('"', "\"\""), "\",100\n"]);
    }
    let (file, rows_of_run) = (folder.join("t.csv"), folder.join("run.csv"));
    fs::write(&file, text).unwrap();
    let trace = file.to_str().unwrap();
    for command in ["demand", "simulate", "worst-case", "plan", "compare"] {
        for format in ["text", "csv", "json"] {
            let mut words = vec![command, trace, "--format", format];
            if command == "plan" {
                words.extend(["--max-cold-start", "20m"]);
            }
            let said = run(&words);
            assert_eq!(said.code, 0, "{command}: {}{}", said.err, said.out);
            let live = |c: char| c.is_control() && c != '\n' || format == "text" && c == '\u{202e}';
            let quoted = format == "csv" && said.out.contains('\u{1b}');
            assert!(quoted || !said.out.contains(live) && !said.err.contains(live), "{command} {format}");
            if format == "csv" {
                let mut rows = csv::ReaderBuilder::new().flexible(true).from_reader(said.out.as_bytes());
                for cell in
                    rows.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
                {
                    let risky = cell.starts_with(['=', '+', '-', '@']) && cell.parse::<f64>().is_err();
                    assert!(!risky, "{command}: {cell:?}");
                }
            }
        }
    }
    let said = run(&["simulate", trace, "--log", rows_of_run.to_str().unwrap()]);
    assert_eq!(said.code, 0, "{}", said.err);
    let mut rows = csv::Reader::from_path(&rows_of_run).unwrap();
    let mut found: Vec<String> = rows.records().map(|row| row.unwrap()[1].to_owned()).collect();
    for name in &mut found {
        let defused = name.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@']));
        *name = defused.unwrap_or(name).to_owned();
    }
    found.sort();
    let mut wanted: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    wanted.sort();
    assert_eq!(found, wanted, "what was defused reads back without its apostrophe");
}
