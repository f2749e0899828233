//! The table of docs/worst-case.md: `cargo run --release --example worst_case_table -- FOLDER [SECONDS]`.
//!
//! Runs `eniplan worst-case` with lambda-2018 under each policy on the real traffic in FOLDER, with a
//! limit of SECONDS (60) on each search, and prints a Markdown table. The program is the `eniplan`
//! beside this example's folder. Datasets that are not there are left out.

// A measurement prints and may stop at the first thing that is wrong.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use eniplan::policy::registry;
use eniplan::quantity::Millis;
use eniplan::report::format::thousands;
use serde_json::Value;

/// Name, file and options of each.
const TRAFFIC: &[(&str, &str, &[&str])] = &[
    ("Azure 2021, 199 invocations", "azure2021_first199/Azure2021_200.csv", &[]),
    ("Azure 2019, 9 functions, a day", "azure2019_fullday_9fn/invocations.csv", &[]),
    ("Azure 2019, 250 functions, 8 h", "azure2019_8h/invocations.csv", &[]),
    ("NYC taxi, 7 days", "nab/nyc_taxi.csv", &["--to", "7d", "--gaps", "zero"]),
    ("NYC taxi, 215 days", "nab/nyc_taxi.csv", &["--gaps", "zero"]),
    ("load balancer, 14 days", "nab/elb_request_count_8c0756.csv", &["--gaps", "zero"]),
    ("Twitter AMZN, 55 days", "nab/Twitter_volume_AMZN.csv", &["--gaps", "zero"]),
    ("Twitter GOOG, 55 days", "nab/Twitter_volume_GOOG.csv", &["--gaps", "zero"]),
    ("WorldCup98, busiest day", "worldcup98/invocation_count.csv", &["--busiest", "1d", "--gaps", "zero"]),
];

/// What one run says, as cells.
fn cells(answer: &Value) -> Vec<String> {
    let gap = |witness: &Value, bound: &Value, text: fn(u64) -> String| {
        let said = |value: &Value| value.as_u64().map_or_else(|| "none".to_owned(), text);
        let gap = witness.as_u64().zip(bound.as_u64()).map(|(shown, proved)| text(proved - shown));
        let gap = gap.unwrap_or_else(|| "open".to_owned());
        format!("{} / {} / {gap}", said(witness), said(bound))
    };
    let cold = &answer["cold_start"];
    let yes = |value: &Value| if value["exact"] == true { "yes" } else { "no" };
    let (enis, failures) = (&answer["peak_enis"], &answer["failures"]);
    vec![
        gap(&cold["witness_ms"], &cold["bound_ms"], |ms| Millis(ms).to_string()),
        gap(&enis["witness"], &enis["bound"], thousands),
        gap(&failures["witness"], &failures["bound"], thousands),
        format!("{}, {}, {}", yes(cold), yes(enis), yes(failures)),
    ]
}

fn row(program: &Path, file: &Path, options: &[&str], policy: &str, seconds: &str) -> Vec<String> {
    let begun = Instant::now();
    let said = Command::new(program)
        .arg("worst-case")
        .arg(file)
        .args(options)
        .args(["--policy", policy, "--format", "json", "--quiet"])
        .args(["--effort", "20000000", "--time-limit", &format!("{seconds}s")])
        .output()
        .unwrap();
    let time = format!("{:.1} s", begun.elapsed().as_secs_f64());
    let cells = match serde_json::from_slice::<Value>(&said.stdout) {
        Ok(answer) if answer.get("cold_start").is_some() => cells(&answer),
        _ => vec!["no plan".to_owned(), "-".to_owned(), "-".to_owned(), "-".to_owned()],
    };
    [vec![time], cells].concat()
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let folder = PathBuf::from(words.first().unwrap());
    let seconds = words.get(1).map_or("60", String::as_str);
    let here = std::env::current_exe().unwrap();
    let program = here.parent().unwrap().parent().unwrap().join("eniplan");
    println!("| traffic | policy | time | cold start: shown / proved / gap | ENIs | failures | exact |");
    println!("|---|---|---|---|---|---|---|");
    for (name, file, options) in TRAFFIC {
        let file = folder.join(file);
        if !file.exists() {
            eprintln!("left out: {} is not there", file.display());
            continue;
        }
        for policy in registry::ALL.iter().map(|policy| policy.name) {
            let cells = row(&program, &file, options, policy, seconds);
            println!("| {name} | `{policy}` | {} |", cells.join(" | "));
        }
    }
}
