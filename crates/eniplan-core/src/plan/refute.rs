//! Refutation: the search for a counterexample, a realization under which a plan breaks its target.
//!
//! The simulator follows the plan under the search for witnesses, as it is and, where a zone's loss
//! is to be survived, once more without each zone. Trusts nothing of how the plan was found.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::followed::actions;
use super::progress::PlanProgress;
use super::requirement::study::Study;
use super::solve::required::RequiredPlan;
use crate::policy::{Policy, Provision};
use crate::quantity::Millis;
use crate::simulation::{End, Failure, Realization, Recorder, ServedInvocation, World, simulate};
use crate::topology::Topology;
use crate::worst_case::{ProvedPlan, SearchEffort, worst_case};

/// What a search for counterexamples has shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refutation {
    /// Realizations that were replayed.
    pub replays: u64,
    /// How the target broke; none: it held in each of them.
    pub counterexample: Option<Counterexample>,
    /// The most invocations that a replay fails.
    pub failures: u64,
    /// Whether it is proved that none ever fails.
    pub none_fails: bool,
}

/// a realization that breaks a plan.
#[derive(Clone, Debug)]
pub(crate) struct Counterexample {
    pub realization: Realization,
    pub what: MissedTarget,
    /// When, ms.
    pub at_ms: u64,
    /// The cold start, ms, the ENIs held, or the invocations.
    pub shown: u64,
    /// The zone that was lost.
    pub lost: Option<String>,
}

/// How a target breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MissedTarget {
    /// A cold start of this function is too long.
    TooLong(String),
    /// More ENIs are held than the plan says.
    TooMany,
    /// Invocations wait for an ENI for ever.
    Unserved,
}

/// Invocations to replay in each search, about.
const REPLAYED: u64 = 2_000_000;

/// Passes over the trace that a search takes, about: the corners, twice as they are written down, the
/// random realizations, and the bounds.
pub(crate) fn passes(study: &Study<'_>) -> u64 {
    let drawn = REPLAYED / study.trace.invocations().max(1);
    let zones = if study.topology.limits.survive_zone { 3 } else { 0 };
    drawn.min(2_000) * (1 + zones) + 12
}

/// Looks for a realization that breaks `plan`, under which no environment is to wait longer than `eni_wait`.
pub(crate) fn search_for_counterexample(
    study: &Study<'_>,
    target: Millis,
    plan: &RequiredPlan,
    eni_wait: u64,
    progress: &PlanProgress<'_>,
) -> Refutation {
    let search = CounterexampleSearch { study, target, plan, eni_wait, progress };
    if !study.topology.limits.survive_zone {
        return search.replay_worst_cases(None);
    }
    // Of a long trace a replay takes long: the corner in which the fewest ENIs are ready has to do.
    let long = study.trace.invocations() > REPLAYED;
    let after = |zone: &&str| {
        if long { search.replay_corner(zone) } else { search.replay_worst_cases(Some(zone)) }
    };
    let zones: Vec<&str> = search.zones().into_iter().collect();
    let (mut all, lost) = rayon::join(
        || search.replay_worst_cases(None),
        || zones.par_iter().map(after).collect::<Vec<Refutation>>(),
    );
    for lost in lost {
        all.replays += lost.replays;
        all.failures = all.failures.max(lost.failures);
        all.none_fails &= lost.none_fails || long;
        all.counterexample = all.counterexample.or(lost.counterexample);
    }
    all
}

/// A plan, and what it is to keep.
struct CounterexampleSearch<'a> {
    study: &'a Study<'a>,
    target: Millis,
    plan: &'a RequiredPlan,
    eni_wait: u64,
    progress: &'a PlanProgress<'a>,
}

impl CounterexampleSearch<'_> {
    /// The zones in which the plan stands.
    fn zones(&self) -> BTreeSet<&str> {
        self.plan.schedules.iter().map(|(class, _)| self.study.zone(*class)).collect()
    }

    /// The world of the plan after the loss of a zone, to be followed by `policy`.
    fn world<'w>(&'w self, lost: Option<&str>, topology: &'w Topology, policy: &'w Policy) -> World<'w> {
        let left = |class: &usize| Some(self.study.zone(*class)) != lost;
        let schedules = self.plan.schedules.iter().filter(|(class, _)| left(class)).cloned();
        let world = World::new(topology, self.study.cold_path, policy, self.study.initial().to_vec());
        world.with_schedule(actions(&schedules.collect::<Vec<_>>()))
    }

    /// One replay, everything taking the longest.
    fn replay_corner(&self, lost: &str) -> Refutation {
        let (topology, policy) = (self.study.without(Some(lost)), self.study.scheduled(Provision::Scheduled));
        let world = self.world(Some(lost), &topology, &policy);
        let longest = Realization::all(End::Longest);
        let (outcome, _, starved) = simulate(&world, self.study.trace, longest.clone(), Starved::default());
        self.progress.step();
        let found = |what: MissedTarget, at_ms: u64, shown: u64| {
            let (realization, lost) = (longest.clone(), Some(lost.to_owned()));
            Counterexample { realization, what, at_ms, shown, lost }
        };
        let too_long = outcome.longest.as_ref().filter(|start| start.length > self.target.0);
        let too_long = too_long.map(|start| {
            let function = topology.functions.get(start.function).map(|place| place.name.clone());
            found(MissedTarget::TooLong(function.unwrap_or_default()), start.arrival, start.length)
        });
        let held = outcome.enis;
        let too_many = held.peak > u64::from(self.plan.draining_peak);
        let too_many = too_many.then(|| found(MissedTarget::TooMany, held.peak_at, held.peak));
        let starved_at = starved.first.map(|at| found(MissedTarget::Unserved, at, starved.count));
        Refutation {
            replays: 1,
            counterexample: starved_at.or(too_long).or(too_many),
            failures: outcome.failures().saturating_sub(starved.count),
            none_fails: true,
        }
    }

    /// The search for worst cases, on the plan as it is or after the loss of a zone.
    fn replay_worst_cases(&self, lost: Option<&str>) -> Refutation {
        let (topology, policy) = (self.study.without(lost), self.study.scheduled(Provision::Scheduled));
        let world = self.world(lost, &topology, &policy);
        let most = u64::from(self.plan.draining_peak);
        let planned = ProvedPlan { eni_wait: Millis(self.eni_wait), peak_enis: most };
        let effort = SearchEffort { invocations: REPLAYED, ..SearchEffort::default() };
        let (cold_path, trace) = (self.study.cold_path, self.study.trace);
        let worst = worst_case(&world, cold_path, trace, Some(planned), effort, self.progress);
        let found = |what: MissedTarget, realization: &Realization, at_ms: u64, shown: u64| Counterexample {
            realization: realization.clone(),
            what,
            at_ms,
            shown,
            lost: lost.map(str::to_owned),
        };
        let (cold, peak) = (&worst.cold_start, &worst.peak_enis);
        let too_long = (cold.witness_ms > self.target.0).then(|| {
            let function = cold.function.clone().unwrap_or_default();
            let at_ms = cold.at_ms.unwrap_or(0);
            found(MissedTarget::TooLong(function), &worst.witness, at_ms, cold.witness_ms)
        });
        let too_many = (peak.peak.witness > most)
            .then(|| found(MissedTarget::TooMany, &worst.witness_peak_enis, peak.at_ms, peak.peak.witness));
        // Who waits for ever has no cold start: it fails in the end. What other limits refuse is not the plan's.
        let starved = if worst.failures.witness > 0 {
            simulate(&world, trace, worst.witness_failures.clone(), Starved::default()).2
        } else {
            Starved::default()
        };
        let unserved = starved
            .first
            .map(|at_ms| found(MissedTarget::Unserved, &worst.witness_failures, at_ms, starved.count));
        Refutation {
            replays: worst.replays,
            counterexample: unserved.or(too_long).or(too_many),
            failures: worst.failures.witness.saturating_sub(starved.count),
            none_fails: worst.failures.bound == Some(0),
        }
    }
}

/// Invocations that wait for an ENI to the end.
#[derive(Clone, Copy, Debug, Default)]
struct Starved {
    count: u64,
    /// When the first of them arrived, ms.
    first: Option<u64>,
}

impl Recorder for Starved {
    fn failed(&mut self, arrival: u64, _function: usize, failure: Failure) {
        if failure == Failure::Starved {
            self.count += 1;
            self.first = Some(self.first.map_or(arrival, |first| first.min(arrival)));
        }
    }
}

/// The first invocation of a run whose cold start is longer than promised, or that fails.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FirstBroken {
    target: u64,
    /// When it arrived, ms.
    pub at: Option<u64>,
}

impl FirstBroken {
    pub(crate) const fn new(target: Millis) -> Self {
        Self { target: target.0, at: None }
    }

    fn note(&mut self, arrival: u64) {
        self.at = Some(self.at.map_or(arrival, |first| first.min(arrival)));
    }
}

impl Recorder for FirstBroken {
    fn served(&mut self, served: &ServedInvocation<'_>) {
        if served.start.saturating_sub(served.arrival) > self.target {
            self.note(served.arrival);
        }
    }

    fn failed(&mut self, arrival: u64, _function: usize, _failure: Failure) {
        self.note(arrival);
    }
}
