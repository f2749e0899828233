//! A breach: one way in which a plan does not keep its promise; and the answer to `verify`.

use serde::Serialize;

use crate::plan::answer::PlanAmount;
use crate::plan::situation::Situation;

/// One way in which a plan does not keep its promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Breach {
    /// What is short, in the user's words.
    pub what: String,
    /// Where: subnets, with their security groups, or a function; empty: everywhere.
    pub place: String,
    /// From when on, ms; `None`: always.
    pub at_ms: Option<i64>,
    /// What is needed.
    pub needed: u64,
    /// What there is; negative: more is deleted than there was.
    pub available: i64,
    /// The unit of the two: `ENIs`, `ms` or `invocations`.
    pub unit: &'static str,
}

/// A number of the file that its schedule does not come to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Misclaim {
    /// The field.
    pub field: &'static str,
    /// What the file says.
    pub claimed: f64,
    /// What the schedule comes to.
    pub found: f64,
}

/// The answer to `verify`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Verified {
    /// Whether every check passed and no replay broke the promise.
    pub holds: bool,
    /// The promise, ms.
    pub max_cold_start_ms: u64,
    /// The longest cold start while an ENI is at hand, ms.
    pub cold_path_ms: u64,
    /// What the schedule comes to.
    #[serde(flatten)]
    pub found: PlanAmount,
    /// How the promise breaks.
    pub breaches: Vec<Breach>,
    /// What the file gets wrong about its own schedule.
    pub misclaims: Vec<Misclaim>,
    /// Assignments the plan was replayed under.
    pub attacks: u64,
    /// The longest cold start that a replay has shown, ms.
    pub longest_replayed_ms: u64,
    /// What was not checked, in the user's words.
    pub unproved: Vec<String>,
}

/// `private-a (app)`, for each class.
pub(crate) fn name_classes(situation: &Situation<'_>, classes: &[usize]) -> String {
    let topology = situation.topology;
    let name = |&class: &usize| {
        let class = &topology.classes[class];
        format!("{} ({})", topology.limits.subnets[class.subnet].name, class.security_groups.join("+"))
    };
    classes.iter().map(name).collect::<Vec<_>>().join(", ")
}
