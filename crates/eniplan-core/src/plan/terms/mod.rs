//! Terms: the words that the rooms of the planner share. A leaf: it imports nothing of `plan`.

pub mod group;
pub mod schedule;
