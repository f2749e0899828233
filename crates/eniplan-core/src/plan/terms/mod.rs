//! Terms: the words that the rooms of the planner share. A leaf: it imports nothing of `plan`.

pub mod error;
pub mod exact;
pub mod group;
pub mod joint;
pub mod limit;
pub mod objective;
pub mod schedule;
pub mod solution;
pub mod violation;
