//! Plan: when to create and delete the ENIs of one class so that every instant has enough of them.
//!
//! In: a [`Group`] (the need over time, boot and deletion intervals, limits). Out: an [`Answer`],
//! a [`Schedule`] with its proof or the [`Shortage`]s that forbid one. `docs/plan.md` states the
//! formulation, the lemmas and the names of the constraints.
//!
//! One idea a file: `decompose` is the optimum without the API bucket, in closed form; `tokens`
//! and `congestion` are what the bucket adds; `network` and `program` are the same problem as a
//! linear program, which a [`backend`] solves where the closed form leaves a gap; `check` trusts
//! none of them. Time is whole milliseconds from the first instant of the traffic, negative
//! before it. Depends on demand curves, quantities and the topology's token bucket alone.

mod answer;
pub mod check;
pub mod explain;
mod headroom;
mod offline;
mod planner;
mod progress;
mod refine;
mod refute;
mod requirement;
mod solve;
mod study;
mod sweep;
mod targets;
mod terms;
mod value;
mod verify;

pub use answer::{
    Amount, Binding, ClassPool, NoPlan, Plan, PoolTarget, ScheduleRow, Shortfall, Target, Verdict,
};
pub use headroom::{Headroom, Keeper, Probe, Short, headroom};
pub use offline::clairvoyant;
pub use planner::plan;
pub use progress::Heard;
pub use refine::{Followed, followed};
pub use solve::constant::{ConstantPool, constant_pool};
pub use solve::group::{Answer, Effort, Infeasible, Planned, Proof, Status, solve, solve_by_program};
pub use solve::objective::{Minimise, Prices};
pub use solve::shortage::{Change, Fix, Shortage, fixes, shortages};
pub use solve::{backend, joint, network, objective, program};
pub use study::Study;
pub use sweep::{Step, sweep};
pub use terms::group::{Ceiling, Group, Limit, PlanError, Start};
pub use terms::schedule::{Entry, Objectives, Schedule};
pub use value::Minimised;
pub use verify::saved::{COLUMNS, Claims, Saved, read};
pub use verify::{Breach, Misclaim, Verified, verify};
