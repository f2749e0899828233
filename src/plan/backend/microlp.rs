//! microlp through `good_lp`: pure Rust, so that cargo alone builds everything.

use std::panic::{AssertUnwindSafe, catch_unwind};

use good_lp::solvers::SolutionStatus;
use good_lp::{
    Expression, ProblemVariables, ResolutionError, Solution as _, SolverModel, WithTimeLimit, constraint,
    variable,
};

use super::{Backend, Failure};
use crate::plan::program::{Program, Sense, Solution};

/// The default backend.
pub(super) struct Microlp;

impl Backend for Microlp {
    fn name(&self) -> &'static str {
        "microlp"
    }

    fn solve(&self, program: &Program, seconds: Option<f64>) -> Result<Solution, Failure> {
        // It has panicked on feasible programs; a dependency's defect is a failure, not our end.
        catch_unwind(AssertUnwindSafe(|| translate_and_solve(program, seconds)))
            .unwrap_or_else(|_| Err(Failure::Other("microlp panicked".into())))
    }
}

fn translate_and_solve(program: &Program, seconds: Option<f64>) -> Result<Solution, Failure> {
    let mut variables = ProblemVariables::new();
    let mut handles = Vec::new();
    let mut objective = Expression::with_capacity(program.columns().count());
    for (_, column) in program.columns() {
        let mut definition = variable().min(column.lower);
        if let Some(upper) = column.upper {
            definition = definition.max(upper);
        }
        let handle = variables.add(if column.integer { definition.integer() } else { definition });
        objective.add_mul(column.cost, handle);
        handles.push(handle);
    }
    let by_handle: std::collections::BTreeMap<_, _> =
        program.columns().map(|(variable, _)| variable).zip(handles.iter().copied()).collect();
    let mut model = variables.minimise(objective).using(good_lp::microlp);
    for row in program.rows() {
        let mut left = Expression::with_capacity(row.terms.len());
        for (variable, coefficient) in &row.terms {
            let unknown = || Failure::Other(format!("{} names a variable of another program", row.name));
            left.add_mul(*coefficient, *by_handle.get(variable).ok_or_else(unknown)?);
        }
        model.add_constraint(match row.sense {
            Sense::AtMost => constraint::leq(left, row.right),
            Sense::Equal => constraint::eq(left, row.right),
            Sense::AtLeast => constraint::geq(left, row.right),
        });
    }
    let solved = match seconds {
        Some(seconds) => model.with_time_limit(seconds).solve(),
        None => model.solve(),
    };
    let solution = solved.map_err(failure)?;
    let values = handles.iter().map(|&handle| solution.value(handle)).collect();
    Ok(Solution::new(values, matches!(solution.status(), SolutionStatus::Optimal)))
}

fn failure(error: ResolutionError) -> Failure {
    match error {
        ResolutionError::Infeasible => Failure::Infeasible,
        ResolutionError::Unbounded => Failure::Unbounded,
        ResolutionError::Other(message) if message.starts_with("Time limit") => Failure::Time,
        other => Failure::Other(other.to_string()),
    }
}
