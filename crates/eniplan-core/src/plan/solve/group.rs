//! Solving: shortages first, then the closed form, then the linear program where that leaves a gap.
//!
//! Nothing leaves here unchecked: every schedule passes `check`, and the objectives reported are
//! the checker's.

use crate::plan::check::{Checked, check};
use crate::plan::solve::backend::Backend;
use crate::plan::solve::congestion::relieve;
use crate::plan::solve::decompose::decompose;
use crate::plan::solve::network::Network;
use crate::plan::solve::shortage::{Fix, Shortage, fixes, shortages};
use crate::plan::solve::tokens::MOST_ENTRIES;
use crate::plan::terms::group::{Group, PlanError};
use crate::plan::terms::schedule::{Objectives, Schedule};

/// How hard to try for a proof. Without `seconds` the answer is the same on every machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// Arcs of the largest network to solve.
    pub largest_program: usize,
    /// How often constraints may be added and the program solved again.
    pub rounds: u32,
    /// Longest time for one run of the solver; none: as long as it takes.
    pub seconds: Option<f64>,
}

impl Effort {
    /// What is right for this backend.
    pub fn of(backend: &dyn Backend) -> Self {
        Self { largest_program: backend.largest_program(), ..Self::default() }
    }
}

impl Default for Effort {
    fn default() -> Self {
        Self { largest_program: 6_000, rounds: 60, seconds: None }
    }
}

/// How good a plan is known to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing is better.
    Optimal,
    /// It holds; something better may exist, down to the lower bound.
    Feasible,
}

/// What the lower bound rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The held curve and the waiting for tokens, in integers (docs/plan.md, lemmas 1 to 5).
    ClosedForm,
    /// A solver's claim of optimality for the linear program.
    Program {
        /// The backend that claims it.
        backend: &'static str,
    },
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
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
    /// The first instant that needs the whole peak, so that one ENI fewer fails there; none: nothing is needed.
    pub peak_ms: Option<u64>,
    /// Why the linear program did not settle a remaining gap.
    pub note: Option<String>,
}

impl Planned {
    /// The share of the held time that a better plan might save, 0 to 1.
    pub fn gap(&self) -> f64 {
        let held = self.objectives.held_ms;
        let open = held.saturating_sub(self.lower_bound.held_ms);
        if open == 0 { 0.0 } else { open as f64 / held as f64 }
    }
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Infeasible {
    /// The limits that are short.
    pub shortages: Vec<Shortage>,
    /// Smallest changes that help, each tried: the changed group has a plan.
    pub fixes: Vec<Fix>,
}

/// A plan, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A plan.
    Planned(Planned),
    /// None exists.
    Infeasible(Infeasible),
}

/// The best plan of a group, with its proof.
pub fn solve(group: &Group, backend: &dyn Backend, effort: &Effort) -> Result<Answer, PlanError> {
    group.validate()?;
    let shortages = shortages(group);
    if !shortages.is_empty() {
        let fixes =
            fixes(group).into_iter().filter(|fix| matches!(closed_form(&fix.apply(group)), Ok(Some(_))));
        return Ok(Answer::Infeasible(Infeasible { shortages, fixes: fixes.collect() }));
    }
    // Without a shortage never deleting is a plan, so that this finds one, unless it is too long to hold.
    let mut planned = closed_form(group)?.ok_or(PlanError::TooMany { most: MOST_ENTRIES })?;
    if planned.status == Status::Feasible {
        match by_program(group, backend, effort, None) {
            Ok(better) if better.objectives <= planned.objectives => planned = better,
            Ok(_) => planned.note = Some(format!("{} called a worse plan optimal", backend.name())),
            Err(PlanError::Backend(message)) => planned.note = Some(message),
            Err(other) => return Err(other),
        }
    }
    Ok(Answer::Planned(planned))
}

/// The plan that the linear program alone finds: the slow way, for comparison.
pub fn solve_by_program(group: &Group, backend: &dyn Backend, effort: &Effort) -> Result<Planned, PlanError> {
    group.validate()?;
    by_program(group, backend, effort, None)
}

fn closed_form(group: &Group) -> Result<Option<Planned>, PlanError> {
    let Some(relief) = relieve(&decompose(group), group) else { return Ok(None) };
    let schedule = relief.schedule();
    let objectives = checked(group, &schedule)?;
    let met = objectives == relief.bound;
    Ok(Some(Planned {
        schedule,
        objectives,
        lower_bound: relief.bound,
        status: if met { Status::Optimal } else { Status::Feasible },
        proof: Proof::ClosedForm,
        peak_ms: peak_ms(group),
        note: None,
    }))
}

/// Solves the program where a creation costs as much as holding one ENI for `creation_ms`; none: next to nothing.
pub(crate) fn by_program(
    group: &Group,
    backend: &dyn Backend,
    effort: &Effort,
    creation_ms: Option<f64>,
) -> Result<Planned, PlanError> {
    let failed = |message: String| PlanError::Backend(message);
    let network = Network::build(group, effort.largest_program)
        .ok_or_else(|| failed(format!("the network has more than {} arcs", effort.largest_program)))?;
    let mut flow = network.flow_where(creation_ms);
    for _ in 0..effort.rounds {
        let solution = backend
            .solve(flow.program(), effort.seconds)
            .map_err(|failure| failed(format!("{}: {failure}", backend.name())))?;
        if !solution.optimal {
            return Err(failed(format!("{} stopped before a proof", backend.name())));
        }
        let schedule = flow
            .schedule(&solution)
            .ok_or_else(|| failed(format!("{} gave a point that is not whole", backend.name())))?;
        if flow.broken(&schedule) {
            continue;
        }
        let objectives =
            checked(group, &schedule).map_err(|error| failed(format!("{}: {error}", backend.name())))?;
        return Ok(Planned {
            schedule,
            objectives,
            lower_bound: objectives,
            status: Status::Optimal,
            proof: Proof::Program { backend: backend.name() },
            peak_ms: peak_ms(group),
            note: None,
        });
    }
    Err(failed(format!("not settled after {} rounds of added constraints", effort.rounds)))
}

fn checked(group: &Group, schedule: &Schedule) -> Result<Objectives, PlanError> {
    let Checked { peak, held_ms, creations } = check(group, schedule).map_err(PlanError::Unsound)?;
    Ok(Objectives { peak, held_ms, creations })
}

fn peak_ms(group: &Group) -> Option<u64> {
    let (peak, at) = group.need.peak();
    (peak > 0).then_some(at)
}
