//! Backends: what solves a [`Program`]; one file each and one line in [`ALL`].
//!
//! A backend's answer is a claim. Nothing here checks it; the planner does, in integers.

#[cfg(feature = "highs")]
mod highs;
mod microlp;
mod translate;

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
    fn solve(&self, program: &Program, seconds: Option<f64>) -> Result<Solution, Failure>;
}

/// Every backend built in; the first is the default.
pub const ALL: &[&dyn Backend] = &[
    &microlp::Microlp,
    #[cfg(feature = "highs")]
    &highs::Highs,
];

/// The strongest backend built in: what the program uses.
pub fn strongest() -> &'static dyn Backend {
    ALL.last().copied().unwrap_or(&microlp::Microlp)
}

/// The backend of a name.
pub fn named(name: &str) -> Option<&'static dyn Backend> {
    ALL.iter().copied().find(|backend| backend.name() == name)
}

/// How a backend gave no point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It says no point satisfies the constraints.
    Infeasible,
    /// It says the objective has no minimum.
    Unbounded,
    /// It ran out of time.
    Time,
    /// Anything else it says, or that it panicked.
    Other(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Infeasible => write!(f, "no point satisfies the constraints"),
            Self::Unbounded => write!(f, "the objective has no minimum"),
            Self::Time => write!(f, "the time given ran out"),
            Self::Other(message) => write!(f, "{message}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::solve::program::{Column, Name, Row, Sense};

    fn name(kind: &'static str) -> Name {
        Name { kind, from_ms: 0, to_ms: None }
    }

    /// Minimise 2x + 3y with x + y >= 4 and x <= 3: 9 at (3, 1).
    #[test]
    fn every_backend_solves_a_small_program_and_reports_an_impossible_one() {
        for &backend in ALL {
            assert_eq!(named(backend.name()).map(Backend::name), Some(backend.name()));
            let mut program = Program::default();
            let column =
                |kind, cost| Column { name: name(kind), lower: 0.0, upper: None, integer: false, cost };
            let x = program.add(Column { upper: Some(3.0), ..column("x", 2.0) });
            let y = program.add(column("y", 3.0));
            let row = |terms, sense, right| Row { name: name("row"), terms, sense, right };
            program.require(row(vec![(x, 1.0), (y, 1.0)], Sense::AtLeast, 4.0));
            let solution = backend.solve(&program, None).unwrap();
            assert_eq!((solution.count(x), solution.count(y), solution.optimal), (Some(3), Some(1), true));
            program.require(row(vec![(x, 1.0), (y, 1.0)], Sense::AtMost, 2.0));
            assert_eq!(backend.solve(&program, None), Err(Failure::Infeasible));
        }
    }
}
