//! Model: a built-in one by name, or a file.

use std::path::Path;

use super::input;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::{Setting, nearest};
use crate::platform::{self, Platform};

/// The model `name`, built in, or a file (relative to `folder`) that has a folder or `.toml` in its name, or exists.
pub(super) fn load(name: &Path, folder: &Path) -> Result<Platform, Diagnostics> {
    load_with(name, folder, &[])
}

/// The same with `settings` in the place of what it says.
pub(super) fn load_with(name: &Path, folder: &Path, settings: &[Setting]) -> Result<Platform, Diagnostics> {
    if let Some(model) = name.to_str().and_then(platform::named) {
        return platform::load_with(&format!("models/{}.toml", model.name), model.text, settings);
    }
    let path = folder.join(name);
    let a_file = name.components().count() > 1 || name.extension().is_some_and(|ending| ending == "toml");
    if a_file || path.exists() {
        return platform::load_with(&input::shown(&path), &input::text(&path)?, settings);
    }
    Err(unknown(&input::shown(name)).into())
}

/// Every built-in model.
pub(super) fn built_in() -> Result<Vec<Platform>, Diagnostics> {
    platform::ALL.iter().map(|model| load(Path::new(model.name), Path::new(""))).collect()
}

fn unknown(name: &str) -> Diagnostic {
    let known: Vec<_> = platform::ALL.iter().map(|model| model.name).collect();
    let message = format!("unknown model `{name}`; one of: {}", known.join(", "));
    let help = match nearest(name, known) {
        Some(near) => format!("did you mean {near}? A file name needs a folder or the extension .toml"),
        None => "use one of these or a model file; see `eniplan models`".to_owned(),
    };
    Diagnostic::new(Code::UnknownName, message, help)
}
