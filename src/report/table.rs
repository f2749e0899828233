//! Table: rows of typed values under named columns.

use super::Chart;
use crate::quantity::Millis;

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub enum TableCell {
    /// Words.
    Text(String),
    /// A whole number.
    Count(u64),
    /// A number with this many decimals.
    Decimal(f64, usize),
    /// A part of one, from 0 to 1.
    Share(f64),
    /// A length of time, ms.
    Span(u64),
    /// A time, ms from the trace's first instant; negative before it.
    Instant(i64),
    /// Yes or no.
    Flag(bool),
    /// Nothing to say.
    Missing,
}

impl TableCell {
    /// Words.
    pub fn text(words: impl Into<String>) -> Self {
        Self::Text(words.into())
    }

    /// A length of time, or nothing.
    pub fn span(length: Option<u64>) -> Self {
        length.map_or(Self::Missing, Self::Span)
    }

    /// A time, or nothing.
    pub fn instant(at: Option<u64>) -> Self {
        at.and_then(|at| i64::try_from(at).ok()).map_or(Self::Missing, Self::Instant)
    }

    /// A whole number, or nothing.
    pub fn count(count: Option<u64>) -> Self {
        count.map_or(Self::Missing, Self::Count)
    }

    /// Whether it is a number, which is aligned right.
    pub const fn is_number(&self) -> bool {
        matches!(self, Self::Count(_) | Self::Decimal(..) | Self::Share(_) | Self::Span(_))
    }

    /// For programs: plain digits, times in ms, empty where there is nothing.
    pub fn plain(&self) -> String {
        match self {
            Self::Text(words) => words.clone(),
            Self::Count(n) | Self::Span(n) => n.to_string(),
            Self::Instant(at) => at.to_string(),
            Self::Decimal(number, places) => format!("{number:.places$}"),
            Self::Share(share) => format!("{share:.6}"),
            Self::Flag(flag) => flag.to_string(),
            Self::Missing => String::new(),
        }
    }

    /// For people; instants as `instant` prints them.
    pub fn human(&self, instant: impl Fn(i64) -> String) -> String {
        match self {
            Self::Text(words) => words.clone(),
            Self::Count(n) => super::format::thousands(*n),
            Self::Decimal(number, places) => super::format::decimal(*number, *places),
            Self::Share(share) => super::format::percent(*share),
            Self::Span(length) => Millis(*length).to_string(),
            Self::Instant(at) => instant(*at),
            Self::Flag(true) => "yes".to_owned(),
            Self::Flag(false) => "no".to_owned(),
            Self::Missing => "-".to_owned(),
        }
    }
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableColumn {
    /// Its name for programs, with the unit: `p99_ms`.
    pub key: &'static str,
    /// Its name for people: `p99`.
    pub title: String,
    /// Whether it holds sentences, which are wrapped and never cut.
    pub prose: bool,
}

/// Rows of values under columns.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportTable {
    /// What it shows; empty for a table that needs no words.
    pub title: String,
    /// Its columns.
    pub columns: Vec<TableColumn>,
    /// Its rows, each as long as there are columns.
    pub rows: Vec<Vec<TableCell>>,
    /// A row of totals, for people only.
    pub total: Option<Vec<TableCell>>,
    /// Charts above it, for people only.
    pub charts: Vec<Chart>,
    /// How many rows people are shown, and what the rest are called; programs get all.
    pub shown: Option<(usize, &'static str)>,
}

impl ReportTable {
    /// A table of `(key, title)` columns and no rows.
    pub fn new(title: impl Into<String>, columns: &[(&'static str, &'static str)]) -> Self {
        let column = |&(key, title): &(&'static str, &'static str)| TableColumn {
            key,
            title: title.to_owned(),
            prose: false,
        };
        Self {
            title: title.into(),
            columns: columns.iter().map(column).collect(),
            rows: Vec::new(),
            total: None,
            charts: Vec::new(),
            shown: None,
        }
    }

    /// The same with sentences in the columns of these keys.
    #[must_use]
    pub fn prose(mut self, keys: &[&str]) -> Self {
        for column in self.columns.iter_mut().filter(|column| keys.contains(&column.key)) {
            column.prose = true;
        }
        self
    }

    /// Adds a row.
    pub fn push(&mut self, row: Vec<TableCell>) {
        self.rows.push(row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_and_programs_read_the_same_value() {
        let both = |value: TableCell| (value.human(|at| format!("t{at}")), value.plain());
        let is = |human: &str, plain: &str| (human.to_owned(), plain.to_owned());
        assert_eq!(both(TableCell::Count(1_234_567)), is("1,234,567", "1234567"));
        assert_eq!(both(TableCell::Span(901_200)), is("15m1.2s", "901200"));
        assert_eq!(both(TableCell::Share(0.1234)), is("12.34%", "0.123400"));
        assert_eq!(both(TableCell::Decimal(2.25, 1)), is("2.2", "2.2"));
        assert_eq!(both(TableCell::Instant(7)), is("t7", "7"));
        assert_eq!(both(TableCell::Missing), is("-", ""));
        assert_eq!(both(TableCell::Flag(true)), is("yes", "true"));
    }
}
