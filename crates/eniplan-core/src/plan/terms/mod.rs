//! Terms: the words that the rooms of the planner share. A leaf: it imports nothing of `plan`.

pub(crate) mod error;
pub(crate) mod exact;
pub(crate) mod group;
pub(crate) mod joint;
pub(crate) mod limit;
pub(crate) mod objective;
pub(crate) mod schedule;
pub(crate) mod solution;
pub(crate) mod violation;
