//! The policies side by side: as tables, and as trade-offs between cold starts and ENIs.

use maud::{Markup, html};
use serde_json::{Value as Json, json};

use super::chart::chart;
use crate::comparison::CompareRow;
use crate::quantity::Millis;
use crate::report::answers;
use crate::report::format::name;
use crate::report::page::{PageSection, ReportPage, table};

pub(in crate::report::page) const SECTION: PageSection =
    PageSection { id: "policies", title: "Policies compared", body, data };

fn body(page: &ReportPage<'_>) -> Markup {
    let answer = answers::compare(page.subject, page.comparison, page.runs);
    let rows = &page.comparison.rows;
    html! {
        @for line in &answer.headline { p { (line) } }
        p {
            "Each point is a policy: further left is shorter cold starts, lower is fewer ENIs. The line is the \
             Pareto front. A hollow point has failed invocations; its cold starts are those of the rest."
        }
        div.pair {
            (chart("chart-worst", "ENIs against the worst-case cold start (proved bound)", &says(rows, "worst case", worst)))
            (chart("chart-p99", "ENIs against the p99 cold start", &says(rows, "p99", p99)))
        }
        @for shown in &answer.tables { (table::table(shown, page.subject.clock)) }
    }
}

fn worst(row: &CompareRow) -> Option<u64> {
    row.worst_cold_start_ms.and_then(|bracket| bracket.bound)
}

fn p99(row: &CompareRow) -> Option<u64> {
    row.runs.as_ref().map(|runs| runs.p99_ms)
}

fn enis(row: &CompareRow) -> Option<u64> {
    row.runs.as_ref().map(|runs| runs.peak_enis)
}

fn says(rows: &[CompareRow], what: &str, of: fn(&CompareRow) -> Option<u64>) -> String {
    let one = |row: &CompareRow| {
        Some(format!("{} {} with {} ENIs", name(&row.policy), Millis(of(row)?), enis(row)?))
    };
    format!("{what} of each policy: {}.", rows.iter().filter_map(one).collect::<Vec<_>>().join(", "))
}

/// The rows that no other row has less ENIs than without a longer wait, by their wait.
fn front(rows: &[CompareRow], of: fn(&CompareRow) -> Option<u64>) -> Vec<(u64, u64)> {
    let whole = rows.iter().any(|row| !fails(row));
    let compared = rows.iter().filter(|row| !(whole && fails(row)));
    let mut points: Vec<(u64, u64)> = compared.filter_map(|row| Some((of(row)?, enis(row)?))).collect();
    points.sort_unstable();
    let mut front: Vec<(u64, u64)> = Vec::new();
    for point in points {
        if front.last().is_none_or(|&(_, fewest)| point.1 < fewest) {
            front.push(point);
        }
    }
    front
}

fn fails(row: &CompareRow) -> bool {
    row.runs.as_ref().is_none_or(|runs| runs.failures > 0.0)
}

fn data(page: &ReportPage<'_>) -> Json {
    let rows = &page.comparison.rows;
    let several = rows.iter().any(|row| rows.first().is_some_and(|first| first.model != row.model));
    let point = |row: &CompareRow| {
        let label = if several { format!("{} on {}", row.policy, row.model) } else { row.policy.clone() };
        json!({
            "label": name(&label), "worst": worst(row), "p99": p99(row), "enis": enis(row),
            "failing": fails(row),
        })
    };
    json!({
        "points": rows.iter().filter(|row| row.runs.is_some()).map(point).collect::<Vec<_>>(),
        "front_worst": front(rows, worst), "front_p99": front(rows, p99),
    })
}
