//! Requirement: how many ENIs the trace requires, of which classes, when.
//!
//! `study` is a situation with the curves that follow from it; `pools` says which functions share which
//! classes; `readiness` is what a plan must have ready, `waiting` the candidates for it where the target
//! leaves room to wait, `minimum` what no plan can do without, `joint` both as problems to solve; `lifetimes`
//! are those of the environments of one replay.

pub(crate) mod joint;
pub(crate) mod lifetimes;
pub(crate) mod minimum;
pub(crate) mod pools;

pub(crate) mod readiness;
pub(crate) mod study;
pub(crate) mod waiting;
