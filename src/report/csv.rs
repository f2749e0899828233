//! CSV: the main table for programs and spreadsheets.
//!
//! Plain digits, times in ms, the columns' keys as the header. A cell of text
//! that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`,
//! `@` or a control character) and that is not a number gets an apostrophe in front.

use super::{Answer, Renderer, ReportTable, TableCell};

/// The main table.
pub(super) struct CsvRenderer;

impl Renderer for CsvRenderer {
    fn name(&self) -> &'static str {
        "csv"
    }

    /// No width; empty where the answer has no table.
    fn render(&self, answer: &Answer, _width: u16) -> String {
        answer.flat().map(written).unwrap_or_default()
    }
}

fn written(table: &ReportTable) -> String {
    let header = table.columns.iter().map(|column| column.key.to_owned()).collect::<Vec<_>>();
    let rows = table.rows.iter().map(|row| row.iter().map(cell).collect());
    let lines = std::iter::once(header).chain(rows);
    lines.map(|cells: Vec<String>| line(&cells)).collect()
}

/// One row with its line end.
pub fn line(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    cells.join(",") + "\n"
}

fn cell(value: &TableCell) -> String {
    match value {
        TableCell::Text(words) => defused(words),
        other => other.plain(),
    }
}

/// `text` such that no spreadsheet takes it for a formula.
pub fn defused(text: &str) -> String {
    let risky = text.starts_with(|c: char| matches!(c, '=' | '+' | '-' | '@') || c.is_control());
    let number = text.parse::<f64>().is_ok_and(f64::is_finite);
    if risky && !number { format!("'{text}") } else { text.to_owned() }
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused_and_numbers_are_not() {
        for (text, safe) in [
            ("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")"),
            ("@sum", "'@sum"),
            ("-f", "'-f"),
            ("+inf", "'+inf"),
            ("\t=1", "'\t=1"),
            ("-1.5", "-1.5"),
            ("checkout", "checkout"),
            ("", ""),
        ] {
            assert_eq!(defused(text), safe);
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let mut table = ReportTable::new("", &[("name", "n"), ("p99_ms", "p99")]);
        table.push(vec![TableCell::text("a,\"b\"\nc"), TableCell::Span(1_500)]);
        table.push(vec![TableCell::text("=x"), TableCell::Missing]);
        let text = written(&table);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(reader.headers().unwrap(), vec!["name", "p99_ms"]);
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows, [vec!["a,\"b\"\nc", "1500"], vec!["'=x", ""]]);
    }
}
