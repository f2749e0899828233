//! Need: ENIs that are enough under every realization, while no environment waits for one longer than allowed.
//!
//! The bound behind plans; its lemmas are L1 to L5 of `docs/plan.md`. Where `P` is the
//! longest cold start allowed and `D` the longest invocation of a function:
//!
//! - *Surely warm* (L1): an invocation at `t` is warm under every realization if fewer run
//!   nominally just before it than ran nominally at some instant of
//!   `[t - keep_alive, t - P - D]`, or than stood idle at the start if `t <= keep_alive`:
//!   so many environments have been ready since, and only warm invocations use them.
//! - *Busy at most* (L2): a surely warm invocation is busy for its duration, any other for
//!   at most `P` longer; and (L3) of those others no more can have been cold together than
//!   the nominal concurrency has risen above what was surely ready.
//! - *Alive at most* (L4): the largest of that over `[t - keep_alive, t]`; under any order but
//!   `newest-idle`, where rotation may keep environments alive, over `[0, t]`.

pub use super::busy::Most;
pub use super::premises::{MayFail, Premises};

use rayon::prelude::*;

use super::busy::{BusyBound, Facts, Lengths};
use super::{Curve, keep_alive, pools, sizes, sum};
use crate::policy::{PickEnvironment, Policy};
use crate::quantity::Millis;
use crate::quantity::convert::{lower_bound, upper_bound};
use crate::topology::Topology;
use crate::trace::{FunctionShare, Trace};

/// The most environments of each function that can be alive, if no cold start of it exceeds `cold`.
///
/// `initial`: those idle at time 0.
pub fn environments(
    trace: &Trace,
    topology: &Topology,
    policy: &Policy,
    cold: &[Millis],
    initial: &[u32],
    premises: &Premises,
) -> Vec<Most> {
    environments_while(trace, topology, policy, cold, initial, premises, &|| true).unwrap_or_default()
}

/// The same; `None` once `go_on`, which is asked now and then, says no.
pub(crate) fn environments_while(
    trace: &Trace,
    topology: &Topology,
    policy: &Policy,
    cold: &[Millis],
    initial: &[u32],
    premises: &Premises,
    go_on: &(dyn Fn() -> bool + Sync),
) -> Option<Vec<Most>> {
    const NOW_AND_THEN: usize = 1 << 16;
    const SHARES: u32 = 8;
    let functions = trace.functions.len();
    let mut lengths: Vec<Lengths> = vec![Lengths::default(); functions];
    for (function, duration) in trace.durations() {
        lengths[function as usize].add(duration);
    }
    let rotates = policy.pick_environment != PickEnvironment::NewestIdle;
    let facts = |f: usize| Facts {
        queued: premises.queued,
        keep_alive: keep_alive(topology, policy, f),
        rotates,
        cold: cold.get(f).copied().unwrap_or_default().0,
        lengths: lengths[f],
        initial: initial.get(f).copied().unwrap_or(0),
        grain: premises.counts_busy.then_some(trace.span.0 / 1_000_000),
        stretch: premises.stretch,
    };
    // Each share of the functions is a pass of its own over their arrivals.
    let shares = u32::try_from(functions).map_or(SHARES, |functions| functions.clamp(1, SHARES));
    let step = shares as usize;
    let of_share = |first: u32| {
        let own = (first as usize..functions).step_by(step);
        let bound = |f| BusyBound::new(facts(f), premises.may_fail.get(f).cloned().unwrap_or_default());
        let mut bounds: Vec<BusyBound> = own.map(bound).collect();
        for (n, entry) in trace.arrivals_apart(FunctionShare { first, shares }).enumerate() {
            if n % NOW_AND_THEN == 0 && !go_on() {
                return None;
            }
            bounds[entry.function as usize / step].arrive(entry);
        }
        Some(bounds.into_iter().map(BusyBound::finish).collect::<Vec<Most>>())
    };
    let found: Option<Vec<Vec<Most>>> = (0..shares).into_par_iter().map(of_share).collect();
    let mut found: Vec<_> = found?.into_iter().map(Vec::into_iter).collect();
    let most: Vec<Most> = (0..functions).filter_map(|f| found[f % step].next()).collect();
    debug_assert_eq!(most.len(), functions, "a bound for each function");
    Some(most)
}

/// ENIs that are enough for these environments in each pool, however they are spread over the ENIs (L5).
///
/// With environments of one size, `ceil(n / floor(room / size))`. With several sizes each ENI
/// may have up to the largest size less one unit to spare and still refuse the largest, so
/// `floor(used / (room - largest + 1)) + 1` with `used` the units of all others.
pub fn enis(topology: &Topology, policy: &Policy, environments: &[Curve]) -> Vec<(Vec<usize>, Curve)> {
    let of_pool = |(classes, members): (Vec<usize>, Vec<usize>)| {
        let members: Vec<usize> = members.into_iter().filter(|&f| f < environments.len()).collect();
        let curves: Vec<Curve> = members.iter().map(|&f| environments[f].clone()).collect();
        (classes, enis_of(topology, policy, &members, &curves))
    };
    pools(topology).into_iter().map(of_pool).collect()
}

/// The same of one pool: `environments` of its `members`, in that order.
pub(crate) fn enis_of(
    topology: &Topology,
    policy: &Policy,
    members: &[usize],
    environments: &[Curve],
) -> Curve {
    let (sizes, room) = sizes(topology, policy, members);
    let mut kept = 0;
    Curve::combine(environments, |counts| {
        // Only idle ENIs can be deleted, and each environment may keep one in use.
        let alive = sum(counts);
        kept = enough(counts, &sizes, room).max(alive.min(kept));
        kept
    })
}

/// The number beyond which no ENI is made while any other has room: when one is made, all others are full.
pub(crate) fn made_of(
    topology: &Topology,
    policy: &Policy,
    members: &[usize],
    environments: &[Curve],
) -> Curve {
    let (sizes, room) = sizes(topology, policy, members);
    Curve::combine(environments, |counts| enough(counts, &sizes, room))
}

/// The fewest environments of `members` on an ENI that has no room for another of them.
pub(crate) fn fewest_on_a_full_one(topology: &Topology, policy: &Policy, members: &[usize]) -> u32 {
    let (sizes, room) = sizes(topology, policy, members);
    let largest = sizes.into_iter().max().unwrap_or(1);
    lower_bound((room.saturating_sub(largest) + 1).div_ceil(largest))
}

fn enough(counts: &[u32], sizes: &[u64], room: u64) -> u32 {
    let present = || counts.iter().zip(sizes).filter(|(count, _)| **count > 0);
    let Some(largest) = present().map(|(_, size)| *size).max() else { return 0 };
    let total: u128 = present().map(|(count, size)| u128::from(*count) * u128::from(*size)).sum();
    let enough = if present().all(|(_, size)| *size == largest) {
        let slots = u128::from(room / largest).max(1);
        (total / u128::from(largest)).div_ceil(slots)
    } else {
        let refusing = u128::from(room - largest + 1);
        (total - u128::from(largest)) / refusing + 1
    };
    upper_bound(enough)
}
