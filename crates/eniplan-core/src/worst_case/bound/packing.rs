//! Packing: where booting ENIs can be joined, one is made only while all others are full (W13).

use super::Prover;
use super::component::{Component, Environments, MOST_STEPS, plus};
use crate::demand::need::{self, Most};
use crate::demand::{Curve, keep_alive};
use crate::policy::Provision;

/// How tightly environments are packed whenever an ENI is made.
pub(super) struct Packing {
    /// The number beyond which no ENI is made.
    pub(super) made: Curve,
    /// The fewest environments on a full one.
    fewest: u32,
}

impl Packing {
    pub(super) fn new(prover: &Prover<'_>, component: &Component, most: &[Most]) -> Self {
        let (topology, policy) = (prover.world.topology, prover.world.policy);
        let members = &component.functions;
        let alive: Vec<Curve> = members.iter().map(|&f| most[f].alive.rounded_up(MOST_STEPS)).collect();
        Self {
            made: need::made_of(topology, policy, members, &alive).rounded_up(MOST_STEPS),
            fewest: need::fewest_on_a_full_one(topology, policy, members).max(1),
        }
    }

    /// ENIs that stay when one is made, of `environments` on them: all but that one are full.
    const fn of(&self, environments: u32) -> u32 {
        if environments == 0 { 0 } else { (environments - 1) / self.fewest + 1 }
    }
}

impl Prover<'_> {
    /// ENIs held at most, by what was alive when the last one was made and what had gone before.
    ///
    /// Those that stayed then shared the environments alive then; each of the others, which are on
    /// their way out, had one that was started a keep-alive and the ttl ago and is none of those.
    pub(super) fn by_packing(
        &self,
        component: &Component,
        environments: &Environments,
        first: u32,
        ttl: u64,
    ) -> Option<Curve> {
        let (topology, policy) = (self.world.topology, self.world.policy);
        let packing = environments.packing.as_ref()?;
        if policy.provision != Provision::OnDemand || self.planned.is_some() {
            return None;
        }
        let own = |&f: &usize| keep_alive(topology, policy, f);
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
        let held = Curve::combine(&[distinct, leaving, ever, lately, had_stayed], |it| {
            let &[distinct, leaving, ever, lately, had_stayed] = it else { return u32::MAX };
            let before_the_window = ever.max(first).min(distinct);
            let leaving = leaving.min(had_stayed.max(first)).min(distinct);
            let stayed = packing.of(distinct - leaving).min(lately);
            before_the_window.max(stayed.saturating_add(leaving))
        });
        Some(plus(&held, policy.miss_budget))
    }
}
