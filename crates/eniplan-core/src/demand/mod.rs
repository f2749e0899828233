//! Demand: how many environments and ENIs the trace needs, by closed form, without simulation.
//!
//! With newest-idle picking and no cold path, the environments alive at `t` are the
//! largest concurrency over the closed window `[t - keep_alive, t]`: the environments
//! form a stack, the n-th is used only while n run, and lives for the keep-alive after
//! its last use. Likewise the ENIs over `idle_ttl`. O(n) in the arrivals.

mod busy;
mod concurrency;
mod curve;
pub mod even;
pub mod from_log;
pub mod need;
mod nominal;
mod nominal_runs;
mod premises;
mod ranges;
mod sliding;
mod tally;

pub use concurrency::Running;
pub use curve::Curve;
pub use nominal::FunctionDemand;
pub use ranges::Ranges;
pub(crate) use ranges::{forward, near};
pub use sliding::SlidingMax;
pub use tally::InstantTally;

use std::borrow::Borrow;

use crate::policy::{Capacity, IdleTtl, Policy};
use crate::quantity::Millis;
use crate::quantity::convert::lower_bound;
use crate::topology::{FunctionPlace, Topology};
use crate::trace::{Trace, TraceFunction};
pub(crate) use nominal::Nominal;
use nominal::Together;

/// What the functions that share ENI classes need together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolDemand {
    /// Indices of the ENI classes.
    pub classes: Vec<usize>,
    /// Indices of the functions.
    pub functions: Vec<usize>,
    /// ENIs that carry an environment, if environments are packed tightly.
    pub in_use: Curve,
    /// ENIs alive: those in use at any time within the last `idle_ttl`.
    pub enis: Curve,
}

/// What the trace needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// By function, in the trace's order.
    pub functions: Vec<FunctionDemand>,
    /// By pool of ENI classes.
    pub pools: Vec<PoolDemand>,
    /// The most invocations running at once, of all functions.
    pub peak_concurrency: u32,
    /// The first instant of that, ms.
    pub peak_concurrency_at: u64,
    /// Environments alive, of all functions.
    pub environments: Curve,
    /// ENIs alive, in all pools.
    pub enis: Curve,
}

/// The demand of `trace` on functions of `topology` under `policy`.
pub fn demand(trace: &Trace, topology: &Topology, policy: &Policy) -> Demand {
    let mut tallies = tallies(trace, topology, policy);
    let mut all = Together::default();
    for entry in trace.arrivals() {
        tallies[entry.function as usize].arrive(entry.at, entry.duration, entry.count);
        all.arrive(entry.at, entry.duration, entry.count);
    }
    let functions = tallies.into_iter().map(Nominal::finish).collect();
    of_functions(functions, all.peak(), topology, policy)
}

/// One per function of the trace, before anything has arrived.
fn tallies(trace: &Trace, topology: &Topology, policy: &Policy) -> Vec<Nominal> {
    let name = |(f, function): (usize, &TraceFunction)| {
        Nominal::new(&function.name, Some(keep_alive(topology, policy, f)))
    };
    trace.functions.iter().enumerate().map(name).collect()
}

/// The demand of functions of `topology` under `policy`, with the most invocations that run at
/// once and the first instant of that.
pub fn of_functions(
    functions: Vec<FunctionDemand>,
    (peak_concurrency, peak_concurrency_at): (u32, u64),
    topology: &Topology,
    policy: &Policy,
) -> Demand {
    let environments: Vec<Curve> = functions.iter().map(|demand| demand.environments.clone()).collect();
    let pools: Vec<PoolDemand> = pools(topology)
        .into_iter()
        .map(|(classes, members)| {
            let (sizes, room) = sizes(topology, policy, &members);
            let curves: Vec<Curve> =
                members.iter().map(|&f| environments.get(f).cloned().unwrap_or_default()).collect();
            let in_use = tight(&curves, &sizes, room);
            let enis = match policy.idle_ttl {
                IdleTtl::Forever => in_use.sliding_max(u64::MAX),
                IdleTtl::After(_) if !policy.reuse => in_use.clone(),
                IdleTtl::After(ttl) => in_use.sliding_max(ttl.0),
            };
            PoolDemand { classes, functions: members, in_use, enis }
        })
        .collect();
    let alive: Vec<Curve> = pools.iter().map(|pool| pool.enis.clone()).collect();
    Demand {
        functions,
        peak_concurrency,
        peak_concurrency_at,
        environments: Curve::sum(&environments),
        enis: Curve::sum(&alive),
        pools,
    }
}

/// The environments of each function that a running system has at the start: the most that
/// the closed form asks for over the first slot (of a log: the first minute).
pub fn at_start(trace: &Trace, topology: &Topology, policy: &Policy) -> Vec<u32> {
    let end = trace.first_slot().0;
    let mut tallies = tallies(trace, topology, policy);
    // What arrives later changes nothing before.
    for entry in trace.arrivals().take_while(|entry| entry.at < end) {
        tallies[entry.function as usize].arrive(entry.at, entry.duration, entry.count);
    }
    let within = |&&(at, _): &&(u64, u32)| at < end;
    let most = |curve: &Curve| curve.steps().iter().filter(within).map(|&(_, value)| value).max();
    tallies.into_iter().map(|tally| most(&tally.finish().environments).unwrap_or(0)).collect()
}

/// The sum; one that does not fit is no bound from above, and less than it from below.
pub(crate) fn sum(values: &[u32]) -> u32 {
    values.iter().fold(0, |total, value| total.saturating_add(*value))
}

/// Functions with the same classes, by first use; functions outside any VPC are in none.
pub fn pools(topology: &Topology) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut pools: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
    for (f, place) in topology.functions.iter().enumerate().filter(|(_, place)| !place.classes.is_empty()) {
        match pools.iter_mut().find(|(classes, _)| *classes == place.classes) {
            Some((_, members)) => members.push(f),
            None => pools.push((place.classes.clone(), vec![f])),
        }
    }
    pools
}

/// The units on one ENI.
pub fn room(capacity: Capacity) -> u64 {
    match capacity {
        Capacity::Count(n) | Capacity::Connections(n) => u64::from(n),
        Capacity::Memory(memory) => memory.0,
    }
}

/// The units one environment of this function takes; one larger than the capacity takes a whole ENI.
pub fn size(capacity: Capacity, function: &FunctionPlace) -> u64 {
    let size = match capacity {
        Capacity::Count(_) => 1,
        Capacity::Memory(_) => function.memory.0,
        Capacity::Connections(_) => u64::from(function.connections),
    };
    size.clamp(1, room(capacity).max(1))
}

/// The units an environment of each member takes, and those on one ENI.
pub(crate) fn sizes(topology: &Topology, policy: &Policy, members: &[usize]) -> (Vec<u64>, u64) {
    let capacity = policy.capacity.unwrap_or(topology.capacity);
    (members.iter().map(|&f| size(capacity, &topology.functions[f])).collect(), room(capacity))
}

/// How long an idle environment of a function lives, ms; 0 of one that is in no place.
pub(crate) fn keep_alive(topology: &Topology, policy: &Policy, function: usize) -> u64 {
    let own = topology.functions.get(function).map_or(Millis::ZERO, |place| place.keep_alive);
    policy.keep_alive.unwrap_or(own).0
}

/// ENIs that carry these environments if none wastes room: the sum of sizes over the capacity,
/// rounded up. A lower bound where sizes differ; exact where they are equal and divide the capacity.
pub(crate) fn tight<C: Borrow<Curve>>(environments: &[C], sizes: &[u64], room: u64) -> Curve {
    let enis = |units: u128| lower_bound(units.div_ceil(u128::from(room.max(1))));
    Curve::total(environments, |index| sizes[index], enis)
}
