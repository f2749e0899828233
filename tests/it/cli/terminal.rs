//! What a terminal shows that a pipe does not: colours, progress; and the lines that complaints show, wherever
//! the text comes from.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use crate::cli::{folder, run};

const ENIPLAN: &str = env!("CARGO_BIN_EXE_eniplan");
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/cli");

/// What the words print on a terminal, which `script` (util-linux) plays; nothing where there is none.
#[allow(clippy::print_stdout, reason = "it says that it does not look")]
fn on_a_terminal(words: &str, variables: &[(&str, &str)]) -> Option<String> {
    let mut script = Command::new("script");
    script.args(["-qec", &format!("{ENIPLAN} {words}"), "/dev/null"]).current_dir(FIXTURES);
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        script.env_remove(name);
    }
    script.env("TERM", "xterm").envs(variables.iter().copied()).stdin(Stdio::null());
    let Ok(output) = script.output() else {
        println!("not looked at: there is no `script` to play a terminal");
        return None;
    };
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_terminal_has_colours_and_nobody_else() {
    let Some(said) = on_a_terminal("demand counts.csv", &[]) else { return };
    assert!(said.starts_with("\u{1b}[1mcounts.csv needs"), "{said:?}");
    let Some(wrong) = on_a_terminal("demand bad.csv", &[]) else { return };
    assert!(wrong.starts_with("\u{1b}[1;31mE102\u{1b}[0m bad.csv:2:3 (invocations)"), "{wrong:?}");
    for (words, variables) in [
        ("demand counts.csv", &[("NO_COLOR", "1")][..]),
        ("demand bad.csv", &[("NO_COLOR", "1")]),
        ("demand counts.csv --color never", &[]),
    ] {
        let plain = on_a_terminal(words, variables).unwrap();
        assert!(plain.len() > 200 && !plain.contains('\u{1b}'), "{words}: {plain:?}");
    }
    assert!(!run(&["demand", "counts.csv"]).out.contains('\u{1b}'));
    assert!(!run(&["demand", "bad.csv"]).err.contains('\u{1b}'));
}

#[test]
fn long_work_shows_how_far_it_is_and_is_gone_when_it_is_done() {
    for (words, shown) in [
        ("plan counts.csv --max-cold-start 0s,1s,16m", "planning"),
        ("headroom counts.csv --max-cold-start 1s", "probing growth"),
        ("compare counts.csv --effort 1000 --runs 2", "comparing"),
    ] {
        let Some(said) = on_a_terminal(words, &[]) else { return };
        let lines: Vec<&str> = said.split(['\r', '\n']).filter(|line| line.contains(shown)).collect();
        let how_far = |line: &&str| line.contains('/') && line.contains(" elapsed");
        assert!(lines.iter().any(how_far), "{words}: {said:?}");
        // The line is wiped before the answer stands in its place.
        let after = said.rsplit(" elapsed").next().unwrap();
        assert!(after.contains("\u{1b}[2K"), "{words}: {after:?}");
        let quiet = on_a_terminal(&format!("{words} --quiet"), &[]).unwrap();
        assert!(!quiet.contains(shown), "{words}: {quiet:?}");
        let piped = run(&words.split(' ').collect::<Vec<_>>());
        assert_eq!(piped.err, "", "{words}");
    }
}

/// What is told of `text` on stdin.
fn fed(words: &[&str], text: &[u8]) -> String {
    let mut eniplan = Command::new(ENIPLAN);
    let mut child = eniplan
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{words:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn complaints_show_the_line_of_csv_toml_and_yaml_and_of_stdin() {
    let csv = "time,function,invocations\n0,a,many\n60,b,2\n";
    let cell = "\n  |\n2 | 0,a,many\n  |     ^^^^\n  help: ";
    let said = fed(&["demand", "-"], csv.as_bytes());
    assert!(said.starts_with("E102 stdin:2:3 (invocations)") && said.contains(cell), "{said}");

    let folder = folder("excerpts");
    let file = |name: &str, text: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(csv.as_bytes()).unwrap();
    let said = run(&["demand", &file("packed.csv.gz", &packed.finish().unwrap())]);
    assert!(said.err.contains(cell), "{}", said.err);

    let toml = "[[subnet]]\nname = \"a\"\ncidr = \"10.0.0.0/8\"\n";
    let said = run(&["demand", "counts.csv", "--scenario", &file("s.toml", toml.as_bytes())]);
    assert!(
        said.err.contains("\n  |\n3 | cidr = \"10.0.0.0/8\"\n  |        ^^^^^^^^^^^^\n  help: "),
        "{}",
        said.err
    );

    let yaml = "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      MemorySize: lots\n";
    let said = run(&["inventory", &file("t.yaml", yaml.as_bytes())]);
    assert!(
        said.err.contains("\n  |\n5 |       MemorySize: lots\n  |                   ^^^^\n  help: "),
        "{}",
        said.err
    );

    // A line full of what a terminal would obey stays text.
    let said = fed(&["demand", "-"], b"time,function,invocations\n0,\x1b[31ma\x07,many\n");
    assert!(said.contains("many") && !said.contains(['\u{1b}', '\u{7}']), "{said:?}");
}
