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
    /// It keeps the target; no plan has a lower peak or fewer ENI-hours, and none of those has fewer creations.
    Optimal,
    /// It keeps the target; a better plan may exist, down to the lower bound.
    Feasible,
    /// No plan was found: `infeasible` says why.
    Infeasible,
}

/// The objectives of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlanAmount {
    /// Peak ENIs.
    pub peak_enis: u64,
    /// ENI-hours.
    pub eni_hours: f64,
    /// ENIs requested.
    pub creations: u64,
}

/// The smallest number that keeps the target, between a refuted and a proved one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TargetBracket {
    /// Proved sufficient under every realization; null: no number is.
    #[serde(rename = "sufficient")]
    pub enough: Option<u32>,
    /// Fewer fail.
    #[serde(rename = "lower_bound")]
    pub at_least: u32,
    /// When one fewer fails, ms.
    #[serde(rename = "one_fewer_fails_at_ms")]
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
    /// ENIs held all the time.
    pub enis: u32,
}

/// The smallest constant pool of the functions that share their ENI classes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PoolTarget {
    /// Its ENIs by class, reserve for the loss of a zone included; empty if no number is proved sufficient.
    pub classes: Vec<PoolClass>,
    /// ENIs proved sufficient; if the loss of a zone must be survived, after that loss.
    #[serde(rename = "sufficient")]
    pub enough: Option<u32>,
    /// Fewer fail.
    #[serde(rename = "lower_bound")]
    pub at_least: u32,
    /// When one fewer fails, ms.
    #[serde(rename = "one_fewer_fails_at_ms")]
    pub fails_at_ms: Option<u64>,
}

/// A limit that is exceeded, so that there is no plan.
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
    /// The unit of the two: `addresses`, `ENIs`, `ms` or `invocations`.
    pub unit: &'static str,
    /// The shortage in words, without its numbers.
    pub summary: String,
}

/// Why there is no plan.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NoPlan {
    /// Whether it is proved that there is no plan; otherwise none was found that could be proved.
    pub proved: bool,
    /// The limits that are exceeded.
    pub shortages: Vec<Shortfall>,
    /// The irreducible infeasible set of limits: without any one of them there is a plan. Empty: not requested.
    #[serde(rename = "irreducible_set")]
    pub conflict: Vec<String>,
    /// For each kind of change the smallest that is enough, or that none is. Empty: not requested.
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
    /// The cold-start target, ms.
    pub max_cold_start_ms: u64,
    /// The longest cold start with an ENI always ready, ms.
    pub cold_path_ms: u64,
    /// The longest wait of an environment for its ENI under the plan, ms.
    pub eni_wait_ms: u64,
    /// Absent without a plan.
    #[serde(flatten)]
    pub amount: Option<PlanAmount>,
    /// Lower bounds for every plan; that on creations holds at minimum ENI-hours.
    pub lower_bound: PlanAmount,
    /// The objective, if it is not the peak.
    pub minimised: Option<Minimised>,
    /// `(peak_enis - lower_bound.peak_enis) / peak_enis`, 0 to 1.
    pub gap: f64,
    /// Creations and deletions over time.
    pub schedule: Vec<ScheduleRow>,
    /// The smallest constant pool.
    pub constant_pool: TargetBracket,
    /// The smallest constant pool for each set of functions that share their classes.
    pub constant_pools: Vec<PoolTarget>,
    /// The smallest warm target of the warm-pool policy.
    pub warm_target: TargetBracket,
    /// The use of each limit at the peak.
    pub binding: Vec<BindingLimit>,
    /// Why there is no plan.
    pub infeasible: Option<NoPlan>,
    /// Realizations replayed in the counterexample search.
    #[serde(rename = "replays")]
    pub attacks: u64,
    /// Counterexamples to earlier plans; each became a constraint.
    pub counterexamples: u64,
    /// What the proof does not cover.
    pub unproved: Vec<String>,
    /// The peak and the shadow price of each limit; null without `--explain`.
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
            unit: shortage.limit.unit(),
            summary: shortage.limit.exceeded(),
        }
    }
}

impl From<Objectives> for PlanAmount {
    fn from(Objectives { peak, held_ms, creations }: Objectives) -> Self {
        Self { peak_enis: peak.into(), eni_hours: held_ms as f64 / 3_600_000.0, creations }
    }
}
