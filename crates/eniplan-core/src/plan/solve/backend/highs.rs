//! `HiGHS` through `good_lp`: for large coupled programs. Behind the feature `highs`, since it is C++.

use crate::plan::solve::backend::{Backend, Failure, translate};
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

    fn solve(&self, program: &Program, seconds: Option<f64>) -> Result<Solution, Failure> {
        translate::solve(program, seconds, good_lp::highs)
    }
}
