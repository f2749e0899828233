//! Writes the JSON schemas to `schemas/`, or with `--check` says which of those there are not as generated.
//!
//!     cargo run --features schema --example schemas

// It says what is stale.
#![allow(clippy::print_stdout)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

fn main() -> io::Result<ExitCode> {
    let check = env::args().nth(1).is_some_and(|word| word == "--check");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let schemas = eniplan::schema::all();
    let mut stale: BTreeSet<String> = BTreeSet::new();
    for file in fs::read_dir(&folder).into_iter().flatten() {
        let name = file?.file_name().to_string_lossy().into_owned();
        if !schemas.iter().any(|(known, _)| *known == name) {
            stale.insert(format!("{name} (of nothing)"));
        }
    }
    if !check {
        fs::create_dir_all(&folder)?;
    }
    for (name, text) in &schemas {
        let path = folder.join(name);
        if fs::read_to_string(&path).ok().as_ref() == Some(text) {
            continue;
        }
        if check {
            stale.insert(name.clone());
        } else {
            fs::write(path, text)?;
        }
    }
    if stale.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let names: Vec<_> = stale.into_iter().collect();
    println!("not as generated: {}", names.join(", "));
    println!("run: cargo run --features schema --example schemas");
    Ok(ExitCode::FAILURE)
}
