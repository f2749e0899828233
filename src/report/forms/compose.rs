//! The form of `compose`.

use serde::Serialize;

use super::About;
use crate::composition::{FunctionRow, How, RouteRow, Row};
use crate::worst_case::Bracket;

/// The most ENIs held of a class.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct ClassPeak<'a> {
    /// Its subnet and security groups.
    pub class: &'a str,
    /// The most held at once.
    pub peak: u64,
}

/// What a grouping comes to; means over the runs.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct GroupingForm<'a> {
    /// Its name.
    pub grouping: &'a str,
    /// Its functions.
    pub functions: &'a [FunctionRow],
    /// Its routes.
    pub routes: &'a [RouteRow],
    /// Cold starts.
    pub cold: f64,
    /// Cold starts per served invocation, 0 to 1.
    pub cold_share: f64,
    /// All waits for cold starts added up.
    pub waited_ms: f64,
    /// The cold start at 99% of all served.
    pub p99_ms: u64,
    /// The longest cold start over every assignment.
    pub worst_cold_start_ms: Bracket,
    /// Failed invocations.
    pub failed: f64,
    /// The most environments in any run.
    pub peak_environments: u64,
    /// Environments alive on average.
    pub mean_environments: f64,
    /// Memory of environments without an invocation, GiB x hours.
    pub idle_gb_hours: f64,
    /// The most ENIs held in any run.
    pub peak_enis: u64,
    /// The most ENIs held of each class.
    pub enis_by_class: Vec<ClassPeak<'a>>,
    /// Pairs of a route and a target that it reaches without need.
    pub beyond_need: u64,
}

impl<'a> From<&'a Row> for GroupingForm<'a> {
    fn from(row: &'a Row) -> Self {
        let class = |(class, peak): &'a (String, u64)| ClassPeak { class, peak: *peak };
        Self {
            grouping: &row.grouping,
            functions: &row.functions,
            routes: &row.routes,
            cold: row.cold,
            cold_share: row.cold_share,
            waited_ms: row.waited_ms,
            p99_ms: row.p99_ms,
            worst_cold_start_ms: row.worst_cold_start_ms,
            failed: row.failed,
            peak_environments: row.peak_environments,
            mean_environments: row.mean_environments,
            idle_gb_hours: row.idle_gb_hours,
            peak_enis: row.peak_enis,
            enis_by_class: row.enis_by_class.iter().map(class).collect(),
            beyond_need: row.beyond_need,
        }
    }
}

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
    pub groupings: Vec<GroupingForm<'a>>,
    /// Those that cannot be.
    pub refused: Vec<Refused<'a>>,
    /// The best; null where no grouping can be.
    pub best: Option<BestForm<'a>>,
}
