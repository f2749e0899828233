//! The documents: every command in them runs.
//!
//! A command is a line that is indented by four spaces, or stands in a fence, and begins with `eniplan `. The
//! commands of one document run in its order in a folder of their own with the sample data, of which the longest
//! files are cut, so that a search is short; `--effort` and `--runs` are made small where a command does not
//! give them, and a report is a quick one. A block below the comment `<!-- not run: REASON -->` is left out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Blocks that may be left out, in all documents together.
const MOST_LEFT_OUT: usize = 2;
/// Rows of a sample that are kept.
const ROWS: usize = 240;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Those at the root and all of `docs/`, by name.
fn documents() -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in
        [root().to_owned(), root().join("docs")].iter().flat_map(|folder| fs::read_dir(folder).unwrap())
    {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            all.push(path);
        }
    }
    all.sort();
    all
}

/// The commands of a document in order, and how many blocks are left out.
fn commands(text: &str) -> (Vec<String>, usize) {
    let (mut fenced, mut left_out, mut skipping) = (false, 0, false);
    let mut found = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
            continue;
        }
        if line.starts_with("<!-- not run: ") {
            (skipping, left_out) = (true, left_out + 1);
            continue;
        }
        let Some(code) = line.strip_prefix("    ").or(fenced.then_some(line)) else {
            // The block ends with the first line of prose.
            skipping &= line.trim().is_empty();
            continue;
        };
        if let Some(command) = code.strip_prefix("eniplan ").filter(|_| !skipping) {
            found.push(command.to_owned());
        }
    }
    (found, left_out)
}

/// A folder with what the documents' commands read.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("docs").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("data")).unwrap();
    for entry in fs::read_dir(root().join("data")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "csv" || extension == "toml") {
            let text = fs::read_to_string(&path).unwrap();
            let kept: String = text.split_inclusive('\n').take(1 + ROWS).collect();
            fs::write(folder.join("data").join(path.file_name().unwrap()), kept).unwrap();
        }
    }
    for file in ["subnets.json", "enis.json", "functions-1.json", "plan.json"] {
        let from = root().join("tests/it/inventory/files").join(file);
        fs::copy(from, folder.join(file.replace("-1", ""))).unwrap();
    }
    fs::copy(root().join("tests/fixtures/cli/scenario.toml"), folder.join("scenario.toml")).unwrap();
    folder
}

/// The words of a command, with what makes a long search short.
pub(super) fn quick_words(command: &str) -> Vec<String> {
    let mut words: Vec<String> =
        command.split_whitespace().map(|word| word.trim_matches('\'').to_owned()).collect();
    if command.starts_with("report") && !command.contains("--quick") {
        words.push("--quick".to_owned());
    }
    // A quick report has an effort and a number of runs of its own.
    let quick = words.iter().any(|word| word == "--quick");
    let mut short = |option: &str, value: &str| {
        if !words.iter().any(|word| word == option) {
            words.extend([option.to_owned(), value.to_owned()]);
        }
    };
    if !quick && ["compare", "worst-case"].iter().any(|name| command.starts_with(name)) {
        short("--effort", "20000");
    }
    if !quick && command.starts_with("compare") {
        short("--runs", "1");
    }
    words
}

#[test]
fn every_command_in_the_documents_runs() {
    let (mut ran, mut left_out) = (0, 0);
    for document in documents() {
        let name = document.file_stem().unwrap().to_str().unwrap().to_owned();
        let (commands, skipped) = commands(&fs::read_to_string(&document).unwrap());
        left_out += skipped;
        if commands.is_empty() {
            continue;
        }
        let folder = folder(&name);
        for command in commands {
            let mut eniplan = Command::new(env!("CARGO_BIN_EXE_eniplan"));
            let output = eniplan.args(quick_words(&command)).current_dir(&folder).output().unwrap();
            let told = String::from_utf8_lossy(&output.stderr);
            // 1 is an answer too: a gate that is missed, a target that cannot be kept.
            assert!(matches!(output.status.code(), Some(0 | 1)), "{name}: {command}\n{told}");
            assert!(!told.contains("panicked"), "{name}: {command}\n{told}");
            ran += 1;
        }
    }
    assert!(ran > 15, "{ran}");
    assert!(left_out <= MOST_LEFT_OUT, "{left_out} blocks are not run");
}

#[test]
fn commands_are_found_where_they_stand() {
    let text = "eniplan in prose\n\n    eniplan a --x\n    cargo test\n    eniplan b\n\n```sh\neniplan c\n```\n\
                <!-- not run: takes a day -->\n\n    eniplan d\n\nProse.\n\n    eniplan e\n";
    let (found, left_out) = commands(text);
    assert_eq!((found, left_out), (["a --x", "b", "c", "e"].map(str::to_owned).to_vec(), 1));
    assert_eq!(
        quick_words("compare 'x y' --runs 2"),
        ["compare", "x", "y", "--runs", "2", "--effort", "20000"]
    );
}

#[test]
fn links_lead_somewhere() {
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or("");
            if file.is_empty() || file.contains("://") {
                continue;
            }
            assert!(document.parent().unwrap().join(file).exists(), "{}: {link}", document.display());
        }
    }
}
