//! Oracles, written to be read and sharing no code with what they check, and the engine against them.

mod brute_force;
pub mod joint_grid;
pub mod joint_instance;
pub mod joint_schedules;
pub mod naive;
pub mod program;
pub mod schedules;
mod simulator;
