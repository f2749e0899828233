//! Tokens: what requests creations, how long that waits, and pools that never run empty (W3, W11).

use super::arrivals::{ArrivalCell, arrival_cells, first_arrivals};
use super::component::FunctionComponent;
use super::curves::stays_within;
use super::environments::ComponentEnvironments;
use super::findings::Findings;
use super::problem::BoundProblem;
use super::queue::{hosts, wait_in_queue, waits};
use crate::demand::Curve;
use crate::demand::need::Most;
use crate::policy::{IdleTtl, StartMode};
use crate::quantity::Millis;
use crate::quantity::convert::{bound_told, upper_bound, upper_less};
use crate::topology::TokenBucket;

/// The arrivals in `first..=last` may wait so long for the token of their request, ms.
#[derive(Clone, Copy, Debug)]
pub(super) struct TokenWait {
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) ms: u64,
}

/// How long requests wait for their tokens; `arrivals` are the possibly cold ones of all functions.
pub(super) fn token_waits(
    problem: &BoundProblem<'_>,
    found: &Findings,
    arrivals: &[ArrivalCell],
) -> Vec<TokenWait> {
    let Some(api) = problem.limits().api.filter(|_| problem.planned.is_none()) else {
        return Vec::new();
    };
    let members = problem.components.iter().flat_map(|component: &FunctionComponent| &component.functions);
    let (arrivals, width) = if members.clone().copied().eq(problem.functions()) {
        first_arrivals(arrivals)
    } else {
        let most: Vec<&Most> = members.map(|&f| &found.most[f]).collect();
        first_arrivals(&arrival_cells(&most))
    };
    let spread = found.spread.saturating_add(width);
    let policy = problem.world.policy;
    let classes = problem.world.topology.classes.len() as u64;
    let refill = if pools_replenish(problem, found) { 0 } else { u64::from(policy.warm) * classes };
    let limited = most_queued(problem, found, api, spread);
    let in_all = problem.longest_token_wait(api);
    let mut limited = limited.as_ref().map(Curve::in_turn);
    let requests = |at: u64| {
        let most = limited.as_mut().and_then(|limited| bound_told(limited(at.saturating_add(spread))));
        most.map_or(u64::MAX, u64::from)
    };
    waits(&arrivals, api, spread, refill, requests)
        .into_iter()
        .map(|(last, ms)| TokenWait { first: last.saturating_sub(spread), last, ms: ms.min(in_all) })
        .collect()
}

/// The most requests a busy queue can hold at each instant, since each holds a place in every limit (W2).
///
/// `None` where tokens come so slowly that ENIs come and go while the queue is busy.
fn most_queued(problem: &BoundProblem<'_>, found: &Findings, api: TokenBucket, spread: u64) -> Option<Curve> {
    let most = problem.most_held();
    let busy = wait_in_queue(most, api);
    // One in use goes after it was idle and deleted.
    let stays = match problem.world.policy.idle_ttl {
        IdleTtl::After(ttl) => ttl.plus(problem.world.topology.delete.min).0,
        IdleTtl::Forever => u64::MAX,
    };
    if busy >= problem.shortest_life() {
        return None;
    }
    let in_use: Vec<&Curve> = found.environments.iter().map(|environments| &environments.in_use).collect();
    let in_use = if busy < stays { Curve::sum(&in_use) } else { Curve::empty() };
    let most = Curve::new([(0, upper_bound(most))]);
    let free = Curve::combine(&[in_use, most], |values| upper_less(values[1], values[0]));
    Some(free.sliding_max(busy.saturating_add(spread)))
}

/// Whether every pool has its free ENIs from the start, and no limit ever keeps one from it.
fn pools_replenish(problem: &BoundProblem<'_>, found: &Findings) -> bool {
    let limits = problem.limits();
    let total = found.held_in_all();
    let quotas = [limits.region_quota, limits.vpc_quota];
    let fits = |subnet: usize| {
        let held = found.held_by_users_of(problem, &[subnet]);
        stays_within(&held, u64::from(limits.subnets[subnet].addresses))
    };
    problem.world.policy.start == StartMode::Warm
        && quotas.into_iter().flatten().all(|quota| stays_within(&total, u64::from(quota)))
        && problem.world.topology.classes.iter().all(|class| fits(class.subnet))
}

/// W11: components whose pools never run empty.
pub(super) fn pools_at_hand(problem: &BoundProblem<'_>, found: &Findings) -> Vec<bool> {
    let policy = problem.world.policy;
    let never =
        policy.warm == 0 || !policy.reuse || policy.miss_budget > 0 || !pools_replenish(problem, found);
    let renewal = found.renewal(problem);
    let enough = |component: &FunctionComponent, environments: &ComponentEnvironments| {
        let pools = if component.pools == 1 { component.classes.len() as u64 } else { 1 };
        stays_within(&environments.starting(renewal), u64::from(policy.warm) * pools)
    };
    let pairs = problem.components.iter().zip(&found.environments);
    pairs
        .zip(&found.supposed.at_hand)
        .map(|((component, environments), &supposed)| supposed && !never && enough(component, environments))
        .collect()
}

/// The longest wait for a host, ms.
pub(super) fn host_wait(problem: &BoundProblem<'_>, arrivals: &[ArrivalCell]) -> u64 {
    let Some(rate) = problem.limits().microvm else { return 0 };
    let (arrivals, width) = first_arrivals(arrivals);
    let paths = [&problem.cold_path.vpc, &problem.cold_path.plain];
    let [vpc, plain] = paths.map(|path| path.longest(Millis::ZERO, Millis::ZERO).0);
    let spread = vpc.max(plain).saturating_add(width);
    let waits = waits(&arrivals, hosts(rate), spread, 0, |_| u64::MAX);
    // Only waits above zero are told.
    waits.into_iter().map(|(_, wait)| wait).max().unwrap_or(0)
}
