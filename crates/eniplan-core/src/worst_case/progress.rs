//! Progress: how far a search for the worst case is, and who observes it and may cancel it.

use super::objective::SearchObjective;

/// How far the search is for one objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchProgress {
    /// What is searched for.
    pub objective: SearchObjective,
    /// The largest value a replay has shown so far.
    pub witness: u64,
    /// What is proved so far; `None`: nothing.
    pub bound: Option<u64>,
    /// Replays and states looked at so far, for all objectives.
    pub steps: u64,
    /// Of the part of the search that is at work, thousandths that are done; `None`: nobody knows.
    pub done: Option<u64>,
}

/// Observes the search for the worst case, and may cancel it.
///
/// The library has no clock: a time limit is an observer that says when to stop. Without
/// one the search ends at a fixed amount of work, so that its answer is always the same.
pub trait SearchObserver: Sync {
    /// Told now and then how far the search is; `false` stops it with what it has.
    fn proceed(&self, progress: &SearchProgress) -> bool;

    /// Whether it may say `false` at all: then something looser is proved first, to have it in hand.
    fn may_cancel(&self) -> bool {
        false
    }
}

/// Nobody observes: the search takes its fixed amount of work.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl SearchObserver for Unobserved {
    fn proceed(&self, _progress: &SearchProgress) -> bool {
        true
    }
}
