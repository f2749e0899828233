//! Solve: from what is required to a schedule, and what no schedule can beat.

pub mod backend;
pub mod congestion;
pub mod constant;
pub mod decompose;
pub mod group;
pub mod joint;
pub mod network;
pub mod objective;
pub mod pools;
pub mod program;
pub mod shortage;
pub mod tokens;
