//! The JSON view of `compose`.

use serde::Serialize;

use super::SubjectView;
use crate::composition::{CutRow, How};

/// A grouping that cannot be.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Refused"))]
pub(in crate::report) struct RefusedGroupingView<'a> {
    /// Its name.
    pub grouping: &'a str,
    /// Why.
    pub why: &'a str,
}

/// The best grouping by the objective.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "BestForm"))]
pub(in crate::report) struct BestGroupingView<'a> {
    /// Its name among `groupings`.
    pub grouping: &'a str,
    /// What is to be small, in words.
    pub objective: &'a str,
    /// The unit of `cost` and `bound`.
    pub unit: &'a str,
    /// How it was found.
    pub how: How,
    /// Its cost by closed form.
    pub cost: f64,
    /// What no grouping is below.
    pub bound: f64,
    /// How far it may be from the best, as a share of its cost.
    pub gap: f64,
    /// Functions that were priced.
    pub functions_priced: usize,
}

/// Ways to cut a service into functions.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct ComposeView<'a> {
    #[serde(flatten)]
    pub about: SubjectView<'a>,
    /// How many routes there are.
    pub routes: u64,
    /// What each grouping comes to.
    pub groupings: &'a [CutRow],
    /// Those that cannot be.
    pub refused: Vec<RefusedGroupingView<'a>>,
    /// The best; null where no grouping can be.
    pub best: Option<BestGroupingView<'a>>,
}
