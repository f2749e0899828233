//! Translate: a [`Program`] in the terms of `good_lp`, solved by any of its solvers.

use good_lp::solvers::SolutionStatus;
use good_lp::variable::UnsolvedProblem;
use good_lp::{
    Expression, ProblemVariables, ResolutionError, Solution as _, SolverModel, WithTimeLimit, constraint,
    variable,
};

use super::solver::BackendFailure;
use crate::plan::solve::program::{Program, Sense, Solution};

/// What the solver that `using` names makes of the program.
pub(crate) fn solve<M>(
    program: &Program,
    seconds: Option<f64>,
    using: impl FnOnce(UnsolvedProblem) -> M,
) -> Result<Solution, BackendFailure>
where
    M: SolverModel<Error = ResolutionError> + WithTimeLimit,
{
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
    let mut model = using(variables.minimise(objective));
    for row in program.rows() {
        let mut left = Expression::with_capacity(row.terms.len());
        for (variable, coefficient) in &row.terms {
            let unknown =
                || BackendFailure::Other(format!("{} names a variable of another program", row.name));
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

fn failure(error: ResolutionError) -> BackendFailure {
    match error {
        ResolutionError::Infeasible => BackendFailure::Infeasible,
        ResolutionError::Unbounded => BackendFailure::Unbounded,
        ResolutionError::Other(message) if message.starts_with("Time limit") => BackendFailure::Time,
        other => BackendFailure::Other(other.to_string()),
    }
}
