//! Requirement: how many ENIs the trace requires, of which classes, when.
//!
//! `study` is a situation with the curves that follow from it; `pools` says which functions share which
//! classes; `readiness` is what a plan must have ready, `waiting` the candidates for it where the promise
//! leaves room to wait, `minimum` what no plan can do without, `joint` both as problems to solve; `lifetimes`
//! are those of the environments of one replay.

pub mod joint;
pub mod lifetimes;
pub mod minimum;
pub mod pools;

pub mod readiness;
pub mod study;
pub mod waiting;
