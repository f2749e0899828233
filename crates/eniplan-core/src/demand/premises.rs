//! Premises: what a bound on environments rests on.

use std::sync::Arc;

use super::ranges::{Ranges, forward};

/// What a bound on environments rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Premises {
    /// When invocations may fail, by function; at all other instants, and of functions
    /// beyond the list, none does.
    pub may_fail: Vec<MayFail>,
    /// Waiting invocations are served by any environment, so that one of them may keep one
    /// environment starting and another one running, and nominal concurrency is no lower
    /// bound on environments (L1).
    pub queued: bool,
    /// The stretches of time, ms, whose starts are to be told by [`Most::kept`](super::need::Most::kept).
    pub stretch: Option<u64>,
    /// Whether [`Most::busy`](super::need::Most::busy) is asked for.
    pub counts_busy: bool,
}

impl Premises {
    /// No invocation ever fails.
    pub const fn none_fails(queued: bool) -> Self {
        Self { may_fail: Vec::new(), queued, stretch: None, counts_busy: false }
    }
}

/// Arrivals (ms) of one function that may fail.
///
/// Mostly a whole pool may fail at the same instants: then its functions share them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MayFail {
    /// If they find no idle environment.
    pub if_cold: Arc<Ranges>,
    /// Even if they find one.
    pub at_all: Arc<Ranges>,
}

/// Ranges that are asked about instants in time order.
pub(super) struct RangesInTurn {
    ranges: Arc<Ranges>,
    passed: usize,
}

impl RangesInTurn {
    pub(super) const fn new(ranges: Arc<Ranges>) -> Self {
        Self { ranges, passed: 0 }
    }

    pub(super) fn contains(&mut self, at: u64) -> bool {
        let parts = self.ranges.parts();
        self.passed += forward(&parts[self.passed..], |&(_, to)| to < at);
        parts.get(self.passed).is_some_and(|&(from, _)| from <= at)
    }
}
