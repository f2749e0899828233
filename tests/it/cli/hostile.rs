//! Hostile files and moments: what cannot be read, what lies about its size, and being stopped at any time.

#![cfg(unix)]
#![allow(clippy::print_stdout)] // a test that is skipped says so

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::cli::{folder, run};

const LOG: &str = "start,function,duration_ms\n0,a,100\n5,a,100\n";

fn made(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// Every way to give a file, each of which `path` takes.
fn ways(path: &str) -> Vec<Vec<&str>> {
    vec![
        vec!["demand", path],
        vec!["demand", path, "--by-function"],
        vec!["simulate", path],
        vec!["demand", "log.csv", "--durations", path],
        vec!["demand", "log.csv", "--memory", path],
        vec!["demand", "log.csv", "--scenario", path],
        vec!["demand", "log.csv", "--model", path],
        vec!["simulate", "log.csv", "--replay", path],
        vec!["verify", path, "log.csv"],
        vec!["inventory", path],
        vec!["check", path],
        vec!["compose", path],
        vec!["report", path],
        vec!["graph", path],
    ]
}

#[test]
fn what_may_not_be_read_is_named_wherever_it_is_given() {
    let folder = folder("hostile-unread");
    let shut = made(&folder, "shut.toml", LOG.as_bytes());
    fs::set_permissions(&shut, fs::Permissions::from_mode(0o000)).unwrap();
    let dangling = folder.join("dangling.toml");
    std::os::unix::fs::symlink(folder.join("gone"), &dangling).unwrap();
    let inside = folder.join("a.toml");
    fs::create_dir(&inside).unwrap();
    let mut cases =
        vec![(dangling.to_str().unwrap(), "no such file"), (inside.to_str().unwrap(), "it is a folder")];
    if fs::read(&shut).is_err() {
        cases.push((&shut, "permission denied"));
    } else {
        println!("skipped: this user may read everything");
    }
    // It opens, and cannot be read.
    if cfg!(target_os = "linux") {
        cases.push(("/proc/self/mem", "cannot read the file: "));
    }
    for (path, why) in cases {
        for words in ways(path) {
            let said = run(&words);
            assert_eq!((said.code, said.out.as_str()), (2, ""), "{words:?}: {}", said.err);
            assert!(said.err.contains(&format!("E001 {path}")), "{words:?}: {}", said.err);
            assert!(said.err.contains(why), "{words:?}: {}", said.err);
        }
    }
}

#[test]
fn a_folder_that_takes_no_file_is_told() {
    let folder = folder("hostile-unwritten");
    let file = made(&folder, "file", b"");
    for place in [format!("{file}/answer.txt"), "/proc/answer.txt".to_owned()] {
        for words in [
            vec!["demand", "log.csv", "-o", &place],
            vec!["simulate", "log.csv", "--log", &place],
            vec!["generate", "diurnal", "-o", &place],
            vec!["report", "log.csv", "-o", &place],
            vec!["graph", "log.csv", "-o", &place],
        ] {
            let said = run(&words);
            assert_eq!((said.code, said.out.as_str()), (2, ""), "{words:?}: {}", said.err);
            assert!(said.err.contains(&format!("E001 {place}: cannot write the file")), "{}", said.err);
        }
    }
}

#[test]
fn pipes_are_files_too() {
    let folder = folder("hostile-pipe");
    let pipe = folder.join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let into = |text: &'static str| {
        let pipe = pipe.clone();
        std::thread::spawn(move || fs::write(pipe, text).unwrap())
    };
    let path = pipe.to_str().unwrap();
    let writer = into(LOG);
    let said = run(&["demand", path, "--format", "json"]);
    writer.join().unwrap();
    assert!(said.code == 0 && said.out.contains("\"invocations\": 2"), "{}{}", said.out, said.err);
    // Whoever wrote went away without a word, or in the middle of a row.
    for (text, place) in [("", "E004"), ("start,function,duration_ms\n0,a,1\n5,\"a", "pipe:3:3")] {
        let writer = into(text);
        let said = run(&["demand", path]);
        writer.join().unwrap();
        assert!(said.code == 2 && said.err.contains(place), "{}", said.err);
    }
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).unwrap()
    });
    assert_eq!(run(&["demand", "log.csv", "-o", path]).code, 0);
    assert!(reader.join().unwrap().contains("needs at most"));
    assert!(fs::symlink_metadata(&pipe).is_ok_and(|kind| !kind.is_file()), "the pipe stays a pipe");
}

#[test]
fn packed_files_that_are_cut_or_swell_are_told() {
    let folder = folder("hostile-packed");
    let mut text = "start,function,duration_ms\n".to_owned();
    for n in 0..4_000 {
        let _ = writeln!(text, "{n},f{},100", n * 7_919 % 1_009);
    }
    let zeros = vec![b'0'; 8 << 20];
    for (name, packed, bomb) in [
        ("t.csv.gz", gzip(text.as_bytes()), gzip(&zeros)),
        ("t.csv.zst", zstd(text.as_bytes()), zstd(&zeros)),
    ] {
        let whole = made(&folder, name, &packed);
        assert_eq!(run(&["demand", &whole]).code, 0, "{name}");
        for length in [3, 9, packed.len() / 2, packed.len() - 1] {
            let cut = made(&folder, &format!("cut-{name}"), &packed[..length]);
            for words in [["demand", &cut], ["check", &cut]] {
                let said = run(&words);
                assert_eq!(said.code, 2, "{words:?} {length}: {}", said.out);
                let told = &said.err;
                assert!(told.contains(&cut) && told.contains("help"), "{words:?} {length}: {told}");
            }
        }
        let mut turned = packed.clone();
        turned[packed.len() / 2] ^= 0x55;
        assert_eq!(run(&["demand", &made(&folder, &format!("turned-{name}"), &turned)]).code, 2, "{name}");
        let bomb = made(&folder, &format!("bomb-{name}"), &bomb);
        let said = run(&["demand", &bomb, "--max-unpacked", "1 MiB"]);
        assert!(said.code == 2 && said.err.starts_with("E107"), "{name}: {}", said.err);
        assert!(said.err.contains("--max-unpacked"), "{}", said.err);
    }
}

/// Every command that writes a file, stopped while it waits for its trace: what was there stays as it was.
#[test]
fn being_stopped_leaves_every_file_as_it_was() {
    let folder = folder("hostile-stopped");
    let at = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (out, more) = (made(&folder, "out", b"as it was"), at("more"));
    let commands: Vec<Vec<&str>> = vec![
        vec!["demand", "-", "-o", &out],
        vec!["simulate", "-", "-o", &out, "--log", &more],
        vec!["simulate", "-", "--timeline", &out],
        vec!["worst-case", "-", "-o", &out, "--witness", &more],
        vec!["plan", "-", "--max-cold-start", "1s", "-o", &out],
        vec!["headroom", "-", "--max-cold-start", "1s", "-o", &out],
        vec!["compare", "-", "-o", &out],
        vec!["reuse", "-", "-o", &out],
        vec!["compose", "-", "-o", &out],
        vec!["graph", "-", "-o", &out],
        vec!["report", "-", "-o", &out],
        vec!["inventory", "-", "-o", &out],
        vec!["check", "-", "-o", &out],
    ];
    let mut children: Vec<_> = commands
        .iter()
        .map(|words| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_eniplan"));
            command.args(words).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
            command.spawn().unwrap()
        })
        .collect();
    for child in &mut children {
        // Half a file, and more to come.
        let _ = child.stdin.as_mut().unwrap().write_all(&LOG.as_bytes()[..40]);
    }
    std::thread::sleep(Duration::from_millis(300));
    for (child, words) in children.iter_mut().zip(&commands) {
        assert!(child.try_wait().unwrap().is_none(), "{words:?} waits for no traffic");
        // `wait` would close it, and the end of the file could come before the signal.
        let _open = child.stdin.take();
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        assert_ne!(child.wait().unwrap().code(), Some(0), "{words:?}");
    }
    let left: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["out"]);
    assert_eq!(fs::read_to_string(&out).unwrap(), "as it was");
}

#[test]
fn no_name_is_live_in_a_drawing_or_on_the_page() {
    let folder = folder("hostile-drawn");
    let long = "名".repeat(10_000);
    let names =
        ["<script>x</script>", "=1", "a\u{1b}[2J", "c\nd", "\u{202e}e", "\"q", "back\\", "\u{9b}31m", &long];
    let mut text = "start,function,duration_ms\n".to_owned();
    for name in names {
        text.extend(["0,\"", &name.replace('"', "\"\""), "\",100\n"]);
    }
    let trace = made(&folder, "t.csv", text.as_bytes());
    let page = folder.join("page.html");
    assert_eq!(run(&["report", &trace, "--quiet", "-o", page.to_str().unwrap()]).code, 0);
    let mut drawn = vec![("html", fs::read_to_string(page).unwrap())];
    for format in ["svg", "dot", "text"] {
        for what in ["topology", "worst-case"] {
            let said = run(&["graph", &trace, "--of", what, "--format", format, "--quiet"]);
            assert_eq!(said.code, 0, "{}", said.err);
            drawn.push((format, said.out));
        }
    }
    drawn.push(("json", run(&["demand", &trace, "--format", "json"]).out));
    for (format, text) in drawn {
        let live = |c: char| c != '\n' && eniplan::diagnostic::is_hidden(c);
        assert!(!text.contains(live), "{format}: {:?}", text.chars().find(|c| live(*c)));
        let marked = ["html", "svg"].contains(&format) && text.contains("<script>x");
        assert!(!marked, "{format}");
        if format == "dot" {
            assert!(text.split('"').all(|piece| piece.len() < 16_000), "Graphviz takes no longer piece");
        }
    }
}
