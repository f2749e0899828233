//! A breach: one way in which a plan misses its target; and the answer to `verify`.

use serde::Serialize;

use crate::plan::answer::PlanAmount;
use crate::plan::situation::Situation;

/// One way in which a plan misses its target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Breach {
    /// The violated constraint.
    #[serde(rename = "constraint")]
    pub what: String,
    /// Where: subnets, with their security groups, or a function; empty: everywhere.
    pub place: String,
    /// From when on, ms; null: always.
    pub at_ms: Option<i64>,
    /// What is needed.
    pub needed: u64,
    /// What is available; negative: more is deleted than exists.
    pub available: i64,
    /// The unit of the two: `ENIs`, `ms` or `invocations`.
    pub unit: &'static str,
}

/// A number of the file that contradicts its schedule.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Misclaim {
    /// The field.
    pub field: &'static str,
    /// What the file states.
    #[serde(rename = "stated")]
    pub claimed: f64,
    /// What its schedule gives.
    #[serde(rename = "computed")]
    pub found: f64,
}

/// The answer to `verify`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Verified {
    /// Whether every check passed and no replay missed the target.
    pub holds: bool,
    /// The cold-start target, ms.
    pub max_cold_start_ms: u64,
    /// The longest cold start with an ENI always ready, ms.
    pub cold_path_ms: u64,
    /// What the schedule comes to.
    #[serde(flatten)]
    pub found: PlanAmount,
    /// How the target is missed.
    #[serde(rename = "violations")]
    pub breaches: Vec<Breach>,
    /// Numbers of the file that contradict its schedule.
    #[serde(rename = "mismatches")]
    pub misclaims: Vec<Misclaim>,
    /// Realizations replayed.
    #[serde(rename = "replays")]
    pub attacks: u64,
    /// The longest cold start shown by replay, ms.
    #[serde(rename = "witness_ms")]
    pub longest_replayed_ms: u64,
    /// What was not checked.
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
