//! Oracles, written to be read and sharing no code with what they check, and the engine against them.

mod brute_force;
pub(crate) mod joint_grid;
pub(crate) mod joint_instance;
pub(crate) mod joint_schedules;
pub(crate) mod naive;
pub(crate) mod program;
pub(crate) mod schedules;
mod simulator;
