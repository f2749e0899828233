//! Plan: when to create and delete ENIs so that no cold start exceeds a target.
//!
//! In: a [`Study`] (a trace on a platform under a policy, and the curves that follow from it) and a target.
//! Out: a [`Plan`] with its proof, or the limits that forbid one. `docs/plan.md` states the formulation, the
//! lemmas and the names of the constraints.
//!
//! `requirement` says how many ENIs must be ready when; `solve` finds schedules and what none can beat; `check`
//! trusts none of that; `refute` searches for counterexamples on the simulator; `refine` is the loop of these;
//! `planner` the answer. `terms` are the words they share. Time is whole milliseconds from the first instant of
//! the trace, negative before it.

mod answer;
pub mod check;
pub mod explain;
mod followed;
mod headroom;
mod offline;
mod planner;
mod progress;
mod refine;
mod refute;
mod requirement;
mod situation;
mod solve;
mod sweep;
mod targets;
mod terms;
mod verify;

pub use answer::{
    BindingLimit, Minimised, NoPlan, Plan, PlanAmount, PlanVerdict, PoolClass, PoolTarget, ScheduleRow,
    Shortfall, TargetBracket,
};
pub use followed::{FollowedPlan, followed};
pub use headroom::{Headroom, Keeper, Probe, ProbeShortage, headroom};
pub use offline::clairvoyant;
pub use planner::plan;
pub use progress::PlanProgress;
pub use requirement::study::Study;
pub use situation::Situation;
pub use solve::group::{GroupAnswer, GroupPlan, ProgramEffort, solve};
pub use solve::{backend, joint, network, objective, program};
pub use sweep::{SweepStep, sweep};
pub use terms::error::PlanError;
pub use terms::group::{Group, PlanStart};
pub use terms::limit::{Ceiling, EniLimit};
pub use terms::objective::{EniPrices, PlanObjective};
pub use terms::schedule::{Objectives, Schedule, ScheduleEntry};
pub use terms::solution::{Proof, Shortage, Status};
pub use terms::violation::Violation;
pub use verify::saved::{COLUMNS, Claims, Saved, read};
pub use verify::{Breach, Misclaim, Verified, verify};
