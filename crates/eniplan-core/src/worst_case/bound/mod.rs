//! Bounds: what no realization of the uncertainty set can exceed, each by an argument of `docs/worst-case.md`.
//!
//! What is concluded rests on a hypothesis: how long requests wait for tokens and hosts,
//! which pools never run empty, and when invocations may fail at all. The first event that
//! broke it would contradict what was concluded from it up to then; so a hypothesis that
//! contains its own consequences holds (W0). The smallest is tried first, and widened by
//! its consequences until it contains them.
//!
//! Sums of spans and of counts are held at the largest number of their type, which is after every instant
//! and more than every count: a window or a wait that long is all of time, and so many is no bound at all.
//! Differences are held at 0, where no span and no count can be less.

mod account;
mod arrivals;
mod bounds;
mod component;
mod conclude;
mod curves;
mod deployed;
mod environments;
mod failures;
mod findings;
mod held;
mod hypothesis;
mod levels;
mod packing;
mod problem;
mod proof;
mod queue;
mod subnets;
mod tokens;

pub use bounds::{BoundBySlot, Bounds};
pub use problem::ProvedPlan;
pub(crate) use queue::wait_for_host;

use conclude::{bounds_of_limits, bounds_of_proof, bounds_without_a_pass};
use deployed::bounds_of_deployment;
use problem::BoundProblem;
use proof::{BoundProof, NoProof};

use super::objective::SearchObjective;
use super::progress::{SearchObserver, SearchProgress, Unobserved};
use crate::cold_path::ColdPath;
use crate::policy::Provision;
use crate::quantity::Millis;
use crate::simulation::World;
use crate::trace::Trace;

/// The bounds for `trace` in `world`.
pub fn bounds(world: &World<'_>, cold_path: &ColdPath, trace: &Trace, planned: Option<ProvedPlan>) -> Bounds {
    bounds_observed(world, cold_path, trace, planned, &Unobserved, 0)
}

/// The same as far as `observer` allows, which is told the longest cold start `shown` so far: where it
/// cancels the proof, what is proved already.
pub(super) fn bounds_observed(
    world: &World<'_>,
    cold_path: &ColdPath,
    trace: &Trace,
    planned: Option<ProvedPlan>,
    observer: &dyn SearchObserver,
    shown: u64,
) -> Bounds {
    let problem = BoundProblem::new(world, cold_path, trace, planned);
    let follows_a_plan = matches!(world.policy.provision, Provision::Scheduled | Provision::Clairvoyant);
    if follows_a_plan && planned.is_none() {
        return bounds_of_limits(&problem);
    }
    let without_a_pass = bounds_without_a_pass(&problem);
    let progress = progress(shown, without_a_pass.cold_start_ms);
    if let Some(deployed) = bounds_of_deployment(&problem, observer, progress) {
        return deployed;
    }
    match (BoundProof { problem: &problem, observer, progress, target: None }).run() {
        Ok(proved) => bounds_of_proof(&problem, &proved),
        Err(NoProof::Strands) => bounds_of_limits(&problem),
        Err(NoProof::Wider(_) | NoProof::Stopped) => without_a_pass,
    }
}

/// Whether it is proved that no cold start exceeds `target` and no invocation fails.
///
/// Says no as soon as the proof has to suppose a longer wait, since it never takes that back.
pub(crate) fn surely_within(world: &World<'_>, cold_path: &ColdPath, trace: &Trace, target: Millis) -> bool {
    let problem = BoundProblem::new(world, cold_path, trace, None);
    let progress = progress(0, None);
    let proof = BoundProof { problem: &problem, observer: &Unobserved, progress, target: Some(target) };
    let Ok(proved) = proof.run() else { return false };
    let bounds = bounds_of_proof(&problem, &proved);
    bounds.failures == 0 && bounds.cold_start_ms.is_some_and(|longest| longest <= target.0)
}

const fn progress(witness: u64, bound: Option<u64>) -> SearchProgress {
    SearchProgress { objective: SearchObjective::ColdStart, witness, bound, steps: 0, done: None }
}
