//! Watch: who looks on while the worst case is searched for, and may call it off.

/// What is to be large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Objective {
    /// The longest cold start, ms.
    ColdStart,
    /// The most ENIs held.
    PeakEnis,
    /// The most ENIs held in the subnet of this index.
    SubnetPeak(usize),
    /// The most failed invocations.
    Failures,
}

/// How far the search is for one objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is searched for.
    pub objective: Objective,
    /// The largest value a replay has shown so far.
    pub witness: u64,
    /// What is proved so far; `None`: nothing.
    pub bound: Option<u64>,
    /// Replays and states looked at so far, for all objectives.
    pub steps: u64,
    /// Of the part of the search that is at work, thousandths that are done; `None`: nobody knows.
    pub done: Option<u64>,
}

/// Looks on while the worst case is searched for.
///
/// The library has no clock: a time limit is a watcher that says when to stop. Without
/// one the search ends at a fixed amount of work, so that its answer is always the same.
pub trait Watch: Sync {
    /// Told now and then how far the search is; `false` stops it with what it has.
    fn proceed(&self, progress: &Progress) -> bool;

    /// Whether it may say `false` at all: then something looser is proved first, to have it in hand.
    fn is_limited(&self) -> bool {
        false
    }
}

/// Nobody looks on: the search takes its fixed amount of work.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn proceed(&self, _progress: &Progress) -> bool {
        true
    }
}
