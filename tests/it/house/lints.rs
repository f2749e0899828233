//! Every crate is held to the lints of the workspace, and these find what is public to nobody.

use std::path::Path;

use super::modules::CRATES;

/// What is wrong with the lints of a manifest that others inherit from.
fn lacking(workspace: &str, manifest: &str) -> Option<&'static str> {
    let read = |text: &str| text.parse::<toml::Table>().unwrap();
    let lint = read(workspace)["workspace"]["lints"]["rust"].get("unreachable_pub").cloned();
    let lint = lint.as_ref().and_then(toml::Value::as_str);
    if !lint.is_some_and(|level| ["warn", "deny", "forbid"].contains(&level)) {
        return Some("the workspace does not look for `unreachable_pub`");
    }
    let inherits = read(manifest).get("lints").and_then(|lints| lints.get("workspace")).cloned();
    (inherits != Some(toml::Value::Boolean(true))).then_some("the lints are not the workspace's")
}

#[test]
fn every_crate_looks_for_what_is_public_to_nobody() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let workspace = read(&root.join("Cargo.toml"));
    for (name, file) in CRATES {
        let folder = root.join(file).parent().unwrap().parent().unwrap().to_owned();
        assert_eq!(lacking(&workspace, &read(&folder.join("Cargo.toml"))), None, "{name}");
        assert!(!read(&root.join(file)).contains("allow(unreachable_pub)"), "{name}");
    }
}

#[test]
fn missing_lints_are_found() {
    let warns = "[workspace.lints.rust]\nunreachable_pub = \"warn\"\n";
    let silent = "[workspace.lints.rust]\nunreachable_pub = \"allow\"\n";
    assert_eq!(lacking(warns, "[lints]\nworkspace = true"), None);
    assert!(lacking(warns, "[package]").is_some());
    assert!(lacking(silent, "[lints]\nworkspace = true").is_some());
    assert!(lacking("[workspace.lints.rust]", "[lints]\nworkspace = true").is_some());
}
