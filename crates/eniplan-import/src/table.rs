//! Table: a CSV file as a header and rows that know their line.
//!
//! The separator is the comma, or a tab or semicolon where the header has no
//! comma. A row's line is that of its first character in the file, counted
//! through blank lines and quoted line breaks.

use std::collections::{BTreeMap, BTreeSet};

use csv::{ReaderBuilder, StringRecord};

use super::intake::Intake;
use super::text;
use eniplan_core::diagnostic::{Code, Diagnostic, Diagnostics};

/// A file that has a header.
#[derive(Clone, Debug)]
pub struct Table<'t> {
    /// The file, as the user named it.
    pub file: &'t str,
    /// What was assumed to read it.
    pub notes: Vec<String>,
    header: Vec<String>,
    /// The names in the header, uncut.
    whole: Vec<String>,
    header_line: u64,
    text: &'t str,
    /// The byte at which the rows begin, or the header.
    start: usize,
    /// Whether the first row is the header.
    headed: bool,
    separator: u8,
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column<'t> {
    /// Its place, from 0.
    pub index: usize,
    /// Its name, as the file writes it, cut to a readable length.
    pub name: &'t str,
    /// Its whole name.
    pub whole: &'t str,
}

/// A row of a table.
#[derive(Clone, Copy, Debug)]
pub struct Row<'r> {
    /// Its line, from 1.
    pub line: u64,
    file: &'r str,
    record: &'r StringRecord,
}

/// A cell, with its place.
#[derive(Clone, Copy, Debug)]
pub struct Cell<'r> {
    /// What it holds.
    pub text: &'r str,
    /// The file.
    pub file: &'r str,
    /// The line of its row, from 1.
    pub line: u64,
    /// Its number in the row, from 1; of a cell of JSON or a log line, its first character's.
    pub number: u64,
    /// The name of its column, or the path of its JSON value.
    pub name: &'r str,
}

impl<'t> Table<'t> {
    /// Reads the header of `text`.
    pub fn of(file: &'t str, text: &'t str) -> Self {
        let blank = text.len() - text.trim_start().len();
        // Excel's own line: `sep=;`.
        let told = text.get(blank..).and_then(|rest| rest.strip_prefix("sep="));
        let told = told.and_then(|rest| Some((rest.chars().next()?, rest.find('\n')? + 1)));
        let start = told.map_or(0, |(_, end)| blank + "sep=".len() + end);
        let first = text.get(start..).unwrap_or_default().trim_start().lines().next().unwrap_or_default();
        let separator = match (told, first) {
            (Some((separator, _)), _) if separator.is_ascii_punctuation() || separator == '\t' => {
                u8::try_from(separator).unwrap_or(b',')
            }
            (_, line) if line.contains(',') => b',',
            (_, line) if line.contains('\t') => b'\t',
            (_, line) if line.contains(';') => b';',
            _ => b',',
        };
        let mut notes = Vec::new();
        if separator != b',' {
            let name = match separator {
                b'\t' => "tabs".to_owned(),
                b';' => "semicolons".to_owned(),
                other => format!("`{}`", char::from(other)),
            };
            notes.push(format!("{file} is separated by {name}"));
        }
        let (header, whole, header_line) = (Vec::new(), Vec::new(), 1);
        let mut table =
            Self { file, notes, header, whole, header_line, text, start, headed: true, separator };
        let mut reader = table.reader();
        let mut record = StringRecord::new();
        if reader.read_record(&mut record).unwrap_or(false) {
            let at = record.position().map_or(0, csv::Position::byte) + start as u64;
            table.header_line = Lines::default().line(text.as_bytes(), at);
            table.whole = record.iter().map(|name| name.trim().to_owned()).collect();
            table.header = table.whole.iter().map(|name| readable(name)).collect();
        }
        table
    }

    /// The same file with rows that begin at byte `start`, without a header of their own.
    pub fn headed(&self, header: Vec<String>, header_line: u64, start: usize) -> Self {
        let cut = header.iter().map(|name| readable(name)).collect();
        Self { header: cut, whole: header, header_line, start, headed: false, ..self.clone() }
    }

    /// The records of the file as they are, each with the byte it begins at, up to `most`.
    pub fn records(&self, most: usize) -> Vec<(usize, StringRecord)> {
        let at = |record: &StringRecord| {
            let byte = record.position().map_or(0, csv::Position::byte);
            usize::try_from(byte).unwrap_or(usize::MAX).saturating_add(self.start)
        };
        let records = self.reader().into_records().map_while(Result::ok).take(most);
        records.map(|record| (at(&record), record)).collect()
    }

    fn reader(&self) -> csv::Reader<&'t [u8]> {
        ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.separator)
            .from_reader(self.text.as_bytes().get(self.start..).unwrap_or_default())
    }

    /// The columns, in order.
    pub fn columns(&self) -> impl Iterator<Item = Column<'_>> {
        let names = self.header.iter().zip(&self.whole).enumerate();
        names.map(|(index, (name, whole))| Column { index, name, whole })
    }

    /// The first column that bears one of `names`, in any case.
    pub fn column(&self, names: &[&str]) -> Option<Column<'_>> {
        self.columns().find(|column| names.iter().any(|name| column.name.eq_ignore_ascii_case(name)))
    }

    /// The column `name`; where there is none, that is noted in `problems`.
    pub fn require(&self, names: &[&str], problems: &mut Diagnostics) -> Option<Column<'_>> {
        let column = self.column(names);
        if column.is_none() {
            let message = format!("the header has no column `{}`", names.join("` or `"));
            let help = format!("it has {}; add the column or rename one", self.header_text());
            problems.push(self.at_header(Code::MissingColumn, message, help));
        }
        column
    }

    /// The header as the file writes it, in backquotes.
    pub fn header_text(&self) -> String {
        let shown = self.header.iter().take(12).map(String::as_str).collect::<Vec<_>>().join(",");
        match self.header.len().saturating_sub(12) {
            0 => format!("`{shown}`"),
            more => format!("`{shown},...` and {more} more"),
        }
    }

    /// A problem of the header's line.
    pub fn at_header(&self, code: Code, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, message, help).in_file(self.file).at_line(self.header_line)
    }

    /// Notes in `problems` every one of `used` whose name the header has twice,
    /// and tells which columns nobody reads.
    pub fn settle(&self, used: &[Option<Column<'_>>], problems: &mut Diagnostics) -> Option<String> {
        let used = || used.iter().flatten();
        let places: BTreeSet<usize> = used().map(|column| column.index).collect();
        let names: BTreeMap<String, usize> =
            used().map(|column| (column.name.to_lowercase(), column.index)).collect();
        let mut unread = Vec::new();
        for column in self.columns().filter(|column| !places.contains(&column.index)) {
            if let Some(first) = names.get(&column.name.to_lowercase()) {
                let message = format!("column {} has the same name", first + 1);
                let at = self.at_header(Code::Duplicate, message, "remove or rename one of the two");
                problems
                    .push(at.at_column(column.index as u64 + 1).named(column.name).with_value(column.name));
            } else {
                unread.push(if column.name.is_empty() { "(unnamed)" } else { column.name });
            }
        }
        let shown = unread.iter().take(5).copied().collect::<Vec<_>>().join(", ");
        match unread.len() {
            0 => None,
            1..=5 => Some(format!("columns not read in {}: {shown}", self.file)),
            n => Some(format!("columns not read in {}: {shown} and {} more", self.file, n - 5)),
        }
    }

    /// Calls `each` for every row below the header that is as long as the
    /// header; the others go to `problems`, and so does a file without rows.
    pub fn read(&self, problems: &mut Diagnostics, mut each: impl FnMut(&Row<'_>, &mut Diagnostics)) {
        let bytes = self.text.as_bytes();
        let (mut reader, mut record) = (self.reader(), StringRecord::new());
        let (mut lines, mut rows, mut last) = (Lines::default(), 0_u64, 0);
        while reader.read_record(&mut record).unwrap_or(false) {
            last = record.position().map_or(0, csv::Position::byte) + self.start as u64;
            rows += 1;
            if self.headed && rows == 1 {
                continue;
            }
            let row = Row { line: lines.line(bytes, last), file: self.file, record: &record };
            if record.len() == self.header.len() {
                each(&row, problems);
            } else {
                problems.push(self.wrong_length(&row));
            }
        }
        if rows < 1 + u64::from(self.headed) {
            let help = "add at least one row below the header";
            problems.push(self.at_header(Code::Empty, "the file has a header and no rows", help));
        }
        if self.ends_in_quotes(last) {
            let help = "close the quote, or double a quote that belongs to the text";
            let diagnostic = Diagnostic::new(Code::RowLength, "a quote in this row is never closed", help);
            problems
                .push(diagnostic.in_file(self.file).at_line(lines.line(bytes, last).max(self.header_line)));
        }
    }

    /// The header's line, from 1.
    pub const fn header_line(&self) -> u64 {
        self.header_line
    }

    /// Calls `each` for every row, with what it goes to.
    pub fn each(&self, intake: &mut Intake<'_>, mut each: impl FnMut(&Row<'_>, &mut Intake<'_>)) {
        if let Some(file) = intake.files.last_mut() {
            file.columns.clone_from(&self.header);
        }
        let mut problems = std::mem::take(&mut intake.problems);
        self.read(&mut problems, |row, problems| {
            std::mem::swap(problems, &mut intake.problems);
            each(row, intake);
            std::mem::swap(problems, &mut intake.problems);
        });
        intake.problems = problems;
    }

    fn wrong_length(&self, row: &Row<'_>) -> Diagnostic {
        let (found, wanted) = (row.record.len(), self.header.len());
        let message = format!("the row has {} and the header {}", cells(found), cells(wanted));
        let help = "give every row a cell for each column; quote a cell that holds the separator";
        let text = row.record.iter().collect::<Vec<_>>().join(&char::from(self.separator).to_string());
        Diagnostic::new(Code::RowLength, message, help)
            .in_file(self.file)
            .at_line(row.line)
            .at_column(found.min(wanted) as u64 + 1)
            .with_value(&text)
    }

    /// Whether the record that starts at byte `start`, the last one, ends inside quotes.
    fn ends_in_quotes(&self, start: u64) -> bool {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        let (mut quoted, mut fresh) = (false, true);
        for byte in self.text.as_bytes().get(start..).unwrap_or_default() {
            match *byte {
                b'"' if quoted || fresh => (quoted, fresh) = (!quoted, quoted),
                byte => fresh = !quoted && (byte == self.separator || byte == b'\n' || byte == b'\r'),
            }
        }
        quoted
    }
}

/// A column's name, cut after 60 characters: every problem of the column repeats it.
pub fn readable(name: &str) -> String {
    let mut cut: String = name.chars().take(60).collect();
    if cut.len() < name.len() {
        cut.push('…');
    }
    cut
}

fn cells(n: usize) -> String {
    if n == 1 { "1 cell".into() } else { format!("{n} cells") }
}

impl<'r> Row<'r> {
    /// The cell in `column`.
    pub fn cell(&self, column: Column<'r>) -> Cell<'r> {
        Cell {
            text: self.record.get(column.index).unwrap_or_default().trim(),
            file: self.file,
            line: self.line,
            number: column.index as u64 + 1,
            name: column.name,
        }
    }
}

/// Counts lines up to bytes that are asked for in order.
#[derive(Clone, Copy, Debug, Default)]
struct Lines {
    byte: usize,
    ended: u64,
}

impl Lines {
    /// The line of the record for which the reader reports byte `start`, before
    /// the line ends it skips.
    fn line(&mut self, text: &[u8], start: u64) -> u64 {
        let start = usize::try_from(start).unwrap_or(usize::MAX).min(text.len());
        let rest = text.get(start..).unwrap_or_default();
        let skipped = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let between = text.get(self.byte..start + skipped).unwrap_or_default();
        self.ended += text::line_ends(between);
        self.byte = self.byte.max(start + skipped);
        self.ended + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> (Vec<(u64, String)>, Diagnostics) {
        let table = Table::of("t.csv", text);
        let (mut found, mut problems) = (Vec::new(), Diagnostics::default());
        table.read(&mut problems, |row, _| found.push((row.line, row.record.iter().collect::<String>())));
        (found, problems)
    }

    #[test]
    fn rows_know_their_line_through_blank_lines_and_quoted_breaks() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["", "a,b", "", "1,\"x", "y\"", "2,z", ""].join(end);
            let (found, problems) = rows(&text);
            assert!(problems.is_empty());
            let lines: Vec<_> = found.iter().map(|(line, _)| *line).collect();
            assert_eq!(lines, [4, 6], "{end:?}");
        }
    }

    #[test]
    fn short_rows_missing_rows_and_open_quotes_are_noted() {
        let (found, problems) = rows("a,b\n1\n2,3\n4,5,6\n");
        let place: Vec<_> = problems.sorted().iter().map(|d| (d.code, d.line, d.column)).collect();
        assert_eq!(found, [(3, "23".to_owned())]);
        assert_eq!(place, [(Code::RowLength, Some(2), Some(2)), (Code::RowLength, Some(4), Some(3))]);
        assert_eq!(rows("a,b\n").1.sorted()[0].code, Code::Empty);
        let open = rows("a,b\n1,2\n3,\"4\n5,6\n").1;
        assert_eq!((open.count(), open.sorted()[0].line), (1, Some(3)));
        for closed in ["a,b\n1,\"2\"\"\"\n", "a,b\n1,2\"\n", "a,b\n1,\"\"\n", "a,b\n\"1\"x,2\n"] {
            assert!(rows(closed).1.is_empty(), "{closed}");
        }
    }

    #[test]
    fn separators_come_from_the_header() {
        for (text, note) in [("a;b\n1;2\n", 1), ("a\tb\n1\t2\n", 1), ("a,b\n1,2\n", 0)] {
            let table = Table::of("t.csv", text);
            assert_eq!(table.columns().count(), 2);
            assert_eq!(table.notes.len(), note);
            assert_eq!(rows(text).0, [(2, "12".to_owned())]);
        }
    }
}
