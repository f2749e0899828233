//! Attack: the search for an assignment under which a plan breaks its promise, and what it teaches.
//!
//! The simulator follows the plan under the search for witnesses, as it is and, where a zone's loss
//! is to be survived, once more without each zone. Trusts nothing of how the plan was found.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::schedule::{Entry, Schedule};
use super::study::Study;
use super::whole::Solved;
use crate::policy::{Policy, Provision};
use crate::quantity::Millis;
use crate::simulation::{Assignment, End, EniAction, Failure, Recorder, ServedInvocation, World, simulate};
use crate::topology::Topology;
use crate::worst_case::{ProvedPlan, SearchEffort, worst_case};

/// What an attack has shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Attacked {
    /// Assignments that were replayed.
    pub replays: u64,
    /// How the promise broke; none: it held in each of them.
    pub counterexample: Option<Counterexample>,
    /// The most invocations that a replay fails.
    pub failures: u64,
    /// Whether it is proved that none ever fails.
    pub none_fails: bool,
}

/// An assignment that breaks a plan.
#[derive(Clone, Debug)]
pub(super) struct Counterexample {
    pub assignment: Assignment,
    pub what: What,
    /// When, ms.
    pub at_ms: u64,
    /// The cold start, ms, the ENIs held, or the invocations.
    pub shown: u64,
    /// The zone that was lost.
    pub lost: Option<String>,
}

/// How a promise breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A cold start of this function is too long.
    TooLong(String),
    /// More ENIs are held than the plan says.
    TooMany,
    /// Invocations wait for an ENI for ever.
    Unserved,
}

/// Invocations to replay in each search, about.
const REPLAYED: u64 = 2_000_000;

/// Passes over the traffic that an attack takes, about: the corners, twice as they are written down, the
/// random assignments, and the bounds.
pub(super) fn passes(study: &Study<'_>) -> u64 {
    let drawn = REPLAYED / study.traffic.invocations().max(1);
    let zones = if study.topology.limits.survive_zone { 3 } else { 0 };
    drawn.min(2_000) * (1 + zones) + 12
}

/// Attacks `solved`, under which no environment is to wait longer than `eni_wait` for its ENI.
pub(super) fn attack(study: &Study<'_>, promise: Millis, solved: &Solved, eni_wait: u64) -> Attacked {
    let whole = || search(study, promise, solved, eni_wait, None);
    if !study.topology.limits.survive_zone {
        return whole();
    }
    // Of long traffic a replay takes long: the corner in which the fewest ENIs are ready has to do.
    let long = study.traffic.invocations() > REPLAYED;
    let after = |zone: &&str| {
        if long {
            corner(study, promise, solved, zone)
        } else {
            search(study, promise, solved, eni_wait, Some(zone))
        }
    };
    let zones: Vec<&str> = zones(study, solved).into_iter().collect();
    let (mut all, lost) = rayon::join(whole, || zones.par_iter().map(after).collect::<Vec<Attacked>>());
    for lost in lost {
        all.replays += lost.replays;
        all.failures = all.failures.max(lost.failures);
        all.none_fails &= lost.none_fails || long;
        all.counterexample = all.counterexample.or(lost.counterexample);
    }
    all
}

/// The zones in which a plan stands.
fn zones<'a>(study: &Study<'a>, solved: &Solved) -> BTreeSet<&'a str> {
    solved.schedules.iter().map(|(class, _)| study.zone(*class)).collect()
}

/// The world of a plan after the loss of a zone, to be followed by `policy`.
fn follow<'a>(
    study: &Study<'a>,
    solved: &Solved,
    lost: Option<&str>,
    topology: &'a Topology,
    policy: &'a Policy,
) -> World<'a> {
    let left = |class: &usize| Some(study.zone(*class)) != lost;
    let schedules: Vec<_> = solved.schedules.iter().filter(|(class, _)| left(class)).cloned().collect();
    let world = World::new(topology, study.cold_path, policy, study.initial().to_vec());
    world.with_schedule(actions(&schedules))
}

/// One replay, everything taking the longest.
fn corner(study: &Study<'_>, promise: Millis, solved: &Solved, lost: &str) -> Attacked {
    let (topology, policy) = (study.without(Some(lost)), study.scheduled(Provision::Scheduled));
    let world = follow(study, solved, Some(lost), &topology, &policy);
    let longest = Assignment::all(End::Longest);
    let (outcome, _, starved) = simulate(&world, study.traffic, longest.clone(), Starved::default());
    study.passed();
    let found = |what: What, at_ms: u64, shown: u64| {
        let (assignment, lost) = (longest.clone(), Some(lost.to_owned()));
        Counterexample { assignment, what, at_ms, shown, lost }
    };
    let longest_start = outcome.longest.as_ref().filter(|it| it.length > promise.0);
    let too_long = longest_start.map(|it| {
        let function = topology.functions.get(it.function).map(|place| place.name.clone());
        found(What::TooLong(function.unwrap_or_default()), it.arrival, it.length)
    });
    let most = u64::from(solved.lingering_peak);
    let held = outcome.enis;
    let too_many = (held.peak > most).then(|| found(What::TooMany, held.peak_at, held.peak));
    let starved_at = starved.first.map(|at| found(What::Unserved, at, starved.count));
    Attacked {
        replays: 1,
        counterexample: starved_at.or(too_long).or(too_many),
        failures: outcome.failures().saturating_sub(starved.count),
        none_fails: true,
    }
}

fn search(
    study: &Study<'_>,
    promise: Millis,
    solved: &Solved,
    eni_wait: u64,
    lost: Option<&str>,
) -> Attacked {
    let (topology, policy) = (study.without(lost), study.scheduled(Provision::Scheduled));
    let world = follow(study, solved, lost, &topology, &policy);
    let most = u64::from(solved.lingering_peak);
    let planned = ProvedPlan { eni_wait: Millis(eni_wait), peak_enis: most };
    let effort = SearchEffort { invocations: REPLAYED, ..SearchEffort::default() };
    let worst = worst_case(&world, study.cold_path, study.traffic, Some(planned), effort, study);
    let found = |what: What, assignment: &Assignment, at_ms: u64, shown: u64| Counterexample {
        assignment: assignment.clone(),
        what,
        at_ms,
        shown,
        lost: lost.map(str::to_owned),
    };
    let (cold, peak) = (&worst.cold_start, &worst.peak_enis);
    let too_long = (cold.witness_ms > promise.0).then(|| {
        let function = cold.function.clone().unwrap_or_default();
        found(What::TooLong(function), &worst.witness, cold.at_ms.unwrap_or(0), cold.witness_ms)
    });
    let too_many = (peak.peak.witness > most)
        .then(|| found(What::TooMany, &worst.witness_peak_enis, peak.at_ms, peak.peak.witness));
    // Who waits for ever has no cold start: it fails in the end. What other limits refuse is not the plan's.
    let heard = if worst.failures.witness > 0 {
        simulate(&world, study.traffic, worst.witness_failures.clone(), Starved::default()).2
    } else {
        Starved::default()
    };
    let starved = heard.first.map(|at_ms| found(What::Unserved, &worst.witness_failures, at_ms, heard.count));
    Attacked {
        replays: worst.replays,
        counterexample: starved.or(too_long).or(too_many),
        failures: worst.failures.witness.saturating_sub(heard.count),
        none_fails: worst.failures.bound == Some(0),
    }
}

/// What the simulator does of these schedules.
pub(super) fn actions(schedules: &[(usize, Schedule)]) -> Vec<EniAction> {
    let of = |(class, schedule): &(usize, Schedule)| {
        let class = *class;
        let act = move |entry: &Entry| EniAction {
            at: entry.at_ms,
            class,
            create: entry.create,
            delete: entry.delete,
        };
        schedule.entries.iter().map(act).collect::<Vec<_>>()
    };
    schedules.iter().flat_map(of).collect()
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
pub(super) struct FirstBroken {
    promise: u64,
    /// When it arrived, ms.
    pub at: Option<u64>,
}

impl FirstBroken {
    pub(super) const fn new(promise: Millis) -> Self {
        Self { promise: promise.0, at: None }
    }

    fn breaks(&mut self, arrival: u64) {
        self.at = Some(self.at.map_or(arrival, |first| first.min(arrival)));
    }
}

impl Recorder for FirstBroken {
    fn served(&mut self, served: &ServedInvocation<'_>) {
        if served.start.saturating_sub(served.arrival) > self.promise {
            self.breaks(served.arrival);
        }
    }

    fn failed(&mut self, arrival: u64, _function: usize, _failure: Failure) {
        self.breaks(arrival);
    }
}
