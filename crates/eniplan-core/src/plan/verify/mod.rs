//! Verify: whether a plan keeps a target, without the optimiser.
//!
//! The needs are rebuilt from the trace; the API bucket is played first come first served over
//! all requests, [`check`] sweeps each group of functions, a sweep of its own holds the shared limits
//! against what is held, and the search for witnesses looks for a counterexample in what the simulator makes of it.

mod breach;
pub(crate) mod failure;
pub(crate) mod saved;
mod shared;
mod tally;

pub use breach::{Breach, Misclaim, Verified};

use std::collections::BTreeSet;

use super::answer::PlanAmount;
use super::check::{check, grant_tokens};
use super::requirement::readiness::Requirement;
use super::requirement::study::Study;
use super::requirement::waiting::candidates;
use super::terms::exact::instant_ms;
use super::terms::group::{Group, PlanStart};
use super::terms::schedule::Schedule;
use super::terms::violation::Violation;
use crate::demand::Curve;
use crate::policy::{Provision, StartMode};
use crate::quantity::Millis;
use crate::simulation::{EniAction, World, simulate};
use crate::worst_case::{self, Unobserved, worst_case};
use breach::name_classes;
use failure::{FirstFailure, reason};
use saved::Claims;
use shared::shared_classes;
use tally::{HeldApart, tally_held};

/// A plan that requests more ENIs than this is not replayed.
const MOST_CREATIONS: u64 = 5_000_000;
/// Invocations to replay, about.
const REPLAYED: u64 = 2_000_000;

/// Checks `actions`, in time order, against `target` and what is claimed of them, then attacks them.
pub fn verify(study: &Study<'_>, target: Millis, actions: &[EniAction], claims: Claims) -> Verified {
    let cold_path = study.longest_possible();
    let mut verified = Verified {
        holds: false,
        max_cold_start_ms: target.0,
        cold_path_ms: cold_path.0,
        found: PlanAmount::default(),
        breaches: Vec::new(),
        misclaims: Vec::new(),
        attacks: 0,
        longest_replayed_ms: 0,
        unproved: Vec::new(),
    };
    if cold_path > target {
        verified.breaches.push(Breach {
            what: "cold path with an ENI ready".into(),
            place: String::new(),
            at_ms: None,
            needed: cold_path.0,
            available: instant_ms(target.0),
            unit: "ms",
        });
    }
    check_start(study, actions, &mut verified);
    let candidates = candidates(study, target);
    let eni_wait = check_readiness(study, &candidates, actions, &mut verified);
    let apart = tally_held(study, &candidates, actions, &mut verified);
    compare_claims(&mut verified, claims, apart);
    let classes: Vec<usize> = (0..study.topology.classes.len()).collect();
    for lost in losses(study, &classes) {
        search_for_counterexample(study, target, actions, eni_wait, lost, &mut verified);
    }
    verified.holds = verified.breaches.is_empty() && verified.misclaims.is_empty();
    verified
}

/// From an empty start nothing is done before it.
fn check_start(study: &Study<'_>, actions: &[EniAction], verified: &mut Verified) {
    let early = |action: &&EniAction| study.policy.start == StartMode::Empty && action.at < 0;
    for action in actions.iter().filter(early) {
        let needed = u64::from(action.create).max(u64::from(action.delete));
        let (what, place) = ("entries after the start".into(), name_classes(study, &[action.class]));
        let at_ms = Some(action.at);
        verified.breaches.push(Breach { what, place, at_ms, needed, available: 0, unit: "ENIs" });
    }
}

/// Whether every group of functions that share classes has what it needs, in one of the candidates
/// for it; and how long environments then wait for an ENI.
fn check_readiness(
    study: &Study<'_>,
    candidates: &[Requirement],
    actions: &[EniAction],
    verified: &mut Verified,
) -> Millis {
    let Some(granted) = grant(study, actions, verified) else { return Millis::ZERO };
    let components = shared_classes(study);
    if components.iter().any(|component| component.overlapping) {
        verified.unproved.push(
            "some functions share only part of their subnets; their ENIs were checked jointly, and only the \
             replays show which function gets which ENI"
                .into(),
        );
    }
    let mut eni_wait = 0;
    for component in &components {
        let short = |classes: &[usize], need: &Curve| {
            let creations =
                granted.iter().filter(|grant| classes.contains(&grant.1)).map(|grant| (grant.0, grant.2));
            let deletions = actions.iter().filter(|action| classes.contains(&action.class));
            let schedule =
                Schedule::from_parts(creations, deletions.map(|action| (action.at, action.delete)));
            check(&unlimited(study, need), &schedule).err().unwrap_or_default()
        };
        // As it is, and after the loss of each zone that is to be survived.
        let broken = |need: &Curve| {
            let broken_without = |lost: Option<&str>| {
                let left = |class: &&usize| lost.is_none() || Some(study.zone(**class)) != lost;
                let classes: Vec<usize> = component.classes.iter().filter(left).copied().collect();
                let place = if classes.is_empty() { component.classes.clone() } else { classes.clone() };
                let lost = lost.map(str::to_owned);
                short(&classes, need)
                    .into_iter()
                    .map(move |violation| (violation, place.clone(), lost.clone()))
                    .collect()
            };
            let losses = losses(study, &component.classes);
            losses.into_iter().flat_map(|lost| -> Vec<_> { broken_without(lost) }).collect::<Vec<_>>()
        };
        let mut violations = broken(&component.need);
        let waiting = candidates.iter().flat_map(|candidate| &candidate.pools);
        let mut waiting = waiting.filter(|pool| pool.eni_wait > 0 && pool.scope.classes == component.classes);
        if !violations.is_empty()
            && let Some(pool) = waiting.find(|pool| broken(&pool.ready).is_empty())
        {
            eni_wait = eni_wait.max(pool.eni_wait);
            violations.clear();
        }
        let told = |(violation, classes, lost): &(Violation, Vec<usize>, Option<String>)| {
            breach(violation, &name_classes(study, classes), lost.as_deref())
        };
        verified.breaches.extend(violations.iter().map(told));
        for class in component.classes.iter().filter(|_| component.classes.len() > 1) {
            let violations = short(&[*class], &Curve::empty());
            verified.breaches.extend(
                violations.iter().map(|violation| breach(violation, &name_classes(study, &[*class]), None)),
            );
        }
    }
    Millis(eni_wait)
}

/// When each request has its token: `(instant, class, how many)`; none, and a breach, where some never have.
fn grant(
    study: &Study<'_>,
    actions: &[EniAction],
    verified: &mut Verified,
) -> Option<Vec<(i64, usize, u32)>> {
    let requests = actions.iter().filter(|action| action.create > 0);
    let requests = requests.map(|action| (action.at, action.class, action.create));
    let tell = |violation: Violation| {
        let class = if let Violation::NeverGranted { class, .. } = violation { class } else { 0 };
        verified.breaches.push(breach(&violation, &name_classes(study, &[class]), None));
    };
    grant_tokens(study.topology.limits.api, requests).map_err(tell).ok()
}

/// No loss, and that of each zone of these classes where it is to be survived.
fn losses<'a>(study: &Study<'a>, classes: &[usize]) -> Vec<Option<&'a str>> {
    let mut losses = vec![None];
    if study.topology.limits.survive_zone {
        let zones: BTreeSet<&str> = classes.iter().map(|&class| study.zone(class)).collect();
        losses.extend(zones.into_iter().map(Some));
    }
    losses
}

/// ` without zone z`, where one is lost.
fn without(lost: Option<&str>) -> String {
    lost.map_or_else(String::new, |zone| format!(" without zone {zone}"))
}

/// A group of this need, to be held against requests that have their tokens.
fn unlimited(study: &Study<'_>, need: &Curve) -> Group {
    Group {
        need: need.clone(),
        span: study.trace.span,
        boot: study.topology.boot.clone(),
        delete: study.topology.delete.clone(),
        ceilings: Vec::new(),
        api: None,
        start: PlanStart::Warm,
    }
}

fn breach(violation: &Violation, place: &str, lost: Option<&str>) -> Breach {
    let at = |what: &str, at_ms: i64, needed: u64, available: i64| Breach {
        what: format!("{what}{}", without(lost)),
        place: place.to_owned(),
        at_ms: Some(at_ms),
        needed,
        available,
        unit: "ENIs",
    };
    match violation {
        Violation::NotReady { at_ms, ready, need, .. } => {
            at("ENIs certain to be ready", *at_ms, (*need).into(), *ready)
        }
        Violation::DeletesUnready { at_ms, ready, .. } => at("ENIs certain to be ready", *at_ms, 0, *ready),
        Violation::OverLimit { at_ms, held, available, limit } => {
            at(&limit.to_string(), *at_ms, held.unsigned_abs(), (*available).into())
        }
        Violation::NeverGranted { at_ms, count, .. } => at("API tokens", *at_ms, (*count).into(), 0),
        Violation::Unordered { at_ms }
        | Violation::OutOfRange { at_ms }
        | Violation::NoSuchClass { at_ms, .. }
        | Violation::TooEarly { at_ms, .. } => at("entries in order and within range", *at_ms, 0, 0),
    }
}

/// The file's own numbers; a peak and hours that count each group on its own are taken as well.
fn compare_claims(verified: &mut Verified, claims: Claims, apart: HeldApart) {
    let found = verified.found;
    let mut differs = |field, claimed: f64, found: f64| {
        verified.misclaims.push(Misclaim { field, claimed, found });
    };
    let peaks = found.peak_enis..=apart.peak_enis;
    if let Some(peak) = claims.peak_enis.filter(|peak| !peaks.contains(peak)) {
        differs("peak_enis", peak as f64, found.peak_enis as f64);
    }
    // What a decimal number may lose on its way through a file.
    let lost = 1e-9 * found.eni_hours;
    let hours = apart.eni_hours - lost..=found.eni_hours + lost;
    if let Some(claimed) = claims.eni_hours.filter(|claimed| !hours.contains(claimed)) {
        differs("eni_hours", claimed, found.eni_hours);
    }
    if let Some(creations) = claims.creations.filter(|&creations| creations != found.creations) {
        differs("creations", creations as f64, found.creations as f64);
    }
}

/// Replays the plan, looking for a realization that breaks the target.
fn search_for_counterexample(
    study: &Study<'_>,
    target: Millis,
    actions: &[EniAction],
    eni_wait: Millis,
    lost: Option<&str>,
    verified: &mut Verified,
) {
    if verified.found.creations > MOST_CREATIONS {
        if lost.is_none() {
            verified.unproved.push("the plan creates too many ENIs to replay".into());
        }
        return;
    }
    let (topology, policy) = (study.without(lost), study.scheduled(Provision::Scheduled));
    let world = World::new(&topology, study.cold_path, &policy, study.initial().to_vec());
    let left = actions.iter().filter(|action| lost.is_none() || Some(study.zone(action.class)) != lost);
    let world = world.with_schedule(left.copied().collect());
    let proved = verified.breaches.is_empty();
    let planned = worst_case::ProvedPlan { eni_wait, peak_enis: verified.found.peak_enis };
    // What is known to be broken needs no long search.
    let invocations = if proved { REPLAYED } else { REPLAYED / 20 };
    let effort = worst_case::SearchEffort { invocations, ..worst_case::SearchEffort::default() };
    let worst =
        worst_case(&world, study.cold_path, study.trace, proved.then_some(planned), effort, &Unobserved);
    verified.attacks += worst.replays;
    verified.longest_replayed_ms = verified.longest_replayed_ms.max(worst.cold_start.witness_ms);
    if worst.cold_start.witness_ms > target.0 {
        verified.breaches.push(Breach {
            what: format!("cold start in a replay{}", without(lost)),
            place: worst.cold_start.function.unwrap_or_default(),
            at_ms: worst.cold_start.at_ms.and_then(|at| i64::try_from(at).ok()),
            needed: worst.cold_start.witness_ms,
            available: instant_ms(target.0),
            unit: "ms",
        });
    }
    if worst.failures.witness > 0 {
        let (_, _, first) = simulate(&world, study.trace, worst.witness_failures, FirstFailure::default());
        let function = first.0.and_then(|(_, function, _)| study.topology.functions.get(function));
        let reason = first.0.map_or_else(String::new, |(_, _, failure)| format!(" ({})", reason(failure)));
        verified.breaches.push(Breach {
            what: format!("failed invocations in a replay{}{reason}", without(lost)),
            place: function.map(|place| place.name.clone()).unwrap_or_default(),
            at_ms: first.0.and_then(|(at, ..)| i64::try_from(at).ok()),
            needed: worst.failures.witness,
            available: 0,
            unit: "invocations",
        });
    } else if proved && lost.is_none() && worst.failures.bound != Some(0) {
        verified.unproved.push(
            "the account's concurrency and scaling limits may reject invocations: no replay shows it, but it is \
             not ruled out"
                .into(),
        );
    }
}
