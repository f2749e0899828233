//! microlp through `good_lp`: pure Rust, so that cargo alone builds everything.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::solver::{Backend, BackendFailure};
use super::translate;
use crate::plan::solve::program::{Program, Solution};

/// The default backend.
pub(crate) struct Microlp;

impl Backend for Microlp {
    fn name(&self) -> &'static str {
        "microlp"
    }

    fn solve(&self, program: &Program, seconds: Option<f64>) -> Result<Solution, BackendFailure> {
        // It has panicked on feasible programs; a dependency's defect is a failure, not our end.
        catch_unwind(AssertUnwindSafe(|| translate::solve(program, seconds, good_lp::microlp)))
            .unwrap_or_else(|_| Err(BackendFailure::Other("microlp panicked".into())))
    }
}
