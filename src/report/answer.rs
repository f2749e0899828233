//! Answer: what a command found out, before it is text.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::{ReportClock, ReportTable};

/// What a command found out.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The sentences that answer the question, with numbers and units.
    pub headline: Vec<String>,
    /// The tables, most important first; the first is what CSV gives, unless there is a flat one.
    pub tables: Vec<ReportTable>,
    /// The table CSV gives where the first one is made for reading.
    pub flat: Option<ReportTable>,
    /// What the answer rests on, in the user's words.
    pub assumptions: Vec<String>,
    /// The fields of the JSON form.
    pub json: Map<String, Json>,
    /// How instants are printed.
    pub clock: ReportClock,
}

impl Answer {
    /// The table for programs.
    pub fn flat(&self) -> Option<&ReportTable> {
        self.flat.as_ref().or_else(|| self.tables.first())
    }

    /// Adds the fields of a form to the JSON form.
    pub fn extend(&mut self, form: &impl Serialize) {
        self.json.extend(super::views::fields(form));
    }
}
