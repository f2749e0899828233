//! Help, completions and manual pages: every command has an example, and each example runs.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use eniplan::cli;

use super::documents::quick_words;
use crate::cli::run;

/// Every command with its words and the examples of its help.
fn commands() -> Vec<(Vec<String>, Vec<String>)> {
    let mut all = Vec::new();
    let mut left = vec![(vec!["eniplan".to_owned()], cli::definition())];
    while let Some((words, command)) = left.pop() {
        for inner in command.get_subcommands().filter(|subcommand| subcommand.get_name() != "help") {
            left.push(([&words[..], &[inner.get_name().to_owned()]].concat(), inner.clone()));
        }
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let (_, examples) = help.split_once("Example").unwrap_or(("", ""));
        let lines = examples.lines().filter_map(|line| line.strip_prefix("  "));
        all.push((words, lines.filter(|line| line.starts_with("eniplan ")).map(str::to_owned).collect()));
    }
    all
}

#[test]
fn every_command_has_an_example_of_its_own() {
    let commands = commands();
    assert!(commands.len() > 18, "{}", commands.len());
    for (words, examples) in commands {
        assert!(!examples.is_empty(), "{words:?} has no example");
        assert!(examples.iter().any(|line| line.starts_with(&words.join(" "))), "{words:?}: {examples:?}");
    }
}

#[test]
fn every_example_of_the_help_runs() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("help");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let copy = |from: PathBuf, to: &str| fs::copy(from, folder.join(to)).map(|_| ()).unwrap();
    let fixtures = root.join("tests/fixtures/cli");
    copy(fixtures.join("counts.csv"), "shop-day.csv");
    copy(fixtures.join("scenario.toml"), "scenario.toml");
    copy(fixtures.join("failing.toml"), "model.toml");
    for file in ["subnets.json", "enis.json", "functions-1.json", "plan.json"] {
        copy(root.join("tests/it/inventory/files").join(file), &file.replace("-1", ""));
    }
    let mut ran = 0;
    for (_, examples) in commands() {
        for example in examples {
            let words = quick_words(example.strip_prefix("eniplan ").unwrap());
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let all: Vec<OsString> = example.split_whitespace().map(OsString::from).collect();
            assert!(cli::parse(&all).is_ok(), "{example}");
            if words.first() == Some(&"verify") {
                // Its plan is that of an optimiser, not of Terraform.
                let plan =
                    ["plan", "shop-day.csv", "--max-cold-start", "1s", "--format", "json", "-o", "plan.json"];
                assert_eq!(in_folder(&folder, &plan), (0, String::new()));
            }
            let (code, told) = in_folder(&folder, &words);
            assert!(code < 2, "{example}: {told}");
            ran += 1;
        }
    }
    assert!(ran > 18, "{ran}");
}

fn in_folder(folder: &Path, words: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eniplan"));
    let output = command.args(words).arg("--quiet").current_dir(folder).output().unwrap();
    let output = if String::from_utf8_lossy(&output.stderr).contains("unexpected argument '--quiet'") {
        Command::new(env!("CARGO_BIN_EXE_eniplan")).args(words).current_dir(folder).output().unwrap()
    } else {
        output
    };
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!told.contains("panicked"), "{words:?}: {told}");
    (output.status.code().unwrap(), told)
}

#[test]
fn completions_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let said = run(&["completions", shell]);
        assert_eq!(said.code, 0, "{shell}: {}", said.err);
        for (words, _) in commands() {
            assert!(said.out.contains(words.last().unwrap()), "{shell}: {words:?}");
        }
        assert!(said.out.contains("max-cold-start"), "{shell}");
    }
    assert_eq!(run(&["completions", "cmd"]).code, 2);
}

#[test]
fn there_is_a_manual_page_for_every_command() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("man");
    let _ = fs::remove_dir_all(&folder);
    let said = run(&["man", "-o", folder.to_str().unwrap()]);
    assert_eq!(said.code, 0, "{}", said.err);
    for (words, examples) in commands() {
        let page = fs::read_to_string(folder.join(format!("{}.1", words.join("-")))).unwrap();
        assert!(page.starts_with(".ie") && page.contains(".SH NAME"), "{words:?}");
        for example in examples {
            let escaped = example.replace('-', "\\-");
            assert!(page.contains(&escaped), "{words:?}: {escaped}");
        }
    }
    let main = run(&["man"]);
    assert_eq!(main.out, fs::read_to_string(folder.join("eniplan.1")).unwrap());
    let said = run(&["man", "-o", "/dev/null"]);
    assert!(said.code == 2 && said.err.starts_with("E001"), "{}", said.err);
}
