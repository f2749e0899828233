//! No file uses names of a file that, through however many others, uses names of it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::modules::{Workspace, planted};

/// The files whose names a file uses, each with one such name.
type Uses = BTreeMap<PathBuf, BTreeMap<PathBuf, String>>;

/// What each file uses; a re-export counts for the file that defines the name, and only for who uses it.
fn uses(workspace: &Workspace) -> Uses {
    let mut uses = Uses::new();
    for (id, module) in workspace.modules.iter().enumerate() {
        let of_file = uses.entry(module.file.clone()).or_default();
        let mut note = |file: &Path, name: String| {
            if file != module.file {
                of_file.entry(file.to_owned()).or_insert(name);
            }
        };
        for import in &module.imports {
            if (!import.public || module.words.contains(&import.name))
                && let Some(file) = workspace.defining_file(id, &import.path)
            {
                note(file, import.path.join("::"));
            }
        }
        for path in &module.paths {
            if let Some(file) = workspace.defining_file(id, path) {
                note(file, path.join("::"));
            }
        }
        for (file, name) in workspace.glob_uses(id) {
            note(file, name);
        }
    }
    uses
}

/// One shortest circle through each file that is on one, as `a.rs -(name of b)-> b.rs -(name of a)-> a.rs`;
/// a file that an earlier circle names is not started from again.
fn circles(uses: &Uses) -> Vec<String> {
    let mut named = BTreeSet::new();
    let mut found = Vec::new();
    for start in uses.keys() {
        if named.contains(start) {
            continue;
        }
        if let Some(circle) = shortest_circle(uses, start) {
            found.push(tell(uses, &circle));
            named.extend(circle);
        }
    }
    found
}

fn shortest_circle<'a>(uses: &'a Uses, start: &'a PathBuf) -> Option<Vec<&'a PathBuf>> {
    let mut reached_from: BTreeMap<&PathBuf, &PathBuf> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(file) = queue.pop_front() {
        for next in uses.get(file).into_iter().flat_map(BTreeMap::keys) {
            if next == start {
                let mut circle = vec![file];
                while let Some(before) = reached_from.get(circle.last().unwrap()) {
                    circle.push(before);
                }
                circle.reverse();
                return Some(circle);
            }
            if !reached_from.contains_key(next) {
                reached_from.insert(next, file);
                queue.push_back(next);
            }
        }
    }
    None
}

fn tell(uses: &Uses, circle: &[&PathBuf]) -> String {
    let mut told = circle[0].display().to_string();
    for (at, from) in circle.iter().enumerate() {
        let to = circle[(at + 1) % circle.len()];
        if let Some(name) = uses[*from].get(to) {
            let _ = write!(told, " -({name})-> {}", to.display());
        }
    }
    told
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let workspace = Workspace::here();
    assert!(workspace.modules.len() > 100);
    let found = circles(&uses(&workspace));
    assert!(found.is_empty(), "{} circles: {found:#?}", found.len());
}

/// The circles of a planted crate.
fn told(files: &[(&str, &str)]) -> Vec<String> {
    circles(&uses(&planted(files)))
}

#[test]
fn a_planted_circle_is_found() {
    let lib = ("lib.rs", "mod a; mod b; pub use a::A;");
    for (a, b) in [
        ("use crate::b::B; pub struct A;", "use crate::a::A; pub struct B;"),
        ("use super::b::{self, B}; pub struct A;", "pub fn f() -> super::a::A {} pub struct B;"),
        ("use crate::b; pub struct A; fn f() { b::B::new(); }", "use crate::A; pub struct B;"),
        ("use crate::b::*; pub struct A; fn f(_: B) {}", "use planted::{A as Other}; pub struct B;"),
        ("pub use crate::b::B; pub struct A; fn f(_: B) {}", "fn f() { use crate::{a::{A}}; } pub enum B {}"),
        ("mod inner { use super::super::b::B; } pub struct A;", "use crate::a::A; pub type B = u8;"),
    ] {
        let found = told(&[lib, ("a.rs", a), ("b.rs", b)]);
        assert_eq!(found.len(), 1, "{a} {b} {found:?}");
    }
    let long = told(&[
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::B; pub struct A;"),
        ("b.rs", "use crate::c::C; pub struct B;"),
        ("c.rs", "use crate::a::A; pub struct C;"),
    ]);
    assert_eq!(
        long,
        ["src/a.rs -(crate::b::B)-> src/b.rs -(crate::c::C)-> src/c.rs -(crate::a::A)-> src/a.rs"]
    );
}

#[test]
fn what_is_no_circle_is_not_taken_for_one() {
    for files in [
        // A re-export is no use, and who takes a name from it uses the file that defines the name.
        &[
            ("lib.rs", "mod a;"),
            ("a/mod.rs", "mod b; pub use b::B; pub struct A;"),
            ("a/b.rs", "use super::A; pub struct B;"),
        ][..],
        &[
            ("lib.rs", "mod a;"),
            ("a/mod.rs", "mod b; mod c; pub use b::B;"),
            ("a/b.rs", "pub struct B;"),
            ("a/c.rs", "use super::B; use crate::a; fn f(_: a::B) {}"),
        ],
        // Tests, comments and strings.
        &[
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use crate::b::B; pub struct A;"),
            (
                "b.rs",
                "pub struct B; // crate::a::A\nconst X: &str = \"crate::a::A\";\n#[cfg(test)]\nmod tests { use crate::a::A; }",
            ),
        ],
        // Another crate's module of the same name.
        &[
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use crate::b::B; pub struct A;"),
            ("b.rs", "use other::a::A; pub struct B;"),
        ],
    ] {
        assert_eq!(told(files), Vec::<String>::new());
    }
}
