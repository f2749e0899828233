//! A number that does not fit is not replaced by one that does, but in a few places that say why.

use std::path::{Path, PathBuf};

use super::lexer::{Token, lex};

const MOST: usize = 10;

const CONVERTING: [&str; 2] = ["try_from", "try_into"];

/// What puts another value in the place of one that is not there.
const REPLACING: [&str; 5] = ["unwrap_or", "unwrap_or_else", "unwrap_or_default", "map_or", "map_or_else"];

/// What may stand between the conversion and the replacement.
const BETWEEN: [&str; 3] = ["ok", "map", "and_then"];

/// The lines of `try_from(..).unwrap_or(..)` and its like.
fn replaced(tokens: &[Token]) -> Vec<usize> {
    let starts = (0..tokens.len()).filter(|&at| CONVERTING.contains(&tokens[at].text.as_str()));
    starts.filter(|&at| is_replaced(tokens, at)).map(|at| tokens[at].line).collect()
}

fn is_replaced(tokens: &[Token], start: usize) -> bool {
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let mut at = behind_arguments(tokens, start + 1).unwrap_or(start + 1);
    loop {
        // The conversion may stand in a closure: `x.and_then(|x| u8::try_from(x).ok()).unwrap_or(0)`.
        while text(at) == ")" {
            at += 1;
        }
        if text(at) != "." {
            return false;
        }
        let method = text(at + 1);
        if REPLACING.contains(&method) {
            return true;
        }
        match behind_arguments(tokens, at + 2) {
            Some(next) if BETWEEN.contains(&method) => at = next,
            _ => return false,
        }
    }
}

/// Behind the parentheses that open here.
fn behind_arguments(tokens: &[Token], open: usize) -> Option<usize> {
    if tokens.get(open)?.text != "(" {
        return None;
    }
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.text.as_str() {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// Whether a comment stands on this line or above the statement that it belongs to.
fn is_explained(lines: &[&str], line: usize) -> bool {
    let at = line - 1;
    if lines[at].contains("// ") {
        return true;
    }
    for above in lines[..at].iter().rev().map(|line| line.trim()) {
        if above.starts_with("//") {
            return true;
        }
        if above.is_empty() || above.ends_with([';', '{', '}']) {
            return false;
        }
    }
    false
}

fn core_files(folder: &Path, found: &mut Vec<PathBuf>) {
    super::names::rust_files(folder, found);
    found.retain(|path| path.file_stem().is_none_or(|stem| stem != "tests"));
}

#[test]
fn numbers_that_do_not_fit_are_hardly_ever_replaced() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    core_files(&root.join("crates/eniplan-core/src"), &mut files);
    let (mut found, mut unexplained) = (Vec::new(), Vec::new());
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for line in replaced(&lex(&text)) {
            let place = format!("{}:{line}", file.strip_prefix(root).unwrap().display());
            if !is_explained(&lines, line) {
                unexplained.push(place.clone());
            }
            found.push(place);
        }
    }
    assert!(found.len() <= MOST, "{} of at most {MOST}: {found:#?}", found.len());
    assert!(unexplained.is_empty(), "no comment says why: {unexplained:#?}");
}

#[test]
fn a_replaced_number_is_found() {
    for text in [
        "u32::try_from(f(x)).unwrap_or(u32::MAX)",
        "u32::try_from(x)\n.unwrap_or_default()",
        "let y: u32 = x.try_into().unwrap_or_else(|_| 0);",
        "u32::try_from(x).ok().map(|y| y + 1).unwrap_or(0)",
        "x.and_then(|x| u32::try_from(x).ok()).unwrap_or(0)",
        "x.map(u32::try_from).map_or(0, f)",
    ] {
        assert_eq!(replaced(&lex(text)), [1], "{text}");
    }
    for text in [
        "u32::try_from(x)?",
        "u32::try_from(x).ok()",
        "u32::try_from(x).map_err(wide)?.max(y.unwrap_or(0))",
        "f(u32::try_from(x)?, y).g()",
        "#[cfg(test)] fn f() { u32::try_from(x).unwrap_or(0) }",
    ] {
        assert!(replaced(&lex(text)).is_empty(), "{text}");
    }
}

#[test]
fn a_reason_stands_above_or_beside() {
    for (lines, line, explained) in [
        (&["// Why.", "let x = u8::try_from(y).unwrap_or(0);"][..], 2, true),
        (&["// Why.", "let x =", "    u8::try_from(y).unwrap_or(0);"], 3, true),
        (&["u8::try_from(y).unwrap_or(0) // Why."], 1, true),
        (&["// Of another.", "f();", "u8::try_from(y).unwrap_or(0)"], 3, false),
        (&["// Of another.", "", "u8::try_from(y).unwrap_or(0)"], 3, false),
    ] {
        assert_eq!(is_explained(lines, line), explained, "{lines:?}");
    }
}
