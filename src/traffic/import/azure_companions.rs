//! Azure companions: the files of durations and memory that stand beside the Azure trace of 2019.

use std::collections::BTreeMap;

use super::cell::keep;
use super::table::{Cell, Column, Table};
use super::text::Text;
use super::{Options, Source};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::quantity::{Memory, Millis};

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
    /// The average duration of each function (owner, application, function), at least 1 ms.
    pub fn durations(&mut self, source: &Source<'_>, functions: &[[&str; 3]]) -> Vec<Option<Millis>> {
        let average = |cell: &Cell<'_>| cell.short_duration().map(|ms| Millis(u64::from(ms.max(1))));
        let Some((found, _)) = self.values(source, "Average", average) else { return Vec::new() };
        let values = functions.iter().map(|hashes| found.get(&key(hashes)).copied()).collect();
        self.matched(source, "durations", values)
    }

    /// The average memory of each function in MiB, rounded up. A file by
    /// application gives each of its functions an equal part.
    pub fn memory(&mut self, source: &Source<'_>, functions: &[[&str; 3]]) -> Vec<Option<Memory>> {
        let Some((found, whole)) = self.values(source, "AverageAllocatedMb", mebibytes) else {
            return Vec::new();
        };
        let mut sizes = BTreeMap::<[&str; 2], u64>::new();
        for [owner, app, _] in functions {
            *sizes.entry([owner, app]).or_default() += 1;
        }
        let values = functions
            .iter()
            .map(|[owner, app, function]| {
                if whole {
                    let parts = sizes.get(&[*owner, *app]).copied().unwrap_or(1);
                    found.get(&key(&[owner, app, ""])).map(|mib| Memory::mib(mib.div_ceil(parts)))
                } else {
                    found.get(&key(&[owner, app, function])).map(|mib| Memory::mib(*mib))
                }
            })
            .collect();
        if whole {
            self.notes.push("memory is given by application and split evenly among its functions".into());
        }
        self.matched(source, "memory", values)
    }

    /// The values of column `name` by function, and whether they are of whole applications.
    fn values<T>(
        &mut self,
        source: &Source<'_>,
        name: &str,
        parse: impl Fn(&Cell<'_>) -> Result<T, Diagnostic>,
    ) -> Option<(BTreeMap<String, T>, bool)> {
        let text = Text::open(source, self.options).map_err(|problem| self.problems.push(problem)).ok()?;
        let table = Table::of(text.file, &text.content);
        let [owner, app, value] =
            ["HashOwner", "HashApp", name].map(|name| table.require(&[name], self.problems));
        let function = table.column(&["HashFunction"]);
        let (owner, app, value) = (owner?, app?, value?);
        let mut found = BTreeMap::new();
        let mut lines = BTreeMap::new();
        table.read(self.problems, |row, problems| {
            let hash = |column: Option<Column<'_>>| match column {
                Some(column) => row.cell(column).name().map(str::to_owned),
                None => Ok(String::new()),
            };
            let hashes = [Some(owner), Some(app), function].map(|column| keep(hash(column), problems));
            let value = keep(parse(&row.cell(value)), problems);
            let ([Some(owner), Some(app), Some(function)], Some(value)) = (hashes, value) else { return };
            let key = key(&[&owner, &app, &function]);
            if let Some(line) = lines.insert(key.clone(), row.line) {
                let message = format!("the row repeats line {line}");
                let at = Diagnostic::new(Code::Duplicate, message, "keep one of the two rows");
                problems.push(at.in_file(source.name).at_line(row.line));
            }
            found.insert(key, value);
        });
        Some((found, function.is_none()))
    }

    /// `values`, with a note of how many there are; where there are none the files do not belong together.
    fn matched<T>(&mut self, source: &Source<'_>, what: &str, values: Vec<Option<T>>) -> Vec<Option<T>> {
        let (matched, all) = (values.iter().flatten().count(), values.len());
        if matched == 0 {
            let message = "no function of the traffic appears in this file";
            let help = "name the companion that belongs to the traffic, or leave it out";
            self.problems.push(Diagnostic::new(Code::Mismatch, message, help).in_file(source.name));
        } else {
            self.notes.push(format!("{what} of {matched} of {all} functions are from {}", source.name));
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
