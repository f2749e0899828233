//! Import: CSV text in any known layout to [`Traffic`].
//!
//! A format is one file here and one line in [`ALL`]. Nothing in this module
//! opens a file: the caller gives bytes, and those of the companion files. All
//! that is wrong is told at once, with its place; nothing is half-read.

mod azure_2019;
mod azure_2021;
mod azure_companions;
mod cell;
mod clock;
mod concurrency;
mod counts;
mod functions;
mod grid;
mod log;
mod names;
mod number;
mod runs;
mod series;
mod slots;
mod table;
mod text;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

pub use table::Table;

use super::{Spread, Traffic};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::quantity::{Malformed, Millis};

/// A file in memory.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The file, as the user named it.
    pub name: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
}

/// Files that say more about the functions of a traffic file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Companions<'a> {
    /// How long their invocations last.
    pub durations: Option<Source<'a>>,
    /// How much memory they take.
    pub memory: Option<Source<'a>>,
}

/// What to do about slots that are missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gaps {
    /// Refuse the file and name them.
    #[default]
    Error,
    /// Nothing was invoked in them.
    Zero,
    /// They repeat the slot before.
    Hold,
}

impl Gaps {
    /// Every choice with its text.
    pub const ALL: [(&'static str, Self); 3] =
        [("error", Self::Error), ("zero", Self::Zero), ("hold", Self::Hold)];
}

impl FromStr for Gaps {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let choice = Self::ALL.iter().find(|(name, _)| *name == text.trim());
        choice.map(|(_, gaps)| *gaps).ok_or_else(|| Malformed {
            message: format!("`{text}` is no choice for missing slots"),
            help: "write error, zero or hold",
        })
    }
}

impl fmt::Display for Gaps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL.iter().find(|(_, gaps)| gaps == self).map_or("error", |(name, _)| name))
    }
}

/// How to read a traffic file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The name of the format; without it, the header decides.
    pub format: Option<String>,
    /// Where in its slot an invocation falls.
    pub spread: Spread,
    /// What to do about missing slots.
    pub gaps: Gaps,
    /// How long invocations of a function last where neither the traffic nor its companions
    /// say, by the function's name.
    pub durations: BTreeMap<String, Millis>,
    /// How long an invocation lasts where nothing says so.
    pub default_duration: Millis,
}

impl Default for Options {
    /// By the header, evenly spread, no gaps, 100 ms.
    fn default() -> Self {
        Self {
            format: None,
            spread: Spread::Even,
            gaps: Gaps::Error,
            durations: BTreeMap::new(),
            default_duration: Millis(100),
        }
    }
}

/// A layout of traffic files.
pub trait Format: Sync {
    /// Its name, as `--traffic-format` takes it.
    fn name(&self) -> &'static str;

    /// What it holds, in one line.
    fn summary(&self) -> &'static str;

    /// An example of its header.
    fn header(&self) -> &'static str;

    /// Whether it has companion files.
    fn companions(&self) -> bool {
        false
    }

    /// Whether `table` has its header.
    fn detect(&self, table: &Table<'_>) -> bool;

    /// Reads `table`, or tells all that is wrong with it.
    fn read(
        &self,
        table: &Table<'_>,
        companions: &Companions<'_>,
        options: &Options,
    ) -> Result<Traffic, Diagnostics>;
}

/// The formats; where several fit a header, the first is taken.
pub const ALL: &[&dyn Format] = &[
    &counts::Counts,
    &log::Log,
    &concurrency::Concurrency,
    &azure_2019::Azure2019,
    &azure_2021::Azure2021,
    &series::Series,
];

/// Reads `traffic`. Every bad cell is told, with its place.
pub fn import(
    traffic: Source<'_>,
    companions: &Companions<'_>,
    options: &Options,
) -> Result<Traffic, Diagnostics> {
    let table = Table::open(&traffic)?;
    let format = format_of(&table, options)?;
    let mut read = format.read(&table, companions, options)?;
    if !format.companions() {
        let given = [companions.durations, companions.memory];
        for companion in given.into_iter().flatten() {
            read.notes.push(format!("{} is not used: {} has no companions", companion.name, format.name()));
        }
    }
    read.notes.splice(0..0, table.notes.iter().cloned());
    Ok(read)
}

/// The format of `traffic`: the one the options name, or the one whose header it has.
pub fn detect(traffic: Source<'_>, options: &Options) -> Result<&'static dyn Format, Diagnostics> {
    Ok(format_of(&Table::open(&traffic)?, options)?)
}

fn format_of(table: &Table<'_>, options: &Options) -> Result<&'static dyn Format, Diagnostic> {
    if let Some(name) = &options.format {
        let named = ALL.iter().find(|format| format.name() == name);
        return named.copied().ok_or_else(|| {
            let choices: Vec<_> = ALL.iter().map(|format| format.name()).collect();
            let help = format!("write one of {}", choices.join(", "));
            Diagnostic::new(Code::UnknownName, format!("there is no format `{name}`"), help)
        });
    }
    let found = ALL.iter().find(|format| format.detect(table));
    found.copied().ok_or_else(|| {
        let known: Vec<_> = ALL.iter().map(|f| format!("{} has `{}`", f.name(), f.header())).collect();
        let message = format!("no format fits the header {}", table.header_text());
        let is_data = table.columns().any(|column| clock::is_time(column.name));
        let first = if is_data { "add a header; this line looks like data" } else { "rename the columns" };
        let help = format!("{first}, or name the format: {}", known.join("; "));
        table.at_header(Code::UnknownFormat, message, help)
    })
}
