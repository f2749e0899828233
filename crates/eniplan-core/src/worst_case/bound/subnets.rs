//! Subnets: how many of the ENIs one subnet can come to hold (W10).

use super::Prover;
use super::component::Component;
use super::hypothesis::Findings;
use crate::demand::Curve;
use crate::policy::Provision;

impl Prover<'_> {
    /// The most ENIs held in each subnet, of `held` in all.
    pub(super) fn by_subnet(&self, found: &Findings, held: &Curve) -> Vec<u64> {
        let limits = &self.world.topology.limits;
        let all = u64::from(held.peak().0);
        let of_subnet = |subnet: usize| {
            let addresses = u64::from(limits.subnets[subnet].addresses);
            if self.planned.is_some() {
                return all.min(addresses);
            }
            let shared = u64::from(self.sharing(found, &[subnet]).peak().0).min(all);
            let policy = self.world.policy;
            // Pools and deployments make ENIs in a class of their own choice.
            let chosen = policy.warm == 0 && policy.provision == Provision::OnDemand;
            let most = if chosen { self.chosen(subnet, shared.min(addresses), all) } else { shared };
            most.min(addresses)
        };
        (0..limits.subnets.len()).map(of_subnet).collect()
    }

    /// The largest of `0..=most` that some function's choice of the subnet with the most free addresses allows.
    fn chosen(&self, subnet: usize, most: u64, all: u64) -> u64 {
        let topology = self.world.topology;
        let uses = |f: &usize| {
            topology.functions[*f].classes.iter().any(|&it| topology.classes[it].subnet == subnet)
        };
        let functions = self.components.iter().flat_map(|it: &Component| &it.functions).copied().filter(uses);
        let mut choices: Vec<&[usize]> =
            functions.map(|f| topology.functions[f].classes.as_slice()).collect();
        choices.sort_unstable();
        choices.dedup();
        let allows = |classes: &[usize], n: u64| {
            let others = self.held_beside(subnet, classes, n);
            n.saturating_add(others) <= all
        };
        let largest = |classes: &[usize]| {
            let (mut low, mut high) = (0, most);
            while low < high {
                let middle = low + (high - low).div_ceil(2);
                if allows(classes, middle) { low = middle } else { high = middle - 1 }
            }
            low
        };
        choices.into_iter().map(largest).max().unwrap_or(0)
    }

    /// What the other subnets of these classes hold at least when the `n`-th ENI is made in `subnet`.
    ///
    /// None had more free addresses; those of another VPC may have been refused by its quota.
    fn held_beside(&self, subnet: usize, classes: &[usize], n: u64) -> u64 {
        let topology = self.world.topology;
        let limits = &topology.limits;
        let own = &limits.subnets[subnet];
        let mut others: Vec<usize> = classes.iter().map(|&class| topology.classes[class].subnet).collect();
        others.sort_unstable();
        others.dedup();
        let beside = others.iter().map(|&it| &limits.subnets[it]).filter(|it| it.vpc == own.vpc);
        let free = (u64::from(own.addresses) + 1).saturating_sub(n);
        let held: u64 = beside.map(|it| u64::from(it.addresses).saturating_sub(free)).sum();
        // The subnet itself is among them, with all but the last.
        held.saturating_sub(u64::from(own.addresses).saturating_sub(free))
    }
}
