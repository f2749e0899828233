//! ENIs held by a component at each instant, the smallest of several bounds (W4, W5, W13).

use super::component::FunctionComponent;
use super::curves::{raised_by, smallest_of};
use super::environments::ComponentEnvironments;
use super::levels::EniLevels;
use super::problem::BoundProblem;
use crate::demand::need;
use crate::demand::{Curve, keep_alive};
use crate::policy::{IdleTtl, Provision};
use crate::quantity::convert::{upper_bound, upper_less};

/// One component and its environments, each of which looks for its ENI within `spread` ms of its start.
pub(super) struct ComponentHeld<'a> {
    pub(super) problem: &'a BoundProblem<'a>,
    pub(super) component: &'a FunctionComponent,
    pub(super) environments: &'a ComponentEnvironments,
    pub(super) spread: u64,
}

impl ComponentHeld<'_> {
    /// ENIs that the component may hold at each instant, as if no limit refused the last request.
    pub(super) fn bound(&self) -> Curve {
        let Self { problem, environments, spread, .. } = *self;
        let policy = problem.world.policy;
        let classes = upper_bound(self.component.classes.len() as u64);
        let free = policy.warm.saturating_mul(classes);
        let deployed = if policy.provision == Provision::AtDeploy { classes } else { 0 };
        let extra = free.saturating_add(deployed);
        let first = self.first().saturating_add(extra);
        let ever = raised_by(&environments.started, first);
        let stay = smallest_of(&[self.staying(extra), ever.clone()]);
        let IdleTtl::After(ttl) = policy.idle_ttl else { return stay };
        let deletion = problem.world.topology.delete.max.0;
        // No earlier ENI is counted beyond the limits, which no request can have passed.
        let cap = upper_bound(problem.most_held());
        let stayed = stay.delayed(deletion.saturating_add(1), first);
        let stayed = Curve::combine(&[stayed], |values| values[0].min(cap));
        let made = environments.starting(deletion.saturating_add(spread));
        let since = Curve::sum(&[stayed, made]);
        let window = ttl.0.saturating_add(deletion);
        let used = raised_by(&environments.within(window), extra);
        let taken = environments.starting(window.saturating_add(spread));
        let once = if policy.warm > 0 { Curve::sum(&[used, taken]) } else { used };
        let mut bounds = vec![since, once, ever];
        bounds.extend(self.by_levels(first, ttl.0));
        bounds.extend(self.by_packing(first, ttl.0));
        smallest_of(&bounds)
    }

    /// ENIs that stand at the start, but for pools and deployments: made like any others.
    fn first(&self) -> u32 {
        let Self { problem, component, environments, .. } = *self;
        if !problem.world.policy.reuse || component.pools > 1 {
            return environments.initial;
        }
        let initial = problem.initial.environments.iter().map(|&n| Curve::new([(0, n)]));
        let initial: Vec<Curve> = initial.collect();
        let enis = need::enis(problem.world.topology, problem.world.policy, &initial);
        let own = enis.into_iter().find(|(classes, _)| *classes == component.classes);
        own.map_or(environments.initial, |(_, curve)| curve.peak().0)
    }

    fn by_levels(&self, first: u32, ttl: u64) -> Option<Curve> {
        const STEPS: u64 = 20_000;
        const MOST_LEVELS: u32 = 4_096;
        let Self { problem, component, environments, .. } = *self;
        let policy = problem.world.policy;
        if !policy.reuse || policy.warm > 0 || component.pools > 1 || problem.planned.is_some() {
            return None;
        }
        let raising = environments.raising();
        let deletion = problem.world.topology.delete.max.0;
        let levels = EniLevels { raising, in_use: &environments.in_use, first, ttl, deletion };
        let span = problem.trace.span.0;
        let grain = (deletion / 64).max(span / STEPS).max(1);
        let held = levels.held(span, grain, MOST_LEVELS)?;
        Some(raised_by(&held, policy.miss_budget))
    }

    /// ENIs held at most, by what was alive when the last one was made and what had gone before.
    ///
    /// Those that stayed then shared the environments alive then; each of the others, which are on
    /// their way out, had one that was started a keep-alive and the ttl ago and is none of those.
    fn by_packing(&self, first: u32, ttl: u64) -> Option<Curve> {
        let Self { problem, component, environments, .. } = *self;
        let (topology, policy) = (problem.world.topology, problem.world.policy);
        let packing = environments.packing.as_ref()?;
        if policy.provision != Provision::OnDemand || problem.planned.is_some() {
            return None;
        }
        let own = |&f: &usize| keep_alive(topology, policy, f);
        // The shortest counts the most; where there is no function nothing is started.
        let keep_alive = component.functions.iter().map(own).min().unwrap_or(0);
        let window = ttl.saturating_add(topology.delete.max.0);
        let distinct = environments.within(window);
        let leaving = environments.started_before(ttl.saturating_add(keep_alive), window);
        let ever = packing.made.running_max();
        // Where a deletion is shorter than a life, what leaves had stayed when the oldest deletion began.
        let deletion = topology.delete.max.0;
        let short = deletion < ttl.saturating_add(keep_alive);
        let had_stayed = if short { ever.delayed(deletion + 1, first) } else { Curve::new([(0, u32::MAX)]) };
        let lately = packing.made.sliding_max(window);
        let held = Curve::combine(&[distinct, leaving, ever, lately, had_stayed], |values| {
            let &[distinct, leaving, ever, lately, had_stayed] = values else { return u32::MAX };
            let before_the_window = ever.max(first).min(distinct);
            let leaving = leaving.min(had_stayed.max(first)).min(distinct);
            let stayed = packing.staying_with(upper_less(distinct, leaving)).min(lately);
            before_the_window.max(stayed.saturating_add(leaving))
        });
        Some(raised_by(&held, policy.miss_budget))
    }

    /// ENIs that are not being deleted.
    fn staying(&self, extra: u32) -> Curve {
        let Self { problem, component, environments, .. } = *self;
        let policy = problem.world.policy;
        let used = match policy.idle_ttl {
            IdleTtl::After(ttl) => environments.within(ttl.0),
            IdleTtl::Forever => raised_by(&environments.started, environments.initial),
        };
        let used = raised_by(&used, extra);
        if !policy.reuse || (policy.warm > 0 && component.classes.len() > 1) {
            return used;
        }
        let pools = upper_bound(component.pools as u64);
        let raised = environments.raising().running_max();
        let raised = Curve::combine(&[raised], |values| values[0].saturating_mul(pools));
        smallest_of(&[used, raised_by(&raised, extra.saturating_add(policy.miss_budget))])
    }
}
