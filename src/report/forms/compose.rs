//! The form of `compose`.

use serde::Serialize;

use super::About;
use crate::composition::{CutRow, How};

/// A grouping that cannot be.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct Refused<'a> {
    /// Its name.
    pub grouping: &'a str,
    /// Why.
    pub why: &'a str,
}

/// The best grouping by the objective.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct BestForm<'a> {
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
pub(in crate::report) struct Composed<'a> {
    #[serde(flatten)]
    pub about: About<'a>,
    /// How many routes there are.
    pub routes: u64,
    /// What each grouping comes to.
    pub groupings: &'a [CutRow],
    /// Those that cannot be.
    pub refused: Vec<Refused<'a>>,
    /// The best; null where no grouping can be.
    pub best: Option<BestForm<'a>>,
}
