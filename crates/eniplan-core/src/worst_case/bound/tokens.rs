//! Tokens: what requests creations, how long that waits, and pools that never run empty (W3, W11).

use super::Prover;
use super::component::{Component, Environments};
use super::failures::cells;
use super::hypothesis::{Findings, Hypothesis};
use super::queue::{hosts, wait_in_queue, waits};
use crate::demand::need::Most;
use crate::demand::{Curve, sum};
use crate::policy::{IdleTtl, StartMode};
use crate::quantity::Millis;
use crate::topology::TokenBucket;

impl Prover<'_> {
    /// The latest an environment looks for an ENI after it was started, ms.
    pub(super) fn latest_search(&self, microvm_wait: u64) -> u64 {
        self.cold_path.vpc.latest_acquire(Millis(microvm_wait)).0
    }

    /// How long requests wait for their tokens: `(first, last, ms)` of the arrivals behind them.
    pub(super) fn token_waits(&self, found: &Findings) -> Vec<(u64, u64, u64)> {
        let Some(api) = self.world.topology.limits.api.filter(|_| self.planned.is_none()) else {
            return Vec::new();
        };
        let members = self.components.iter().flat_map(|it: &Component| &it.functions);
        let most: Vec<&Most> = members.filter_map(|&f| found.most.get(f)).collect();
        let (arrivals, width) = merged(&most);
        let spread = self.spread.saturating_add(width);
        let policy = self.world.policy;
        let classes = self.world.topology.classes.len() as u64;
        let refill = if self.replenishes(found) { 0 } else { u64::from(policy.warm) * classes };
        let limited = self.crowded(found, api, spread);
        let in_all = self.longest_wait(api);
        let requests = |at: u64| {
            limited.as_ref().map_or(u64::MAX, |curve| u64::from(curve.at(at.saturating_add(spread))))
        };
        waits(&arrivals, api, spread, refill, &requests)
            .into_iter()
            .map(|(at, wait)| (at.saturating_sub(spread), at, wait.min(in_all)))
            .collect()
    }

    /// The longest any request waits for its token, ms, whatever comes (W2).
    ///
    /// Where more tokens come back in the shortest life of an ENI than two full queues need, the bucket
    /// was full within that time, and all who took from it since still hold their places.
    pub(super) fn longest_wait(&self, api: TokenBucket) -> u64 {
        let most = self.most_held();
        let busy = wait_in_queue(most, api);
        let in_full = most.saturating_sub(u64::from(api.burst.max(1)));
        if busy.saturating_mul(2) < self.shortest_life() { wait_in_queue(in_full, api) } else { busy }
    }

    /// From its request an ENI boots and is deleted, ms.
    fn shortest_life(&self) -> u64 {
        let topology = self.world.topology;
        topology.boot.min.0.saturating_add(topology.delete.min.0)
    }

    /// The most requests a busy queue can hold at each instant, since each holds a place in every limit (W2).
    ///
    /// `None` where tokens come so slowly that ENIs come and go while the queue is busy.
    fn crowded(&self, found: &Findings, api: TokenBucket, spread: u64) -> Option<Curve> {
        let topology = self.world.topology;
        let most = self.most_held();
        let busy = wait_in_queue(most, api);
        let life = self.shortest_life();
        // One in use goes after it was idle and deleted.
        let stays = match self.world.policy.idle_ttl {
            IdleTtl::After(ttl) => ttl.0.saturating_add(topology.delete.min.0),
            IdleTtl::Forever => u64::MAX,
        };
        if busy >= life {
            return None;
        }
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        let in_use: Vec<Curve> = found.environments.iter().map(|it| it.in_use.clone()).collect();
        let in_use = if busy < stays { Curve::combine(&in_use, sum) } else { Curve::empty() };
        let free = Curve::combine(&[in_use, Curve::new([(0, most)])], |it| it[1].saturating_sub(it[0]));
        Some(free.sliding_max(busy.saturating_add(spread)))
    }

    /// Whether every pool has its free ENIs from the start, and no limit ever keeps one from it.
    fn replenishes(&self, found: &Findings) -> bool {
        let topology = self.world.topology;
        let limits = &topology.limits;
        let total = u64::from(Curve::combine(&found.held, sum).peak().0);
        let quotas = [limits.region_quota, limits.vpc_quota];
        let addresses = |subnet: usize| u64::from(limits.subnets[subnet].addresses);
        let fits = |subnet: usize| u64::from(self.sharing(found, &[subnet]).peak().0) <= addresses(subnet);
        self.world.policy.start == StartMode::Warm
            && quotas.into_iter().flatten().all(|quota| total <= u64::from(quota))
            && topology.classes.iter().all(|class| fits(class.subnet))
    }

    /// W11: components whose pools never run empty.
    pub(super) fn at_hand(&self, found: &Findings) -> Vec<bool> {
        let policy = self.world.policy;
        let never = policy.warm == 0 || !policy.reuse || policy.miss_budget > 0 || !self.replenishes(found);
        let renewal = self.renewal(&found.supposed);
        let enough = |((component, environments), supposed): ((&Component, &Environments), &bool)| {
            let looking = || environments.starting(renewal).peak().0;
            let pools = if component.pools == 1 { component.classes.len() as u64 } else { 1 };
            *supposed && !never && u64::from(looking()) <= u64::from(policy.warm) * pools
        };
        let pairs = self.components.iter().zip(&found.environments);
        pairs.zip(&found.supposed.at_hand).map(enough).collect()
    }

    /// The longest from an environment's start, which takes an ENI from a pool, until another is ready, ms.
    pub(super) fn renewal(&self, supposed: &Hypothesis) -> u64 {
        let boot = self.world.topology.boot.max.0;
        boot.saturating_add(supposed.token_wait).saturating_add(self.spread)
    }

    /// The longest wait for a host, ms.
    pub(super) fn host_wait(&self, most: &[Most]) -> u64 {
        let Some(rate) = self.world.topology.limits.microvm else { return 0 };
        let all: Vec<&Most> = most.iter().collect();
        let (arrivals, width) = merged(&all);
        let paths = [&self.cold_path.vpc, &self.cold_path.plain];
        let spread =
            paths.map(|path| path.longest(Millis::ZERO, Millis::ZERO).0).into_iter().max().unwrap_or(0);
        let waits = waits(&arrivals, hosts(rate), spread.saturating_add(width), 0, &|_| u64::MAX);
        waits.into_iter().map(|(_, wait)| wait).max().unwrap_or(0)
    }
}

/// Possibly cold arrivals together, in time order, and the width of the widest cell less one.
fn merged(most: &[&Most]) -> (Vec<(u64, u32)>, u64) {
    let cells = cells(most);
    let width = cells.iter().map(|&(first, last, _)| last - first).max().unwrap_or(0);
    (cells.into_iter().map(|(first, _, count)| (first, count)).collect(), width)
}
