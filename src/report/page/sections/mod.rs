//! Sections: one file for each part of the page.

pub(super) mod answer;
pub(super) mod assumptions;
mod chart;
pub(super) mod cold_starts;
pub(super) mod command;
pub(super) mod plan;
pub(super) mod policies;
pub(super) mod timeline;
pub(super) mod topology;
pub(super) mod worst_case;

use serde_json::Value as Json;

use super::Page;

/// The data of a section without charts.
const fn no_data(_: &Page<'_>) -> Json {
    Json::Null
}
