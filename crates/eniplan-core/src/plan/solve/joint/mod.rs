//! Joint: several pools of functions planned at once, sharing addresses, quotas and the API bucket.
//!
//! In: a [`Joint`]. Out: a [`JointAnswer`], with its proof. docs/plan.md, "Several pools", has the lemmas.
//!
//! `cover` is how many ENIs cover a need, in closed form; `bound` what no plan can beat; `place`
//! puts the runs of the need's levels into classes; `requests` puts those through the bucket; `attempt` makes a
//! checked plan of that; `steady` deletes late or never; `solver` is the way through; `priced` is what `bound` is
//! where creations have a price. Times are ms from the first instant of the trace.

mod attempt;
mod bound;
mod cover;
mod place;
pub(crate) mod priced;
mod requests;
mod solver;
mod steady;

pub(crate) use solver::solve_joint_idle;
pub use solver::{joint_bound, joint_shortages, solve_joint};

pub use crate::plan::terms::joint::{Joint, JointEntry, JointPool};
pub use crate::plan::terms::solution::{JointAnswer, JointPlan};
