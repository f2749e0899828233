//! Solve: from what is required to a schedule, and what no schedule can beat.
//!
//! `required` is the way in. One group: `decompose` is the optimum without the API bucket, in closed form;
//! `tokens` and `congestion` are what the bucket adds, `shortage` the limits that forbid a plan; `network` and
//! `program` are the same problem as a linear program, which a [`backend`] solves where the closed form leaves
//! a gap. Several pools: [`joint`]; what else a plan makes small: [`objective`].

pub mod backend;
pub(crate) mod congestion;
pub(crate) mod decompose;
pub(crate) mod group;
pub(crate) mod idle;
pub mod joint;
pub mod network;
pub mod objective;
pub mod program;
pub(crate) mod required;
pub(crate) mod shortage;
pub(crate) mod tokens;
pub(crate) mod validate;
