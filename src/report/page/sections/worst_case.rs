//! The worst-case cold start as a waterfall of its path, with the bottleneck marked.

use maud::{Markup, html};
use serde_json::{Value as Json, json};

use super::chart::chart;
use crate::cold_path::PathPhase;
use crate::quantity::Millis;
use crate::report::answers::{self, path};
use crate::report::format::{name, sentence};
use crate::report::page::{PageSection, ReportPage, table};
use crate::worst_case::WorstCase;

pub(in crate::report::page) const SECTION: PageSection =
    PageSection { id: "worst-case", title: "Worst-case cold start", body, data };

fn body(page: &ReportPage<'_>) -> Markup {
    let worst = match &page.worst {
        Ok(worst) => worst,
        Err(why) => return html! { p { (sentence(why)) "." } },
    };
    let answer = answers::worst_case(page.subject, worst, page.shown);
    html! {
        @for line in &answer.headline { p { (line) } }
        (waterfall(page, worst))
        @if page.shown.curve.0.len() > 1 {
            (chart("chart-arrivals", "Worst-case cold start by arrival time (proved bound)", &says(page)))
        }
        @for shown in answer.tables.iter().take(2) { (table::table(shown, page.subject.clock)) }
    }
}

/// One bar: a wait, or the work of a phase.
struct Bar {
    what: String,
    of: String,
    from: u64,
    length: u64,
    waits: bool,
}

fn bars(phases: &[PathPhase]) -> Vec<Bar> {
    let mut bars = Vec::new();
    for phase in phases {
        let mut from = phase.start_ms;
        for wait in &phase.waits {
            let what = format!("waits for {}", path::cause(wait));
            bars.push(Bar { what, of: phase.phase.clone(), from, length: wait.ms, waits: true });
            from += wait.ms;
        }
        if phase.duration_ms > 0 || phase.waits.is_empty() {
            let length = phase.duration_ms;
            bars.push(Bar { what: "runs".into(), of: phase.phase.clone(), from, length, waits: false });
        }
    }
    bars
}

/// Widths are in thousandths of the whole.
const WHOLE: u64 = 1_000;
/// What takes any time at all is seen.
const LEAST: u64 = 4;

fn waterfall(page: &ReportPage<'_>, worst: &WorstCase) -> Markup {
    let cold = &worst.cold_start;
    let bars = bars(&cold.path);
    let end = bars.iter().map(|bar| bar.from + bar.length).max().unwrap_or(0);
    let (Some(function), Some(at), true) = (&cold.function, cold.at_ms, end > 0) else { return html! {} };
    let longest = bars.iter().map(|bar| bar.length).max().unwrap_or(0);
    let binds = bars.iter().position(|bar| bar.length == longest);
    let title = format!(
        "Longest cold start shown by replay: {} for {} {}",
        Millis(cold.witness_ms),
        name(function),
        page.subject.clock.phrase(at)
    );
    html! {
        div.scroll tabindex="0" role="region" aria-label="Waterfall of the longest cold start" {
            table.waterfall {
                caption { span { (title) } }
                thead { tr {
                    th scope="col" { "phase" } th scope="col" { "" } th scope="col" .number { "starts at" }
                    th scope="col" .number { "takes" } th scope="col" .bars { "0 to " (Millis(end).to_string()) }
                } }
                tbody {
                    @for (index, bar) in bars.iter().enumerate() {
                        tr .binds[binds == Some(index)] {
                            td { (name(&bar.of)) }
                            td { (bar.what) @if binds == Some(index) { strong.tag { "bottleneck" } } }
                            td.number.from { (Millis(bar.from).to_string()) }
                            td.number { (Millis(bar.length).to_string()) }
                            td.bars { (drawn(bar, end)) }
                        }
                    }
                }
            }
        }
    }
}

fn drawn(bar: &Bar, end: u64) -> Markup {
    let share =
        |ms: u64| u64::try_from(u128::from(ms) * u128::from(WHOLE) / u128::from(end)).unwrap_or(WHOLE);
    let width = share(bar.length).max(LEAST);
    let x = share(bar.from).min(WHOLE - width);
    html! {
        svg viewBox={ "0 0 " (WHOLE) " 16" } preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            rect.track x="0" y="0" width=(WHOLE) height="16" { }
            rect .wait[bar.waits] .work[!bar.waits] x=(x) y="2" width=(width) height="12" { }
        }
    }
}

fn says(page: &ReportPage<'_>) -> String {
    let (points, slot) = &page.shown.curve;
    let most = points.iter().filter_map(|point| point.bound_ms).max().unwrap_or(0);
    format!("Worst-case cold start by arrival time, in slots of {slot}: at most {}.", Millis(most))
}

fn data(page: &ReportPage<'_>) -> Json {
    let (points, slot) = &page.shown.curve;
    json!({
        "origin": page.subject.clock.origin, "start": 0, "step": slot.0, "steps": points.len(),
        "bounds": points.iter().map(|point| point.bound_ms).collect::<Vec<_>>(),
    })
}
