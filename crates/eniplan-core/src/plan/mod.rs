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
mod asked;
mod attack;
pub mod backend;
pub mod check;
mod congestion;
mod constant;
mod decompose;
pub mod explain;
mod group;
mod headroom;
mod heard;
pub mod joint;
mod least;
mod lives;
pub mod network;
pub mod objective;
mod planned;
mod pooling;
pub mod program;
mod promise;
mod saved;
mod schedule;
mod shortage;
mod solve;
mod study;
mod sweep;
mod tally;
mod target;
mod tokens;
mod verify;
mod waiting;
mod whole;
mod yardstick;

pub use answer::{
    Amount, Binding, ClassPool, NoPlan, Plan, PoolTarget, ScheduleRow, Shortfall, Target, Verdict,
};
pub use constant::{ConstantPool, constant_pool};
pub use group::{Ceiling, Group, Limit, PlanError, Start};
pub use headroom::{Headroom, Keeper, Probe, Short, headroom};
pub use heard::Heard;
pub use objective::{Minimise, Minimised, Prices};
pub use planned::plan;
pub use promise::{Followed, followed};
pub use saved::{COLUMNS, Claims, Saved, read};
pub use schedule::{Entry, Objectives, Schedule};
pub use shortage::{Change, Fix, Shortage, fixes, shortages};
pub use solve::{Answer, Effort, Infeasible, Planned, Proof, Status, solve, solve_by_program};
pub use study::Study;
pub use sweep::{Step, sweep};
pub use verify::{Breach, Misclaim, Verified, verify};
pub use yardstick::clairvoyant;
