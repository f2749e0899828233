//! Sections: one file for each part of the page.

pub(super) mod answer;
pub(super) mod assumptions;
mod chart;
pub(super) mod cold_starts;
pub(super) mod command;
pub(super) mod compose;
pub(super) mod plan;
pub(super) mod policies;
pub(super) mod reuse;
pub(super) mod timeline;
pub(super) mod topology;
pub(super) mod worst_case;

use maud::{Markup, html};
use serde_json::Value as Json;

use super::ReportPage;
use crate::diagnostic::escaped;
use crate::report::Answer;

/// The data of a section without charts.
const fn no_data(_: &ReportPage<'_>) -> Json {
    Json::Null
}

/// What an answer rests on beside what the whole page does.
fn notes(page: &ReportPage<'_>, answer: &Answer) -> Markup {
    let own = answer.assumptions.iter().filter(|line| !page.subject.assumptions.contains(line));
    html! { @for line in own { p.note { (escaped(line)) } } }
}
