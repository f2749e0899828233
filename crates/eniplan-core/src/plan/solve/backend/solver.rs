//! What a backend is, and how it fails.

use std::fmt;

use crate::plan::solve::program::{Program, Solution};

/// Solves linear programs.
pub trait Backend: Sync {
    /// The name users choose it by.
    fn name(&self) -> &'static str;

    /// Variables of the largest program it takes on without being asked for.
    fn largest_program(&self) -> usize {
        6_000
    }

    /// Minimises the program, within the time given (none: as long as it takes).
    fn solve(&self, program: &Program, seconds: Option<f64>) -> Result<Solution, BackendFailure>;
}

/// How a backend gave no point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackendFailure {
    /// It says no point satisfies the constraints.
    Infeasible,
    /// It says the objective has no minimum.
    Unbounded,
    /// It ran out of time.
    Time,
    /// Anything else it says, or that it panicked.
    Other(String),
}

impl fmt::Display for BackendFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Infeasible => write!(f, "infeasible"),
            Self::Unbounded => write!(f, "unbounded"),
            Self::Time => write!(f, "time limit reached"),
            Self::Other(message) => write!(f, "{message}"),
        }
    }
}
