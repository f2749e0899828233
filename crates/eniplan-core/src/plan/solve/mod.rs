//! Solve: from what is required to a schedule, and what no schedule can beat.
//!
//! `required` is the way in. One group: `decompose` is the optimum without the API bucket, in closed form;
//! `tokens` and `congestion` are what the bucket adds, `shortage` the limits that forbid a plan; `network` and
//! `program` are the same problem as a linear program, which a [`backend`] solves where the closed form leaves
//! a gap. Several pools: [`joint`]; what else a plan makes small: [`objective`].

pub mod backend;
pub mod congestion;
pub mod decompose;
pub mod group;
pub mod idle;
pub mod joint;
pub mod network;
pub mod objective;
pub mod program;
pub mod required;
pub mod shortage;
pub mod tokens;
pub mod validate;
