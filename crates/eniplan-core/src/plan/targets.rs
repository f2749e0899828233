//! Targets: the constant pool and the `warm` number that keep the target.
//!
//! Each is a bracket: fewer than `at_least` fail in a replay or by counting, `enough` is proved
//! (docs/plan.md, "Targets"). Under a zone's loss both hold for every zone.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::{PoolClass, PoolTarget, TargetBracket};
use super::progress::PlanProgress;
use super::refute::FirstBroken;
use super::requirement::joint::{PooledJoint, pool_minimum, pool_requirement};
use super::requirement::minimum::minimum_enis;
use super::requirement::readiness::{PoolRequirement, Requirement};
use super::requirement::study::Study;
use super::situation::lift_limits;
use super::solve::joint::{joint_bound, solve_joint};
use super::terms::error::PlanError;
use super::terms::exact::instant_ms;
use super::terms::joint::JointEntry;
use super::terms::solution::JointAnswer;
use crate::demand::Curve;
use crate::policy::{Policy, Provision, StartMode, named};
use crate::quantity::Millis;
use crate::simulation::{End, EniAction, Realization, World, simulate};
use crate::topology::Topology;
use crate::worst_case::surely_within;

/// ENIs that are made once and never deleted: in all, and of each pool of functions.
pub(crate) fn constant_pools(
    study: &Study<'_>,
    candidates: &[Requirement],
    target: Millis,
    progress: &PlanProgress<'_>,
) -> Result<(TargetBracket, Vec<PoolTarget>), PlanError> {
    let (mut needs, mut made) = (smallest_pools(candidates), None);
    // From an empty start fewer may be needed too soon, and more late enough.
    for candidate in
        std::iter::once(needs.clone()).chain(candidates.iter().map(|candidate| candidate.pools.clone()))
    {
        let peaks: Vec<u32> = candidate.iter().map(|need| need.ready.peak().0).collect();
        let pooled = pool_requirement(study, &constants(&candidate, &peaks));
        match solve_joint(&pooled.joint) {
            Ok(JointAnswer::Planned(planned)) => {
                (needs, made) = (candidate, Some(by_class(&pooled, &planned.entries)));
                break;
            }
            // More requests than the planner takes on: then nothing is proved.
            Ok(JointAnswer::Infeasible { .. }) | Err(PlanError::TooMany { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let members: Vec<Vec<usize>> = needs.iter().map(|need| need.scope.members.clone()).collect();
    let counted = minimum_enis(study, target, &members);
    let bracket =
        |(need, counted): (&PoolRequirement, &Curve)| at_least(study, need, counted.peak(), target, progress);
    let brackets: Vec<(u32, Option<u64>)> = needs.iter().zip(&counted).map(bracket).collect();
    let lows: Vec<u32> = brackets.iter().map(|(low, _)| *low).collect();
    // A bucket takes time, not ENIs.
    let mut least = pool_requirement(study, &constants(&needs, &lows)).joint;
    let mut counted = pool_minimum(study, target).joint;
    (least.api, counted.api) = (None, None);
    let counted_at = counted.pools.iter().map(|pool| pool.need.peak()).filter(|(enis, _)| *enis > 0);
    let counted_at = counted_at.max_by_key(|&(enis, at)| (enis, std::cmp::Reverse(at))).map(|(_, at)| at);
    counted.pools.iter_mut().for_each(|pool| pool.need = Curve::new([(0, pool.need.peak().0)]));
    let target = TargetBracket {
        enough: made.as_ref().map(|made| made.iter().map(|(_, enis)| enis).sum()),
        at_least: joint_bound(&least)?.peak.max(joint_bound(&counted)?.peak),
        fails_at_ms: brackets.iter().find_map(|(_, at)| *at).or(counted_at),
    };
    let pool = |(need, (at_least, fails_at_ms)): (&PoolRequirement, (u32, Option<u64>))| PoolTarget {
        classes: made
            .iter()
            .flatten()
            .filter(|(class, _)| need.scope.classes.contains(class))
            .map(|made| pool_class(study, made))
            .collect(),
        enough: made.as_ref().map(|_| need.ready.peak().0),
        at_least,
        fails_at_ms,
    };
    Ok((target, needs.iter().zip(brackets).map(pool).collect()))
}

/// So many ENIs of each pool, from when it first needs any.
fn constants(needs: &[PoolRequirement], enis: &[u32]) -> Requirement {
    let constant = |(need, &enis): (&PoolRequirement, &u32)| {
        let from = need.ready.steps().first().map_or(0, |&(at, _)| at);
        PoolRequirement { ready: Curve::new([(from, enis)]), ..need.clone() }
    };
    Requirement { pools: needs.iter().zip(enis).map(constant).collect() }
}

/// Of each pool the candidate that requires the fewest at once.
fn smallest_pools(candidates: &[Requirement]) -> Vec<PoolRequirement> {
    let pools = candidates.first().map_or(0, |candidate| candidate.pools.len());
    let smallest = |pool: usize| {
        let needs = candidates.iter().filter_map(|candidate| candidate.pools.get(pool));
        needs.min_by_key(|need| need.ready.peak().0)
    };
    (0..pools).filter_map(smallest).cloned().collect()
}

fn by_class(pooled: &PooledJoint, entries: &[JointEntry]) -> Vec<(usize, u32)> {
    let mut made: BTreeMap<usize, u32> = BTreeMap::new();
    for entry in entries {
        *made.entry(pooled.classes[entry.class]).or_default() += entry.create;
    }
    made.into_iter().collect()
}

fn pool_class(study: &Study<'_>, &(class, enis): &(usize, u32)) -> PoolClass {
    let class = &study.topology.classes[class];
    PoolClass {
        subnet: study.topology.limits.subnets[class.subnet].name.clone(),
        security_groups: class.security_groups.clone(),
        enis,
    }
}

/// The smallest number of ENIs of a pool that no corner refutes, and when one fewer fails.
///
/// That number is tried in one of its classes, all others having enough.
fn at_least(
    study: &Study<'_>,
    need: &PoolRequirement,
    counted: (u32, u64),
    target: Millis,
    progress: &PlanProgress<'_>,
) -> (u32, Option<u64>) {
    if !need.scope.alone {
        // An ENI of another pool may stand in.
        return (0, None);
    }
    let most = need.ready.peak().0;
    // What is surely needed at once needs no replay to be known.
    let (counted, at) = (counted.0.min(most), counted.1);
    let slow = study.trace.invocations() > PROOFS;
    let (tried, fails_at) = if counted == most || slow {
        (0, None)
    } else {
        smallest_that_passes(counted..most, rounds(study, 1), |enis| {
            constant_fails(study, need, enis, target, progress)
        })
    };
    if tried > counted { (tried, fails_at) } else { (counted, (counted > 0).then_some(at)) }
}

/// The smallest number of the range, or its end, that passes, if passing is monotone, and when one
/// fewer fails: that is a replay either way. A smaller one, one fewer than which fails all the same,
/// where so many rounds do not find it.
fn smallest_that_passes(
    range: std::ops::Range<u32>,
    mut rounds: u64,
    fails: impl Fn(u32) -> Option<u64> + Sync,
) -> (u32, Option<u64>) {
    let (mut low, mut high) = (range.start, range.end);
    let mut last = None;
    while low < high && rounds > 0 {
        rounds -= 1;
        // Two at a time, since each goes through all of the trace.
        let third = (high - low) / 3;
        let (first, second) = (low + third, (high - third - 1).max(low + third));
        let (at_first, at_second) =
            rayon::join(|| fails(first), || if second > first { fails(second) } else { None });
        if at_first.is_none() {
            high = first;
        } else if second > first && at_second.is_some() {
            (low, last) = (second + 1, at_second);
        } else {
            (low, last) = (first + 1, at_first);
            high = if second > first { second } else { high };
        }
    }
    (low, last)
}

/// Invocations that the replays of a target may go through, about.
const REPLAYED: u64 = 40_000_000;

/// Rounds of the search for a target in so many worlds, each with two numbers in two corners.
fn rounds(study: &Study<'_>, worlds: usize) -> u64 {
    REPLAYED / study.trace.invocations().max(1).saturating_mul(4 * worlds as u64)
}

/// Passes over the trace to look for constant pools, about.
pub(crate) fn passes_of_pools(study: &Study<'_>) -> u64 {
    let slow = study.trace.invocations() > PROOFS;
    if slow { 0 } else { 4 * rounds(study, 1).min(TRIED) * study.needs().len() as u64 }
}

/// Passes over the trace to look for a warm target, about.
pub(crate) fn passes_of_warm(study: &Study<'_>) -> u64 {
    let worlds = worlds(study).len();
    let proofs = (PROOFS / study.trace.invocations().max(1)).clamp(4, 24);
    let replays = 4 * rounds(study, worlds).min(TRIED);
    if replays == 0 { 0 } else { (replays + proofs) * worlds as u64 }
}

/// Numbers that a search for a target usually tries.
const TRIED: u64 = 6;

/// When a constant pool of so many breaks the target in some corner.
fn constant_fails(
    study: &Study<'_>,
    need: &PoolRequirement,
    enis: u32,
    target: Millis,
    progress: &PlanProgress<'_>,
) -> Option<u64> {
    let mut topology = study.topology.clone();
    let class = *need.scope.classes.first()?;
    lift_limits(&mut topology);
    for (f, place) in topology.functions.iter_mut().enumerate() {
        // Others are outside any VPC: their ENIs are not in question.
        place.classes = if need.scope.members.contains(&f) { vec![class] } else { Vec::new() };
    }
    let policy = study.scheduled(Provision::Scheduled);
    let lead = instant_ms(topology.boot.max.0);
    let at = if policy.start == StartMode::Warm { -lead } else { 0 };
    let world = World::new(&topology, study.cold_path, &policy, study.initial().to_vec());
    let world = world.with_schedule(vec![EniAction { at, class, create: enis, delete: 0 }]);
    first_broken(study, &world, target, progress)
}

/// When the target breaks in a corner, ms.
fn first_broken(
    study: &Study<'_>,
    world: &World<'_>,
    target: Millis,
    progress: &PlanProgress<'_>,
) -> Option<u64> {
    [End::Longest, End::Shortest].into_iter().find_map(|end| {
        let recorder = FirstBroken::new(target);
        let at = simulate(world, study.trace, Realization::all(end), recorder).2.at;
        progress.step();
        at
    })
}

/// Whether the trace is too much for the smallest `warm` to be searched for.
pub(crate) fn too_many_invocations(study: &Study<'_>) -> bool {
    rounds(study, worlds(study).len()) == 0
}

/// The smallest `warm` of the warm-pool policy.
pub(crate) fn warm_target(study: &Study<'_>, target: Millis, progress: &PlanProgress<'_>) -> TargetBracket {
    let largest = study.alive().iter().fold(1, |sum: u32, alive| sum.saturating_add(alive.peak().0));
    let topologies = worlds(study);
    if rounds(study, topologies.len()) == 0 {
        return TargetBracket { enough: None, at_least: 0, fails_at_ms: None };
    }
    let fails = |warm: u32| {
        let policy = warm_pool(study, warm);
        let world = |topology| World::new(topology, study.cold_path, &policy, study.initial().to_vec());
        topologies.iter().find_map(|topology| first_broken(study, &world(topology), target, progress))
    };
    let (at_least, fails_at_ms) = smallest_that_passes(0..largest, rounds(study, topologies.len()), fails);
    let proved = |warm: u32| {
        let policy = warm_pool(study, warm);
        topologies.iter().all(|topology| {
            let world = World::new(topology, study.cold_path, &policy, study.initial().to_vec());
            let within = surely_within(&world, study.cold_path, study.trace, target);
            progress.step();
            within
        })
    };
    TargetBracket { enough: smallest_proved(study, at_least, largest, proved), at_least, fails_at_ms }
}

/// The smallest number in the range that is proved to be enough, if being proved is monotone; with
/// much traffic not quite the smallest, since each proof goes through all of it.
fn smallest_proved(study: &Study<'_>, low: u32, high: u32, proved: impl Fn(u32) -> bool) -> Option<u32> {
    if proved(low) {
        return Some(low);
    }
    // A larger pool needs more room, so that the largest may not be proved where a smaller one is.
    let mut tries = (PROOFS / study.trace.invocations().max(1)).clamp(4, 24);
    let (mut below, mut step) = (low, 1_u32);
    let mut above = loop {
        let next = low.saturating_add(step).min(high.max(low));
        if tries == 0 || next <= below {
            return None;
        }
        tries -= 1;
        if proved(next) {
            break next;
        }
        (below, step) = (next, step.saturating_mul(2));
    };
    while below + 1 < above && tries > 0 {
        let middle = below + (above - below) / 2;
        if proved(middle) {
            above = middle;
        } else {
            below = middle;
        }
        tries -= 1;
    }
    Some(above)
}

/// Invocations that the proofs of a warm target may go through, about.
const PROOFS: u64 = 4_000_000;

/// The topology as it is and, where a zone's loss is to be survived, after the loss of each.
fn worlds(study: &Study<'_>) -> Vec<Topology> {
    let mut worlds = vec![study.topology.clone()];
    if study.topology.limits.survive_zone {
        let zones: BTreeSet<&str> =
            (0..study.topology.classes.len()).map(|class| study.zone(class)).collect();
        worlds.extend(zones.into_iter().map(|zone| study.without(Some(zone))));
    }
    worlds
}

fn warm_pool(study: &Study<'_>, warm: u32) -> Policy {
    let mut policy = named("warm-pool").unwrap_or_else(|| study.policy.clone());
    let like = study.scheduled(Provision::Scheduled);
    policy.warm = warm;
    (policy.capacity, policy.keep_alive) = (like.capacity, like.keep_alive);
    (policy.pick, policy.pick_environment) = (like.pick, like.pick_environment);
    (policy.binding, policy.start) = (like.binding, like.start);
    policy
}
