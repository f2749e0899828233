//! Requirement: how many ENIs the trace requires, of which classes, when.

pub mod asked;
pub mod lifetimes;
pub mod minimum;
pub mod pools;
pub mod waiting;
