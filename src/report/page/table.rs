//! Table: an answer's table as HTML, which scrolls inside itself where a screen is narrow.

use maud::{Markup, html};

use crate::diagnostic::escaped;
use crate::report::format::{name, thousands};
use crate::report::{ReportClock, ReportTable, TableCell, TableColumn};

/// `table` under its own title; rows beyond those that people are shown are counted.
pub(super) fn table(table: &ReportTable, clock: ReportClock) -> Markup {
    if table.rows.is_empty() {
        return html! {};
    }
    let (most, rest) = table.shown.unwrap_or((usize::MAX, ""));
    let left = table.rows.len().saturating_sub(most) as u64;
    let label = if table.title.is_empty() { "Figures" } else { table.title.as_str() };
    html! {
        // Focus lets the keyboard scroll it.
        div.scroll tabindex="0" role="region" aria-label=(label) {
            table {
                @if !table.title.is_empty() { caption { span { (escaped(&table.title)) } } }
                thead { tr { @for (index, column) in table.columns.iter().enumerate() { (head(table, index, column)) } } }
                tbody {
                    @for row in table.rows.iter().take(most) { tr { (cells(table, row, clock)) } }
                }
                @if let Some(total) = &table.total {
                    tfoot { tr { (cells(table, total, clock)) } }
                }
            }
        }
        @if left > 0 { p.note { "and " (thousands(left)) " more " (rest) } }
    }
}

fn head(table: &ReportTable, index: usize, column: &TableColumn) -> Markup {
    html! { th scope="col" .number[is_number(table, index)] { (column.title) } }
}

/// Whether a column holds numbers, or nothing at all in some of its rows.
fn is_number(table: &ReportTable, index: usize) -> bool {
    let number = |value: &TableCell| value.is_number() || matches!(value, TableCell::Instant(_));
    let mut cells = table.rows.iter().filter_map(|row| row.get(index));
    cells.clone().any(number) && cells.all(|cell| number(cell) || *cell == TableCell::Missing)
}

fn cells(table: &ReportTable, row: &[TableCell], clock: ReportClock) -> Markup {
    html! {
        @for (index, (value, column)) in row.iter().zip(&table.columns).enumerate() {
            td .number[is_number(table, index)] .prose[column.prose] { (words(value, column.prose, clock)) }
        }
    }
}

fn words(value: &TableCell, prose: bool, clock: ReportClock) -> String {
    let text = value.human(|at| clock.cell(at));
    if prose { escaped(&text) } else { name(&text) }
}
