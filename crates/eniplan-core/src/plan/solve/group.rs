//! Solving a group: shortages first, then the closed form, then the linear program where that leaves a gap.
//!
//! Nothing leaves here unchecked: every schedule passes `check`, and the objectives reported are
//! the checker's.

use super::backend::Backend;
use super::congestion::relieve;
use super::decompose::decompose;
use super::network::EniNetwork;
use super::shortage::shortages;
use super::tokens::MOST_ENTRIES;
use super::validate::validate_group;
use crate::plan::check::check;
use crate::plan::terms::error::PlanError;
use crate::plan::terms::group::Group;
use crate::plan::terms::schedule::{Objectives, Schedule};
use crate::plan::terms::solution::{Proof, Shortage, Status};

/// How hard to try for a proof. Without `seconds` the answer is the same on every machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProgramEffort {
    /// Arcs of the largest network to solve.
    pub largest_program: usize,
    /// How often constraints may be added and the program solved again.
    pub rounds: u32,
    /// Longest time for one run of the solver; none: as long as it takes.
    pub seconds: Option<f64>,
}

impl ProgramEffort {
    /// What is right for this backend.
    pub fn of(backend: &dyn Backend) -> Self {
        Self { largest_program: backend.largest_program(), ..Self::default() }
    }
}

impl Default for ProgramEffort {
    fn default() -> Self {
        Self { largest_program: 6_000, rounds: 60, seconds: None }
    }
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupPlan {
    /// What to do when.
    pub schedule: Schedule,
    /// What it amounts to, as the checker counts.
    pub objectives: Objectives,
    /// What no plan can beat: a bound on the peak of all plans, on the held time of those with
    /// that peak, and on the creations of the best among those.
    pub lower_bound: Objectives,
    /// Whether the two are known to meet.
    pub status: Status,
    /// What the lower bound rests on.
    pub proof: Proof,
    /// Why the linear program did not settle a remaining gap.
    pub note: Option<String>,
}

/// A plan, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupAnswer {
    /// A plan.
    Planned(GroupPlan),
    /// None exists: the limits that are short.
    Infeasible(Vec<Shortage>),
}

/// The best plan of a group, with its proof.
pub fn solve(group: &Group, backend: &dyn Backend, effort: &ProgramEffort) -> Result<GroupAnswer, PlanError> {
    validate_group(group)?;
    let shortages = shortages(group);
    if !shortages.is_empty() {
        return Ok(GroupAnswer::Infeasible(shortages));
    }
    // Without a shortage never deleting is a plan, so that this finds one, unless it is too long to hold.
    let mut planned = closed_form(group)?.ok_or(PlanError::TooMany { most: MOST_ENTRIES })?;
    if planned.status == Status::Feasible {
        match by_program(group, backend, effort) {
            Ok(better) if better.objectives <= planned.objectives => planned = better,
            Ok(_) => planned.note = Some(format!("{} reported a suboptimal plan as optimal", backend.name())),
            Err(PlanError::Backend(message)) => planned.note = Some(message),
            Err(other) => return Err(other),
        }
    }
    Ok(GroupAnswer::Planned(planned))
}

fn closed_form(group: &Group) -> Result<Option<GroupPlan>, PlanError> {
    let Some(relief) = relieve(&decompose(group), group) else { return Ok(None) };
    let schedule = relief.schedule();
    let objectives = check(group, &schedule).map_err(PlanError::Unsound)?;
    debug_assert!(objectives.creations == schedule.creations() && objectives >= relief.bound);
    let met = objectives == relief.bound;
    Ok(Some(GroupPlan {
        schedule,
        objectives,
        lower_bound: relief.bound,
        status: if met { Status::Optimal } else { Status::Feasible },
        proof: Proof::ClosedForm,
        note: None,
    }))
}

/// The plan that the linear program finds.
fn by_program(group: &Group, backend: &dyn Backend, effort: &ProgramEffort) -> Result<GroupPlan, PlanError> {
    let failed = |message: String| PlanError::Backend(message);
    let network = EniNetwork::build(group, effort.largest_program)
        .ok_or_else(|| failed(format!("the network has more than {} arcs", effort.largest_program)))?;
    let mut flow = network.flow();
    for _ in 0..effort.rounds {
        let solution = backend
            .solve(flow.program(), effort.seconds)
            .map_err(|failure| failed(format!("{}: {failure}", backend.name())))?;
        if !solution.optimal {
            return Err(failed(format!("{} stopped before proving optimality", backend.name())));
        }
        let schedule = flow
            .schedule(&solution)
            .ok_or_else(|| failed(format!("{} returned a fractional solution", backend.name())))?;
        if flow.broken(&schedule) {
            continue;
        }
        let objectives = check(group, &schedule).map_err(|violations| {
            failed(format!("{}: {}", backend.name(), PlanError::Unsound(violations)))
        })?;
        return Ok(GroupPlan {
            schedule,
            objectives,
            lower_bound: objectives,
            status: Status::Optimal,
            proof: Proof::Program { backend: backend.name() },
            note: None,
        });
    }
    Err(failed(format!("no valid schedule after {} rounds of added constraints", effort.rounds)))
}
