//! Model: a world and its trace as the exact engine reads them.

use super::bucket::{BucketRates, NEVER};
use super::number::MOST_THINGS;
use crate::cold_path::Path;
use crate::policy::{IdleTtl, Policy, Provision};
use crate::quantity::Interval;
use crate::quantity::convert::count;
use crate::simulation::{InitialState, World, initial_state};
use crate::topology::{SystemLimits, TokenBucket, Topology};
use crate::trace::Trace;

/// Steps of a cold path, each of which has a bit.
const MOST_COLD_STEPS: usize = 64;

/// Anything between these two, ms.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExactSpan {
    pub(super) min: i64,
    pub(super) max: i64,
}

impl ExactSpan {
    fn new(interval: &Interval) -> Option<Self> {
        Some(Self { min: ms(interval.min.0)?, max: ms(interval.max.0)? })
    }
}

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
    pub(super) boot: ExactSpan,
    pub(super) deletion: ExactSpan,
    /// By function and step of its cold path.
    pub(super) phases: Vec<Vec<ExactSpan>>,
    /// By function.
    pub(super) keep_alive: Vec<i64>,
    /// `None`: for ever.
    pub(super) idle_ttl: Option<i64>,
    pub(super) api: Option<BucketRates>,
    pub(super) hosts: Option<BucketRates>,
    pub(super) account_scaling: Option<BucketRates>,
    pub(super) function_scaling: Option<BucketRates>,
    pub(super) initial: InitialState,
}

impl<'a> ExactModel<'a> {
    /// `None`: the world follows a plan, is larger than `most` invocations, or counts in
    /// numbers so large that differences could overflow.
    pub(super) fn new(world: &'a World<'a>, trace: &Trace, most: u64) -> Option<Self> {
        let initial = initial_state(world);
        if trace.invocations() > most || !is_served(world, trace, &initial) {
            return None;
        }
        let arrivals = arrivals_one_by_one(trace)?;
        let mut like: Vec<u32> = Vec::with_capacity(arrivals.len());
        for (n, arrival) in (0..).zip(&arrivals) {
            let before = like.last().copied().filter(|&first| arrivals[first as usize] == *arrival);
            like.push(before.unwrap_or(n));
        }
        let spans_of = |path: &Path| -> Option<Vec<ExactSpan>> {
            path.steps.iter().map(|step| ExactSpan::new(&step.duration)).collect()
        };
        let idle_ttl = match world.policy.idle_ttl {
            IdleTtl::After(ttl) => Some(ms(ttl.0)?),
            IdleTtl::Forever => None,
        };
        let limits = &world.topology.limits;
        let hosts = match limits.microvm {
            Some(rate) => Some(TokenBucket { burst: count(rate.0 / 1_000).ok()?.max(1), per_second: rate }),
            None => None,
        };
        Some(Self {
            world,
            arrivals,
            like,
            span: ms(trace.span.0)?,
            boot: ExactSpan::new(&world.topology.boot)?,
            deletion: ExactSpan::new(&world.topology.delete)?,
            phases: world.functions.iter().map(|place| spans_of(place.path)).collect::<Option<_>>()?,
            keep_alive: world.functions.iter().map(|place| ms(place.keep_alive)).collect::<Option<_>>()?,
            idle_ttl,
            api: limits.api.map(BucketRates::new),
            hosts: hosts.map(BucketRates::new),
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

/// So many milliseconds, if the engine can count with them.
fn ms(value: u64) -> Option<i64> {
    i64::try_from(value).ok().filter(|&ms| ms < NEVER)
}

/// Whether its policy acts on demand and its things are so few, its sizes such, that the engine can count them.
fn is_served(world: &World<'_>, trace: &Trace, initial: &InitialState) -> bool {
    let on_demand = matches!(world.policy.provision, Provision::OnDemand | Provision::AtDeploy);
    let places = || world.functions.iter();
    let sizes = places().all(|place| (1..=world.capacity).contains(&place.size));
    let steps = places().all(|place| place.path.steps.len() <= MOST_COLD_STEPS);
    let stand = initial.environments.iter().map(|&n| u64::from(n)).sum::<u64>() + u64::from(initial.enis);
    let classes = world.topology.classes.len();
    // Held at the largest number, which is too many.
    let pools = u64::from(world.policy.warm).saturating_mul(classes as u64);
    let things = trace.invocations().saturating_add(stand).saturating_add(pools);
    let few = things <= MOST_THINGS as u64 && world.functions.len().max(classes) <= MOST_THINGS;
    on_demand && sizes && steps && few
}

fn arrivals_one_by_one(trace: &Trace) -> Option<Vec<ExactArrival>> {
    let mut arrivals = Vec::new();
    for entry in trace.arrivals() {
        let function = entry.function as usize;
        let arrival = ExactArrival { at: ms(entry.at)?, duration: ms(entry.duration)?, function };
        arrivals.extend((0..entry.count).map(|_| arrival));
    }
    debug_assert_eq!(arrivals.len() as u64, trace.invocations());
    Some(arrivals)
}
