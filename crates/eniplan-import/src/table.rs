//! Table: a CSV file as a header, columns, and rows that know their line.
//!
//! The separator is the comma, or a tab or semicolon where the header has no comma.

use std::collections::{BTreeMap, BTreeSet};

use super::csv_records::{CsvRecords, ends_in_quotes};
use super::field::{Field, readable};
use super::text::LineEnds;
use eniplan_core::diagnostic::{Code, Diagnostic, Diagnostics};

/// The header of a table.
#[derive(Clone, Debug)]
pub struct CsvHeader {
    /// The file, as the user named it.
    pub file: String,
    /// What was assumed to read it.
    pub notes: Vec<String>,
    /// Where the rows begin.
    pub rows: RowsStart,
    names: Vec<String>,
    /// The names in the header, uncut.
    whole: Vec<String>,
    line: u64,
    is_open: bool,
}

/// Where rows begin.
#[derive(Clone, Copy, Debug)]
pub struct RowsStart {
    /// The byte.
    pub byte: usize,
    /// The lines that have ended before.
    pub lines: LineEnds,
    /// What separates their cells.
    pub separator: u8,
}

/// A record at the beginning of a file.
#[derive(Clone, Debug)]
pub struct FrontRecord {
    /// Where it begins.
    pub start: RowsStart,
    /// Its line, from 1.
    pub line: u64,
    /// Its cells.
    pub cells: Vec<String>,
    /// Where the next one begins.
    pub end: RowsStart,
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub struct CsvColumn<'t> {
    /// Its place, from 0.
    pub index: usize,
    /// Its name, as the file writes it, cut to a readable length.
    pub name: &'t str,
    /// Its whole name.
    pub whole: &'t str,
}

/// A row of a table.
#[derive(Clone, Copy, Debug)]
pub struct CsvRow<'r> {
    /// The file, as the user named it.
    pub file: &'r str,
    /// Its cells.
    pub records: &'r CsvRecords,
}

/// Where the records of `text` begin, after Excel's own line `sep=;` where there is one, and what separates cells.
fn records_start(text: &str) -> RowsStart {
    let blank = text.len() - text.trim_start().len();
    let told = text.get(blank..).and_then(|rest| rest.strip_prefix("sep="));
    let told = told.and_then(|rest| Some((rest.chars().next()?, rest.find('\n')? + 1)));
    let byte = told.map_or(0, |(_, end)| blank + "sep=".len() + end);
    let first = text.get(byte..).unwrap_or_default().trim_start().lines().next().unwrap_or_default();
    let named = told.and_then(|(separator, _)| u8::try_from(separator).ok());
    let separator = match (named.filter(|byte| byte.is_ascii_punctuation() || *byte == b'\t'), first) {
        (Some(separator), _) => separator,
        (_, line) if line.contains(',') => b',',
        (_, line) if line.contains('\t') => b'\t',
        (_, line) if line.contains(';') => b';',
        _ => b',',
    };
    let mut lines = LineEnds::default();
    lines.count(text.as_bytes().get(..byte).unwrap_or_default());
    RowsStart { byte, lines, separator }
}

/// The first records of `text`, at most `most`; nothing where more of the file has to be seen.
pub(crate) fn front_records(text: &str, is_all: bool, most: usize) -> Option<Vec<FrontRecord>> {
    let mut start = records_start(text);
    let mut records = CsvRecords::new(start.separator, start.lines);
    let mut rest = text.as_bytes().get(start.byte..).unwrap_or_default();
    let mut found = Vec::new();
    while found.len() < most {
        if !records.read(&mut rest, is_all) {
            return is_all.then_some(found);
        }
        records.end_line(&mut rest);
        let end = RowsStart { byte: text.len() - rest.len(), lines: records.lines(), ..start };
        let cells = records.cells().map(|cell| cell.trim().to_owned()).collect();
        found.push(FrontRecord { start, line: records.line(), cells, end });
        start = end;
    }
    Some(found)
}

impl CsvHeader {
    /// The header of `text`; nothing where more of the file has to be seen.
    pub fn of(file: &str, text: &str, is_all: bool) -> Option<Self> {
        let record = front_records(text, is_all, 1)?.pop();
        let rows = record.as_ref().map_or_else(|| records_start(text), |record| record.end);
        let begins = record.as_ref().and_then(|record| text.as_bytes().get(record.start.byte..));
        let is_open = is_all && begins.is_some_and(|text| ends_in_quotes(text, rows.separator));
        let (line, whole) = record.map_or((1, Vec::new()), |record| (record.line, record.cells));
        let mut notes = Vec::new();
        if rows.separator != b',' {
            let name = match rows.separator {
                b'\t' => "tabs".to_owned(),
                b';' => "semicolons".to_owned(),
                other => format!("`{}`", char::from(other)),
            };
            notes.push(format!("the separator of {file} is {name}"));
        }
        Some(Self { notes, is_open, ..Self::named(file, whole, line, rows) })
    }

    /// A header of these names, above rows that begin at `rows`.
    pub fn named(file: &str, whole: Vec<String>, line: u64, rows: RowsStart) -> Self {
        let names = whole.iter().map(|name| readable(name)).collect();
        Self { file: file.to_owned(), notes: Vec::new(), rows, names, whole, line, is_open: false }
    }

    /// The columns' names, cut.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The columns, in order.
    pub fn columns(&self) -> impl Iterator<Item = CsvColumn<'_>> {
        let names = self.names.iter().zip(&self.whole).enumerate();
        names.map(|(index, (name, whole))| CsvColumn { index, name, whole })
    }

    /// The first column that bears one of `names`, in any case.
    pub fn column(&self, names: &[&str]) -> Option<CsvColumn<'_>> {
        self.columns().find(|column| names.iter().any(|name| column.name.eq_ignore_ascii_case(name)))
    }

    /// The column `name`, or that there is none.
    pub fn require(&self, names: &[&str]) -> Result<CsvColumn<'_>, Diagnostic> {
        self.column(names).ok_or_else(|| {
            let message = format!("missing column `{}`", names.join("` or `"));
            let help = format!("add the column or rename one; the header is {}", self.text());
            self.problem(Code::MissingColumn, message, help)
        })
    }

    /// The header as the file writes it, in backquotes.
    pub fn text(&self) -> String {
        let shown = self.names.iter().take(12).map(String::as_str).collect::<Vec<_>>().join(",");
        match self.names.len().saturating_sub(12) {
            0 => format!("`{shown}`"),
            more => format!("`{shown},...` and {more} more"),
        }
    }

    /// The header's line, from 1.
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// Whether a file that ends with it ends inside quotes.
    pub const fn is_open(&self) -> bool {
        self.is_open
    }

    /// A problem of the header's line.
    pub fn problem(&self, code: Code, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, message, help).in_file(&self.file).at_line(self.line)
    }

    /// A problem of a column.
    pub fn problem_of(&self, column: CsvColumn<'_>, message: String) -> Diagnostic {
        let problem = self.problem(Code::Duplicate, message, "remove or rename one of the two");
        problem.at_column(column.index as u64 + 1).named(column.name).with_value(column.name)
    }

    /// Every column that has the name of one of `used`, and which columns nobody reads, in words.
    pub fn unread(&self, used: &[Option<CsvColumn<'_>>]) -> (Diagnostics, Option<String>) {
        let used = || used.iter().flatten();
        let places: BTreeSet<usize> = used().map(|column| column.index).collect();
        let names: BTreeMap<String, usize> =
            used().map(|column| (column.name.to_lowercase(), column.index)).collect();
        let (mut problems, mut unread) = (Diagnostics::default(), Vec::new());
        for column in self.columns().filter(|column| !places.contains(&column.index)) {
            if let Some(first) = names.get(&column.name.to_lowercase()) {
                problems.push(self.problem_of(column, format!("same name as column {}", first + 1)));
            } else {
                unread.push(if column.name.is_empty() { "(unnamed)" } else { column.name });
            }
        }
        let shown = unread.iter().take(5).copied().collect::<Vec<_>>().join(", ");
        let note = match unread.len() {
            0 => None,
            1..=5 => Some(format!("ignored columns of {}: {shown}", self.file)),
            n => Some(format!("ignored columns of {}: {shown} and {} more", self.file, n - 5)),
        };
        (problems, note)
    }

    /// That a row is longer or shorter than the header.
    pub fn wrong_length(&self, row: &CsvRow<'_>) -> Diagnostic {
        let (found, wanted) = (row.records.len(), self.names.len());
        let message = format!("the row has {}, but the header has {}", cells(found), cells(wanted));
        let help = "each row needs one cell per column; quote cells that contain the separator";
        let separator = char::from(self.rows.separator).to_string();
        let text = row.records.cells().collect::<Vec<_>>().join(&separator);
        Diagnostic::new(Code::RowLength, message, help)
            .in_file(&self.file)
            .at_line(row.line())
            .at_column(found.min(wanted) as u64 + 1)
            .with_value(&text)
    }
}

fn cells(n: usize) -> String {
    if n == 1 { "1 cell".into() } else { format!("{n} cells") }
}

impl<'r> CsvRow<'r> {
    /// Its line, from 1.
    pub const fn line(&self) -> u64 {
        self.records.line()
    }

    /// The cell in `column`.
    pub fn cell(&self, column: CsvColumn<'r>) -> Field<'r> {
        Field {
            text: self.records.cell(column.index).trim(),
            file: self.file,
            line: self.line(),
            number: column.index as u64 + 1,
            name: column.name,
        }
    }
}
