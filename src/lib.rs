//! eniplan: a capacity planner for serverless networking.

pub mod cold_path;
pub mod demand;
pub mod diagnostic;
pub mod plan;
pub mod platform;
pub mod policy;
pub mod quantity;
pub mod random;
pub mod scenario;
pub mod topology;
pub mod traffic;
