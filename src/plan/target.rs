//! Targets: the constant pool and the `warm` number that keep the promise.
//!
//! Each is a bracket: fewer than `at_least` fail, `enough` is proved (docs/plan.md, "Targets").

use super::answer::Target;
use super::constant::constant_pool;
use super::group::PlanError;
use super::study::{Pool, Study};
use crate::demand::need::Most;
use crate::demand::{Curve, sum};
use crate::policy::{Policy, Provision, Start, named};
use crate::quantity::Millis;
use crate::simulation::{Assignment, End, Outcome, Silent, World, simulate};
use crate::worst_case::wait_in_queue;

/// ENIs that are made once and never deleted: as many as are ever needed.
pub(super) fn constant(pools: &[Pool]) -> Result<Target, PlanError> {
    let mut target = Target { enough: Some(0), at_least: 0, fails_at_ms: None };
    for pool in pools {
        let most = constant_pool(&pool.group)?;
        let enough = most.checked.is_ok().then_some(most.enis);
        target.enough = target.enough.zip(enough).map(|(sum, enis)| sum.saturating_add(enis));
        let least = constant_pool(&pool.at_least)?;
        target.at_least = target.at_least.saturating_add(least.enis);
        target.fails_at_ms = target.fails_at_ms.or(least.peak_ms);
    }
    Ok(target)
}

/// The smallest `warm` of the warm-pool policy: each number below `at_least` fails in a replay.
pub(super) fn warm(study: &Study<'_>, promise: Millis, most: &[Most]) -> Target {
    let enough = enough(study, most);
    let initial = study.initial();
    let largest = most.iter().fold(1, |sum: u32, most| sum.saturating_add(most.alive.peak().0));
    let fails = |warm: u32| failure(study, initial, warm, promise);
    // The smallest that passes, if passing is monotone; that one fewer fails is a replay either way.
    let (mut low, mut high) = (0, largest);
    while low < high {
        let middle = low + (high - low) / 2;
        if fails(middle).is_some() { low = middle + 1 } else { high = middle }
    }
    let below = low.checked_sub(1).and_then(fails);
    Target { enough: enough.map(|enough| enough.max(low)), at_least: low, fails_at_ms: below }
}

/// The instant at which `warm` free ENIs break the promise in some corner.
fn failure(study: &Study<'_>, initial: &[u32], warm: u32, promise: Millis) -> Option<u64> {
    let policy = pooled(study, warm);
    let world = World::new(study.topology, study.cold_path, &policy, initial.to_vec());
    let broken = |outcome: &Outcome| {
        let longest = outcome.longest.as_ref().filter(|longest| longest.length > promise.0);
        longest.map(|longest| longest.arrival).or((outcome.failures() > 0).then_some(0))
    };
    [End::Longest, End::Shortest]
        .into_iter()
        .find_map(|end| broken(&simulate(&world, study.traffic, Assignment::all(end), Silent).0))
}

fn pooled(study: &Study<'_>, warm: u32) -> Policy {
    let mut policy = named("warm-pool").unwrap_or_else(|| study.policy.clone());
    let like = study.scheduled(Provision::Scheduled);
    policy.warm = warm;
    (policy.capacity, policy.keep_alive) = (like.capacity, like.keep_alive);
    (policy.pick, policy.pick_environment) = (like.pick, like.pick_environment);
    (policy.binding, policy.start) = (like.binding, like.start);
    policy
}

/// As many as environments can start while one boot lasts: then one is always free.
///
/// Holds from a running system on, where a keep-alive outlasts the boot and its wait for a
/// token, and the limits carry the pool beside everything in use and on its way out.
fn enough(study: &Study<'_>, most: &[Most]) -> Option<u32> {
    let (topology, limits) = (study.topology, &study.topology.limits);
    let members: Vec<usize> =
        (0..most.len()).filter(|&f| !topology.functions[f].classes.is_empty()).collect();
    let curves: Vec<Curve> = members.iter().map(|&f| most[f].alive.clone()).collect();
    let alive = Curve::combine(&curves, sum).peak().0;
    let keep_alive = |f: &usize| study.policy.keep_alive.unwrap_or(topology.functions[*f].keep_alive);
    let keep_alive = members.iter().map(keep_alive).min()?;
    let spread = study.longest().into_iter().max().unwrap_or_default();
    let wait = limits.api.map_or(0, |api| {
        let in_spread = u64::from(api.burst.min(1)) + api.per_second.0 * spread.0 / 1_000_000;
        wait_in_queue((u64::from(alive) + in_spread).saturating_sub(u64::from(api.burst)), api)
    });
    let comes_back = limits.api.is_none_or(|api| {
        u128::from(api.per_second.0) * u128::from(keep_alive.0) >= u128::from(alive) * 1_000_000
    });
    let renewed = Millis(wait).plus(topology.boot.max).plus(spread);
    let deletions = topology.delete.max.0.div_ceil(keep_alive.0.max(1)) + 3;
    let held = u64::from(alive).saturating_mul(2 + 2 * deletions);
    let quotas = [limits.region_quota, limits.vpc_quota];
    let smallest = limits.subnets.iter().map(|subnet| subnet.addresses).chain(quotas.into_iter().flatten());
    let fits = held <= smallest.min().map_or(u64::MAX, u64::from);
    let proved = study.policy.start == Start::Warm && renewed <= keep_alive && comes_back && fits;
    proved.then_some(alive)
}
