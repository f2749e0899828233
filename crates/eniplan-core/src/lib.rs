//! The engine of eniplan: what a trace, a platform, a scenario and a policy lead to.
//!
//! Pure functions of values. Nothing here opens a file, knows the time or prints; the crate `eniplan` does,
//! and `eniplan-import` reads the files of others.

pub mod cold_path;
pub mod comparison;
pub mod composition;
pub mod demand;
pub mod diagnostic;
pub mod document;
pub mod plan;
pub mod platform;
pub mod policy;
pub mod quantity;
pub mod random;
pub mod scenario;
pub mod simulation;
pub mod topology;
pub mod trace;
pub mod worst_case;
