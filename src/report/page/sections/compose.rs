//! Functions from routes: the groupings side by side, where the scenario lists routes.

use maud::{Markup, html};
use serde_json::{Value as Json, json};

use super::chart::chart;
use super::notes;
use crate::composition::CutRow;
use crate::quantity::Millis;
use crate::report::answers::{self, Composition};
use crate::report::format::{decimal, name};
use crate::report::page::{PageSection, ReportPage, table};

pub(in crate::report::page) const SECTION: PageSection =
    PageSection { id: "compose", title: "Functions from routes", body, data };

fn body(page: &ReportPage<'_>) -> Markup {
    let found = match &page.composition {
        None => return html! {},
        Some(Ok(found)) => *found,
        Some(Err(why)) => return html! { p { "The groupings are not compared: " (why) "." } },
    };
    let answer = answers::compose(page.subject, found);
    html! {
        @for line in &answer.headline { p { (line) } }
        p.note {
            "Each point is a grouping: further left is less time in cold starts, lower is less idle memory. The line \
             is the Pareto front."
        }
        (chart("chart-groupings", "Idle memory (GB-hours) against total cold-start time per run", &says(found)))
        @for shown in &answer.tables { (table::table(shown, page.subject.clock)) }
        (notes(page, &answer))
    }
}

fn says(found: &Composition) -> String {
    let one = |row: &CutRow| {
        let idle = decimal(row.idle_gb_hours, 1);
        format!("{} {} and {idle} GB-hours", name(&row.grouping), Millis(cold_time(row)))
    };
    let each: Vec<String> = found.rows.iter().map(one).collect();
    format!("Total cold-start time and idle memory of each grouping: {}.", each.join(", "))
}

/// The total cold-start time of a run, ms.
fn cold_time(row: &CutRow) -> u64 {
    // A mean of sums of u64s: not below zero, and a time that a run can hold.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see above")]
    let total = row.cold_time_ms.round() as u64;
    total
}

fn data(page: &ReportPage<'_>) -> Json {
    let Some(Ok(found)) = &page.composition else { return Json::Null };
    let point = |row: &CutRow| {
        json!({
            "label": name(&row.grouping), "cold_time": cold_time(row), "memory": row.idle_gb_hours,
            "failing": row.failed > 0.0,
        })
    };
    let mut points: Vec<(u64, f64)> =
        found.rows.iter().map(|row| (cold_time(row), row.idle_gb_hours)).collect();
    points.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut front: Vec<(u64, f64)> = Vec::new();
    for point in points {
        if front.last().is_none_or(|last| point.1 < last.1) {
            front.push(point);
        }
    }
    json!({ "points": found.rows.iter().map(point).collect::<Vec<_>>(), "front": front })
}
