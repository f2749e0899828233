//! The JSON view of `compose`.

use serde::Serialize;

use super::SubjectView;
use crate::composition::{CutRow, How};

/// A grouping that is not possible.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RejectedGrouping"))]
pub(in crate::report) struct RejectedGroupingView<'a> {
    /// Its name.
    pub grouping: &'a str,
    /// The reason.
    pub reason: &'a str,
}

/// The best grouping by the objective.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "BestGrouping"))]
pub(in crate::report) struct BestGroupingView<'a> {
    /// Its name among `groupings`.
    pub grouping: &'a str,
    /// The objective that is minimised.
    pub objective: &'a str,
    /// The unit of `cost` and `lower_bound`.
    pub unit: &'a str,
    /// How it was found.
    pub method: How,
    /// Its cost in closed form.
    pub cost: f64,
    /// No grouping costs less.
    pub lower_bound: f64,
    /// `(cost - lower_bound) / cost`.
    pub gap: f64,
    /// Number of sets of routes whose cost was computed.
    pub sets_evaluated: usize,
}

/// Groupings of routes into functions.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct ComposeView<'a> {
    #[serde(flatten)]
    pub about: SubjectView<'a>,
    /// Number of routes.
    pub routes: u64,
    /// Each grouping with its results.
    pub groupings: &'a [CutRow],
    /// Groupings that are not possible.
    pub rejected: Vec<RejectedGroupingView<'a>>,
    /// The best grouping; null if none is possible.
    pub best: Option<BestGroupingView<'a>>,
}
