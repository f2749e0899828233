//! Section: one part of the page.

use maud::Markup;
use serde_json::Value as Json;

use super::content::ReportPage;

/// One part of the page.
pub(super) struct PageSection {
    /// Its anchor, and the key of its charts' data.
    pub(super) id: &'static str,
    /// Its heading.
    pub(super) title: &'static str,
    /// What it says; nothing: it is left out.
    pub(super) body: fn(&ReportPage<'_>) -> Markup,
    /// What its charts draw; null: it has none.
    pub(super) data: fn(&ReportPage<'_>) -> Json,
}
