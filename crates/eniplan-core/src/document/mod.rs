//! Document: a text in which every value knows its line and column.
//!
//! Models and scenarios (TOML) are read through [`DocumentReader`], what other programs wrote
//! (JSON, YAML) through [`tree`], so that all that is wrong with a
//! file is told at once and in its place. Depends on diagnostics and quantities.

mod blame;
mod lines;
mod names;
mod place;
mod reader;
mod setting;
#[cfg(test)]
mod tests;
pub mod tree;

pub use names::{listed, nearest};
pub use place::{Place, Placed};
pub use reader::{DocumentReader, TomlTable};
pub use setting::{Adds, DocumentOrigin, DocumentShape, NamedList, SET, Setting};

use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::DeTable;

use lines::LineIndex;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};

/// Reads `text` with `build`; `file` names it in diagnostics and `form` says what its top level may hold.
/// `settings` are put in the place of what it says.
///
/// `build` reports what is wrong to the reader. Malformed TOML is E201, an
/// unknown key E204; with malformed TOML nothing else is looked at. What is wrong only beside a setting is
/// told at that setting.
pub fn read<T>(
    file: &str,
    text: &str,
    form: &DocumentShape<'_>,
    settings: &[Setting],
    build: impl Fn(&mut DocumentReader<'_>, &TomlTable<'_>) -> Option<T>,
) -> Result<T, Diagnostics> {
    once(file, text, form, settings, &build).map_err(|problems| {
        let with = |count: usize| {
            let some = settings.get(..count).unwrap_or_default();
            once(file, text, form, some, &build).err().unwrap_or_default()
        };
        blame::blamed(&problems, settings, with)
    })
}

fn once<T>(
    file: &str,
    text: &str,
    form: &DocumentShape<'_>,
    settings: &[Setting],
    build: &impl Fn(&mut DocumentReader<'_>, &TomlTable<'_>) -> Option<T>,
) -> Result<T, Diagnostics> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (all, offsets) = laid_behind(text, settings);
    let lines = LineIndex::new(&all);
    let first = offsets.first().map(|&offset| lines.place(offset).line);
    let written = settings.iter().map(|setting| setting.written().to_owned()).collect();
    let origin = DocumentOrigin { file: file.to_owned(), settings: first.map(|first| (first, written)) };
    let mut reader = DocumentReader { origin, text: &all, lines, problems: Diagnostics::default() };
    let (mut document, errors) = DeTable::parse_recoverable(all.get(..text.len()).unwrap_or(""));
    for error in errors {
        let place = reader.place(error.span().map_or(0, |span| span.start));
        let message = error.message().to_owned();
        reader.report(Code::Toml, place, None, message, "see https://toml.io for the syntax");
    }
    if !reader.problems.is_empty() {
        return Err(reader.problems);
    }
    for (old, new) in form.renamed {
        let table = document.get_mut();
        if !table.contains_key(*new)
            && let Some((key, value)) = table.remove_entry(*old)
        {
            table.insert(Spanned::new(key.span(), (*new).into()), value);
        }
    }
    let settings: Vec<Setting> = settings.iter().map(|setting| setting.renamed(form.renamed)).collect();
    for (setting, offset) in settings.iter().zip(offsets) {
        if let Err(wrong) = setting.apply_to(document.get_mut(), form, offset) {
            let place = reader.place(wrong.at);
            reader.report(Code::UnknownName, place, Some(&wrong.value), wrong.message, wrong.help);
        }
    }
    let root =
        TomlTable { entries: document.get_ref(), place: Place { line: 1, column: 1 }, path: String::new() };
    reader.check_keys(&root, form.keys);
    match build(&mut reader, &root) {
        Some(value) => reader.problems.or(value),
        None if reader.problems.is_empty() => {
            Err(Diagnostic::new(Code::Toml, "the file is incomplete", "compare it with a built-in one")
                .in_file(file)
                .into())
        }
        None => Err(reader.problems),
    }
}

/// The keys of the document's top level, as far as it can be read, and whether all of it can.
pub fn top_level(text: &str) -> (BTreeSet<String>, bool) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    let keys = document.get_ref().keys().map(|key| key.get_ref().to_string()).collect();
    (keys, errors.is_empty())
}

/// The text with each setting on a line of its own behind it, and where these begin.
fn laid_behind(text: &str, settings: &[Setting]) -> (String, Vec<usize>) {
    let mut all = text.to_owned();
    let mut offsets = Vec::new();
    for setting in settings {
        all.push('\n');
        offsets.push(all.len());
        all.push_str(setting.written());
    }
    (all, offsets)
}

/// The texts sorted, each once.
pub fn set(texts: &[Placed<String>]) -> Vec<String> {
    texts.iter().map(|text| text.value.clone()).collect::<BTreeSet<_>>().into_iter().collect()
}
