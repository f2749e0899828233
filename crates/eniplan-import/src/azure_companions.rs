//! Azure companions: the files of durations and memory that stand beside the Azure trace of 2019.

use std::collections::BTreeMap;

use super::cell::keep;
use super::table::{Cell, Table};
use super::text::Text;
use super::{Options, Source};
use eniplan_core::diagnostic::{Code, Diagnostic, Diagnostics};
use eniplan_core::quantity::{Memory, Millis};
use eniplan_core::trace::names::{Names, hash};

/// What a companion file says.
#[derive(Clone, Debug)]
pub struct Found<T> {
    file: String,
    names: Names,
    values: Vec<T>,
    /// Whether it is of whole applications rather than of functions.
    whole: bool,
}

impl<T: Copy> Found<T> {
    /// The value of `hashes`: owner, application, function.
    pub fn get(&self, hashes: &[&str; 3]) -> Option<T> {
        self.values.get(self.names.find(key(hashes).as_bytes())? as usize).copied()
    }
}

/// Reads companions and keeps what is wrong with them or worth knowing.
pub struct Told<'p> {
    /// How files are read.
    pub options: &'p Options,
    /// What is wrong.
    pub problems: &'p mut Diagnostics,
    /// What is worth knowing.
    pub notes: &'p mut Vec<String>,
}

impl Told<'_> {
    /// The file of average durations, each at least 1 ms.
    pub fn durations(&mut self, source: &Source<'_>) -> Option<Found<Millis>> {
        let average = |cell: &Cell<'_>| cell.short_duration().map(|ms| Millis(u64::from(ms.max(1))));
        self.values(source, "Average", average)
    }

    /// The file of average memory in MiB, rounded up.
    pub fn memory(&mut self, source: &Source<'_>) -> Option<Found<u64>> {
        self.values(source, "AverageAllocatedMb", mebibytes)
    }

    /// The duration of each function (owner, application, function).
    pub fn durations_of(&mut self, found: &Found<Millis>, functions: &[[&str; 3]]) -> Vec<Option<Millis>> {
        let values = functions.iter().map(|hashes| found.get(hashes)).collect();
        self.matched(&found.file, "durations", values)
    }

    /// The memory of each function (owner, application, function). A file by application gives each of
    /// its functions an equal part.
    pub fn memory_of(&mut self, found: &Found<u64>, functions: &[[&str; 3]]) -> Vec<Option<Memory>> {
        let mut sizes = BTreeMap::<[&str; 2], u64>::new();
        for [owner, app, _] in functions {
            *sizes.entry([owner, app]).or_default() += 1;
        }
        let value = |hashes: &[&str; 3]| {
            let [owner, app, _] = *hashes;
            if found.whole {
                let parts = sizes.get(&[owner, app]).copied().unwrap_or(1);
                found.get(&[owner, app, ""]).map(|mib| Memory::mib(mib.div_ceil(parts)))
            } else {
                found.get(hashes).map(Memory::mib)
            }
        };
        let values = functions.iter().map(value).collect();
        if found.whole {
            self.notes.push("memory is given by application and split evenly among its functions".into());
        }
        self.matched(&found.file, "memory", values)
    }

    /// The values of column `name` by function.
    fn values<T>(
        &mut self,
        source: &Source<'_>,
        name: &str,
        parse: impl Fn(&Cell<'_>) -> Result<T, Diagnostic>,
    ) -> Option<Found<T>> {
        let text = Text::open(source, self.options).map_err(|problem| self.problems.push(problem)).ok()?;
        let table = Table::of(text.file, &text.content);
        let [owner, app, value] =
            ["HashOwner", "HashApp", name].map(|name| table.require(&[name], self.problems));
        let function = table.column(&["HashFunction"]);
        let (owner, app, value) = (owner?, app?, value?);
        let (mut names, mut values, mut lines) = (Names::default(), Vec::new(), Vec::new());
        table.read(self.problems, |row, problems| {
            let cells = [Some(owner), Some(app), function].map(|column| column.map(|it| row.cell(it)));
            let hashes = cells.each_ref().map(|cell| match cell {
                Some(cell) => keep(cell.name(), problems),
                None => Some(""),
            });
            let value = keep(parse(&row.cell(value)), problems);
            let ([Some(owner), Some(app), Some(function)], Some(value)) = (hashes, value) else { return };
            let key = key(&[owner, app, function]);
            let (number, new) = names.number(key.as_bytes(), hash(key.as_bytes()));
            if new {
                values.push(value);
                lines.push(row.line);
            } else if let Some(line) = lines.get_mut(number as usize) {
                let message = format!("the row repeats line {line}");
                *line = row.line;
                let at = Diagnostic::new(Code::Duplicate, message, "keep one of the two rows");
                problems.push(at.in_file(source.name).at_line(row.line));
            }
        });
        Some(Found { file: source.name.to_owned(), names, values, whole: function.is_none() })
    }

    /// `values`, with a note of how many there are; where there are none the files do not belong together.
    fn matched<T>(&mut self, file: &str, what: &str, values: Vec<Option<T>>) -> Vec<Option<T>> {
        let (matched, all) = (values.iter().flatten().count(), values.len());
        if matched == 0 {
            let message = "no function of the traffic appears in this file";
            let help = "name the companion that belongs to the traffic, or leave it out";
            self.problems.push(Diagnostic::new(Code::Mismatch, message, help).in_file(file));
        } else {
            self.notes.push(format!("{what} of {matched} of {all} functions are from {file}"));
        }
        values
    }
}

fn key(hashes: &[&str; 3]) -> String {
    hashes.join("\n")
}

/// Megabytes as the console means them, rounded up, at least 1 and at most a pebibyte.
fn mebibytes(cell: &Cell<'_>) -> Result<u64, Diagnostic> {
    const HELP: &str = "write megabytes as a decimal of 0 or more";
    let number = cell.decimal(HELP)?;
    let mib = number.rounded_up().filter(|mib| *mib <= 1 << 30);
    mib.map(|mib| mib.max(1)).ok_or_else(|| cell.bad("the memory is larger than a pebibyte", HELP))
}
