//! The answer: how many ENIs are needed, where and when, with what is proved of it.

use serde::Serialize;

use super::explain::{Explanation, Remedy};
use super::objective::Minimised;

/// How good the plan is known to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It keeps the promise, and nothing does with less.
    Optimal,
    /// It keeps the promise; less might do, down to the lower bound.
    Feasible,
    /// No plan was found: `infeasible` says why.
    Infeasible,
}

/// Creations and deletions in one ENI class at one instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
pub struct Target {
    /// Proved to be enough under every assignment; `None`: no number is proved to be.
    pub enough: Option<u32>,
    /// Fewer than this fail.
    pub at_least: u32,
    /// When one fewer fails, ms, and what fails there.
    pub fails_at_ms: Option<u64>,
}

/// A limit that the plan comes close to, or that forbids one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
pub struct Plan {
    /// How good it is.
    pub status: Verdict,
    /// The promise, ms.
    pub max_cold_start_ms: u64,
    /// The longest cold start when an ENI is always at hand, ms.
    pub cold_path_ms: u64,
    /// What it amounts to; `None` without a plan.
    #[serde(flatten)]
    pub amount: Option<Amount>,
    /// What no plan can beat.
    pub lower_bound: Amount,
    /// What else was made small than the ENIs held at once; `None`: nothing.
    pub minimised: Option<Minimised>,
    /// The share of the peak that a better plan might save, 0 to 1.
    pub gap: f64,
    /// What to do when.
    pub schedule: Vec<ScheduleRow>,
    /// The smallest pool that is never changed.
    pub constant_pool: Target,
    /// The smallest `warm` of the warm-pool policy.
    pub warm_target: Target,
    /// How close each limit is.
    pub binding: Vec<Binding>,
    /// Why there is no plan.
    pub infeasible: Option<NoPlan>,
    /// Assignments the plan was replayed under, looking for one that breaks it.
    pub attacks: u64,
    /// What the proof does not cover.
    pub unproved: Vec<String>,
    /// What binds, and what a little more or less would change, where it was asked for.
    pub explanation: Option<Explanation>,
}
