//! Bounds: what no assignment of the uncertainty set can exceed, each by an argument of `docs/worst-case.md`.
//!
//! What is concluded rests on a hypothesis: how long requests wait for tokens and hosts,
//! which pools never run empty, and when invocations may fail at all. The first event that
//! broke it would contradict what was concluded from it up to then; so a hypothesis that
//! contains its own consequences holds (W0). The smallest is tried first, and widened by
//! its consequences until it contains them.

mod component;
mod failures;
mod hypothesis;
mod levels;
mod packing;
mod queue;
mod subnets;
mod tokens;

use self::queue::wait_in_queue;
pub(crate) use queue::wait_for_host;

use self::component::{Component, Environments, components};
use self::hypothesis::{Findings, Hypothesis, Proved};
use super::{Objective, Planned, Progress, Unwatched, Watch};
use crate::cold_path::ColdPath;
use crate::demand::need::{self, Premises};
use crate::demand::{Curve, sum, tight};
use crate::policy::{EnvironmentBinding, IdleTtl, Provision};
use crate::quantity::Millis;
use crate::simulation::{InitialState, World, standing};
use crate::topology::SystemLimits;
use crate::trace::Traffic;

/// What no assignment exceeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The longest cold start, ms; `None`: an invocation may wait without a bound we can prove.
    pub cold_start_ms: Option<u64>,
    /// The same by the slot in which the invocation arrives.
    pub by_slot: BySlot,
    /// The longest a creation request waits for its token, ms.
    pub token_wait_ms: u64,
    /// The most ENIs held.
    pub peak_enis: u64,
    /// The most ENIs held at each instant.
    pub held: Curve,
    /// The same per subnet, at any instant.
    pub by_subnet: Vec<u64>,
    /// The most failed invocations.
    pub failures: u64,
    /// Whether a limit can be met, so that invocations may fail or wait for room.
    pub exhaustible: bool,
}

/// The longest cold start of the invocations that arrive in each slot of the traffic's span.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BySlot {
    /// Length of a slot, ms: a minute, or as many as keep the slots to about 1,500.
    pub slot_ms: u64,
    /// For each slot the longest, ms: 0 where every arrival is surely warm, `None` where no bound is known.
    pub longest_ms: Vec<Option<u64>>,
}

impl BySlot {
    fn new(span: Millis, value: Option<u64>) -> Self {
        const MOST: u64 = 1_500;
        let slot_ms = span.0.div_ceil(60_000 * MOST).max(1) * 60_000;
        let slots = usize::try_from(span.0 / slot_ms + 1).unwrap_or(0);
        Self { slot_ms, longest_ms: vec![value; slots] }
    }
}

/// The bounds for `traffic` in `world`.
pub fn bounds(
    world: &World<'_>,
    cold_path: &ColdPath,
    traffic: &Traffic,
    planned: Option<Planned>,
) -> Bounds {
    bounds_while(world, cold_path, traffic, planned, &Unwatched, 0)
}

/// The same as far as `watch` allows, which is told the longest cold start `shown` so far: where it
/// calls the proof off, what is proved already.
pub(super) fn bounds_while(
    world: &World<'_>,
    cold_path: &ColdPath,
    traffic: &Traffic,
    planned: Option<Planned>,
    watch: &dyn Watch,
    shown: u64,
) -> Bounds {
    let follows_a_plan = matches!(world.policy.provision, Provision::Scheduled | Provision::Clairvoyant);
    if follows_a_plan && planned.is_none() {
        return unproved(world, traffic);
    }
    let prover = Prover::new(world, cold_path, traffic, planned, watch);
    let without_a_pass = prover.without_a_pass();
    let mut progress = prover.progress;
    (progress.witness, progress.bound) = (shown, without_a_pass.cold_start_ms);
    let prover = Prover { progress, ..prover };
    if let Some(deployed) = prover.deployed() {
        return deployed;
    }
    match prover.prove() {
        Proved::Found(found) => prover.conclude(&found),
        Proved::Strands => unproved(world, traffic),
        Proved::Stopped => without_a_pass,
    }
}

/// Whether it is proved that no cold start exceeds `promise` and no invocation fails.
///
/// Says no as soon as the proof has to suppose a longer wait, since it never takes that back.
pub(crate) fn surely_within(
    world: &World<'_>,
    cold_path: &ColdPath,
    traffic: &Traffic,
    promise: Millis,
) -> bool {
    let prover = Prover::new(world, cold_path, traffic, None, &Unwatched);
    let prover = Prover { promise: Some(promise), ..prover };
    let bounds = match prover.prove() {
        Proved::Found(found) => prover.conclude(&found),
        Proved::Strands | Proved::Stopped => return false,
    };
    bounds.failures == 0 && bounds.cold_start_ms.is_some_and(|longest| longest <= promise.0)
}

/// What waits without end outlives every bound on environments: only the limits hold.
fn unproved(world: &World<'_>, traffic: &Traffic) -> Bounds {
    let limits = &world.topology.limits;
    let addresses = limits.subnets.iter().map(|subnet| u64::from(subnet.addresses));
    let most = most_held(limits);
    Bounds {
        cold_start_ms: None,
        by_slot: BySlot::new(traffic.span, None),
        token_wait_ms: limits.api.map_or(0, |api| wait_in_queue(most, api)),
        peak_enis: most,
        held: Curve::new([(0, u32::try_from(most).unwrap_or(u32::MAX))]),
        by_subnet: addresses.map(|addresses| addresses.min(most)).collect(),
        failures: traffic.invocations(),
        exhaustible: true,
    }
}

/// W2: no more ENIs are held than the addresses and the quotas allow.
fn most_held(limits: &SystemLimits) -> u64 {
    let addresses: u64 = limits.subnets.iter().map(|subnet| u64::from(subnet.addresses)).sum();
    let vpcs = limits.subnets.iter().map(|subnet| subnet.vpc + 1).max().unwrap_or(0) as u64;
    let region = limits.region_quota.map_or(u64::MAX, u64::from);
    let vpc = limits.vpc_quota.map_or(u64::MAX, |quota| vpcs.saturating_mul(u64::from(quota)));
    addresses.min(region).min(vpc)
}

#[derive(Clone)]
struct Prover<'a> {
    watch: &'a dyn Watch,
    /// What the watcher is told.
    progress: Progress,
    world: &'a World<'a>,
    cold_path: &'a ColdPath,
    traffic: &'a Traffic,
    planned: Option<Planned>,
    /// A proof of a longer cold start is of no use.
    promise: Option<Millis>,
    initial: InitialState,
    components: Vec<Component>,
    /// From an arrival to its search for an ENI, at most and at least, ms, without the wait for a host.
    spread: u64,
    soonest: u64,
}

impl<'a> Prover<'a> {
    fn new(
        world: &'a World<'a>,
        cold_path: &'a ColdPath,
        traffic: &'a Traffic,
        planned: Option<Planned>,
        watch: &'a dyn Watch,
    ) -> Self {
        let progress =
            Progress { objective: Objective::ColdStart, witness: 0, bound: None, steps: 0, done: None };
        Self {
            watch,
            progress,
            world,
            cold_path,
            traffic,
            planned,
            promise: None,
            initial: standing(world),
            components: components(world.topology, traffic.functions.len()),
            spread: cold_path.vpc.latest_acquire(Millis::ZERO).0,
            soonest: 0,
        }
    }

    /// What follows from the limits alone, whatever comes (W1, W2).
    fn without_a_pass(&self) -> Bounds {
        let waits = self.longest_waits();
        let late = Prover { spread: self.latest_search(waits.microvm_wait), ..self.clone() };
        let limits = unproved(self.world, self.traffic);
        if self.planned.is_none() && late.may_strand() {
            return limits;
        }
        let peak_enis = self.planned.map_or(limits.peak_enis, |planned| planned.peak_enis);
        let functions = 0..self.traffic.functions.len();
        let cold_start_ms = Some(functions.map(|f| self.longest(f, &waits).0).max().unwrap_or(0));
        Bounds {
            cold_start_ms,
            by_slot: BySlot::new(self.traffic.span, cold_start_ms),
            peak_enis,
            held: Curve::new([(0, u32::try_from(peak_enis).unwrap_or(u32::MAX))]),
            by_subnet: limits.by_subnet.iter().map(|&it| it.min(peak_enis)).collect(),
            ..limits
        }
    }

    /// W8: the ENIs of the deployment are enough for ever, so that no environment waits for one.
    ///
    /// Supposed first, then confirmed: as long as it has held, what is alive fits on them, so it goes on holding.
    fn deployed(&self) -> Option<Bounds> {
        let (topology, policy) = (self.world.topology, self.world.policy);
        let standing = policy.provision == Provision::AtDeploy
            && policy.idle_ttl == IdleTtl::Forever
            && policy.reuse
            && (policy.miss_budget, policy.warm) == (0, 0);
        let classes = topology.classes.len() as u64;
        let in_subnet =
            |subnet: usize| topology.classes.iter().filter(|class| class.subnet == subnet).count();
        let room = |(n, subnet): (usize, &crate::topology::SubnetRoom)| {
            in_subnet(n) as u64 <= u64::from(subnet.addresses)
        };
        if !standing || classes > self.most_held() || !topology.limits.subnets.iter().enumerate().all(room) {
            return None;
        }
        let supposed = Planned { eni_wait: Millis::ZERO, peak_enis: classes };
        let prover = Prover { planned: Some(supposed), ..self.clone() };
        let Proved::Found(found) = prover.prove() else { return None };
        let alive: Vec<Curve> = found.most.iter().map(|most| most.alive.clone()).collect();
        // Where functions share some classes only, one's ENI may be full of the other's environments.
        let fits = |component: &Component| {
            let of = |f: &usize| (alive[*f].clone(), self.world.functions[*f].size);
            let (alive, sizes): (Vec<Curve>, Vec<u64>) = component.functions.iter().map(of).unzip();
            Curve::combine(&alive, |counts| tight(counts, &sizes, self.world.capacity)).peak().0 <= 1
        };
        let confirmed = self.components.iter().all(fits);
        confirmed.then(|| prover.conclude(&found))
    }

    /// W1: the longest path of a function, with these waits.
    fn longest(&self, function: usize, supposed: &Hypothesis) -> Millis {
        let in_vpc = self.world.topology.functions.get(function).is_some_and(|it| !it.classes.is_empty());
        let has = |component: &Component| component.functions.contains(&function);
        let at_hand = self.components.iter().zip(&supposed.at_hand).any(|(it, at_hand)| *at_hand && has(it));
        let eni_wait = match self.planned {
            Some(planned) => planned.eni_wait,
            None if at_hand => Millis::ZERO,
            None => Millis(supposed.token_wait).plus(self.world.topology.boot.max),
        };
        self.cold_path.of(in_vpc).longest(eni_wait, Millis(supposed.microvm_wait))
    }

    /// Whether some cold start may exceed the promise even if no request waits for a token.
    fn is_beyond(&self, supposed: &Hypothesis) -> bool {
        let waits = Hypothesis { token_wait: 0, ..supposed.waits() };
        let functions = || 0..self.traffic.functions.len();
        self.promise.is_some_and(|promise| functions().any(|f| self.longest(f, &waits) > promise))
    }

    fn most_held(&self) -> u64 {
        most_held(&self.world.topology.limits)
    }

    /// What follows from a hypothesis.
    fn find(&self, supposed: &Hypothesis) -> Option<Findings> {
        let (topology, policy) = (self.world.topology, self.world.policy);
        let cold: Vec<Millis> =
            (0..self.traffic.functions.len()).map(|f| self.longest(f, supposed)).collect();
        let premises = Premises {
            may_fail: supposed.may_fail.clone(),
            queued: policy.binding == EnvironmentBinding::Queued,
            stretch: (policy.warm > 0).then(|| self.renewal(supposed)),
        };
        let initial = &self.initial.environments;
        let go_on = || self.watch.proceed(&self.progress);
        let most =
            need::environments_while(self.traffic, topology, policy, &cold, initial, &premises, &go_on)?;
        let stretch = premises.stretch;
        let of = |component: &Component| Environments::new(self, component, &most, stretch);
        let environments: Vec<Environments> = self.components.iter().map(of).collect();
        let pairs = self.components.iter().zip(&environments).filter(|_| self.planned.is_none());
        let held = pairs.map(|(component, environments)| self.held(component, environments)).collect();
        Some(Findings { most, environments, held, token_waits: Vec::new(), supposed: supposed.clone() })
    }

    fn conclude(&self, found: &Findings) -> Bounds {
        let most_held = self.most_held();
        let cap = u32::try_from(most_held).unwrap_or(u32::MAX);
        let held = match self.planned {
            Some(planned) => Curve::new([(0, u32::try_from(planned.peak_enis).unwrap_or(u32::MAX))]),
            None => Curve::combine(&found.held, |it| sum(it).min(cap)),
        };
        let peak_enis = u64::from(held.peak().0);
        let by_slot = self.by_slot(found);
        let failures = found.most.iter().map(|most| most.may_fail).fold(0, u64::saturating_add);
        Bounds {
            cold_start_ms: by_slot.longest_ms.iter().copied().max().unwrap_or(Some(0)),
            by_slot,
            token_wait_ms: found.supposed.token_wait,
            peak_enis,
            by_subnet: self.by_subnet(found, &held),
            held,
            failures,
            exhaustible: failures > 0,
        }
    }

    /// W1 by slot: with the wait for a token at that time.
    fn by_slot(&self, found: &Findings) -> BySlot {
        let mut slots = BySlot::new(self.traffic.span, Some(0));
        let last = slots.longest_ms.len().saturating_sub(1);
        let length = slots.slot_ms;
        let slot = |at: u64| usize::try_from(at / length).unwrap_or(last).min(last);
        let mut waits = vec![0; slots.longest_ms.len()];
        for &(first, at, wait) in &found.token_waits {
            waits[slot(first)..=slot(at)].iter_mut().for_each(|it| *it = wait.max(*it));
        }
        for (f, most) in found.most.iter().enumerate() {
            let mut known: Option<(u64, u64)> = None;
            for (first, at, _) in most.cold.cells() {
                let range = slot(first)..=slot(at);
                for (&wait, found_there) in waits[range.clone()].iter().zip(&mut slots.longest_ms[range]) {
                    let longest = match known {
                        Some((same, longest)) if same == wait => longest,
                        _ => self.longest(f, &Hypothesis { token_wait: wait, ..found.supposed.waits() }).0,
                    };
                    known = Some((wait, longest));
                    *found_there = (*found_there).max(Some(longest));
                }
            }
        }
        slots
    }
}
