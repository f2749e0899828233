//! Model: a world and its traffic as the exact engine reads them.

use super::bucket::{BucketRates, NEVER};
use crate::policy::{Policy, Provision};
use crate::quantity::Interval;
use crate::simulation::{InitialState, World, initial_state};
use crate::topology::{SystemLimits, TokenBucket, Topology};
use crate::trace::Traffic;

/// Invocations, and what stands at the start: twice as many have numbers of 16 bits.
const MOST_THINGS: u64 = 30_000;

/// One invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ExactArrival {
    pub(super) at: i64,
    pub(super) duration: i64,
    pub(super) function: usize,
}

/// Everything that is fixed.
pub(super) struct ExactModel<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) arrivals: Vec<ExactArrival>,
    /// Of each invocation the first that is like it.
    pub(super) like: Vec<u32>,
    pub(super) span: i64,
    pub(super) api: Option<BucketRates>,
    pub(super) hosts: Option<BucketRates>,
    pub(super) account_scaling: Option<BucketRates>,
    pub(super) function_scaling: Option<BucketRates>,
    pub(super) initial: InitialState,
}

impl<'a> ExactModel<'a> {
    /// `None`: the world follows a plan, is larger than `most` invocations, or counts in
    /// numbers so large that differences could overflow.
    pub(super) fn new(world: &'a World<'a>, traffic: &Traffic, most: u64) -> Option<Self> {
        let on_demand = matches!(world.policy.provision, Provision::OnDemand | Provision::AtDeploy);
        let places = world.functions.iter();
        let fits = |interval: &Interval| ms(interval.max.0).is_some();
        let sizes = world.functions.iter().all(|place| (1..=world.capacity).contains(&place.size));
        let phases = places.clone().all(|place| {
            let steps = &place.path.steps;
            steps.len() <= 64 && steps.iter().all(|step| fits(&step.duration))
        });
        let topology = world.topology;
        let shared = fits(&topology.boot) && fits(&topology.delete);
        let initial = initial_state(world);
        let stand = initial.environments.iter().map(|&n| u64::from(n)).sum::<u64>() + u64::from(initial.enis);
        let pools = u64::from(world.policy.warm).saturating_mul(topology.classes.len() as u64);
        let many = traffic.invocations().saturating_add(stand).saturating_add(pools) > MOST_THINGS;
        if !on_demand || !sizes || !phases || !shared || many || traffic.invocations() > most {
            return None;
        }
        let mut arrivals = Vec::new();
        for entry in traffic.arrivals() {
            let function = entry.function as usize;
            let arrival = ExactArrival { at: ms(entry.at)?, duration: ms(entry.duration)?, function };
            arrivals.extend((0..entry.count).map(|_| arrival));
        }
        let mut like: Vec<u32> = Vec::with_capacity(arrivals.len());
        for (n, arrival) in arrivals.iter().enumerate() {
            let before = like.last().copied().filter(|&first| arrivals[first as usize] == *arrival);
            like.push(before.unwrap_or(u32::try_from(n).ok()?));
        }
        let limits = &topology.limits;
        let microvm = limits.microvm.map(|rate| {
            let burst = u32::try_from(rate.0 / 1_000).unwrap_or(u32::MAX).max(1);
            TokenBucket { burst, per_second: rate }
        });
        Some(Self {
            world,
            arrivals,
            like,
            span: ms(traffic.span.0)?,
            api: limits.api.map(BucketRates::new),
            hosts: microvm.map(BucketRates::new),
            account_scaling: limits.account_scaling.map(BucketRates::new),
            function_scaling: limits.function_scaling.map(BucketRates::new),
            initial,
        })
    }

    pub(super) const fn policy(&self) -> &'a Policy {
        self.world.policy
    }

    pub(super) const fn topology(&self) -> &'a Topology {
        self.world.topology
    }

    pub(super) const fn limits(&self) -> &'a SystemLimits {
        &self.world.topology.limits
    }

    pub(super) const fn subnet(&self, class: u16) -> usize {
        self.world.topology.classes.as_slice()[class as usize].subnet
    }
}

/// So many milliseconds, unless they count as never.
pub(super) fn ms(value: u64) -> Option<i64> {
    i64::try_from(value).ok().filter(|&ms| ms < NEVER)
}
