//! Text: the sentences, the tables and the assumptions, for people.

use comfy_table::{Cell as GridCell, CellAlignment, ColumnConstraint, ContentArrangement, ContentLineStyle};
use comfy_table::{LineStyle, Table as Grid, TableStyle};

use super::format::{name, thousands, wrapped};
use super::{Answer, Renderer, ReportClock, ReportTable, TableCell, TableColumn};
use crate::diagnostic::escaped;

/// The sentences, the tables and the assumptions.
pub(super) struct TextRenderer;

impl Renderer for TextRenderer {
    fn name(&self) -> &'static str {
        "text"
    }

    fn render(&self, answer: &Answer, width: u16) -> String {
        let mut parts = vec![wrapped(&escaped(&answer.headline.join(" ")), width.into(), "")];
        let filled = answer.tables.iter().filter(|table| !table.rows.is_empty());
        for table in filled {
            parts.extend(table.charts.iter().map(|chart| chart.drawn(answer.clock, width.into())));
            parts.push(block(table, answer.clock, width));
        }
        if !answer.assumptions.is_empty() {
            let bullet = |line: &String| wrapped(&format!("- {}", escaped(line)), width.into(), "  ");
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

fn block(table: &ReportTable, clock: ReportClock, width: u16) -> String {
    let mut out = String::new();
    if !table.title.is_empty() {
        out.push_str(&wrapped(&format!("{}:", escaped(&table.title)), width.into(), ""));
        out.push('\n');
    }
    let parts = parts(table, clock, width);
    let grids = parts.iter().map(|part| trimmed(&filled(part, clock, width).trim_fmt()));
    out.push_str(&grids.collect::<Vec<_>>().join("\n\n"));
    if let Some((most, noun)) = table.shown.filter(|(most, _)| table.rows.len() > *most) {
        let more = thousands((table.rows.len() - most) as u64);
        out = format!("{out}\n... and {more} more {noun}");
    }
    out
}

/// The least width of a column of words, which can be broken, and the space between two columns.
const LEAST: u16 = 16;
const BETWEEN: u16 = 3;
/// The most lines a title is broken into, and how many widths are tried for it.
const LINES: usize = 4;
const MOST: usize = 200;

/// The table, or where it is too wide parts of it side by side: each has the first column and as many
/// others as fit, their titles broken where that makes the parts fewer.
fn parts(table: &ReportTable, clock: ReportClock, width: u16) -> Vec<ReportTable> {
    let whole = side_by_side(table, clock, width);
    if whole.len() < 2 {
        return whole;
    }
    let broken = |lines: usize| ReportTable { columns: titles_broken(table, clock, lines), ..table.clone() };
    let mut broken = (2..=LINES).map(|lines| side_by_side(&broken(lines), clock, width));
    broken.find(|parts| parts.len() < whole.len()).unwrap_or(whole)
}

/// The columns with each title broken between its words into at most so many lines, none of them wider
/// than it must be beside the cells.
fn titles_broken(table: &ReportTable, clock: ReportClock, lines: usize) -> Vec<TableColumn> {
    let untitled = |column: &TableColumn| TableColumn { title: String::new(), ..column.clone() };
    let bare = ReportTable { columns: table.columns.iter().map(untitled).collect(), ..table.clone() };
    let widths = filled(&bare, clock, u16::MAX).column_max_content_widths();
    let broken = |(column, &width): (&TableColumn, &u16)| {
        let longest = column.title.split(' ').map(str::len).max().unwrap_or(0).max(width.into());
        let titles = (longest..).map(|width| wrapped(&column.title, width, ""));
        let title = titles.take(MOST).find(|title| title.lines().count() <= lines);
        TableColumn { title: title.unwrap_or_else(|| column.title.clone()), ..column.clone() }
    };
    table.columns.iter().zip(&widths).map(broken).collect()
}

fn side_by_side(table: &ReportTable, clock: ReportClock, width: u16) -> Vec<ReportTable> {
    let widths = filled(table, clock, width).column_max_content_widths();
    let least = |index: usize| {
        let own = widths.get(index).copied().unwrap_or(0);
        if has_words(table, index) { own.min(LEAST) } else { own }.saturating_add(BETWEEN)
    };
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut used = 0_u16;
    for index in 1..table.columns.len() {
        used = used.saturating_add(least(index));
        match groups.last_mut() {
            Some(group) if used <= width.saturating_add(BETWEEN) => group.push(index),
            _ => {
                groups.push(vec![0, index]);
                used = least(0).saturating_add(least(index));
            }
        }
    }
    if groups.len() < 2 {
        return vec![table.clone()];
    }
    let of =
        |row: &Vec<TableCell>, group: &[usize]| group.iter().filter_map(|&at| row.get(at).cloned()).collect();
    let part = |group: &Vec<usize>| ReportTable {
        columns: group.iter().filter_map(|&at| table.columns.get(at).cloned()).collect(),
        rows: table.rows.iter().take(rows_shown(table)).map(|row| of(row, group)).collect(),
        total: table.total.as_ref().map(|row| of(row, group)),
        ..ReportTable::new("", &[])
    };
    groups.iter().map(part).collect()
}

fn rows_shown(table: &ReportTable) -> usize {
    table.shown.map_or(table.rows.len(), |(most, _)| most)
}

fn filled(table: &ReportTable, clock: ReportClock, width: u16) -> Grid {
    let rows = table.rows.iter().take(rows_shown(table)).chain(&table.total);
    let mut grid = Grid::new();
    grid.load_style(LIGHT).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    let numeric = |index: usize| {
        let cells = || table.rows.iter().filter_map(move |row| row.get(index));
        cells().any(TableCell::is_number) && !cells().any(|cell| matches!(cell, TableCell::Text(_)))
    };
    let alignment = |index| if numeric(index) { CellAlignment::Right } else { CellAlignment::Left };
    let titles = table.columns.iter().enumerate();
    grid.set_header(
        titles.map(|(index, column)| GridCell::new(&column.title).set_alignment(alignment(index))),
    );
    for row in rows {
        let cells = row.iter().zip(&table.columns).enumerate();
        grid.add_row(cells.map(|(index, (value, column))| {
            let words = value.human(|at| clock.cell(at));
            let words = if column.prose { escaped(&words) } else { name(&words) };
            GridCell::new(words).set_alignment(alignment(index))
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
    grid
}

fn has_words(table: &ReportTable, index: usize) -> bool {
    table.rows.iter().filter_map(|row| row.get(index)).any(|cell| matches!(cell, TableCell::Text(_)))
}

/// Whether each column is kept as wide as its content: all but prose where enough is left for that,
/// else the numbers and times, else none.
fn kept_whole(table: &ReportTable, widths: &[u16], width: u16) -> Vec<bool> {
    let keep: Vec<bool> = table.columns.iter().map(|column| !column.prose).collect();
    let numbers: Vec<bool> = (0..keep.len()).map(|index| !has_words(table, index)).collect();
    let fits = |keep: &[bool]| {
        let least =
            widths.iter().zip(keep).map(|(width, keep)| if *keep { *width } else { (*width).min(LEAST) });
        least.map(|least| least.saturating_add(BETWEEN)).fold(0, u16::saturating_add) <= width
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
        let mut table = ReportTable::new("Numbers", &[("name", "name"), ("count", "count")]);
        table.push(vec![TableCell::text("a\u{1b}b"), TableCell::Count(5)]);
        table.push(vec![TableCell::text("c"), TableCell::Count(1_000)]);
        table.push(vec![TableCell::text("d"), TableCell::Count(7)]);
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
        assert_eq!(TextRenderer.render(&answer(), 80), expected);
    }

    #[test]
    fn a_wide_table_is_shown_in_parts_and_no_cell_is_broken() {
        let keys = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let columns: Vec<(&'static str, &'static str)> = keys.map(|key| (key, "a long title")).to_vec();
        let mut table = ReportTable::new("Wide", &columns);
        let mut row = vec![TableCell::text("idle-reuse")];
        row.extend((1..8).map(|n| TableCell::Count(n * 1_234_567)));
        table.push(row);
        for width in [40, 60, 80, 100, 200] {
            let text = block(&table, ReportClock::default(), width);
            assert!(text.lines().all(|line| line.chars().count() <= width.into()), "{width}:\n{text}");
            for n in 1..8 {
                assert!(text.contains(&thousands(n * 1_234_567)), "{width}:\n{text}");
            }
            assert_eq!(text.contains("\n\n"), width < 100, "{width}:\n{text}");
        }
    }

    #[test]
    fn a_title_is_broken_where_the_table_then_fits() {
        let mut table =
            ReportTable::new("", &[("a", "a"), ("b", "held on average"), ("c", "in use at once")]);
        table.push(vec![TableCell::text("x"), TableCell::Count(1), TableCell::Count(12)]);
        let rows = |width| {
            let text = block(&table, ReportClock::default(), width);
            text.lines().filter(|line| !line.starts_with('-')).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(
            rows(40),
            ["a   held on average   in use at once", "x                 1               12"]
        );
        assert_eq!(rows(24), ["a   held on    in use", "    average   at once", "x         1        12"]);
    }

    #[test]
    fn no_line_is_wider_than_asked() {
        let mut answer = answer();
        answer.headline = vec!["many short words ".repeat(20)];
        answer.assumptions = vec!["and some more of them ".repeat(20)];
        let text = TextRenderer.render(&answer, 40);
        assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
    }
}
