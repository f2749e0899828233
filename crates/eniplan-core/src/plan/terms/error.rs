//! Why the planner gives no answer.

use std::fmt;

use super::violation::Violation;

/// Why there is neither a plan nor a proof that there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// A time lies centuries away.
    OutOfRange {
        /// What the time belongs to.
        what: &'static str,
        /// The time.
        ms: u64,
    },
    /// The API bucket refills more than its burst less one within a millisecond: tokens spill
    /// between the instants this planner counts in.
    TooFast,
    /// The schedule would have more entries than memory should hold.
    TooMany {
        /// How many it may have.
        most: usize,
    },
    /// The checker found the schedule wrong: a defect of this program, never of the input.
    Unsound(Vec<Violation>),
    /// A class stands in two pools, or a class or subnet is not there: a defect of the caller.
    Malformed,
    /// The linear program was asked for by name and gave nothing.
    Backend(String),
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange { what, ms } => {
                write!(f, "the {what} extends to {ms} ms, which is out of range")
            }
            Self::TooFast => {
                write!(
                    f,
                    "the API bucket refills faster than its burst can hold; raise the burst or remove the bucket"
                )
            }
            Self::TooMany { most } => {
                write!(f, "the API bucket splits the plan into more than {most} requests")
            }
            Self::Unsound(violations) => match violations.first() {
                Some(first) => write!(f, "internal: the schedule fails its check: {first}"),
                None => write!(f, "internal: the schedule fails its check"),
            },
            Self::Malformed => write!(f, "internal: the pools are inconsistent"),
            Self::Backend(message) => write!(f, "the solver failed: {message}"),
        }
    }
}

impl std::error::Error for PlanError {}
