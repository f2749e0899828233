//! A row of the schedule that the user is given.

use serde::Serialize;

/// Creations and deletions in one ENI class at one instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScheduleRow {
    /// When, ms from the first instant of the trace; negative before it.
    pub at_ms: i64,
    /// The subnet.
    pub subnet: String,
    /// The security groups.
    pub security_groups: Vec<String>,
    /// ENIs to request.
    pub create: u32,
    /// ENIs to delete, as they become idle.
    pub delete: u32,
}
