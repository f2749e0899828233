//! A solution of a joint problem: its schedule, what it amounts to, and what is proved of it.

use serde::Serialize;

use super::joint::{Joint, JointEntry};
use super::limit::EniLimit;
use super::schedule::Objectives;
use super::violation::Violation;

/// How good a plan is known to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing is better.
    Optimal,
    /// It holds; something better may exist, down to the lower bound.
    Feasible,
}

/// What the lower bound rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The held curve and the waiting for tokens, in integers (docs/plan.md, lemmas 1 to 5).
    ClosedForm,
    /// A solver's claim of optimality for the linear program.
    Program {
        /// The backend that claims it.
        backend: &'static str,
    },
}

/// A limit that is too small, where it is short by most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shortage {
    /// Which.
    pub limit: EniLimit,
    /// From when on, ms; negative before the first instant.
    pub from_ms: i64,
    /// Until when (exclusive), ms.
    pub to_ms: i64,
    /// ENIs needed there.
    pub needed: u64,
    /// ENIs the limit allows there.
    pub available: u64,
}

impl Shortage {
    /// Of what is over a limit.
    pub(crate) fn of_violation(violation: &Violation) -> Option<Self> {
        match violation {
            Violation::OverLimit { limit, at_ms, held, available } => {
                // Over a limit, so not below zero.
                let needed = held.unsigned_abs();
                Some(Self::new(limit.clone(), *at_ms, 0, needed, u64::from(*available)))
            }
            _ => None,
        }
    }

    pub(crate) fn new(limit: EniLimit, from_ms: i64, width: u64, needed: u64, available: u64) -> Self {
        Self { limit, from_ms, to_ms: from_ms.saturating_add_unsigned(width), needed, available }
    }
}

/// A joint plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JointPlan {
    /// What to do when, by instant and class.
    pub entries: Vec<JointEntry>,
    /// What it amounts to, as the checker counts.
    pub objectives: Objectives,
    /// What no plan can beat, in the objectives' order.
    pub lower_bound: Objectives,
    /// Whether the two are known to meet.
    pub status: Status,
    /// The most that is held where ENIs stay in use beyond their deletion's instant; none: then a
    /// limit might be exceeded.
    pub draining_peak: Option<u32>,
    /// The most held in each subnet by schedule.
    pub subnet_peaks: Vec<u32>,
}

impl JointPlan {
    /// Whether every limit holds too where environments stay on ENIs that are to be deleted, if it must.
    pub fn drains_within(&self, joint: &Joint) -> bool {
        !joint.drains || self.draining_peak.is_some()
    }
}

/// A joint plan, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JointAnswer {
    /// A plan.
    Planned(JointPlan),
    /// None was found.
    Infeasible {
        /// The limits that are short.
        shortages: Vec<Shortage>,
        /// Whether it is proved that there is none.
        proved: bool,
    },
}

impl JointAnswer {
    /// The plan, where there is one.
    pub fn planned(self) -> Option<JointPlan> {
        match self {
            Self::Planned(planned) => Some(planned),
            Self::Infeasible { .. } => None,
        }
    }
}
