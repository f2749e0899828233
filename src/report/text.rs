//! Text: the sentences, the tables and the assumptions, for people.

use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, ContentLineStyle, LineStyle};
use comfy_table::{Table as Grid, TableStyle};

use super::words::{name, thousands, wrapped};
use super::{Answer, Clock, Renderer, Table, Value};
use crate::diagnostic::inert;

/// The sentences, the tables and the assumptions.
pub struct Text;

impl Renderer for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn summary(&self) -> &'static str {
        "for people: the answer in words, tables, and the assumptions"
    }

    fn render(&self, answer: &Answer, width: u16) -> String {
        let mut parts = vec![wrapped(&inert(&answer.headline.join(" ")), width.into(), "")];
        let filled = answer.tables.iter().filter(|table| !table.rows.is_empty());
        parts.extend(filled.map(|table| block(table, answer.clock, width)));
        if !answer.assumptions.is_empty() {
            let bullet = |line: &String| wrapped(&format!("- {}", inert(line)), width.into(), "  ");
            let bullets: Vec<String> = answer.assumptions.iter().map(bullet).collect();
            parts.push(format!("Assumptions:\n{}", bullets.join("\n")));
        }
        parts.retain(|part| !part.is_empty());
        parts.join("\n\n") + "\n"
    }
}

/// No border, two spaces between columns, a rule under the header.
const LIGHT: TableStyle = TableStyle::new()
    .header_lines(ContentLineStyle::none())
    .header_separator(LineStyle::none().fill('-').junction('-'))
    .content_lines(ContentLineStyle::none());

fn block(table: &Table, clock: Clock, width: u16) -> String {
    let shown = table.shown.map_or(table.rows.len(), |(most, _)| most);
    let rows: Vec<&Vec<Value>> = table.rows.iter().take(shown).chain(&table.total).collect();
    let mut grid = Grid::new();
    grid.load_style(LIGHT).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    let numeric = |index: usize| {
        let cells = || table.rows.iter().filter_map(move |row| row.get(index));
        cells().any(Value::is_number) && !cells().any(|cell| matches!(cell, Value::Text(_)))
    };
    let alignment = |index| if numeric(index) { CellAlignment::Right } else { CellAlignment::Left };
    let titles = table.columns.iter().enumerate();
    grid.set_header(titles.map(|(index, it)| Cell::new(it.title).set_alignment(alignment(index))));
    for row in rows {
        let cells = row.iter().zip(&table.columns).enumerate();
        grid.add_row(cells.map(|(index, (value, column))| {
            let words = value.human(|at| clock.cell(at));
            let words = if column.prose { inert(&words) } else { name(&words) };
            Cell::new(words).set_alignment(alignment(index))
        }));
    }
    let widths = grid.column_max_content_widths();
    let whole = kept_whole(table, &widths, width);
    for (column, whole) in grid.column_iter_mut().zip(whole) {
        column.set_padding((0, 2));
        if whole {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    let mut out = String::new();
    if !table.title.is_empty() {
        out.push_str(&wrapped(&format!("{}:", inert(&table.title)), width.into(), ""));
        out.push('\n');
    }
    out.push_str(&trimmed(&grid.trim_fmt()));
    if let Some((most, noun)) = table.shown.filter(|(most, _)| table.rows.len() > *most) {
        let more = thousands((table.rows.len() - most) as u64);
        out = format!("{out}\n... and {more} more {noun}");
    }
    out
}

/// Whether each column is kept as wide as its content: all but prose where enough is left for that,
/// else the numbers and times, else none.
fn kept_whole(table: &Table, widths: &[u16], width: u16) -> Vec<bool> {
    const LEAST: u16 = 16;
    let words = |index: usize| {
        table.rows.iter().filter_map(|row| row.get(index)).any(|cell| matches!(cell, Value::Text(_)))
    };
    let keep: Vec<bool> = table.columns.iter().map(|column| !column.prose).collect();
    let numbers: Vec<bool> = (0..keep.len()).map(|index| !words(index)).collect();
    let fits = |keep: &[bool]| {
        let least =
            widths.iter().zip(keep).map(|(width, keep)| if *keep { *width } else { (*width).min(LEAST) });
        least.map(|least| least.saturating_add(3)).fold(0, u16::saturating_add) <= width
    };
    let found = [keep, numbers].into_iter().find(|keep| fits(keep));
    found.unwrap_or_else(|| vec![false; widths.len()])
}

/// Every line without the spaces at its end.
fn trimmed(text: &str) -> String {
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> Answer {
        let mut table = Table::new("Numbers", &[("name", "name"), ("count", "count")]);
        table.push(vec![Value::text("a\u{1b}b"), Value::Count(5)]);
        table.push(vec![Value::text("c"), Value::Count(1_000)]);
        table.push(vec![Value::text("d"), Value::Count(7)]);
        table.shown = Some((2, "names"));
        Answer {
            headline: vec!["One.".into(), "Two.".into()],
            tables: vec![table],
            assumptions: vec!["first".into()],
            ..Answer::default()
        }
    }

    #[test]
    fn sentences_then_tables_then_assumptions() {
        let expected = "One. Two.\n\nNumbers:\n\
            name       count\n------------------\na\\u{1b}b       5\nc          1,000\n... and 1 more names\n\n\
            Assumptions:\n- first\n";
        assert_eq!(Text.render(&answer(), 80), expected);
    }

    #[test]
    fn no_line_is_wider_than_asked() {
        let mut answer = answer();
        answer.headline = vec!["many short words ".repeat(20)];
        answer.assumptions = vec!["and some more of them ".repeat(20)];
        let text = Text.render(&answer, 40);
        assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
    }
}
