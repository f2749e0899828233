//! The answer: how many ENIs are needed, where and when, with what is proved of it.

use serde::Serialize;

use crate::plan::explain::{Explanation, Remedy};
use crate::plan::requirement::asked::Asked;
use crate::plan::solve::joint::JointPlanned;
use crate::plan::solve::objective::Minimised;

/// How good the plan is known to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It keeps the promise, none does with fewer ENIs or ENI-hours, and none of those with as few creates fewer.
    Optimal,
    /// It keeps the promise; less might do, down to the lower bound.
    Feasible,
    /// No plan was found: `infeasible` says why.
    Infeasible,
}

/// Creations and deletions in one ENI class at one instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScheduleRow {
    /// When, ms from the first instant of the traffic; negative before it.
    pub at_ms: i64,
    /// The subnet.
    pub subnet: String,
    /// The security groups.
    pub security_groups: Vec<String>,
    /// ENIs to request.
    pub create: u32,
    /// ENIs to delete, as they become idle.
    pub delete: u32,
}

/// The objectives of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Amount {
    /// The most ENIs held at once.
    pub peak_enis: u64,
    /// ENIs held, integrated over time.
    pub eni_hours: f64,
    /// ENIs requested.
    pub creations: u64,
}

/// The smallest number that keeps the promise, between what is refuted and what is proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Target {
    /// Proved to be enough under every assignment; `None`: no number is proved to be.
    pub enough: Option<u32>,
    /// Fewer than this fail.
    pub at_least: u32,
    /// When one fewer fails, ms, and what fails there.
    pub fails_at_ms: Option<u64>,
}

/// ENIs of a constant pool in one class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClassPool {
    /// The subnet.
    pub subnet: String,
    /// The security groups.
    pub security_groups: Vec<String>,
    /// ENIs that stand there all the time.
    pub enis: u32,
}

/// The smallest constant pool of the functions that share their ENI classes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PoolTarget {
    /// Where its ENIs stand, what a zone's loss takes included; empty where none is proved to be enough.
    pub classes: Vec<ClassPool>,
    /// ENIs proved to be enough; where a zone may be lost, after its loss.
    pub enough: Option<u32>,
    /// Fewer than this fail.
    pub at_least: u32,
    /// When one fewer fails, ms.
    pub fails_at_ms: Option<u64>,
}

/// A limit that the plan comes close to, or that forbids one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Shortfall {
    /// The limit, in the user's words.
    pub limit: String,
    /// From when on, ms.
    pub from_ms: u64,
    /// Until when, ms.
    pub to_ms: u64,
    /// What is needed.
    pub needed: u64,
    /// What the limit allows.
    pub available: u64,
    /// The unit of the two: `ENIs` or `ms`.
    pub unit: &'static str,
}

/// Why there is no plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NoPlan {
    /// Whether it is proved that there is none; otherwise none was found that could be proved.
    pub proved: bool,
    /// The limits that are short.
    pub shortages: Vec<Shortfall>,
    /// Limits that rule every plan out together; without any one of them there is a plan. Empty: not asked for.
    pub conflict: Vec<String>,
    /// For each kind of change the smallest that works, or that none does. Empty: not asked for.
    pub fixes: Vec<Remedy>,
}

/// A limit and how much of it the plan uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Binding {
    /// The limit, in the user's words.
    pub limit: String,
    /// ENIs the plan holds of it at the peak.
    pub used: u64,
    /// ENIs it allows.
    pub available: u64,
}

/// The answer to `plan`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Plan {
    /// How good it is.
    pub status: Verdict,
    /// The promise, ms.
    pub max_cold_start_ms: u64,
    /// The longest cold start when an ENI is always at hand, ms.
    pub cold_path_ms: u64,
    /// The longest that an environment waits for its ENI under the plan, ms.
    pub eni_wait_ms: u64,
    /// What it amounts to; `None` without a plan.
    #[serde(flatten)]
    pub amount: Option<Amount>,
    /// What no plan can beat; the creations, what no plan of so few ENI-hours can.
    pub lower_bound: Amount,
    /// What else was made small than the ENIs held at once; `None`: nothing.
    pub minimised: Option<Minimised>,
    /// The share of the peak that a better plan might save, 0 to 1.
    pub gap: f64,
    /// What to do when.
    pub schedule: Vec<ScheduleRow>,
    /// The smallest pool that is never changed.
    pub constant_pool: Target,
    /// The same of each pool of functions.
    pub constant_pools: Vec<PoolTarget>,
    /// The smallest `warm` of the warm-pool policy.
    pub warm_target: Target,
    /// How close each limit is.
    pub binding: Vec<Binding>,
    /// Why there is no plan.
    pub infeasible: Option<NoPlan>,
    /// Assignments the plan was replayed under, looking for one that breaks it.
    pub attacks: u64,
    /// Those that broke a plan on the way: each became a constraint, and the plan was solved again.
    pub counterexamples: u64,
    /// What the proof does not cover.
    pub unproved: Vec<String>,
    /// What binds, and what a little more or less would change, where it was asked for.
    pub explanation: Option<Explanation>,
    /// What it came of, for what is asked next.
    #[serde(skip)]
    pub(crate) made: Made,
}

/// What a plan came of.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Made {
    /// What was asked for; none: there is no plan.
    pub asked: Option<Asked>,
    /// The joint problem's plan, where there was one.
    pub joint: Option<JointPlanned>,
    /// Whether a replay fails invocations at limits that no ENI can mend.
    pub refuses: bool,
}
