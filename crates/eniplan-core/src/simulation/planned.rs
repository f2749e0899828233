//! Planned: what a plan still has to do, step by step.

/// What the plan still has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PlannedStep {
    pub(super) at: i64,
    pub(super) class: usize,
    pub(super) what: PlannedChange,
}

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlannedChange {
    /// Request this many.
    Request(u32),
    /// Request one that is to be ready at this instant.
    RequestFor(i64),
    /// Delete this many as they become idle.
    Delete(u32),
}
