//! A name of a type is one type's, and nothing is called `it`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::lexer::lex_all;
use super::modules::{Workspace, planted};

/// Of a hundred types, how many may share their name with another.
const MOST_SHARED_PERCENT: usize = 5;

/// The names that several types have, with the files of these, and the number of all types.
fn shared_names(workspace: &Workspace) -> (BTreeMap<&str, Vec<&Path>>, usize) {
    let mut by_name: BTreeMap<&str, Vec<&Path>> = BTreeMap::new();
    for module in &workspace.modules {
        for name in &module.types {
            by_name.entry(name).or_default().push(&module.file);
        }
    }
    let all = by_name.values().map(Vec::len).sum();
    by_name.retain(|_, files| files.len() > 1);
    (by_name, all)
}

#[test]
fn type_names_are_hardly_ever_shared() {
    let workspace = Workspace::here();
    let (shared, all) = shared_names(&workspace);
    let sharing: usize = shared.values().map(Vec::len).sum();
    assert!(all > 100);
    assert!(sharing * 100 < all * MOST_SHARED_PERCENT, "{sharing} of {all}: {shared:#?}");
}

#[test]
fn shared_names_are_counted() {
    let workspace = planted(&[
        ("lib.rs", "mod a; pub struct Row; trait Each { type Item; } impl Each for Row { type Item = u8; }"),
        ("a.rs", "enum Row {} type Item = u8; pub trait Other {}\n#[cfg(test)] mod tests { struct Other; }"),
    ]);
    let (shared, all) = shared_names(&workspace);
    assert_eq!(shared.into_keys().collect::<Vec<_>>(), ["Row"]);
    assert_eq!(all, 5);
}

/// Where something is called `it`.
fn called_it(path: &Path, text: &str) -> Vec<String> {
    let tokens = lex_all(text);
    let named = tokens.iter().filter(|token| token.text == "it");
    named.map(|token| format!("{}:{}", path.display(), token.line)).collect()
}

/// All of a folder, in folders below it too.
pub(super) fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn nothing_is_called_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in
        ["src", "crates/eniplan-core/src", "crates/eniplan-import/src", "tests", "benches", "examples"]
    {
        rust_files(&root.join(folder), &mut files);
    }
    assert!(files.len() > 100);
    let mut found = Vec::new();
    for file in &files {
        found.extend(called_it(file.strip_prefix(root).unwrap(), &std::fs::read_to_string(file).unwrap()));
    }
    assert!(found.is_empty(), "{} times: {found:#?}", found.len());
}

#[test]
fn an_it_is_found() {
    let told = |text| called_it(Path::new("a.rs"), text).len();
    for text in ["x.map(|it| y)", "let it = 1;", "for (a, it) in x {}", "#[cfg(test)] fn f(it: u8) {}"] {
        assert_eq!(told(text), 1, "{text}");
    }
    assert_eq!(told("// it\nlet item = \"it\"; x.map(|_it| it_is)"), 0);
}
