//! The house rules, read off the source: who may use whom, how long a file may be, what may not stand where.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What every module may use, and nothing below may use anything but these.
const BY_ALL: &[&str] = &["quantity", "diagnostic", "random"];

/// Each top-level module with those it may use besides [`BY_ALL`]; `*` is every one of them.
/// The table of ARCHITECTURE.md, and the only copy that counts.
const MAY_USE: &[(&str, &[&str])] = &[
    ("quantity", &[]),
    ("diagnostic", &[]),
    ("random", &[]),
    ("document", &[]),
    ("example", &[]),
    ("trace", &[]),
    ("import", &["trace", "document"]),
    ("inventory", &["scenario", "platform", "policy", "document"]),
    ("platform", &["document"]),
    ("policy", &[]),
    ("scenario", &["platform", "policy", "document"]),
    ("topology", &["scenario", "platform", "document"]),
    ("cold_path", &["platform"]),
    ("demand", &["trace", "topology", "policy"]),
    ("simulation", &["trace", "topology", "cold_path", "policy", "platform", "demand"]),
    ("worst_case", &["simulation", "demand", "topology", "cold_path", "trace", "policy", "platform"]),
    ("plan", &["demand", "topology", "worst_case", "simulation", "trace", "policy", "cold_path"]),
    (
        "comparison",
        &["simulation", "worst_case", "plan", "trace", "policy", "topology", "cold_path", "demand"],
    ),
    (
        "composition",
        &[
            "scenario",
            "trace",
            "platform",
            "policy",
            "topology",
            "cold_path",
            "demand",
            "simulation",
            "worst_case",
            "plan",
        ],
    ),
    (
        "report",
        &[
            "trace",
            "platform",
            "scenario",
            "policy",
            "topology",
            "cold_path",
            "demand",
            "simulation",
            "worst_case",
            "plan",
            "comparison",
            "composition",
            "example",
            "import",
            "inventory",
        ],
    ),
    ("schema", &["report", "scenario", "platform"]),
    ("cli", &["*"]),
];

/// Lines a file may have, its unit tests not counted.
const MOST_LINES: usize = 400;

/// What may not stand in code outside tests.
const NEVER: &[&str] =
    &[".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "dbg!(", "HashMap", "HashSet"];

/// What may stand in the command line's code only: the terminal, files, the environment, the clock.
const CLI_ONLY: &[&str] = &[
    "println!(",
    "print!(",
    "eprintln!(",
    "eprint!(",
    "std::fs",
    "std::env",
    "std::time",
    "stdout()",
    "stderr()",
];

/// A source file: its top-level module, its depth below it (0: the module's own file), and its text.
struct Source {
    path: PathBuf,
    module: String,
    depth: usize,
    text: String,
}

impl Source {
    fn new(path: &Path, text: &str) -> Self {
        let mut parts: Vec<String> =
            path.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
        if parts.len() > 1 && parts.last().is_some_and(|last| last == "mod") {
            parts.pop();
        }
        Self { path: path.to_owned(), depth: parts.len() - 1, module: parts.remove(0), text: text.to_owned() }
    }

    /// The lines before the unit tests, comments blanked out; none of a file that is all tests.
    fn code(&self) -> Vec<&str> {
        if self.path.file_stem().is_some_and(|stem| stem == "tests") {
            return Vec::new();
        }
        self.text
            .lines()
            .take_while(|line| line.trim() != "#[cfg(test)]")
            .map(|line| if line.trim_start().starts_with("//") { "" } else { line })
            .collect()
    }
}

/// Where the sources are, and the module that files of that folder belong to; none: the first part of their path.
const ROOTS: &[(&str, &str)] = &[
    ("src", ""),
    ("crates/eniplan-core/src", ""),
    ("crates/eniplan-import/src", "import"),
    ("crates/eniplan-import/src/inventory", "inventory"),
];

fn sources() -> Vec<Source> {
    ROOTS.iter().flat_map(|(root, module)| sources_of(root, module)).collect()
}

fn sources_of(root: &str, module: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(root);
    let others: Vec<PathBuf> =
        ROOTS.iter().map(|(other, _)| Path::new(env!("CARGO_MANIFEST_DIR")).join(other)).collect();
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !others.contains(&path) {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let path = Path::new(module).join(path.strip_prefix(&root).unwrap());
                found.push(Source::new(&path, &text));
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The top-level modules that code refers to: `crate::x`, `crate::{x, y::z}`, or as many `super::` as lead there.
fn uses(source: &Source) -> BTreeSet<String> {
    let code = source.code().join("\n");
    let way_up = "super::".repeat(source.depth + 1);
    let mut found = BTreeSet::new();
    for prefix in ["crate::", "eniplan_core::", way_up.as_str()] {
        for (at, _) in code.match_indices(prefix) {
            let rest = &code[at + prefix.len()..];
            match rest.strip_prefix('{') {
                Some(group) => found.extend(heads(group)),
                None => found.extend(word(rest)),
            }
        }
    }
    found.remove(&source.module);
    found
}

/// The first word of each part of `a, b::c, d::{e, f}}`.
fn heads(group: &str) -> Vec<String> {
    let (mut depth, mut heads, mut fresh) = (0_usize, Vec::new(), true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            c if fresh && !c.is_whitespace() => {
                heads.extend(word(&group[at..]));
                fresh = false;
            }
            _ => {}
        }
    }
    heads
}

fn word(text: &str) -> Option<String> {
    let word: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    word.chars()
        .next()
        .filter(|c| c.is_lowercase() && word != "super" && word != "crate")
        .map(|_| word.clone())
}

/// What breaks the table.
fn forbidden_uses(source: &Source) -> Vec<String> {
    if ["lib", "main"].contains(&source.module.as_str()) {
        return Vec::new();
    }
    let table: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let Some(allowed) = table.get(source.module.as_str()) else {
        return vec![format!("{}: `{}` is not in the table", source.path.display(), source.module)];
    };
    uses(source)
        .into_iter()
        .filter(|used| table.contains_key(used.as_str()))
        .filter(|used| {
            !BY_ALL.contains(&used.as_str()) && !allowed.contains(&"*") && !allowed.contains(&used.as_str())
        })
        .map(|used| format!("{}: `{}` may not use `{used}`", source.path.display(), source.module))
        .collect()
}

/// What is too long, or stands where it may not.
fn untidy(source: &Source) -> Vec<String> {
    let code = source.code();
    let in_cli = ["cli", "main"].contains(&source.module.as_str());
    let banned = NEVER.iter().chain(if in_cli { &[] } else { CLI_ONLY });
    let mut found: Vec<String> = banned
        .flat_map(|word| {
            code.iter().enumerate().filter(|(_, line)| line.contains(*word)).map(move |(at, _)| (at, word))
        })
        .map(|(at, word)| format!("{}:{}: `{word}`", source.path.display(), at + 1))
        .collect();
    if code.len() > MOST_LINES {
        found.push(format!("{}: {} lines", source.path.display(), code.len()));
    }
    if !source.text.starts_with("//!") {
        found.push(format!("{}: does not open with what it is", source.path.display()));
    }
    found
}

#[test]
fn modules_use_only_those_they_may() {
    let found: Vec<String> = sources().iter().flat_map(forbidden_uses).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn source_files_are_tidy() {
    let sources = sources();
    assert!(sources.len() > 20);
    let found: Vec<String> = sources.iter().flat_map(untidy).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_table_has_no_cycle() {
    let table: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    assert_eq!(table.len(), MAY_USE.len());
    let mut settled: BTreeSet<&str> = BTreeSet::from(["*"]);
    settled.extend(BY_ALL);
    while settled.len() < table.len() + 1 {
        let ready: Vec<&str> = table
            .iter()
            .filter(|(module, uses)| {
                !settled.contains(*module) && uses.iter().all(|used| settled.contains(used))
            })
            .map(|(module, _)| *module)
            .collect();
        assert!(!ready.is_empty(), "a cycle among those not in {settled:?}");
        settled.extend(ready);
    }
}

fn told(path: &str, text: &str) -> Vec<String> {
    let source = Source::new(Path::new(path), &format!("//! A noun.\n{text}"));
    forbidden_uses(&source).into_iter().chain(untidy(&source)).collect()
}

#[test]
fn each_rule_of_use_can_be_broken() {
    for (path, text) in [
        ("demand/curve.rs", "use crate::simulation::Event;"),
        ("demand/curve.rs", "fn f() -> crate::plan::Plan {}"),
        ("demand/mod.rs", "use crate::{quantity::Millis, plan::{Plan, check}};"),
        ("demand/mod.rs", "use super::plan::Plan;"),
        ("demand/deep/er.rs", "use super::super::super::plan::Plan;"),
        ("cold_path.rs", "use super::topology::Topology;"),
        ("platform/load.rs", "use crate::policy;"),
        ("report/text.rs", "use crate::cli::terminal;"),
        ("drawer.rs", "use crate::quantity::Millis;"),
    ] {
        assert_eq!(told(path, text).len(), 1, "{path}: {text}");
    }
    for (path, text) in [
        ("demand/curve.rs", "// use crate::plan::Plan;\nuse super::plan;\nuse crate::trace::Traffic;"),
        ("demand/curve.rs", "use crate::{quantity::Millis, trace};\nuse crate::demand::Curve;"),
        ("demand/curve.rs", "#[cfg(test)]\nmod tests { use crate::simulation::run; }"),
        ("cli/mod.rs", "use crate::{plan, report};"),
        ("lib.rs", "pub use crate::plan::Plan;"),
    ] {
        assert_eq!(told(path, text), Vec::<String>::new(), "{path}: {text}");
    }
}

#[test]
fn each_rule_of_tidiness_can_be_broken() {
    for word in NEVER.iter().chain(CLI_ONLY) {
        assert!(!told("demand/curve.rs", &format!("x{word}")).is_empty(), "{word}");
    }
    assert!(!told("cli/run.rs", "x.unwrap();").is_empty());
    assert!(told("cli/run.rs", "println!();").is_empty());
    assert!(told("demand/curve.rs", "x.unwrap_or(1);\n#[cfg(test)]\nmod tests { x.unwrap(); }").is_empty());
    assert!(told("demand/tests.rs", "x.unwrap();").is_empty());
    assert!(told("demand/curve.rs", &"\n".repeat(MOST_LINES - 1)).is_empty());
    assert_eq!(told("demand/curve.rs", &"\n".repeat(MOST_LINES)), ["demand/curve.rs: 401 lines"]);
    assert_eq!(untidy(&Source::new(Path::new("demand/curve.rs"), "use x;")).len(), 1);
}
