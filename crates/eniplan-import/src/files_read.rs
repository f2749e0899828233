//! Files read: the files so far, to say where in them something stands.

use super::records::FilePlace;
use eniplan_core::diagnostic::Diagnostic;

/// A file that is read.
#[derive(Clone, Debug)]
struct FileRead {
    name: String,
    /// The name of its column of times, or the path of its JSON value.
    time: String,
    /// The names of its columns, of a table.
    columns: Vec<String>,
}

/// The files, in order.
#[derive(Clone, Debug, Default)]
pub struct FilesRead(Vec<FileRead>);

impl FilesRead {
    /// What follows is from the file `name`.
    pub fn begin(&mut self, name: &str) {
        self.0.push(FileRead { name: name.to_owned(), time: String::new(), columns: Vec::new() });
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// The name of the first.
    pub fn first(&self) -> &str {
        self.0.first().map_or("", |file| file.name.as_str())
    }

    /// The name of the one that is being read.
    pub fn last(&self) -> &str {
        self.0.last().map_or("", |file| file.name.as_str())
    }

    /// These are the columns of its table.
    pub fn name_columns(&mut self, names: &[String]) {
        if let Some(file) = self.0.last_mut() {
            names.clone_into(&mut file.columns);
        }
    }

    /// This is the name of its first time.
    pub fn name_time(&mut self, name: &str) {
        if let Some(file) = self.0.last_mut().filter(|file| file.time.is_empty()) {
            name.clone_into(&mut file.time);
        }
    }

    /// A place in it.
    pub fn place(&self, line: u64, column: u64) -> FilePlace {
        FilePlace { file: self.0.len().saturating_sub(1), line, column }
    }

    /// `problem` at `place`; of a time's column where `timed`.
    pub fn at(&self, problem: Diagnostic, place: FilePlace, timed: bool) -> Diagnostic {
        let file = self.0.get(place.file);
        let problem = problem.in_file(file.map_or("", |file| file.name.as_str())).at_line(place.line);
        // No column is numbered 0.
        let Some(column) = usize::try_from(place.column).ok().and_then(|column| column.checked_sub(1)) else {
            return problem;
        };
        let time = |file: &FileRead| Some(file.time.clone()).filter(|time| timed && !time.is_empty());
        let name = file.and_then(|file| file.columns.get(column).cloned().or_else(|| time(file)));
        let problem = problem.at_column(place.column);
        match name {
            Some(name) => problem.named(name),
            None => problem,
        }
    }

    /// `place` in words, seen from `other`: the line, and the file where it is another.
    pub fn told(&self, place: FilePlace, other: FilePlace) -> String {
        let line = format!("line {}", place.line);
        let same_line = place.file == other.file && place.line == other.line;
        let line = if same_line { format!("{line}, column {}", place.column) } else { line };
        match self.0.get(place.file) {
            Some(file) if place.file != other.file => format!("{line} of {}", file.name),
            _ => line,
        }
    }
}
