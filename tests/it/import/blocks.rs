//! Traffic at any size: files read in blocks give what the same files read whole give, to the byte.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use proptest::prelude::*;
use serde_json::Value;

use crate::cli::{Said, run};
use crate::support::real;

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("size-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn demand(file: &Path, more: &[&str]) -> Said {
    run(&[&["demand", file.to_str().unwrap()], more].concat())
}

/// A window over everything is read whole, so its answer differs in the note of the window alone.
fn whole(file: &Path, more: &[&str]) -> String {
    let said = demand(file, &[more, &["--from", "0s"]].concat());
    assert_eq!(said.code, 0, "{}", said.err);
    without_window(&said.out)
}

fn without_window(text: &str) -> String {
    let mut value: Value = serde_json::from_str(text).unwrap();
    let kept = |note: &Value| !note.as_str().unwrap().starts_with("only ");
    value["assumptions"].as_array_mut().unwrap().retain(kept);
    value.to_string()
}

/// Logs with ties, no duration, bursts and all five ways to write a time.
fn log_text() -> impl Strategy<Value = String> {
    let row = (0_u64..400, 0_usize..5, prop_oneof![Just(0_u64), 1_u64..3_000, Just(90_000)], 1_usize..4);
    (0_usize..5, proptest::collection::vec(row, 1..150)).prop_map(|(form, rows)| {
        let mut text = "start,function,duration_ms\n".to_owned();
        let mut at = 0;
        for (gap, function, duration, times) in rows {
            at += if gap > 390 { gap * 10_000 } else { gap };
            let (seconds, ms) = (at / 1_000, at % 1_000);
            let clock = format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
            let start = match form {
                0 => format!("2026-03-02T{clock}.{ms:03}Z"),
                1 => format!("2026-03-02 {clock}.{ms:03}"),
                2 => format!("{}.{ms:03}", 1_772_409_600 + seconds),
                3 => (1_772_409_600_000 + at).to_string(),
                _ => format!("{seconds}.{ms:03}"),
            };
            for _ in 0..times {
                let _ = writeln!(text, "{start},fn-{function},{duration}");
            }
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_log_in_blocks_is_the_log_read_whole(text in log_text()) {
        let file = folder("log").join("log.csv");
        fs::write(&file, &text).unwrap();
        let streamed = demand(&file, &["--format", "json"]);
        prop_assert_eq!(streamed.code, 0, "{}", streamed.err);
        // A quoted name means the same and is read whole.
        let quoted = text.replace(",fn-", ",\"fn-");
        let quoted: String = quoted
            .lines()
            .map(|line| match line.rsplit_once(',') {
                Some((before, after)) if before.contains('"') => format!("{before}\",{after}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        fs::write(&file, quoted).unwrap();
        prop_assert_eq!(&streamed.out, &demand(&file, &["--format", "json"]).out);
        let one = demand(&file, &["--format", "json", "--by-function"]).out;
        fs::write(&file, &text).unwrap();
        prop_assert_eq!(&one, &demand(&file, &["--format", "json", "--by-function"]).out);
    }

    /// A log that is not in order of start is sorted in a temporary file, or in memory where there is none.
    #[test]
    fn a_log_out_of_order_is_the_log_read_whole(text in log_text(), moves in proptest::collection::vec((0_usize..400, 0_usize..400), 1..9)) {
        let folder = folder("unsorted");
        let file = folder.join("log.csv");
        let mut rows: Vec<&str> = text.lines().skip(1).collect();
        let length = rows.len();
        for (from, to) in moves {
            rows.swap(from % length, to % length);
        }
        let unsorted = format!("start,function,duration_ms\n{}\n", rows.join("\n"));
        fs::write(&file, &unsorted).unwrap();
        for more in [&["--format", "json"][..], &["--format", "json", "--by-function"]] {
            let streamed = demand(&file, more);
            prop_assert_eq!(streamed.code, 0, "{}", &streamed.err);
            let mut command = Command::new(env!("CARGO_BIN_EXE_eniplan"));
            let nowhere = command.env("TMPDIR", folder.join("none")).arg("demand").arg(&file).args(more);
            let nowhere = nowhere.output().unwrap();
            prop_assert_eq!(&String::from_utf8(nowhere.stdout).unwrap(), &streamed.out);
            if streamed.out.contains("have been sorted") {
                prop_assert!(String::from_utf8(nowhere.stderr).unwrap().contains("(TMPDIR): no such"));
            }
        }
    }

    #[test]
    fn a_wide_day_in_blocks_is_the_day_read_whole(
        rows in proptest::collection::vec(proptest::collection::vec(prop_oneof![4 => Just(0_u32), 2 => 1_u32..5, 1 => 5_u32..3_000], 12), 1..8),
        lasts in proptest::collection::vec(1_u32..200_000, 8),
        companion: bool,
        scenario: bool,
    ) {
        let folder = folder("day");
        let mut text = "HashOwner,HashApp,HashFunction,Trigger,1,2,3,4,5,6,7,8,9,10,11,12\n".to_owned();
        let mut durations = "HashOwner,HashApp,HashFunction,Average\n".to_owned();
        for (n, row) in rows.iter().enumerate() {
            let counts: Vec<String> = row.iter().map(ToString::to_string).collect();
            let _ = writeln!(text, "o,a,{n}bcdefghijk,http,{}", counts.join(","));
            let _ = writeln!(durations, "o,a,{n}bcdefghijk,{}", lasts[n]);
        }
        if companion {
            fs::write(folder.join("durations.csv"), durations).unwrap();
        }
        let file = folder.join("day.csv");
        fs::write(&file, &text).unwrap();
        let of_names = folder.join("scenario.toml");
        fs::write(&of_names, "[[function]]\nname = \"http-0bcdefgh\"\nduration = \"70s\"\n").unwrap();
        let mut words = vec!["--format", "json", "--by-function", "--duration", "7777ms"];
        if scenario {
            words.extend(["--scenario", of_names.to_str().unwrap()]);
        }
        let streamed = demand(&file, &words);
        prop_assert_eq!(streamed.code, 0, "{}", streamed.err);
        fs::write(&file, text.replace("http", "\"http\"")).unwrap();
        prop_assert_eq!(&streamed.out, &demand(&file, &words).out);
    }
}

#[test]
fn the_real_trace_by_function_is_what_demand_says_of_it() {
    let Some(file) = real("azure2019_8h/invocations.csv") else { return };
    let streamed = demand(&file, &["--format", "json", "--by-function"]);
    assert_eq!(streamed.code, 0, "{}", streamed.err);
    let streamed: Value = serde_json::from_str(&streamed.out).unwrap();
    let whole: Value = serde_json::from_str(&whole(&file, &["--format", "json"])).unwrap();
    let (found, expected) =
        (streamed["functions"].as_array().unwrap(), whole["functions"].as_array().unwrap());
    assert_eq!((found.len(), expected.len()), (250, 250));
    for (one, other) in found.iter().zip(expected) {
        for field in
            ["function", "invocations", "mean_concurrency", "peak_concurrency", "peak_concurrency_at_ms"]
        {
            assert_eq!(one[field], other[field], "{field} of {}", other["function"]);
        }
        assert_eq!(one["peak_concurrency"], other["environments"]["peak"]);
        assert_eq!(one["peak_concurrency_at_ms"], other["environments"]["peak_at_ms"]);
    }
    assert_eq!(streamed["trace"], whole["trace"]);
}

#[test]
fn many_blocks_are_as_one_for_any_number_of_threads() {
    let file = folder("threads").join("log.csv");
    let said = run(&["generate", "big-log", "--rows", "200000", "--quiet", "-o", file.to_str().unwrap()]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert!(fs::metadata(&file).unwrap().len() > 3 << 21, "more than three blocks");
    let one = demand(&file, &["--format", "json", "--threads", "1"]).out;
    assert_eq!(one, demand(&file, &["--format", "json", "--threads", "3"]).out);
    let whole: Value = serde_json::from_str(&whole(&file, &["--format", "json"])).unwrap();
    let one: Value = serde_json::from_str(&one).unwrap();
    for field in ["functions", "environments", "enis", "concurrency", "pools"] {
        assert_eq!(one[field], whole[field], "{field}");
    }
}

#[test]
fn what_is_unusual_is_told_as_ever() {
    let folder = folder("unusual");
    let file = folder.join("log.csv");
    let header = "start,function,duration_ms\n";
    for (rows, note) in
        [("9,a,1\n7,b,2\n", "have been sorted"), ("1,a,\n2,b,5\n", "no durations given for a")]
    {
        fs::write(&file, format!("{header}{rows}")).unwrap();
        let said = demand(&file, &["--format", "json"]);
        assert!(said.code == 0 && said.out.contains(note), "{}{}", said.out, said.err);
    }
    fs::write(&file, format!("{header}1,a,5\n2,a,x\n3,a\n")).unwrap();
    for more in [&[][..], &["--by-function"]] {
        let said = demand(&file, more);
        assert_eq!(said.code, 2);
        assert!(said.err.contains("log.csv:3:3") && said.err.contains("log.csv:4:3"), "{}", said.err);
    }
}

#[test]
fn a_large_file_with_something_unusual_in_it_is_read_in_blocks_too() {
    let file = folder("told").join("log.csv");
    let name = "f".repeat(230);
    let mut text = "start,function,duration_ms\n".to_owned();
    (0..75_000).for_each(|n| {
        let _ = writeln!(text, "{n},{name},5");
    });
    let _ = writeln!(text, "75000,{name},");
    fs::write(&file, &text).unwrap();
    for more in [&["--format", "json"][..], &["--format", "json", "--by-function"]] {
        let said = demand(&file, more);
        assert_eq!((said.code, said.err.as_str()), (0, ""));
        let said: Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(said["trace"]["invocations"], 75_001);
        let told = said["assumptions"].to_string();
        assert!(
            told.contains("every invocation is assumed to last 100ms")
                || told.contains("no durations given for"),
            "{told}"
        );
    }
}

/// A large log out of order, and a signal while it is sorted.
#[cfg(unix)]
#[test]
fn a_signal_takes_the_temporary_rows_away() {
    let folder = folder("rows");
    let (file, rows) = (folder.join("log.csv"), folder.join("tmp"));
    fs::create_dir(&rows).unwrap();
    let mut text = "start,function,duration_ms\n9,a,5\n".to_owned();
    (0..600_000).for_each(|n| {
        let _ = writeln!(text, "{},f{},5", n / 10, n % 7);
    });
    fs::write(&file, &text).unwrap();
    let begin = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eniplan"));
        command.args(["demand", "--format", "json"]).arg(&file).env("TMPDIR", &rows);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap()
    };
    let left = || fs::read_dir(&rows).unwrap().count();
    let mut child = begin();
    while left() == 0 && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!((child.wait().unwrap().code(), left()), (Some(130), 0));
    let whole = begin().wait_with_output().unwrap();
    let whole: Value = serde_json::from_slice(&whole.stdout).unwrap();
    assert_eq!((whole["trace"]["invocations"].as_u64(), left()), (Some(600_001), 0));
}

/// A signal leaves neither the file nor a part of it.
#[cfg(unix)]
#[test]
fn a_signal_leaves_nothing_half_written() {
    for signal in ["-INT", "-TERM"] {
        let folder = folder("signal");
        let mut child = Command::new(env!("CARGO_BIN_EXE_eniplan"))
            .args(["generate", "big-log", "--rows", "1000000000", "-o", "log.csv"])
            .current_dir(&folder)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let parts =
            || fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
        for _ in 0..1_000 {
            if !parts().is_empty() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(parts().iter().all(|name| name.to_string_lossy().starts_with(".eniplan-")), "{:?}", parts());
        assert_eq!(parts().len(), 1);
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(130));
        assert!(parts().is_empty(), "{signal}: {:?}", parts());
    }
}
