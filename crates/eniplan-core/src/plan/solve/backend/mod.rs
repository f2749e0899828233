//! Backends: what solves a linear program; one file each and one line in [`ALL`].
//!
//! A backend's answer is a claim. Nothing here checks it; the planner does, in integers.

#[cfg(feature = "highs")]
mod highs;
mod microlp;
mod solver;
mod translate;

pub use solver::{Backend, BackendFailure};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::solve::program::{Program, ProgramColumn, ProgramName, ProgramRow, Sense};

    fn name(kind: &'static str) -> ProgramName {
        ProgramName { kind, from_ms: 0, to_ms: None }
    }

    /// Minimise 2x + 3y with x + y >= 4 and x <= 3: 9 at (3, 1).
    #[test]
    fn every_backend_solves_a_small_program_and_reports_an_impossible_one() {
        for &backend in ALL {
            assert_eq!(named(backend.name()).map(Backend::name), Some(backend.name()));
            let mut program = Program::default();
            let column = |kind, cost| ProgramColumn {
                name: name(kind),
                lower: 0.0,
                upper: None,
                integer: false,
                cost,
            };
            let x = program.add(ProgramColumn { upper: Some(3.0), ..column("x", 2.0) });
            let y = program.add(column("y", 3.0));
            let row = |terms, sense, right| ProgramRow { name: name("row"), terms, sense, right };
            program.require(row(vec![(x, 1.0), (y, 1.0)], Sense::AtLeast, 4.0));
            let solution = backend.solve(&program, None).unwrap();
            assert_eq!((solution.count(x), solution.count(y), solution.optimal), (Some(3), Some(1), true));
            program.require(row(vec![(x, 1.0), (y, 1.0)], Sense::AtMost, 2.0));
            assert_eq!(backend.solve(&program, None), Err(BackendFailure::Infeasible));
        }
    }
}
