//! Failures: when a limit can be met, so that invocations may fail (W6, W7).

use std::sync::Arc;

use super::Prover;
use super::component::{Component, least};
use super::hypothesis::{Findings, Unions};
use super::queue::refusals;
use crate::demand::need::{MayFail, Most};
use crate::demand::{Curve, Ranges};

impl Prover<'_> {
    /// When invocations of each function may fail; and whether any of them for want of an ENI.
    pub(super) fn may_fail(&self, found: &Findings) -> (Vec<MayFail>, bool) {
        let limits = &self.world.topology.limits;
        let busy = self.all_busy(found);
        let at_all = limits
            .account_concurrency
            .map(|limit| Curve::sum(&busy).above(u64::from(limit)))
            .unwrap_or_default();
        let at_all = Arc::new(at_all);
        let all: Vec<&Most> = found.most.iter().collect();
        let refused = |cells: &[(u64, u64, u32)], bucket| Arc::new(Ranges::new(refusals(cells, bucket)));
        let account = limits.account_scaling.map(|bucket| refused(&cells(&all), bucket));
        let exhausted = self.exhausted(found);
        let mut by_limits = false;
        let (mut with_account, mut with_own) = (Unions::default(), Unions::default());
        let of_function = |(f, most): (usize, &Most)| {
            let mut if_cold = exhausted[f].clone();
            by_limits |= most.cold.cells().any(|(first, last, _)| meets(&if_cold, first, last));
            if let Some(account) = &account {
                if_cold = with_account.of(&if_cold, account);
            }
            if let Some(bucket) = limits.function_scaling {
                if_cold = with_own.of(&if_cold, &refused(&cells(&[most]), bucket));
            }
            MayFail { if_cold, at_all: at_all.clone() }
        };
        let may_fail = found.most.iter().enumerate().map(of_function).collect();
        (may_fail, by_limits)
    }

    /// Environments that start or run at most, by component, then by function outside any.
    fn all_busy(&self, found: &Findings) -> Vec<Curve> {
        let inside = self.components.iter().zip(&found.environments).map(|(component, environments)| {
            let curves: Vec<&Curve> = component.functions.iter().map(|&f| &found.most[f].busy).collect();
            least(&[Curve::sum(&curves), environments.alive.clone()])
        });
        let outside = |&(f, _): &(usize, &Most)| !self.components.iter().any(|it| it.functions.contains(&f));
        let outside = found.most.iter().enumerate().filter(outside).map(|(_, most)| most.busy.clone());
        inside.chain(outside).collect()
    }

    /// The arrivals of each function that may be refused an ENI: only while more could be held than a
    /// limit allows.
    fn exhausted(&self, found: &Findings) -> Vec<Arc<Ranges>> {
        let topology = self.world.topology;
        let limits = &topology.limits;
        let mut exhausted = vec![Arc::default(); found.most.len()];
        if self.planned.is_some() {
            return exhausted;
        }
        let total = Curve::sum(&found.held);
        let region = limits.region_quota.map_or_else(Ranges::default, |quota| total.above(u64::from(quota)));
        let subnet_of = |&class: &usize| topology.classes[class].subnet;
        for component in &self.components {
            let mut known: Vec<(&[usize], Arc<Ranges>)> = Vec::new();
            for &f in component.functions.iter().filter(|&&f| f < found.most.len()) {
                let classes = topology.functions[f].classes.as_slice();
                if let Some((_, same)) = known.iter().find(|(of, _)| *of == classes) {
                    exhausted[f] = same.clone();
                    continue;
                }
                let mut subnets: Vec<usize> = classes.iter().map(subnet_of).collect();
                subnets.sort_unstable();
                subnets.dedup();
                let addresses = subnets.iter().map(|&it| u64::from(limits.subnets[it].addresses)).sum();
                let mut ranges = region.union(&self.sharing(found, &subnets).above(addresses));
                if let Some(quota) = limits.vpc_quota {
                    let in_vpc = |&it: &usize| {
                        let vpc = limits.subnets[it].vpc;
                        (0..limits.subnets.len()).filter(move |&other| limits.subnets[other].vpc == vpc)
                    };
                    for subnet in &subnets {
                        let subnets: Vec<usize> = in_vpc(subnet).collect();
                        ranges = ranges.union(&self.sharing(found, &subnets).above(u64::from(quota)));
                    }
                }
                let arrivals = Arc::new(ranges.before(self.soonest, self.spread));
                known.push((classes, arrivals.clone()));
                exhausted[f] = arrivals;
            }
        }
        exhausted
    }

    /// ENIs held at most by the components that may use one of these subnets.
    pub(super) fn sharing(&self, found: &Findings, subnets: &[usize]) -> Curve {
        let touches = |(component, _): &(&Component, &Curve)| component.touches(self.world.topology, subnets);
        let pairs = self.components.iter().zip(&found.held).filter(touches);
        let curves: Vec<&Curve> = pairs.map(|(_, held)| held).collect();
        Curve::sum(&curves)
    }
}

/// Possibly cold arrivals `(first, last, count)`, in time order.
pub(super) fn cells(most: &[&Most]) -> Vec<(u64, u64, u32)> {
    let mut cells: Vec<(u64, u64, u32)> = most.iter().flat_map(|most| most.cold.cells()).collect();
    // Each function's come in order: sorting merges those runs.
    cells.sort_by_key(|&(first, ..)| first);
    cells
}

/// Whether any of `first..=last` is in `ranges`.
fn meets(ranges: &Ranges, first: u64, last: u64) -> bool {
    let before = ranges.parts().partition_point(|&(from, _)| from <= last);
    before.checked_sub(1).is_some_and(|index| first <= ranges.parts()[index].1)
}
