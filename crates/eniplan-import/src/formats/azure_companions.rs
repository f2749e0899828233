//! Azure companions: the files of durations and memory that stand beside the Azure trace of 2019.

use std::collections::BTreeMap;

use crate::content::Content;
use crate::field::Field;
use crate::file::InputFile;
use crate::reading::Reading;
use eniplan_core::diagnostic::{Code, Diagnostic};
use eniplan_core::quantity::{Memory, Millis};
use eniplan_core::trace::names::{NameTable, hash};

/// What a companion file says.
#[derive(Clone, Debug)]
pub(super) struct CompanionValues<T> {
    file: String,
    names: NameTable,
    values: Vec<T>,
    /// Whether it is of whole applications rather than of functions.
    by_application: bool,
}

/// The file of average durations, each at least 1 ms.
pub(super) fn durations(file: &InputFile<'_>, reading: &mut Reading<'_>) -> Option<CompanionValues<Millis>> {
    let average = |cell: &Field<'_>| cell.short_duration().map(|ms| Millis(u64::from(ms.max(1))));
    CompanionValues::read(file, "Average", average, reading)
}

/// The file of average memory in MiB, rounded up.
pub(super) fn memory(file: &InputFile<'_>, reading: &mut Reading<'_>) -> Option<CompanionValues<u64>> {
    CompanionValues::read(file, "AverageAllocatedMb", mebibytes, reading)
}

impl CompanionValues<Millis> {
    /// The duration of each function (owner, application, function).
    pub(super) fn durations_of(
        &self,
        functions: &[[&str; 3]],
        reading: &mut Reading<'_>,
    ) -> Vec<Option<Millis>> {
        let values = functions.iter().map(|hashes| self.get(hashes)).collect();
        self.tell_matched("durations", values, reading)
    }
}

impl CompanionValues<u64> {
    /// The memory of each function (owner, application, function). A file by application gives each of
    /// its functions an equal part.
    pub(super) fn memory_of(
        &self,
        functions: &[[&str; 3]],
        reading: &mut Reading<'_>,
    ) -> Vec<Option<Memory>> {
        let mut sizes = BTreeMap::<[&str; 2], u64>::new();
        for [owner, app, _] in functions {
            *sizes.entry([owner, app]).or_default() += 1;
        }
        let value = |hashes: &[&str; 3]| {
            let [owner, app, _] = *hashes;
            if self.by_application {
                let parts = sizes.get(&[owner, app]).copied().unwrap_or(1);
                self.get(&[owner, app, ""]).map(|mib| Memory::mib(mib.div_ceil(parts)))
            } else {
                self.get(hashes).map(Memory::mib)
            }
        };
        let values = functions.iter().map(value).collect();
        if self.by_application {
            reading.note("memory is given per application and split evenly among its functions");
        }
        self.tell_matched("memory", values, reading)
    }
}

impl<T: Copy + Sync> CompanionValues<T> {
    /// The value of `hashes`: owner, application, function.
    fn get(&self, hashes: &[&str; 3]) -> Option<T> {
        self.values.get(self.names.find(key(hashes).as_bytes())? as usize).copied()
    }

    /// The values of column `name` by function.
    fn read(
        file: &InputFile<'_>,
        name: &str,
        parse: impl Fn(&Field<'_>) -> Result<T, Diagnostic> + Sync,
        reading: &mut Reading<'_>,
    ) -> Option<Self> {
        let limit = reading.options().unpacked;
        let before = reading.take_problems();
        let read = Content::read_table(*file, limit, |content| {
            let (header, rows) = content.split()?;
            let [owner, app, value] =
                ["HashOwner", "HashApp", name].map(|name| reading.keep(header.require(&[name])));
            let function = header.column(&["HashFunction"]);
            let (owner, app, value) = (owner?, app?, value?);
            let (mut names, mut values, mut lines) = (NameTable::default(), Vec::new(), Vec::new());
            rows.each(reading, |row, reading| {
                let cells = [Some(owner), Some(app), function]
                    .map(|column| column.map(|column_index| row.cell(column_index)));
                let hashes = cells.each_ref().map(|cell| match cell {
                    Some(cell) => reading.keep(cell.name()),
                    None => Some(""),
                });
                let value = reading.keep(parse(&row.cell(value)));
                let ([Some(owner), Some(app), Some(function)], Some(value)) = (hashes, value) else { return };
                let key = key(&[owner, app, function]);
                // More than four billion rows have no room here anyway.
                let Some((number, new)) = names.number(key.as_bytes(), hash(key.as_bytes())) else { return };
                if new {
                    values.push(value);
                    lines.push(row.line());
                } else if let Some(line) = lines.get_mut(number as usize) {
                    let message = format!("same key as on line {line}");
                    *line = row.line();
                    let problem = Diagnostic::new(Code::Duplicate, message, "keep one of the two rows");
                    reading.problem(problem.in_file(row.file).at_line(row.line()));
                }
            });
            Some(Self { file: file.name.to_owned(), names, values, by_application: function.is_none() })
        });
        let own = reading.take_problems();
        reading.add_problems(before);
        match read {
            Ok(found) => {
                reading.add_problems(own);
                found
            }
            // What is wrong with the text comes first.
            Err(problem) => {
                reading.problem(problem);
                None
            }
        }
    }

    /// `values`, with a note of how many there are; where there are none the files do not belong together.
    fn tell_matched<V>(
        &self,
        what: &str,
        values: Vec<Option<V>>,
        reading: &mut Reading<'_>,
    ) -> Vec<Option<V>> {
        let (matched, all, file) = (values.iter().flatten().count(), values.len(), &self.file);
        if matched == 0 {
            let message = "no function of the trace appears in this file";
            let help = "use the companion file of this trace, or drop it";
            reading.problem(Diagnostic::new(Code::Mismatch, message, help).in_file(file));
        } else {
            reading.note(format!("{what} for {matched} of {all} functions taken from {file}"));
        }
        values
    }
}

fn key(hashes: &[&str; 3]) -> String {
    hashes.join("\n")
}

/// Megabytes as the console means them, rounded up, at least 1 and at most a pebibyte.
fn mebibytes(cell: &Field<'_>) -> Result<u64, Diagnostic> {
    const HELP: &str = "write megabytes as a decimal of 0 or more";
    let number = cell.decimal(HELP)?;
    let mib = number.rounded_up().filter(|mib| *mib <= 1 << 30);
    mib.map(|mib| mib.max(1)).ok_or_else(|| cell.bad("the memory exceeds 1 PiB", HELP))
}
