//! Traffic, environments and ENIs over time.

use maud::{Markup, html};
use serde_json::{Value as Json, json};

use super::chart::chart;
use crate::quantity::Millis;
use crate::report::format::{counted, name, thousands};
use crate::report::page::{PageSection, ReportPage, Track};

pub(in crate::report::page) const SECTION: PageSection =
    PageSection { id: "timeline", title: "Traffic, environments and ENIs over time", body, data };

fn body(page: &ReportPage<'_>) -> Markup {
    let subject = page.subject;
    let step = Millis(page.load.grid.step);
    let (invocations, running) = (most(&page.load.invocations), most(&page.load.running));
    html! {
        p {
            (subject.file()) " has " (counted(subject.invocations, "invocation", "invocations")) " of "
            (counted(subject.functions, "function", "functions")) " over " (subject.span.to_string()) "; at most "
            (thousands(running)) " run concurrently. Each point is the maximum over " (step.to_string()) "."
        }
        fieldset.pick {
            legend { "Policies" }
            @for (index, track) in page.tracks.iter().enumerate() {
                label {
                    input type="checkbox" name="policy" value=(index) checked[picked(page, &track.policy)];
                    span.key data-series=(index) { }
                    (name(&track.policy))
                }
            }
        }
        div.tools role="group" aria-label="Zoom" {
            @for (does, sign, words) in TOOLS {
                button type="button" data-zoom=(does) title=(words) aria-label=(words) { (sign) }
            }
            span.note { "Drag to zoom, double-click to reset; arrow keys move the cursor." }
        }
        (chart("chart-load", &format!("Invocations per {step}"), &format!(
            "Invocations over time: at most {} in {step}.", thousands(invocations)
        )))
        (chart("chart-environments", "Environments", &peaks(page, "environments", |track| &track.environments)))
        (chart("chart-enis", "ENIs held", &peaks(page, "ENIs", |track| &track.enis)))
    }
}

const TOOLS: [(&str, &str, &str); 5] = [
    ("in", "+", "Zoom in"),
    ("out", "\u{2212}", "Zoom out"),
    ("left", "\u{2190}", "Earlier"),
    ("right", "\u{2192}", "Later"),
    ("all", "All", "The whole time"),
];

/// Policies that are drawn at first: the page's own, and the best of the others.
fn picked(page: &ReportPage<'_>, policy: &str) -> bool {
    let unbeaten = |row: &crate::comparison::CompareRow| row.policy == policy && row.pareto;
    let two = page.comparison.rows.iter().filter(|row| row.pareto).count() <= 2;
    policy == page.subject.policy
        || policy == "scheduled"
        || (two && page.comparison.rows.iter().any(unbeaten))
}

fn most(values: &[u64]) -> u64 {
    values.iter().copied().max().unwrap_or(0)
}

fn peaks(page: &ReportPage<'_>, what: &str, of: fn(&Track) -> &Vec<u64>) -> String {
    let each =
        page.tracks.iter().map(|track| format!("{} {}", name(&track.policy), thousands(most(of(track)))));
    format!("Peak {what} in one run under each policy: {}.", each.collect::<Vec<_>>().join(", "))
}

fn data(page: &ReportPage<'_>) -> Json {
    let grid = page.load.grid;
    let track = |track: &Track| {
        json!({
            "policy": name(&track.policy), "environments": track.environments, "enis": track.enis,
        })
    };
    json!({
        "origin": page.subject.clock.origin, "start": grid.start, "step": grid.step, "steps": grid.steps,
        "invocations": page.load.invocations, "running": page.load.running,
        "own": page.tracks.iter().position(|track| track.policy == page.subject.policy),
        "tracks": page.tracks.iter().map(track).collect::<Vec<_>>(),
    })
}
