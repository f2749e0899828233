//! eniplan: a capacity planner for serverless networking.

pub mod cli;
pub mod cold_path;
pub mod comparison;
pub mod demand;
pub mod diagnostic;
pub mod document;
pub mod plan;
pub mod platform;
pub mod policy;
pub mod quantity;
pub mod random;
pub mod report;
pub mod scenario;
pub mod simulation;
pub mod topology;
pub mod traffic;
pub mod worst_case;
