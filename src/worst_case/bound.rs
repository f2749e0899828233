//! Bounds: what no assignment of the uncertainty set can exceed, each by an argument of `docs/worst-case.md`.
//!
//! The order is: how long a cold start can be if the token queue is as long as the limits
//! let it be (W1, W2); from that, how many environments can be alive (need's L1 to L3);
//! from that, how many creation requests can come together and so how long the token queue
//! really gets (W3); again, while it gets better. Then the ENIs held (W4, W5), and W6.

use super::Planned;
use crate::cold_path::ColdPath;
use crate::demand::need::{self, Most, Premises};
use crate::demand::{Curve, pools, sum};
use crate::policy::{Binding, IdleTtl, OnExhausted, Provision};
use crate::quantity::Millis;
use crate::simulation::{Standing, World, standing};
use crate::topology::{Limits, TokenBucket};
use crate::traffic::Traffic;

const ROUNDS: usize = 4;

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
    /// The same per subnet.
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

/// The bounds for `traffic` in `world`.
pub fn bounds(
    world: &World<'_>,
    cold_path: &ColdPath,
    traffic: &Traffic,
    planned: Option<Planned>,
) -> Bounds {
    let follows_a_plan = matches!(world.policy.provision, Provision::Scheduled | Provision::Clairvoyant);
    if follows_a_plan && planned.is_none() {
        return unproved(world, traffic);
    }
    let prover = Prover { world, cold_path, traffic, planned, initial: standing(world) };
    if let Some(deployed) = prover.deployed() {
        return deployed;
    }
    // First in the hope that nothing fails; if the bounds then show that a limit can be met, without it.
    let hopeful = prover.conclude(&prover.stage(true));
    if hopeful.exhaustible { prover.conclude(&prover.stage(false)) } else { hopeful }
}

/// A plan that nothing is known of may leave environments waiting for ever.
fn unproved(world: &World<'_>, traffic: &Traffic) -> Bounds {
    let limits = &world.topology.limits;
    let addresses = limits.subnets.iter().map(|subnet| u64::from(subnet.addresses));
    Bounds {
        cold_start_ms: None,
        by_slot: BySlot::default(),
        token_wait_ms: 0,
        peak_enis: most_held(limits),
        by_subnet: addresses.collect(),
        failures: traffic.invocations(),
        exhaustible: true,
    }
}

/// W2: no more ENIs are held than the addresses and the quotas allow.
fn most_held(limits: &Limits) -> u64 {
    let addresses: u64 = limits.subnets.iter().map(|subnet| u64::from(subnet.addresses)).sum();
    let vpcs = limits.subnets.iter().map(|subnet| subnet.vpc + 1).max().unwrap_or(0) as u64;
    let region = limits.region_quota.map_or(u64::MAX, u64::from);
    let vpc = limits.vpc_quota.map_or(u64::MAX, |quota| vpcs.saturating_mul(u64::from(quota)));
    addresses.min(region).min(vpc)
}

struct Prover<'a> {
    world: &'a World<'a>,
    cold_path: &'a ColdPath,
    traffic: &'a Traffic,
    planned: Option<Planned>,
    initial: Standing,
}

/// What is known at one stage.
#[derive(Clone)]
struct Stage {
    token_wait: u64,
    microvm_wait: u64,
    most: Vec<Most>,
}

impl Prover<'_> {
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
        let prover = Prover { planned: Some(supposed), initial: self.initial.clone(), ..*self };
        [true, false].into_iter().find_map(|none_fails| {
            let stage = prover.stage(none_fails);
            let alive: Vec<Curve> = stage.most.iter().map(|most| most.alive.clone()).collect();
            let fits = |(_, need): &(Vec<usize>, Curve)| need.peak().0 <= 1;
            let confirmed = need::enis(topology, policy, &alive).iter().all(fits);
            let bounds = prover.conclude(&stage);
            (confirmed && !(none_fails && bounds.exhaustible)).then_some(bounds)
        })
    }

    fn conclude(&self, stage: &Stage) -> Bounds {
        let limits = &self.world.topology.limits;
        let held = self.held(stage);
        let addresses = |subnet: usize| u64::from(limits.subnets[subnet].addresses);
        let exhaustible = self.exhaustible(stage, held);
        let waits = exhaustible && self.world.policy.on_exhausted == OnExhausted::Wait;
        // An environment that waits without end outlives every bound on environments.
        let peak_enis = if waits { self.most_held() } else { held.min(self.most_held()) };
        let by_subnet = (0..limits.subnets.len()).map(|subnet| peak_enis.min(addresses(subnet))).collect();
        let cold = (0..self.traffic.functions.len()).filter(|&f| stage.most[f].possibly_cold > 0);
        let longest = cold.map(|f| self.longest(f, stage).0).max().unwrap_or(0);
        let failures = if exhaustible { stage.most.iter().map(|most| most.possibly_cold).sum() } else { 0 };
        let throttled = self.throttled(stage);
        Bounds {
            cold_start_ms: (!waits).then_some(longest),
            by_slot: BySlot { slot_ms: u64::MAX, longest_ms: vec![(!waits).then_some(longest)] },
            token_wait_ms: stage.token_wait,
            peak_enis,
            by_subnet,
            failures: if throttled || waits { self.traffic.invocations() } else { failures },
            exhaustible: exhaustible || throttled,
        }
    }

    /// W1, W2, then L1 to L3 and W3 in turn.
    fn stage(&self, none_fails: bool) -> Stage {
        let limits = &self.world.topology.limits;
        let mut stage = Stage {
            token_wait: limits.api.map_or(0, |api| wait_in_queue(self.most_held(), api)),
            microvm_wait: wait_for_host(limits, self.traffic.invocations()),
            most: Vec::new(),
        };
        let premises = Premises { none_fails, queued: self.world.policy.binding == Binding::Queued };
        for _ in 0..ROUNDS {
            let cold: Vec<Millis> =
                (0..self.traffic.functions.len()).map(|f| self.longest(f, &stage)).collect();
            let (topology, policy) = (self.world.topology, self.world.policy);
            stage.most = need::environments(
                self.traffic,
                topology,
                policy,
                &cold,
                &self.initial.environments,
                premises,
            );
            let better = self.token_wait(&stage).min(stage.token_wait);
            if better == stage.token_wait {
                break;
            }
            stage.token_wait = better;
        }
        stage
    }

    /// W1: the longest path with the longest waits.
    fn longest(&self, function: usize, stage: &Stage) -> Millis {
        let in_vpc = self.world.topology.functions.get(function).is_some_and(|it| !it.classes.is_empty());
        let eni_wait = match self.planned {
            Some(planned) => planned.eni_wait,
            None => Millis(stage.token_wait).plus(self.world.topology.boot.max),
        };
        self.cold_path.of(in_vpc).longest(eni_wait, Millis(stage.microvm_wait))
    }

    fn most_held(&self) -> u64 {
        most_held(&self.world.topology.limits)
    }

    /// W3: requests in a window against the tokens that come in it.
    fn token_wait(&self, stage: &Stage) -> u64 {
        let Some(api) = self.world.topology.limits.api else { return 0 };
        if self.planned.is_some() {
            return 0;
        }
        let policy = self.world.policy;
        let alive = u64::from(self.alive_in_vpc(stage).peak().0);
        let pools = u64::from(policy.warm).saturating_mul(self.world.topology.classes.len() as u64);
        // An environment requests at most one ENI for itself, and the pool one in place of the one it took.
        let per_window = if policy.warm > 0 { alive.saturating_mul(2) } else { alive };
        let places = self.world.functions.iter().filter(|it| !it.function.classes.is_empty());
        let keep_alive = places.clone().map(|it| it.keep_alive).min().unwrap_or(u64::MAX);
        let wait = Millis(stage.microvm_wait);
        let spread = places.map(|it| it.path.latest_acquire(wait).0).max().unwrap_or(0);
        let per_ms = u128::from(api.per_second.micro_tokens_per_ms());
        let in_all = wait_in_queue(self.creations(stage).saturating_sub(u64::from(api.burst)), api);
        let stage = &Stage { token_wait: stage.token_wait.min(in_all), ..stage.clone() };
        if per_ms * u128::from(keep_alive) < u128::from(per_window) * 1_000_000 {
            return stage.token_wait;
        }
        let while_spread = (per_ms * u128::from(spread)).div_ceil(1_000_000);
        let together = u128::from(per_window) + u128::from(pools) + while_spread;
        let together = u64::try_from(together).unwrap_or(u64::MAX);
        wait_in_queue(together.saturating_sub(u64::from(api.burst)), api).min(stage.token_wait)
    }

    /// The most environments in a VPC alive at each instant.
    fn alive_in_vpc(&self, stage: &Stage) -> Curve {
        let members = pools(self.world.topology).into_iter().flat_map(|(_, members)| members);
        let curves: Vec<Curve> =
            members.filter_map(|f| stage.most.get(f).map(|it| it.alive.clone())).collect();
        Curve::combine(&curves, sum)
    }

    /// W4 and W5: ENIs that have not begun to go, and those on their way out.
    fn held(&self, stage: &Stage) -> u64 {
        if let Some(planned) = self.planned {
            return planned.peak_enis;
        }
        let policy = self.world.policy;
        let classes = self.world.topology.classes.len() as u64;
        let extra = u64::from(policy.miss_budget)
            + u64::from(policy.warm).saturating_mul(classes)
            + if policy.provision == Provision::AtDeploy { classes } else { 0 };
        let alive = self.alive_in_vpc(stage);
        let staying = self.staying(stage, &alive).saturating_add(extra);
        let ever = u64::from(self.initial.enis).saturating_add(self.creations(stage));
        staying.saturating_add(self.going(&alive, extra)).min(ever)
    }

    /// W9: every request comes from an environment that may start, or keeps a pool at its number.
    fn creations(&self, stage: &Stage) -> u64 {
        let policy = self.world.policy;
        let in_vpc = self.world.functions.iter().zip(&stage.most);
        let starts: u64 = in_vpc
            .filter(|(place, _)| !place.function.classes.is_empty())
            .map(|(_, most)| most.possibly_cold)
            .fold(0, u64::saturating_add);
        let pools = u64::from(policy.warm).saturating_mul(self.world.topology.classes.len() as u64);
        starts.saturating_mul(if policy.warm > 0 { 2 } else { 1 }).saturating_add(pools)
    }

    /// W4: at the last creation every ENI of its pool was in use.
    fn staying(&self, stage: &Stage, alive: &Curve) -> u64 {
        let (topology, policy) = (self.world.topology, self.world.policy);
        let curves: Vec<Curve> = stage.most.iter().map(|most| most.alive.clone()).collect();
        if !policy.reuse {
            return u64::from(alive.peak().0);
        }
        let pools = pools(topology);
        let mut classes: Vec<usize> = pools.iter().flat_map(|(classes, _)| classes.clone()).collect();
        classes.sort_unstable();
        if classes.windows(2).any(|pair| pair[0] == pair[1]) {
            return u64::from(alive.peak().0).saturating_mul(pools.len() as u64);
        }
        if policy.join_booting {
            let enis = need::enis(topology, policy, &curves);
            return enis.iter().map(|(_, curve)| u64::from(curve.peak().0)).sum();
        }
        let of_pool = |(_, members): &(Vec<usize>, Vec<usize>)| {
            let members: Vec<Curve> = members.iter().filter_map(|&f| curves.get(f).cloned()).collect();
            u64::from(Curve::combine(&members, sum).peak().0)
        };
        pools.iter().map(of_pool).sum()
    }

    /// W5: deletions under way. Each ends the use of an ENI by its last environment, which
    /// was alive one keep-alive before it expired.
    fn going(&self, alive: &Curve, extra: u64) -> u64 {
        let policy = self.world.policy;
        let mut deletion = self.world.topology.delete.max.0;
        match policy.idle_ttl {
            // Nothing goes; and what is not reused stays without end.
            IdleTtl::Forever => return if policy.reuse { 0 } else { u64::MAX / 4 },
            // What is not reused is on its way out as soon as it is idle.
            IdleTtl::After(ttl) if !policy.reuse => deletion = deletion.saturating_add(ttl.0),
            IdleTtl::After(_) => {}
        }
        if deletion == 0 {
            return 0;
        }
        let places = self.world.functions.iter().filter(|it| !it.function.classes.is_empty());
        let keep_alive = places.map(|it| it.keep_alive).min().unwrap_or(u64::MAX);
        let windows = deletion.saturating_add(1).div_ceil(keep_alive.max(1));
        let alive = u64::from(alive.peak().0);
        if policy.warm > 0 {
            // A pool's ENIs may go without having carried anything: no more go than were there or came.
            let came = alive.saturating_mul(2).saturating_mul(windows + 1);
            return alive.saturating_add(came).saturating_add(2 * extra);
        }
        alive.saturating_mul(windows)
    }

    /// W6: a limit can only be met if more ENIs could be held than it allows.
    fn exhaustible(&self, stage: &Stage, held: u64) -> bool {
        if self.planned.is_some() {
            return false;
        }
        let topology = self.world.topology;
        let limits = &topology.limits;
        let quotas = [limits.region_quota, limits.vpc_quota];
        let over_quota = quotas.into_iter().flatten().any(|quota| held > u64::from(quota));
        let over_addresses = topology
            .functions
            .iter()
            .zip(&stage.most)
            .filter(|(place, most)| !place.classes.is_empty() && most.possibly_cold > 0)
            .any(|(place, _)| {
                let of_class =
                    |&class: &usize| u64::from(limits.subnets[topology.classes[class].subnet].addresses);
                held > place.classes.iter().map(of_class).sum()
            });
        let may_need_one = stage.most.iter().any(|most| most.possibly_cold > 0);
        may_need_one && (over_quota || over_addresses)
    }

    /// W7: whether account concurrency or a scaling bucket can refuse an invocation.
    fn throttled(&self, stage: &Stage) -> bool {
        let limits = &self.world.topology.limits;
        let in_all = |of: fn(&Most) -> u64| stage.most.iter().map(of).fold(0_u64, u64::saturating_add);
        let busy = in_all(|most| u64::from(most.busy_peak));
        let alive: Vec<Curve> = stage.most.iter().map(|most| most.alive.clone()).collect();
        let alive = Curve::combine(&alive, sum);
        let at_once = busy.min(u64::from(alive.peak().0));
        let over = limits.account_concurrency.is_some_and(|limit| at_once > u64::from(limit));
        let keep_alive = |f: usize| self.world.functions[f].keep_alive;
        let slowest = (0..stage.most.len()).map(keep_alive).min().unwrap_or(u64::MAX);
        let account = limits
            .account_scaling
            .is_some_and(|bucket| may_refuse(bucket, u64::from(alive.peak().0), slowest));
        let function = limits.function_scaling.is_some_and(|bucket| {
            let refused =
                |(f, most): (usize, &Most)| may_refuse(bucket, u64::from(most.alive.peak().0), keep_alive(f));
            stage.most.iter().enumerate().any(refused)
        });
        over || account || function
    }
}

/// Whether more environments than the bucket has tokens can start: at most `alive` start in any
/// window of a keep-alive, and the bucket is full again if that many tokens come back in it.
fn may_refuse(bucket: TokenBucket, alive: u64, keep_alive: u64) -> bool {
    let comes_back = u128::from(bucket.per_second.micro_tokens_per_ms()) * u128::from(keep_alive);
    alive > u64::from(bucket.burst) || comes_back < u128::from(alive) * 1_000_000
}

/// The longest wait for a host, ms, if everything in flight waits at once.
pub(crate) fn wait_for_host(limits: &Limits, invocations: u64) -> u64 {
    let bucket = |rate| TokenBucket { burst: 1, per_second: rate };
    limits.microvm.map_or(0, |rate| wait_in_queue(invocations, bucket(rate)))
}

/// The longest wait of the last of `pending` requests in an empty bucket, ms.
///
/// A bucket that one millisecond's refill can fill loses what comes beyond; then every
/// token takes its own whole milliseconds.
pub(crate) fn wait_in_queue(pending: u64, bucket: TokenBucket) -> u64 {
    const TOKEN: u64 = 1_000_000;
    let per_ms = bucket.per_second.micro_tokens_per_ms();
    if pending == 0 {
        return 0;
    }
    if per_ms == 0 {
        return u64::MAX / 4;
    }
    let loses = per_ms > u64::from(bucket.burst.max(1) - 1).saturating_mul(TOKEN);
    let wait = if loses {
        u128::from(pending) * u128::from(TOKEN.div_ceil(per_ms))
    } else {
        (u128::from(pending) * u128::from(TOKEN)).div_ceil(u128::from(per_ms))
    };
    u64::try_from(wait).unwrap_or(u64::MAX / 4)
}
