//! `HiGHS` through `good_lp`: for large coupled programs. Behind the feature `highs`, since it is C++.

use super::solver::{Backend, BackendFailure};
use super::translate;
use crate::plan::solve::program::{Program, Solution};

/// `HiGHS`.
pub(crate) struct Highs;

impl Backend for Highs {
    fn name(&self) -> &'static str {
        "highs"
    }

    fn largest_program(&self) -> usize {
        200_000
    }

    fn solve(&self, program: &Program, seconds: Option<f64>) -> Result<Solution, BackendFailure> {
        translate::solve(program, seconds, good_lp::highs)
    }
}
