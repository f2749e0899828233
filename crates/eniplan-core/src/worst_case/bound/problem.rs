//! Problem: what the bounds are for, and what follows from its limits alone (W2).

use super::component::{FunctionComponent, components};
use super::queue::{wait_for_host, wait_in_queue};
use crate::cold_path::ColdPath;
use crate::policy::{EnvironmentBinding, OnExhausted};
use crate::quantity::Millis;
use crate::simulation::{InitialState, World, initial_state};
use crate::topology::{SystemLimits, TokenBucket};
use crate::trace::Trace;

/// What is known of a plan the world follows: its own proof stands in for the bounds here.
#[derive(Clone, Copy, Debug)]
pub struct ProvedPlan {
    /// No environment waits for an ENI longer than this.
    pub eni_wait: Millis,
    /// The most ENIs it holds.
    pub peak_enis: u64,
}

/// A trace in a world, with what is derived of both once.
#[derive(Clone)]
pub(super) struct BoundProblem<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) cold_path: &'a ColdPath,
    pub(super) trace: &'a Trace,
    pub(super) planned: Option<ProvedPlan>,
    pub(super) initial: InitialState,
    pub(super) components: Vec<FunctionComponent>,
}

impl<'a> BoundProblem<'a> {
    pub(super) fn new(
        world: &'a World<'a>,
        cold_path: &'a ColdPath,
        trace: &'a Trace,
        planned: Option<ProvedPlan>,
    ) -> Self {
        let initial = initial_state(world);
        let components = components(world.topology, trace.functions.len());
        Self { world, cold_path, trace, planned, initial, components }
    }

    pub(super) fn functions(&self) -> std::ops::Range<usize> {
        0..self.trace.functions.len()
    }

    pub(super) const fn limits(&self) -> &'a SystemLimits {
        &self.world.topology.limits
    }

    /// No more ENIs are held than the addresses and the quotas allow.
    pub(super) fn most_held(&self) -> u64 {
        let limits = self.limits();
        let addresses: u64 = limits.subnets.iter().map(|subnet| u64::from(subnet.addresses)).sum();
        let vpcs = limits.subnets.iter().map(|subnet| subnet.vpc + 1).max().unwrap_or(0) as u64;
        let region = limits.region_quota.map(u64::from);
        let vpc = limits.vpc_quota.map(|quota| vpcs * u64::from(quota));
        [region, vpc].into_iter().flatten().fold(addresses, u64::min)
    }

    /// The latest an environment looks for an ENI after it was started, ms.
    pub(super) fn latest_search(&self, microvm_wait: u64) -> u64 {
        self.cold_path.vpc.latest_acquire(Millis(microvm_wait)).0
    }

    /// The longest any request waits for its token, ms, whatever comes.
    ///
    /// Where more tokens come back in the shortest life of an ENI than two full queues need, the bucket
    /// was full within that time, and all who took from it since still hold their places.
    pub(super) fn longest_token_wait(&self, api: TokenBucket) -> u64 {
        let most = self.most_held();
        let busy = wait_in_queue(most, api);
        // Those that find no token in a full bucket.
        let in_full = most.saturating_sub(u64::from(api.burst.max(1)));
        if busy.saturating_mul(2) < self.shortest_life() { wait_in_queue(in_full, api) } else { busy }
    }

    /// The longest any environment waits for a host, ms, whatever comes.
    pub(super) fn longest_host_wait(&self) -> u64 {
        wait_for_host(self.limits(), self.trace.invocations())
    }

    /// From its request an ENI boots and is deleted, ms.
    pub(super) fn shortest_life(&self) -> u64 {
        let topology = self.world.topology;
        topology.boot.min.plus(topology.delete.min).0
    }

    /// Whether a refusal can leave an invocation waiting for longer than its own cold path: it
    /// waits for room, or its environment has gone to an earlier invocation whose own was refused.
    pub(super) fn may_strand(&self, spread: u64) -> bool {
        let policy = self.world.policy;
        policy.on_exhausted == OnExhausted::Wait
            || (policy.binding == EnvironmentBinding::Queued && spread > 0)
    }
}
