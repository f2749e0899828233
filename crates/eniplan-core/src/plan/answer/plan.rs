//! The answer: how many ENIs are needed, where and when, with what is proved of it.

use serde::Serialize;

use super::explanation::{Explanation, Remedy};
use super::minimised::Minimised;
use super::row::ScheduleRow;
use crate::plan::requirement::readiness::Requirement;
use crate::plan::terms::schedule::Objectives;
use crate::plan::terms::solution::{JointPlan, Shortage};

/// How good the plan is known to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PlanVerdict {
    /// It keeps the promise, none does with fewer ENIs or ENI-hours, and none of those with as few creates fewer.
    Optimal,
    /// It keeps the promise; less might do, down to the lower bound.
    Feasible,
    /// No plan was found: `infeasible` says why.
    Infeasible,
}

/// The objectives of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlanAmount {
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
pub struct TargetBracket {
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
pub struct PoolClass {
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
    pub classes: Vec<PoolClass>,
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
pub struct BindingLimit {
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
    pub status: PlanVerdict,
    /// The promise, ms.
    pub max_cold_start_ms: u64,
    /// The longest cold start when an ENI is always at hand, ms.
    pub cold_path_ms: u64,
    /// The longest that an environment waits for its ENI under the plan, ms.
    pub eni_wait_ms: u64,
    /// What it amounts to; `None` without a plan.
    #[serde(flatten)]
    pub amount: Option<PlanAmount>,
    /// What no plan can beat; the creations, what no plan of so few ENI-hours can.
    pub lower_bound: PlanAmount,
    /// What else was made small than the ENIs held at once; `None`: nothing.
    pub minimised: Option<Minimised>,
    /// The share of the peak that a better plan might save, 0 to 1.
    pub gap: f64,
    /// What to do when.
    pub schedule: Vec<ScheduleRow>,
    /// The smallest pool that is never changed.
    pub constant_pool: TargetBracket,
    /// The same of each pool of functions.
    pub constant_pools: Vec<PoolTarget>,
    /// The smallest `warm` of the warm-pool policy.
    pub warm_target: TargetBracket,
    /// How close each limit is.
    pub binding: Vec<BindingLimit>,
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
    pub(crate) basis: PlanBasis,
}

/// What a plan came of.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PlanBasis {
    /// What was required; none: there is no plan.
    pub requirement: Option<Requirement>,
    /// The joint problem's plan, where there was one.
    pub joint: Option<JointPlan>,
    /// Whether a replay fails invocations at limits that no ENI can mend.
    pub refuses: bool,
}

impl From<&Shortage> for Shortfall {
    fn from(shortage: &Shortage) -> Self {
        // Before the first instant there is no trace: what is short there is so at it.
        let at = |ms: i64| ms.max(0).unsigned_abs();
        Self {
            limit: shortage.limit.to_string(),
            from_ms: at(shortage.from_ms),
            to_ms: at(shortage.to_ms),
            needed: shortage.needed,
            available: shortage.available,
            unit: "ENIs",
        }
    }
}

impl From<Objectives> for PlanAmount {
    fn from(Objectives { peak, held_ms, creations }: Objectives) -> Self {
        Self { peak_enis: peak.into(), eni_hours: held_ms as f64 / 3_600_000.0, creations }
    }
}
