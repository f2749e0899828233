//! A violation: one way in which a schedule does not hold.

use std::fmt;

use super::limit::EniLimit;

/// One way in which a schedule does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// An entry stands before, or at the instant and in the class of, the one before it.
    Unordered {
        /// The entry's instant.
        at_ms: i64,
    },
    /// An entry, a need, a boot or a deletion reaches so far that sums would overflow.
    OutOfRange {
        /// The instant.
        at_ms: i64,
    },
    /// Something is done before the start.
    TooEarly {
        /// The entry's instant.
        at_ms: i64,
        /// The start.
        from_ms: i64,
    },
    /// An entry is in no class.
    NoSuchClass {
        /// The entry's instant.
        at_ms: i64,
        /// What it names.
        class: usize,
    },
    /// Requests never get their tokens, or only after more steps than the checker takes.
    NeverGranted {
        /// The class of the first of them.
        class: usize,
        /// The request's instant.
        at_ms: i64,
        /// How many wait.
        count: u32,
    },
    /// More is deleted in a class than was ready.
    DeletesUnready {
        /// The class.
        class: usize,
        /// From when on.
        at_ms: i64,
        /// How many are ready, negative.
        ready: i64,
    },
    /// Fewer ENIs are surely ready for a pool than it needs.
    NotReady {
        /// The pool.
        pool: usize,
        /// The zone that is lost; none: none is.
        without_zone: Option<String>,
        /// From when on.
        at_ms: i64,
        /// How many are; negative: so many more are deleted than were ready.
        ready: i64,
        /// How many should be.
        need: u32,
    },
    /// More ENIs are held than a limit allows.
    OverLimit {
        /// The limit.
        limit: EniLimit,
        /// From when on.
        at_ms: i64,
        /// How many are held.
        held: i64,
        /// How many may be.
        available: u32,
    },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unordered { at_ms } => write!(f, "the entry at {at_ms} ms is out of order"),
            Self::OutOfRange { at_ms } => write!(f, "the entry at {at_ms} ms is out of range"),
            Self::TooEarly { at_ms, from_ms } => {
                write!(f, "the entry at {at_ms} ms is before the start at {from_ms} ms")
            }
            Self::NoSuchClass { at_ms, class } => {
                write!(f, "the entry at {at_ms} ms refers to the unknown class {class}")
            }
            Self::NeverGranted { at_ms, count, .. } => {
                write!(f, "{count} of the requests at {at_ms} ms never receive a token")
            }
            Self::DeletesUnready { class, at_ms, .. } => {
                write!(f, "at {at_ms} ms more ENIs of class {class} are deleted than are ready")
            }
            Self::NotReady { pool, without_zone, at_ms, ready, need } => {
                let lost = without_zone.as_ref().map(|zone| format!(" without zone {zone}"));
                let lost = lost.unwrap_or_default();
                write!(
                    f,
                    "at {at_ms} ms pool {pool} has {ready} ENIs certain to be ready{lost}, but needs {need}"
                )
            }
            Self::OverLimit { limit, at_ms, held, available } => {
                let over = held - i64::from(*available);
                write!(f, "at {at_ms} ms {held} ENIs are held, {over} over the {limit} of {available}")
            }
        }
    }
}
