//! Components: functions that share ENI classes, and the ENIs they can hold together (W4, W5).

use super::Prover;
use super::levels::Levels;
use super::packing::Packing;
use crate::demand::need::{self, Most};
use crate::demand::{Curve, pools, tight};
use crate::policy::{IdleTtl, Provision};
use crate::topology::Topology;

/// Functions that share ENI classes, directly or through others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Component {
    pub(super) classes: Vec<usize>,
    pub(super) functions: Vec<usize>,
    /// Functions with the very same classes are one pool; most components are one.
    pub(super) pools: usize,
}

impl Component {
    /// Whether one of its classes is in one of these subnets.
    pub(super) fn touches(&self, topology: &Topology, subnets: &[usize]) -> bool {
        self.classes.iter().any(|&class| subnets.contains(&topology.classes[class].subnet))
    }
}

/// The components, by first use, with those of their functions that are among the first `invoked`.
pub(super) fn components(topology: &Topology, invoked: usize) -> Vec<Component> {
    let mut found: Vec<Component> = Vec::new();
    for (classes, functions) in pools(topology) {
        let mut merged = Component { classes, functions, pools: 1 };
        let shares = |it: &mut Component| it.classes.iter().any(|class| merged.classes.contains(class));
        let joined: Vec<Component> = found.extract_if(.., shares).collect();
        for it in joined {
            merged.classes.extend(it.classes);
            merged.functions.extend(it.functions);
            merged.pools += it.pools;
        }
        merged.classes.sort_unstable();
        merged.classes.dedup();
        merged.functions.retain(|&f| f < invoked);
        merged.functions.sort_unstable();
        found.push(merged);
    }
    found
}

/// Steps beyond which a curve is rounded to its safe side: an hour to 50 ms, a day to about a second.
pub(super) const MOST_STEPS: usize = 1 << 16;

/// What holds of a component's environments.
pub(super) struct Environments {
    pub(super) alive: Curve,
    /// ENIs that surely carry one.
    pub(super) in_use: Curve,
    /// Where booting ENIs can be joined.
    pub(super) packing: Option<Packing>,
    /// Started by each instant, at most and at least.
    started: [Curve; 2],
    /// Started at most in the stretch that ends at each instant, and how long that is, ms (W12).
    gained: Option<(u64, Curve)>,
    initial: u32,
}

impl Environments {
    pub(super) fn new(
        prover: &Prover<'_>,
        component: &Component,
        most: &[Most],
        stretch: Option<u64>,
    ) -> Self {
        let of = |curve: fn(&Most) -> Curve| {
            let curves: Vec<Curve> = component.functions.iter().map(|&f| curve(&most[f])).collect();
            Curve::sum(&curves)
        };
        let initial = component.functions.iter().map(|&f| prover.initial.environments[f]);
        let policy = prover.world.policy;
        let packs = policy.join_booting && policy.reuse && policy.warm == 0 && component.pools == 1;
        Self {
            alive: of(|most| most.alive.rounded_up(MOST_STEPS)).rounded_up(MOST_STEPS),
            in_use: prover.surely_in_use(component, most).rounded_down(MOST_STEPS),
            packing: packs.then(|| Packing::new(prover, component, most)),
            started: [
                of(|most| most.cold.at_most().rounded_up(MOST_STEPS)).rounded_up(MOST_STEPS),
                of(|most| most.cold.at_least().rounded_down(MOST_STEPS)).rounded_down(MOST_STEPS),
            ],
            gained: stretch.and_then(|stretch| Some((stretch, gained(component, most)?))),
            initial: initial.fold(0, u32::saturating_add),
        }
        .limited(prover, component)
    }

    /// W2 again: those that have found an ENI share what the limits allow, the others still look for one.
    fn limited(mut self, prover: &Prover<'_>, component: &Component) -> Self {
        if let Some(limit) = prover.carried(component) {
            let looking = self.starting(prover.spread);
            self.alive = Curve::combine(&[self.alive, looking], |it| it[0].min(limit.saturating_add(it[1])));
        }
        self
    }

    /// The number beyond which no ENI is made, but by misses (W4).
    fn raising(&self) -> &Curve {
        self.packing.as_ref().map_or(&self.alive, |it| &it.made)
    }

    /// Those that start in `[t - window, t]`.
    pub(super) fn starting(&self, window: u64) -> Curve {
        const MOST_STRETCHES: u64 = 8;
        let before = self.started[1].delayed(window.saturating_add(1), 0);
        let counted = Curve::combine(&[self.started[0].clone(), before], |it| less(it[0], it[1]));
        let Some((stretch, gained)) = &self.gained else { return counted };
        let stretches = window.div_ceil((*stretch).max(1)).max(1);
        if stretches > MOST_STRETCHES {
            return counted;
        }
        let parts: Vec<Curve> = (0..stretches).map(|n| gained.delayed(n * stretch, 0)).collect();
        least(&[counted, Curve::sum(&parts)])
    }

    /// Those that were started by `t - past` and are alive at some instant from `t - window` on.
    pub(super) fn started_before(&self, past: u64, window: u64) -> Curve {
        if past >= window {
            return self.alive.delayed(window, self.initial);
        }
        self.within(window - past).delayed(past, self.initial)
    }

    /// Those alive at some instant of `[t - window, t]`, each counted once.
    pub(super) fn within(&self, window: u64) -> Curve {
        let then = self.alive.delayed(window, self.initial);
        let before = self.started[1].delayed(window, 0);
        Curve::combine(&[then, self.started[0].clone(), before], |it| {
            it[0].saturating_add(less(it[1], it[2]))
        })
    }
}

/// W12: all that start in a stretch shorter than the keep-alive live at its end, with those kept from before.
fn gained(component: &Component, most: &[Most]) -> Option<Curve> {
    let of = |&f: &usize| {
        let kept = most[f].kept.as_ref()?.rounded_down(MOST_STEPS);
        let alive = most[f].alive.rounded_up(MOST_STEPS);
        Some(Curve::combine(&[alive, kept], |it| less(it[0], it[1])))
    };
    let gained: Option<Vec<Curve>> = component.functions.iter().map(of).collect();
    Some(Curve::sum(&gained?).rounded_up(MOST_STEPS))
}

/// A difference of counts, of which the first may be too large to be told.
const fn less(count: u32, before: u32) -> u32 {
    if count == u32::MAX { u32::MAX } else { count.saturating_sub(before) }
}

pub(super) fn least(curves: &[Curve]) -> Curve {
    Curve::combine(curves, |it| it.iter().copied().min().unwrap_or(0))
}

pub(super) fn plus(curve: &Curve, more: u32) -> Curve {
    let start = Curve::new([(0, more)]);
    Curve::sum(&[curve, &start])
}

impl Prover<'_> {
    /// ENIs that `component` may hold at each instant, as if no limit refused the last request.
    pub(super) fn held(&self, component: &Component, environments: &Environments) -> Curve {
        let policy = self.world.policy;
        let classes = u32::try_from(component.classes.len()).unwrap_or(u32::MAX);
        let free = policy.warm.saturating_mul(classes);
        let deployed = if policy.provision == Provision::AtDeploy { classes } else { 0 };
        let extra = free.saturating_add(deployed);
        let first = self.first(component, environments).saturating_add(extra);
        let ever = plus(&environments.started[0], first);
        let stay = least(&[self.staying(component, environments, extra), ever.clone()]);
        let IdleTtl::After(ttl) = policy.idle_ttl else { return stay };
        let deletion = self.world.topology.delete.max.0;
        // No earlier ENI is counted beyond the limits, which no request can have passed.
        let cap = u32::try_from(self.most_held()).unwrap_or(u32::MAX);
        let stayed = Curve::combine(&[stay.delayed(deletion.saturating_add(1), first)], |it| it[0].min(cap));
        let made = environments.starting(deletion.saturating_add(self.spread));
        let since = Curve::sum(&[stayed, made]);
        let window = ttl.0.saturating_add(deletion);
        let used = plus(&environments.within(window), extra);
        let taken = environments.starting(window.saturating_add(self.spread));
        let once = if policy.warm > 0 { Curve::sum(&[used, taken]) } else { used };
        let mut bounds = vec![since, once, ever];
        bounds.extend(self.by_levels(component, environments, first, ttl.0));
        bounds.extend(self.by_packing(component, environments, first, ttl.0));
        least(&bounds)
    }

    /// ENIs that stand at the start, but for pools and deployments: made like any others.
    fn first(&self, component: &Component, environments: &Environments) -> u32 {
        if !self.world.policy.reuse || component.pools > 1 {
            return environments.initial;
        }
        let initial = self.initial.environments.iter().map(|&n| Curve::new([(0, n)]));
        let enis = need::enis(self.world.topology, self.world.policy, &initial.collect::<Vec<_>>());
        let own = enis.into_iter().find(|(classes, _)| *classes == component.classes);
        own.map_or(environments.initial, |(_, curve)| curve.peak().0)
    }

    fn by_levels(
        &self,
        component: &Component,
        environments: &Environments,
        first: u32,
        ttl: u64,
    ) -> Option<Curve> {
        const STEPS: u64 = 20_000;
        let policy = self.world.policy;
        if !policy.reuse || policy.warm > 0 || component.pools > 1 || self.planned.is_some() {
            return None;
        }
        let raising = environments.raising();
        let deletion = self.world.topology.delete.max.0;
        let levels = Levels { raising, in_use: &environments.in_use, first, ttl, deletion };
        let grain = (deletion / 64).max(self.traffic.span.0 / STEPS).max(1);
        let held = levels.held(self.traffic.span.0, grain, 4_096)?;
        Some(plus(&held, policy.miss_budget))
    }

    /// The most environments that the ENIs of a component can carry together; `None` if they need none.
    pub(super) fn carried(&self, component: &Component) -> Option<u32> {
        if self.planned.is_some() || !self.cold_path.vpc.needs_eni() {
            return None;
        }
        let smallest = component.functions.iter().map(|&f| self.world.functions[f].size).min()?;
        let on_one = self.world.capacity / smallest.max(1);
        Some(u32::try_from(self.most_held().saturating_mul(on_one.max(1))).unwrap_or(u32::MAX))
    }

    /// ENIs that are not being deleted.
    fn staying(&self, component: &Component, environments: &Environments, extra: u32) -> Curve {
        let policy = self.world.policy;
        let used = match policy.idle_ttl {
            IdleTtl::After(ttl) => environments.within(ttl.0),
            IdleTtl::Forever => plus(&environments.started[0], environments.initial),
        };
        let used = plus(&used, extra);
        if !policy.reuse || (policy.warm > 0 && component.classes.len() > 1) {
            return used;
        }
        let pools = u32::try_from(component.pools).unwrap_or(u32::MAX);
        let raising = environments.raising();
        let raised = Curve::combine(&[raising.running_max()], |it| it[0].saturating_mul(pools));
        least(&[used, plus(&raised, extra.saturating_add(policy.miss_budget))])
    }

    /// ENIs that surely carry an environment.
    fn surely_in_use(&self, component: &Component, most: &[Most]) -> Curve {
        if !self.cold_path.vpc.needs_eni() {
            return Curve::empty();
        }
        let sizes: Vec<u64> = component.functions.iter().map(|&f| self.world.functions[f].size).collect();
        let ready: Vec<Curve> =
            component.functions.iter().map(|&f| most[f].ready.rounded_down(MOST_STEPS)).collect();
        tight(&ready, &sizes, self.world.capacity)
    }
}
