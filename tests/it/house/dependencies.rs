//! Every dependency has a licence and a source that `deny.toml` allows, and no licence is allowed in vain.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// The licences of `deny.toml`: the one list.
fn policy() -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deny.toml");
    let deny: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    let list = deny["licenses"]["allow"].as_array().unwrap();
    list.iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// The packages of the dependency graph on this machine's platform; what other platforms
/// would add need not have been downloaded.
fn packages() -> Vec<Value> {
    let version = Command::new(env!("CARGO")).arg("-vV").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned();
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--format-version", "1", "--filter-platform", &host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// Whether a licence expression can be met from `allowed`; `used` collects what it names of that.
///
/// `AND` binds closer than `OR`; a `/` is an old `OR`; `WITH` makes a licence of its own.
fn met(expression: &str, allowed: &BTreeSet<String>, used: &mut BTreeSet<String>) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = either(&tokens, &mut at, allowed, used);
    met && at == tokens.len()
}

fn either(tokens: &[&str], at: &mut usize, allowed: &BTreeSet<String>, used: &mut BTreeSet<String>) -> bool {
    let mut met = both(tokens, at, allowed, used);
    while tokens.get(*at) == Some(&"OR") {
        *at += 1;
        met |= both(tokens, at, allowed, used);
    }
    met
}

fn both(tokens: &[&str], at: &mut usize, allowed: &BTreeSet<String>, used: &mut BTreeSet<String>) -> bool {
    let mut met = one(tokens, at, allowed, used);
    while tokens.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(tokens, at, allowed, used);
    }
    met
}

fn one(tokens: &[&str], at: &mut usize, allowed: &BTreeSet<String>, used: &mut BTreeSet<String>) -> bool {
    let Some(&token) = tokens.get(*at) else { return false };
    *at += 1;
    if token == "(" {
        let met = either(tokens, at, allowed, used);
        *at += 1;
        return met && tokens.get(*at - 1) == Some(&")");
    }
    let mut licence = token.to_owned();
    if tokens.get(*at) == Some(&"WITH") {
        licence = format!("{token} WITH {}", tokens.get(*at + 1).unwrap_or(&""));
        *at += 2;
    }
    let allowed = allowed.contains(&licence);
    if allowed {
        used.insert(licence);
    }
    allowed
}

#[test]
fn every_dependency_is_allowed_and_no_licence_is_allowed_in_vain() {
    let licences = policy();
    let mut registries = BTreeSet::new();
    let packages = packages();
    assert!(packages.len() > 50, "{}", packages.len());
    let mut used = BTreeSet::new();
    for package in &packages {
        let (name, expression) = (&package["name"], package["license"].as_str().unwrap_or(""));
        assert!(met(expression, &licences, &mut used), "{name}: {expression:?} is not allowed by deny.toml");
        let Some(source) = package["source"].as_str() else {
            let own = ["eniplan", "eniplan-core", "eniplan-import"];
            assert!(own.iter().any(|own| name == own), "{name} is a path dependency");
            continue;
        };
        assert!(source.starts_with("registry+"), "{name} comes from {source}");
        registries.insert(source.to_owned());
    }
    assert_eq!(registries.len(), 1, "one registry: {registries:?}");
    assert_eq!(used, licences, "licences that no dependency has need not be allowed");
}

#[test]
fn licence_expressions_are_read() {
    let allowed: BTreeSet<String> = ["MIT", "Apache-2.0", "Zlib"].map(str::to_owned).into();
    for (expression, wanted) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("", false),
        ("MIT/Apache-2.0", true),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0 AND MIT", false),
        ("(MIT OR GPL-3.0) AND Zlib", true),
        ("MIT OR GPL-3.0 AND GPL-2.0", true),
        ("(MIT OR GPL-3.0) AND GPL-2.0", false),
        ("Apache-2.0 WITH LLVM-exception", false),
        ("Apache-2.0 WITH LLVM-exception OR MIT", true),
        ("(MIT", false),
        ("MIT)", false),
        ("MIT Zlib", false),
    ] {
        assert_eq!(met(expression, &allowed, &mut BTreeSet::new()), wanted, "{expression}");
    }
}
