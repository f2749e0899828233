//! The linear program alone, of which the planner only asks where its closed form leaves a gap.

use eniplan::plan::backend::Backend;
use eniplan::plan::check::check;
use eniplan::plan::network::EniNetwork;
use eniplan::plan::program::{Program, ProgramColumn};
use eniplan::plan::{Group, Objectives, ProgramEffort};

/// The best objectives of a group by the linear program; an error where it settles nothing.
pub(crate) fn solve_by_program(
    group: &Group,
    backend: &dyn Backend,
    effort: &ProgramEffort,
) -> Result<Objectives, String> {
    solve_priced(group, backend, effort, None)
}

/// The same where a creation costs as much as holding one ENI for `creation_ms`; none: next to nothing.
pub(crate) fn solve_priced(
    group: &Group,
    backend: &dyn Backend,
    effort: &ProgramEffort,
    creation_ms: Option<f64>,
) -> Result<Objectives, String> {
    let network = EniNetwork::build(group, effort.largest_program).ok_or("the network is too large")?;
    let mut flow = network.flow();
    for _ in 0..effort.rounds {
        let program =
            creation_ms.map_or_else(|| flow.program().clone(), |ms| priced(flow.program(), group, ms));
        let solution = backend.solve(&program, effort.seconds).map_err(|failure| failure.to_string())?;
        if !solution.optimal {
            return Err("stopped before a proof".into());
        }
        let schedule = flow.schedule(&solution).ok_or("a point that is not whole")?;
        if !flow.broken(&schedule) {
            return check(group, &schedule).map_err(|violations| format!("{violations:?}"));
        }
    }
    Err("not settled".into())
}

/// The program with another price of a creation: variables keep their order, and so their handles.
fn priced(program: &Program, group: &Group, creation_ms: f64) -> Program {
    let mut priced = Program::default();
    for (_, column) in program.columns() {
        let cost = match column.name.kind {
            "create" => group.boot.max.0 as f64 + creation_ms,
            _ => column.cost,
        };
        priced.add(ProgramColumn { cost, ..*column });
    }
    program.rows().iter().for_each(|row| priced.require(row.clone()));
    priced
}
