//! Setting: one value given from outside a document (`subnet.private-a.in_use=40`), in the place of its own.
//!
//! Its text is laid behind the document's, so that what is wrong with it has a place as everything has.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeString, DeTable, DeValue};

use super::names::{listed, nearest};
use super::place::Place;
use crate::diagnostic::{Code, Diagnostic};

/// What a document may hold, as far as settings need to know.
#[derive(Clone, Copy, Debug)]
pub struct DocumentShape<'f> {
    /// The keys of its top level.
    pub keys: &'f [&'f str],
    /// Its lists of tables whose members are known by their `name`.
    pub lists: &'f [NamedList],
    /// Sets of keys that say the same thing in another way, any of which makes its table a number that
    /// has a source; setting one takes away those of the other sets.
    pub numbers: &'f [&'f [&'f str]],
    /// Keys of the top level by their old names, each with its new one.
    pub renamed: &'f [(&'f str, &'f str)],
}

/// A list of tables with names.
#[derive(Clone, Copy, Debug)]
pub struct NamedList {
    /// Its key.
    pub key: &'static str,
    /// What may be added by naming it.
    pub adds: Adds,
}

/// What may be added to a list by naming it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adds {
    /// Nothing.
    Nothing,
    /// Whatever is named.
    Anything,
    /// This one, where the list has no member.
    First(&'static str),
}

/// One value given from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    written: String,
    path: Vec<PathPart>,
    value: Range<usize>,
}

/// A name of the path, and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
struct PathPart {
    name: String,
    span: Range<usize>,
}

impl Setting {
    /// The same with the first name of its path as it is called now.
    pub(super) fn renamed(&self, names: &[(&str, &str)]) -> Self {
        let mut setting = self.clone();
        if let Some(first) = setting.path.first_mut()
            && let Some((_, new)) = names.iter().find(|(old, _)| *old == first.name)
        {
            first.name = (*new).to_owned();
        }
        setting
    }

    /// Reads `path=value`: names joined by dots, one with a dot or `=` in it in quotes; the value is a
    /// TOML value, or else a text without quotes.
    pub fn parse(text: &str) -> Result<Self, Diagnostic> {
        let refuse = |message: String| {
            let help = "write PATH=VALUE: subnet.private-a.in_use=40, model.eni.boot.max=10m";
            Diagnostic::new(Code::Usage, message, help).in_file(format!("--set {text}"))
        };
        let written: String = text.chars().map(|c| if c == '\n' || c == '\r' { ' ' } else { c }).collect();
        let mut path = Vec::new();
        let mut at = 0;
        loop {
            let part = part(&written, at).ok_or_else(|| refuse("unclosed quote".to_owned()))?;
            let end = part.span.end;
            if part.name.is_empty() {
                return Err(refuse("the path has an empty name".to_owned()));
            }
            path.push(part);
            let rest = written.get(end..).unwrap_or("");
            let gap = rest.len() - rest.trim_start().len();
            match rest.trim_start().chars().next() {
                Some('.') => at = end + gap + 1,
                Some('=') => {
                    let value = end + gap + 1..written.len();
                    return Ok(Self { written, path, value });
                }
                None => return Err(refuse("missing `=` and a value".to_owned())),
                Some(c) => return Err(refuse(format!("unexpected `{c}` after a quoted name"))),
            }
        }
    }

    /// The first name of its path.
    pub fn first(&self) -> &str {
        self.path.first().map_or("", |part| &part.name)
    }

    /// How many names its path has.
    pub fn depth(&self) -> usize {
        self.path.len()
    }

    /// The same without the first name of its path.
    #[must_use]
    pub fn inner(mut self) -> Self {
        self.path.drain(..1.min(self.path.len()));
        self
    }

    /// As it was written.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// `subnet.private-a.in_use = 40`, for a sentence.
    pub fn in_words(&self) -> String {
        let equals = self.value.start.saturating_sub(1);
        let side = |span: Range<usize>| self.written.get(span).unwrap_or("").trim().to_owned();
        format!("{} = {}", side(0..equals), side(self.value.clone()))
    }

    /// The value as TOML, placed at `span`; what is no TOML is a text.
    fn value(&self, span: &Range<usize>) -> Spanned<DeValue<'_>> {
        let text = self.written.get(self.value.clone()).unwrap_or("").trim();
        let value = DeValue::parse(text);
        placed_at(value.map_or_else(|_| DeValue::String(text.into()), Spanned::into_inner), span)
    }

    /// Puts its value into `document`, in whose text it begins at `offset`; says what is wrong with its
    /// path where there is no such place.
    pub(super) fn apply_to<'d>(
        &'d self,
        document: &mut DeTable<'d>,
        form: &DocumentShape<'_>,
        offset: usize,
    ) -> Result<(), SettingError> {
        let parts: Vec<TomlKey<'d>> = self
            .path
            .iter()
            .map(|part| {
                Spanned::new(part.span.start + offset..part.span.end + offset, part.name.as_str().into())
            })
            .collect();
        let start =
            self.value.end - self.written.get(self.value.clone()).map_or(0, |text| text.trim_start().len());
        let value = self.value(&(start + offset..self.value.end + offset));
        let (mut table, mut rest) = (document, parts.as_slice());
        if let [list, name, ..] = rest
            && let Some(list) = form.lists.iter().find(|known| known.key == list.get_ref().as_ref())
        {
            table = member(table, list, &rest[0], name)?;
            rest = &rest[2..];
        }
        let Some((leaf, way)) = rest.split_last() else {
            let name = self.path.last().map_or("", |part| &part.name);
            let help = format!("add one of its keys: {}.KEY=VALUE", self.path_in_words());
            return Err(SettingError {
                at: offset,
                value: name.to_owned(),
                message: "incomplete path".to_owned(),
                help,
            });
        };
        for key in way {
            cite(table, form, key);
            table = opened(table, key)?;
        }
        if is_number(table, form, leaf, value.get_ref()) {
            table = opened(table, leaf)?;
            let plain = Spanned::new(leaf.span(), DeString::from(PLAIN));
            cite(table, form, &plain);
            table.insert(plain, value);
            return Ok(());
        }
        cite(table, form, leaf);
        table.insert(leaf.clone(), value);
        Ok(())
    }

    fn path_in_words(&self) -> String {
        self.written.get(..self.value.start.saturating_sub(1)).unwrap_or("").trim().to_owned()
    }
}

/// How the source of a number begins that was set.
pub const SET: &str = "set on the command line";

/// The key of a number that is one value.
const PLAIN: &str = "value";

/// Whether `leaf` is a number that has a source, or is to have one, and `value` its value alone.
fn is_number(table: &DeTable<'_>, form: &DocumentShape<'_>, leaf: &TomlKey<'_>, value: &DeValue<'_>) -> bool {
    let name = leaf.get_ref().as_ref();
    let alone = matches!(value, DeValue::Integer(_) | DeValue::Float(_) | DeValue::String(_))
        && !form.numbers.iter().any(|keys| keys.contains(&name));
    let sourced = match table.get(name).map(Spanned::get_ref) {
        Some(DeValue::Table(number)) => number.contains_key("source"),
        Some(_) => false,
        None => !matches!(value, DeValue::String(_)) && !table.contains_key("source"),
    };
    alone && sourced && form.numbers.iter().any(|keys| keys.contains(&PLAIN))
}

/// Where a number with a source is set, takes away what says it in another way, and says who set it.
fn cite<'d>(table: &mut DeTable<'d>, form: &DocumentShape<'_>, leaf: &TomlKey<'d>) {
    let name = leaf.get_ref().as_ref();
    if !form.numbers.iter().any(|keys| keys.contains(&name)) {
        return;
    }
    let others = form.numbers.iter().filter(|keys| !keys.contains(&name));
    others.flat_map(|keys| keys.iter()).for_each(|other| drop(table.remove(*other)));
    let before = table.get("source").and_then(|source| source.get_ref().as_str().map(str::to_owned));
    let source = match before {
        Some(before) if before.starts_with(SET) => before,
        Some(before) => format!("{SET} ({name}); before: {before}"),
        None => format!("{SET} ({name})"),
    };
    let mut insert = |key: &'static str, text: String| {
        let value = Spanned::new(leaf.span(), DeValue::String(text.into()));
        table.insert(Spanned::new(leaf.span(), key.into()), value);
    };
    insert("source", source);
    insert("grade", "L".to_owned());
}

type TomlKey<'d> = Spanned<DeString<'d>>;

/// What is wrong with a path.
#[derive(Debug)]
pub(super) struct SettingError {
    /// The byte of the document's text it is about.
    pub(super) at: usize,
    /// The name that leads nowhere.
    pub(super) value: String,
    /// What is wrong.
    pub(super) message: String,
    /// What to do.
    pub(super) help: String,
}

/// The member named `member` of a list of tables, added to it where that may be.
fn member<'t, 'd>(
    table: &'t mut DeTable<'d>,
    list: &NamedList,
    key: &TomlKey<'d>,
    member: &TomlKey<'d>,
) -> Result<&'t mut DeTable<'d>, SettingError> {
    let name = member.get_ref().as_ref();
    if !table.contains_key(list.key) {
        table.insert(key.clone(), Spanned::new(key.span(), DeValue::Array(DeArray::new())));
    }
    let Some(DeValue::Array(items)) = table.get_mut(list.key).map(Spanned::get_mut) else {
        return Err(unknown(member, format!("`{}` must be a list of tables", list.key), "correct the file"));
    };
    let known: Vec<String> = items.iter().filter_map(|item| name_of(item.get_ref())).collect();
    let found = items.iter().position(|item| name_of(item.get_ref()).is_some_and(|known| known == name));
    let at = found.unwrap_or(items.len());
    if found.is_none() {
        let added = match list.adds {
            Adds::Anything => true,
            Adds::First(only) => known.is_empty() && only == name,
            Adds::Nothing => false,
        };
        if !added {
            let first = match list.adds {
                Adds::First(only) if known.is_empty() => vec![only.to_owned()],
                _ => known,
            };
            let help = match nearest(name, first.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None if first.is_empty() => format!("the file defines no {}", list.key),
                None => format!("one of: {}", listed(&first)),
            };
            return Err(unknown(member, format!("unknown {} `{name}`", list.key), &help));
        }
        let mut fresh = DeTable::new();
        let value = Spanned::new(member.span(), DeValue::String(member.get_ref().clone()));
        fresh.insert(Spanned::new(member.span(), "name".into()), value);
        items.push(Spanned::new(member.span(), DeValue::Table(fresh)));
    }
    match items.get_mut(at).map(Spanned::get_mut) {
        Some(DeValue::Table(table)) => Ok(table),
        _ => Err(unknown(member, format!("`{name}` must be a table"), "correct the file")),
    }
}

fn name_of(item: &DeValue<'_>) -> Option<String> {
    item.as_table()?.get("name")?.get_ref().as_str().map(str::to_owned)
}

/// The table at `key`, made where there is none.
fn opened<'t, 'd>(
    table: &'t mut DeTable<'d>,
    key: &TomlKey<'d>,
) -> Result<&'t mut DeTable<'d>, SettingError> {
    let name = key.get_ref().as_ref();
    if !table.contains_key(name) {
        table.insert(key.clone(), Spanned::new(key.span(), DeValue::Table(DeTable::new())));
    }
    match table.get_mut(name).map(Spanned::get_mut) {
        Some(DeValue::Table(table)) => Ok(table),
        _ => Err(unknown(key, format!("`{name}` is a single value and has no keys"), "end the path there")),
    }
}

fn unknown(key: &TomlKey<'_>, message: String, help: &str) -> SettingError {
    SettingError { at: key.span().start, value: key.get_ref().to_string(), message, help: help.to_owned() }
}

/// `value` and all in it, placed at `span`.
fn placed_at<'d>(value: DeValue<'d>, span: &Range<usize>) -> Spanned<DeValue<'d>> {
    let value = match value {
        DeValue::Array(items) => {
            DeValue::Array(items.into_iter().map(|item| placed_at(item.into_inner(), span)).collect())
        }
        DeValue::Table(table) => {
            let entries = table.into_iter();
            let put = |(key, value): (TomlKey<'d>, Spanned<DeValue<'d>>)| {
                (Spanned::new(span.clone(), key.into_inner()), placed_at(value.into_inner(), span))
            };
            DeValue::Table(entries.map(put).collect())
        }
        plain => plain,
    };
    Spanned::new(span.clone(), value)
}

/// The name that begins at byte `at`: in quotes, or up to the next dot or `=`.
fn part(text: &str, at: usize) -> Option<PathPart> {
    let rest = text.get(at..)?;
    let start = at + rest.len() - rest.trim_start().len();
    let rest = rest.trim_start();
    if let Some(quote) = rest.chars().next().filter(|c| ['"', '\''].contains(c)) {
        let name = rest.get(1..)?.split_once(quote)?.0.to_owned();
        let end = start + name.len() + 2;
        return Some(PathPart { name, span: start..end });
    }
    let name = rest.split(['.', '=']).next().unwrap_or("").trim_end().to_owned();
    let end = start + name.len();
    Some(PathPart { name, span: start..end })
}

/// Where the values of a document come from: its file, and the settings laid behind its text.
#[derive(Clone, Debug, Default)]
pub struct DocumentOrigin {
    /// The file, as the user named it; empty without one.
    pub file: String,
    /// The first line that is a setting, and the settings, one a line.
    pub(super) settings: Option<(u64, Vec<String>)>,
}

impl DocumentOrigin {
    /// The setting that stands at `place`, where one does.
    pub fn setting(&self, place: Place) -> Option<&str> {
        let (first, settings) = self.settings.as_ref()?;
        let index = usize::try_from(place.line.checked_sub(*first)?).ok()?;
        settings.get(index).map(String::as_str)
    }

    /// `problem` with its file and place.
    #[must_use]
    pub fn locate(&self, problem: Diagnostic, place: Place) -> Diagnostic {
        match self.setting(place) {
            Some(setting) => problem.in_file(format!("--set {setting}")),
            None => problem.in_file(self.file.as_str()).at_line(place.line).at_column(place.column),
        }
    }
}
