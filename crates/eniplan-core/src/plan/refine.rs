//! Refinement: from candidates for what is required to a plan that no counterexample breaks.
//!
//! Constraint generation (counterexample-guided synthesis): solve and check, search for a counterexample,
//! require the places it lacked, solve again.

use super::answer::{NoPlan, Shortfall};
use super::progress::PlanProgress;
use super::refute::{Counterexample, MissedTarget, Refutation, search_for_counterexample};
use super::requirement::lifetimes::alive;
use super::requirement::readiness::Requirement;
use super::requirement::study::Study;
use super::solve::backend::Backend;
use super::solve::required::{RequiredPlan, solve_requirement};
use super::terms::error::PlanError;
use super::terms::schedule::Objectives;
use crate::quantity::Millis;

/// What may be required, and the plan of it.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub requirement: Requirement,
    /// Checked.
    pub plan: RequiredPlan,
}

/// What has become of the candidates.
#[derive(Debug)]
pub(crate) struct Refinement {
    /// Realizations that were replayed.
    pub replays: u64,
    /// Those that broke a plan and became constraints.
    pub counterexamples: u64,
    /// What was required in the end, with a plan that nothing broke; or what is left.
    pub outcome: Result<(Candidate, Refutation), NoPlan>,
}

/// After so many a candidate is given up, and what is left is told.
const MOST_COUNTEREXAMPLES: u64 = 50;

/// The loop: search for a counterexample, require the places it lacked, solve and check again, until none
/// breaks the plan. The first candidate is taken of which it is proved that no invocation fails; where it is
/// of none, the last.
pub(crate) fn refine(
    study: &Study<'_>,
    candidates: Vec<Candidate>,
    target: Millis,
    backend: &dyn Backend,
    progress: &PlanProgress<'_>,
) -> Result<Refinement, PlanError> {
    let mut refined = Refinement { replays: 0, counterexamples: 0, outcome: Err(NoPlan::default()) };
    for Candidate { mut requirement, mut plan } in candidates {
        let mut constraints = 0;
        refined.outcome = loop {
            let eni_wait = requirement.eni_wait();
            let refutation = search_for_counterexample(study, target, &plan, eni_wait, progress);
            refined.replays += refutation.replays;
            let Some(broken) = &refutation.counterexample else {
                break Ok((Candidate { requirement, plan }, refutation));
            };
            let alive = alive(study, study.initial(), broken.realization.clone());
            // Where nothing new is required, no number of ENIs mends it.
            if constraints == MOST_COUNTEREXAMPLES || !requirement.require_places(study, &alive) {
                break Err(unmended(broken, target, &plan));
            }
            constraints += 1;
            plan = match solve_requirement(study, &requirement, target, backend)? {
                Ok(plan) => plan,
                Err(none) => break Err(none),
            };
        };
        refined.counterexamples += constraints;
        // Longer cold starts may meet the account's limits where none would.
        if refined.outcome.as_ref().is_ok_and(|(_, refutation)| refutation.none_fails) {
            break;
        }
    }
    Ok(refined)
}

/// The candidates that have a plan, the cheapest first and none dearer than the one without any
/// waiting; or why the first has none.
pub(crate) fn rank_candidates(
    study: &Study<'_>,
    requirements: Vec<Requirement>,
    target: Millis,
    backend: &dyn Backend,
) -> Result<Result<Vec<Candidate>, NoPlan>, PlanError> {
    let mut found: Vec<((u128, Objectives), Candidate)> = Vec::new();
    let mut none = None;
    for requirement in requirements {
        match solve_requirement(study, &requirement, target, backend)? {
            Ok(plan) => {
                let value = study.minimise.value(plan.objectives, &plan.subnet_peaks).unwrap_or(0);
                found.push(((value, plan.objectives), Candidate { requirement, plan }));
            }
            Err(why) => none = none.or(Some(why)),
        }
    }
    // In a tie the one that waits less, which stands before.
    found.sort_by_key(|(value, _)| *value);
    let plain = found.iter().position(|(_, candidate)| candidate.requirement.eni_wait() == 0);
    found.truncate(plain.map_or(found.len(), |plain| plain + 1));
    let candidates: Vec<Candidate> = found.into_iter().map(|(_, candidate)| candidate).collect();
    Ok(none.filter(|_| candidates.is_empty()).map_or(Ok(candidates), Err))
}

/// A counterexample that no constraint takes away.
fn unmended(broken: &Counterexample, target: Millis, plan: &RequiredPlan) -> NoPlan {
    let lost = broken.lost.as_ref().map_or_else(String::new, |zone| format!(" without zone {zone}"));
    let (limit, available, unit) = match &broken.what {
        MissedTarget::TooLong(function) => {
            (format!("cold start of {function} in a replay{lost}"), target.0, "ms")
        }
        MissedTarget::TooMany => {
            (format!("ENIs held in a replay{lost}"), u64::from(plan.draining_peak), "ENIs")
        }
        MissedTarget::Unserved => (format!("invocations never served in a replay{lost}"), 0, "invocations"),
    };
    let (from_ms, to_ms) = (broken.at_ms, broken.at_ms);
    let (summary, needed) = (limit.clone(), broken.shown);
    let shortages = vec![Shortfall { limit, from_ms, to_ms, needed, available, unit, summary }];
    NoPlan { proved: false, shortages, ..NoPlan::default() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use petgraph::graph::DiGraph;

    use super::*;
    use crate::cold_path::{ColdPath, Path, PathStep};
    use crate::demand::Curve;
    use crate::plan::solve::backend;
    use crate::platform::PhaseKind;
    use crate::policy::{Capacity, StartMode, named};
    use crate::quantity::{Interval, Memory};
    use crate::topology::{EniClass, FunctionPlace, SubnetRoom, SystemLimits, Topology};
    use crate::trace::{Entry, Shape, Trace, TraceFunction};

    /// Three bursts of one function, in one subnet of `addresses`.
    fn bursts(addresses: u32) -> (Topology, ColdPath, Trace) {
        let burst = |n: u32| Entry { at: u64::from(n) * 300_000, duration: 5_000, function: 0, count: 4 + n };
        let place = FunctionPlace {
            name: "f".into(),
            memory: Memory::mib(1_024),
            connections: 1,
            keep_alive: Millis(60_000),
            classes: vec![0],
        };
        let room = SubnetRoom { name: "a".into(), zone: "z".into(), vpc: 0, addresses };
        let topology = Topology {
            graph: DiGraph::new(),
            classes: vec![EniClass { subnet: 0, security_groups: Vec::new() }],
            functions: vec![place],
            limits: SystemLimits { subnets: vec![room], ..SystemLimits::default() },
            boot: Interval::between(Millis(5_000), Millis(20_000)),
            delete: Interval::exactly(Millis(10_000)),
            capacity: Capacity::Count(1),
        };
        let step = PathStep {
            name: "eni".into(),
            kind: PhaseKind::Eni,
            duration: Interval::exactly(Millis::ZERO),
            after: Vec::new(),
        };
        let cold_path = ColdPath { vpc: Path { steps: vec![step] }, plain: Path::default() };
        let trace = Trace {
            functions: vec![TraceFunction { name: "f".into(), memory: None, duration: None }],
            origin: None,
            span: Millis(900_000),
            notes: Vec::new(),
            shape: Shape::Log((0..3).map(burst).collect()),
        };
        (topology, cold_path, trace)
    }

    /// What is left of a need if at most `most` ENIs are asked for at a time.
    fn weakened(mut requirement: Requirement, most: u32) -> Requirement {
        for pool in &mut requirement.pools {
            let steps = pool.ready.steps().iter();
            pool.ready = Curve::new(steps.map(|&(at, value)| (at, value.min(most))));
        }
        requirement
    }

    fn solved(study: &Study<'_>, requirement: &Requirement) -> RequiredPlan {
        solve_requirement(study, requirement, Millis::ZERO, backend::ALL[0]).unwrap().unwrap()
    }

    fn refuted(study: &Study<'_>, plan: &RequiredPlan) -> Refutation {
        search_for_counterexample(study, Millis::ZERO, plan, 0, PlanProgress::unobserved())
    }

    fn refined(study: &Study<'_>, requirement: Requirement) -> Refinement {
        let plan = solved(study, &requirement);
        let candidates = vec![Candidate { requirement, plan }];
        refine(study, candidates, Millis::ZERO, backend::ALL[0], PlanProgress::unobserved()).unwrap()
    }

    #[test]
    fn a_need_that_is_too_weak_is_mended_by_its_counterexamples() {
        let (topology, cold_path, trace) = bursts(100);
        let mut policy = named("idle-reuse").unwrap();
        policy.start = StartMode::Warm;
        let study = Study::new(&topology, &cold_path, &policy, &trace);
        let full = refined(&study, Requirement::without_waiting(&study));
        assert_eq!(full.counterexamples, 0);
        let best = full.outcome.unwrap().0.plan;
        assert_eq!(best.objectives.peak, 6);
        for most in 0..6 {
            let weak = weakened(Requirement::without_waiting(&study), most);
            let broken = refuted(&study, &solved(&study, &weak));
            assert!(broken.counterexample.is_some(), "{most} are enough");
            let mended = refined(&study, weak);
            assert!((1..=3).contains(&mended.counterexamples), "{most}: {}", mended.counterexamples);
            let (Candidate { plan, .. }, refutation) = mended.outcome.unwrap();
            assert!(refutation.counterexample.is_none());
            // The constraints ask for no more than the proof does.
            assert_eq!(plan.objectives.peak, best.objectives.peak, "{most}");
            assert!(
                plan.objectives <= best.objectives,
                "{most}: {:?} {:?}",
                plan.objectives,
                best.objectives
            );
        }
    }

    #[test]
    fn what_no_constraint_takes_away_is_told() {
        let (topology, cold_path, trace) = bursts(100);
        let mut policy = named("idle-reuse").unwrap();
        policy.start = StartMode::Warm;
        let study = Study::new(&topology, &cold_path, &policy, &trace);
        let mut requirement = Requirement::without_waiting(&study);
        let mut plan = solved(&study, &requirement);
        // A claim that is not true cannot be mended by requiring more ENIs.
        plan.draining_peak = 3;
        let broken = refuted(&study, &plan).counterexample.unwrap();
        assert_eq!((&broken.what, broken.shown), (&MissedTarget::TooMany, 6));
        let alive = alive(&study, study.initial(), broken.realization.clone());
        assert!(!requirement.require_places(&study, &alive));
        let left = unmended(&broken, Millis::ZERO, &plan);
        assert_eq!((left.shortages[0].needed, left.shortages[0].available, left.proved), (6, 3, false));
    }
}
