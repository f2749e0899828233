//! Subnets: how many of the ENIs one subnet can come to hold (W10).

use super::component::FunctionComponent;
use super::curves::peak_of;
use super::findings::Findings;
use super::problem::BoundProblem;
use crate::policy::Provision;

/// The most ENIs held in each subnet, of `all` at once.
pub(super) fn peaks_by_subnet(problem: &BoundProblem<'_>, found: &Findings, all: u64) -> Vec<u64> {
    let limits = problem.limits();
    let peak_of_subnet = |subnet: usize| {
        let addresses = u64::from(limits.subnets[subnet].addresses);
        if problem.planned.is_some() {
            return all.min(addresses);
        }
        let users = peak_of(&found.held_by_users_of(problem, &[subnet]));
        let shared = users.map_or(all, |users| users.min(all)).min(addresses);
        let policy = problem.world.policy;
        // Pools and deployments make ENIs in a class of their own choice.
        let chosen = policy.warm == 0 && policy.provision == Provision::OnDemand;
        if chosen { most_chosen(problem, subnet, shared, all) } else { shared }
    };
    (0..limits.subnets.len()).map(peak_of_subnet).collect()
}

/// The largest of `0..=most` that some function's choice of the subnet with the most free addresses allows.
fn most_chosen(problem: &BoundProblem<'_>, subnet: usize, most: u64, all: u64) -> u64 {
    let topology = problem.world.topology;
    let uses = |f: &usize| {
        topology.functions[*f].classes.iter().any(|&class| topology.classes[class].subnet == subnet)
    };
    let functions = problem
        .components
        .iter()
        .flat_map(|component: &FunctionComponent| &component.functions)
        .copied()
        .filter(uses);
    let mut choices: Vec<&[usize]> = functions.map(|f| topology.functions[f].classes.as_slice()).collect();
    choices.sort_unstable();
    choices.dedup();
    let allows = |classes: &[usize], n: u64| {
        let others = held_beside(problem, subnet, classes, n);
        n + others <= all
    };
    let largest = |classes: &[usize]| {
        let (mut low, mut high) = (0, most);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            if allows(classes, middle) { low = middle } else { high = middle - 1 }
        }
        low
    };
    // Where no function uses the subnet, none makes an ENI in it.
    choices.into_iter().map(largest).max().unwrap_or(0)
}

/// What the other subnets of these classes hold at least when the `n`-th ENI is made in `subnet`.
///
/// None had more free addresses; those of another VPC may have been refused by its quota.
fn held_beside(problem: &BoundProblem<'_>, subnet: usize, classes: &[usize], n: u64) -> u64 {
    let topology = problem.world.topology;
    let limits = &topology.limits;
    let own = &limits.subnets[subnet];
    let mut others: Vec<usize> = classes.iter().map(|&class| topology.classes[class].subnet).collect();
    others.sort_unstable();
    others.dedup();
    let beside = others.iter().map(|&other| &limits.subnets[other]).filter(|other| other.vpc == own.vpc);
    // `n` is at most the number of addresses.
    let free = u64::from(own.addresses) + 1 - n;
    let held: u64 = beside.map(|other| u64::from(other.addresses).saturating_sub(free)).sum();
    // The subnet itself is among them, with all but the last.
    held.saturating_sub(u64::from(own.addresses).saturating_sub(free))
}
