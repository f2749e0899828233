//! Long proofs: each stands in a module `long`, is ignored, has its line in CONTRIBUTING.md, and nothing else is there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::lexer::{Token, lex_all};
use super::names::rust_files;

/// The functions of a module `long`; their attributes have to be those of a long proof.
fn long_proofs(module: &str, tokens: &[Token]) -> Vec<String> {
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let opens = (0..tokens.len()).find(|&at| [text(at), text(at + 1), text(at + 2)] == ["mod", "long", "{"]);
    let Some(opens) = opens else { return Vec::new() };
    let mut found = Vec::new();
    let (mut at, mut depth) = (opens + 3, 1);
    while depth > 0 {
        match text(at) {
            "{" => depth += 1,
            "}" => depth -= 1,
            "fn" if depth == 1 => {
                let name = format!("{module}::long::{}", text(at + 1));
                // `#[test] #[ignore = "..."]`, of which the text is no token.
                let marks: Vec<&str> = (at.saturating_sub(9)..at).map(text).collect();
                assert_eq!(marks.concat(), "#[test]#[ignore=]", "{name}");
                found.push(name);
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The module that a file of the test binary is.
fn module(path: &Path) -> String {
    let mut parts: Vec<String> =
        path.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    parts.join("::")
}

#[test]
fn every_long_proof_is_listed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tests = root.join("tests/it");
    let mut files: Vec<PathBuf> = Vec::new();
    rust_files(&tests, &mut files);
    let proofs = files.iter().flat_map(|file| {
        let module = module(file.strip_prefix(&tests).unwrap());
        long_proofs(&module, &lex_all(&std::fs::read_to_string(file).unwrap()))
    });
    let proofs: BTreeSet<String> = proofs.collect();
    let page = std::fs::read_to_string(root.join("CONTRIBUTING.md")).unwrap();
    let listed = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let listed: BTreeSet<String> =
        listed.filter(|name| name.contains("::long::")).map(str::to_owned).collect();
    assert!(proofs.len() > 10);
    assert_eq!(proofs, listed);
}

#[test]
fn long_proofs_are_found() {
    let text = "fn a() {} mod long { use super::a; #[test] #[ignore = \"long\"] fn b() { a(); } } fn c() {}";
    assert_eq!(long_proofs("x", &lex_all(text)), ["x::long::b"]);
    assert_eq!(module(Path::new("plan/mod.rs")), "plan");
    assert_eq!(module(Path::new("plan/joint.rs")), "plan::joint");
}
