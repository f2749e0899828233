//! Page: every answer about one traffic as one HTML file, which needs nothing but itself.
//!
//! Values in, text out. A section is one file under `sections` and one line in
//! `SECTIONS`; `shell` is what stands around them. Text reaches the page through `maud`, which
//! escapes it, or as JSON that cannot end its element (`data`). The charts are drawn by uPlot,
//! which the file carries with it (`vendor`), from the JSON alone.

mod data;
mod sections;
mod series;
mod shell;
mod table;
mod timeline;

pub use series::{Grid, Peaks};
pub use timeline::{Load, Track, Watched};

use maud::Markup;
use serde_json::Value as Json;

use super::{Subject, answers};
use crate::comparison::Comparison;
use crate::demand::Demand;
use crate::plan::Plan;
use crate::platform::Platform;
use crate::quantity::Millis;
use crate::scenario::Scenario;
use crate::topology::Topology;
use crate::worst_case::WorstCase;

/// What the page is made of. Where a result is missing, its place holds why.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// The command line that makes it again.
    pub command: &'a str,
    /// The traffic, and the policy and the model that the page is about.
    pub subject: &'a Subject,
    /// The model.
    pub platform: &'a Platform,
    /// The user's functions, subnets and targets.
    pub scenario: &'a Scenario,
    /// Functions, ENI classes and limits.
    pub topology: &'a Topology,
    /// What the traffic needs.
    pub demand: &'a Demand,
    /// The longest cold start that is promised.
    pub promise: Millis,
    /// The worst case under the subject's policy.
    pub worst: Result<&'a WorstCase, String>,
    /// What is shown beside the worst case.
    pub shown: &'a answers::Shown,
    /// The plan that keeps the promise.
    pub plan: Result<&'a Plan, String>,
    /// The policies side by side.
    pub comparison: &'a Comparison,
    /// How many runs stand behind each policy.
    pub runs: u64,
    /// The traffic in steps.
    pub load: &'a Load,
    /// What stood in the first run of each policy that has one.
    pub tracks: &'a [Track],
    /// What the memory of environments is worth.
    pub reuse: Result<&'a answers::ReuseRuns, String>,
    /// The routes as functions, where the scenario lists routes.
    pub composition: Option<Result<&'a answers::Composition, String>>,
}

/// One part of the page.
struct Section {
    /// Its anchor, and the key of its charts' data.
    id: &'static str,
    /// Its heading.
    title: &'static str,
    /// What it says; nothing: it is left out.
    body: fn(&Page<'_>) -> Markup,
    /// What its charts draw; null: it has none.
    data: fn(&Page<'_>) -> Json,
}

/// Every section, in the order they are read.
const SECTIONS: &[Section] = &[
    sections::answer::SECTION,
    sections::timeline::SECTION,
    sections::worst_case::SECTION,
    sections::plan::SECTION,
    sections::policies::SECTION,
    sections::cold_starts::SECTION,
    sections::reuse::SECTION,
    sections::compose::SECTION,
    sections::topology::SECTION,
    sections::assumptions::SECTION,
    sections::command::SECTION,
];

impl Page<'_> {
    /// The whole file.
    pub fn render(&self) -> String {
        shell::document(self).into_string()
    }

    /// The answer, one sentence for each question: the worst case, the plan, the policies.
    pub fn answer(&self) -> [String; 3] {
        sections::answer::sentences(self)
    }
}
