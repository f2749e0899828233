//! A group: what the plan of one ENI class is asked for, times in milliseconds.
//!
//! Knows nothing of how it is solved.

use super::exact::instant_ms;
use super::limit::Ceiling;
use crate::demand::Curve;
use crate::quantity::{Interval, Millis};
use crate::topology::TokenBucket;

/// What exists when the trace begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanStart {
    /// A running system: ENIs may have been requested at any time before, each with its token.
    Warm,
    /// Nothing: no request before this instant (0, or negative where a fix starts earlier).
    Empty {
        /// The earliest request.
        from_ms: i64,
    },
}

/// One ENI class and what is asked of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// ENIs that must be ready at each instant; the last step holds for ever.
    pub need: Curve,
    /// The trace's length.
    pub span: Millis,
    /// An ENI's boot, from the granted request to ready.
    pub boot: Interval,
    /// An ENI's deletion, from its start to gone.
    pub delete: Interval,
    /// Limits on ENIs held at once; the smallest binds, and every short one is named.
    pub ceilings: Vec<Ceiling>,
    /// Creation requests, first come first served; full at the first request (warm) or the start (empty).
    pub api: Option<TokenBucket>,
    /// What exists at the start.
    pub start: PlanStart,
}

/// The latest instant and the longest span a group may name, ms: a few centuries, so that sums stay far from overflow.
pub(crate) const LONGEST_MS: u64 = 4 * Millis::LONGEST.0;

impl Group {
    /// The end of the account: held time is integrated from the first request to here, the end of
    /// the trace or the last change of the need, whichever is later.
    pub fn end_ms(&self) -> u64 {
        self.need.steps().last().map_or(0, |&(at, _)| at).max(self.span.0)
    }

    /// The longest boot.
    pub(crate) fn boot_ms(&self) -> i64 {
        instant_ms(self.boot.max.0)
    }

    /// The longest deletion.
    pub(crate) fn delete_ms(&self) -> i64 {
        instant_ms(self.delete.max.0)
    }

    /// The earliest instant at which a request may stand.
    pub(crate) fn earliest_ms(&self) -> Option<i64> {
        match self.start {
            PlanStart::Warm => None,
            PlanStart::Empty { from_ms } => Some(from_ms),
        }
    }
}
