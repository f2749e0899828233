//! A diagnostic: one thing wrong with what the user gave, where it stands, and what to do about it.
//!
//! Readers collect all of them in a [`Diagnostics`] before they give up.
//! Rendering and exit codes are the command line's business.

pub mod snippet;

use std::fmt;

use serde::Serialize;

/// What kind of thing is wrong. The number is stable; `docs/diagnostics.md` explains each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// E001: a file cannot be read or written.
    File,
    /// E002: the bytes are not text this program reads.
    Encoding,
    /// E003: no format fits the header.
    UnknownFormat,
    /// E004: there is nothing in the file.
    Empty,
    /// E101: a column is missing.
    MissingColumn,
    /// E102: a cell does not hold what its column needs.
    BadCell,
    /// E103: a row has too many or too few cells.
    RowLength,
    /// E104: a row repeats an earlier one.
    Duplicate,
    /// E105: slots are missing from the series.
    Gap,
    /// E106: two files that belong together do not agree.
    Mismatch,
    /// E107: the file is larger than a stated limit.
    TooLarge,
    /// E201: a TOML, JSON or YAML file is malformed.
    Toml,
    /// E202: a number has no source.
    Uncited,
    /// E203: a value is out of its range or contradicts another.
    BadValue,
    /// E204: a name refers to nothing.
    UnknownName,
    /// E301: a function cannot reach a target.
    Unreachable,
    /// E401: the options of a command contradict each other.
    Usage,
    /// E402: a solver failed or gave an answer that does not hold.
    Solver,
}

impl Code {
    /// The stable text of the code.
    pub const fn text(self) -> &'static str {
        match self {
            Self::File => "E001",
            Self::Encoding => "E002",
            Self::UnknownFormat => "E003",
            Self::Empty => "E004",
            Self::MissingColumn => "E101",
            Self::BadCell => "E102",
            Self::RowLength => "E103",
            Self::Duplicate => "E104",
            Self::Gap => "E105",
            Self::Mismatch => "E106",
            Self::TooLarge => "E107",
            Self::Toml => "E201",
            Self::Uncited => "E202",
            Self::BadValue => "E203",
            Self::UnknownName => "E204",
            Self::Unreachable => "E301",
            Self::Usage => "E401",
            Self::Solver => "E402",
        }
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        output.serialize_str(self.text())
    }
}

/// One problem, with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Diagnostic {
    /// What kind of problem.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub code: Code,
    /// The file, as the user named it; empty where there is none.
    pub file: String,
    /// Line, from 1.
    pub line: Option<u64>,
    /// Column: of a CSV its field number, of other text its character, both from 1.
    pub column: Option<u64>,
    /// The CSV column's name.
    pub column_name: Option<String>,
    /// The offending text, cut to a readable length.
    pub value: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl Diagnostic {
    /// A problem with no place yet.
    pub fn new(code: Code, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            code,
            file: String::new(),
            line: None,
            column: None,
            column_name: None,
            value: None,
            message: message.into(),
            help: help.into(),
        }
    }

    /// In this file.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = file.into();
        self
    }

    /// At this line, from 1.
    #[must_use]
    pub fn at_line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// At this column, from 1.
    #[must_use]
    pub fn at_column(mut self, column: u64) -> Self {
        self.column = Some(column);
        self
    }

    /// In the CSV column of this name.
    #[must_use]
    pub fn named(mut self, column_name: impl Into<String>) -> Self {
        self.column_name = Some(column_name.into());
        self
    }

    /// With this offending text; more than 60 characters are cut.
    #[must_use]
    pub fn with_value(mut self, value: &str) -> Self {
        let mut text: String = value.chars().take(60).collect();
        if value.chars().nth(60).is_some() {
            text.push('…');
        }
        self.value = Some(text);
        self
    }
}

impl Diagnostic {
    /// `E102 trace.csv:7:3 (invocations): "-4": … ` on one line, `snippet` (empty, or lines that end in
    /// a newline) and the help on a line of its own.
    fn told(&self, snippet: &str) -> String {
        let mut out = self.code.text().to_owned();
        if !self.file.is_empty() {
            let place = [self.line, self.column.filter(|_| self.line.is_some())];
            let place: String =
                place.into_iter().flatten().flat_map(|n| [":".to_owned(), n.to_string()]).collect();
            out = format!("{out} {}{place}", escaped(&self.file));
        }
        if let Some(name) = &self.column_name {
            out = format!("{out} ({})", escaped(name));
        }
        if let Some(value) = &self.value {
            out = format!("{out}: \"{}\"", escaped(value));
        }
        format!("{out}: {}\n{snippet}  help: {}", escaped(&self.message), escaped(&self.help))
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(""))
    }
}

/// Whether `c` drives a terminal or turns the direction of what follows.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `text` with control and direction characters escaped, so that data cannot drive a terminal.
pub fn escaped(text: &str) -> String {
    if !text.contains(is_hidden) {
        return text.to_owned();
    }
    text.chars().fold(String::new(), |mut out, c| {
        if is_hidden(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
        out
    })
}

/// All the problems found in one go, sorted by place when read.
///
/// At most [`Diagnostics::KEPT`] are kept, so that a hostile file cannot fill
/// the memory; all are counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    kept: Vec<Diagnostic>,
    count: usize,
}

impl Diagnostics {
    /// How many are kept; the rest are only counted.
    pub const KEPT: usize = 1_000;

    /// What `result` holds; a problem is noted.
    pub fn keep<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|problem| self.push(problem)).ok()
    }

    /// Notes one more problem.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.count += 1;
        if self.kept.len() < Self::KEPT {
            self.kept.push(diagnostic);
        }
    }

    /// Takes over all of `other`.
    pub fn extend(&mut self, other: Self) {
        let dropped = other.count - other.kept.len();
        other.kept.into_iter().for_each(|diagnostic| self.push(diagnostic));
        self.count += dropped;
    }

    /// How many problems there are, kept or not.
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Whether nothing is wrong.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The kept ones by file, line and column.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut all: Vec<_> = self.kept.iter().collect();
        all.sort_by(|a, b| (&a.file, a.line, a.column, a.code).cmp(&(&b.file, b.line, b.column, b.code)));
        all
    }

    /// The same, those of which `place` knows better put there: file, line and column.
    #[must_use]
    pub fn relocated(&self, place: impl Fn(&Diagnostic) -> Option<(String, u64, u64)>) -> Self {
        let mut out = Self::default();
        for problem in self.sorted() {
            out.push(match place(problem) {
                Some((file, line, column)) => problem.clone().in_file(file).at_line(line).at_column(column),
                None => problem.clone(),
            });
        }
        out
    }

    /// `value`, unless something is wrong.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        let mut all = Self::default();
        all.push(diagnostic);
        all
    }
}

impl Diagnostics {
    /// How many of them people are shown; the rest are counted.
    const SHOWN: usize = 20;

    /// Those that people are shown.
    pub fn shown(&self) -> Vec<&Diagnostic> {
        self.sorted().into_iter().take(Self::SHOWN).collect()
    }

    /// All of them for people, each with its snippet: empty, or lines that end in a newline.
    pub fn told(&self, snippet: impl Fn(&Diagnostic) -> String) -> String {
        let shown = self.shown().into_iter();
        let mut out: String =
            shown.flat_map(|problem| [problem.told(&snippet(problem)), "\n".to_owned()]).collect();
        let more = self.count.saturating_sub(Self::SHOWN);
        if more > 0 {
            out.push_str(&["... and ", &more.to_string(), " more\n"].concat());
        }
        out
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(|_| String::new()))
    }
}

impl std::error::Error for Diagnostics {}
