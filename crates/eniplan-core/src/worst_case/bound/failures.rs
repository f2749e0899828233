//! Failures: when a limit can be met, so that invocations may fail (W6, W7).

use std::sync::Arc;

use super::account::{concurrency_may_be_met, outside_components};
use super::arrivals::{ArrivalCell, arrival_cells};
use super::component::FunctionComponent;
use super::curves::{may_exceed, smallest_of};
use super::environments::ComponentEnvironments;
use super::findings::Findings;
use super::hypothesis::SharedUnions;
use super::problem::BoundProblem;
use super::queue::refusals;
use crate::demand::need::{MayFail, Most};
use crate::demand::{Curve, Ranges};

/// When invocations of each function may fail; and whether any of them for want of an ENI.
///
/// `arrivals` are the possibly cold ones of all functions.
pub(super) fn may_fail(
    problem: &BoundProblem<'_>,
    found: &Findings,
    arrivals: &[ArrivalCell],
) -> (Vec<MayFail>, bool) {
    let limits = problem.limits();
    let at_all = limits.account_concurrency.map(|limit| busy_beyond(problem, found, u64::from(limit)));
    let at_all = Arc::new(at_all.unwrap_or_default());
    let refused = |arrivals: &[ArrivalCell], bucket| Arc::new(Ranges::new(refusals(arrivals, bucket)));
    let account = limits.account_scaling.map(|bucket| refused(arrivals, bucket)).unwrap_or_default();
    let exhausted = exhausted(problem, found);
    let mut by_limits = false;
    let mut of_all = SharedUnions::default();
    let of_function = |(f, most): (usize, &Most)| {
        by_limits |= most.cold.cells().any(|(first, last, _)| meets(&exhausted[f], first, last));
        let mut if_cold = of_all.unite(&exhausted[f], &account);
        if let Some(bucket) = limits.function_scaling {
            if_cold = SharedUnions::default().unite(&if_cold, &refused(&arrival_cells(&[most]), bucket));
        }
        MayFail { if_cold, at_all: at_all.clone() }
    };
    let may_fail = found.most.iter().enumerate().map(of_function).collect();
    (may_fail, by_limits)
}

/// When more than `limit` environments may start or run.
fn busy_beyond(problem: &BoundProblem<'_>, found: &Findings, limit: u64) -> Ranges {
    if !concurrency_may_be_met(problem, &found.environments, &found.most) {
        return Ranges::default();
    }
    // Whoever is busy is alive.
    let busy = |f: usize| found.most[f].busy.as_ref().unwrap_or(&found.most[f].alive);
    let of_component = |(component, environments): (&FunctionComponent, &ComponentEnvironments)| {
        let busy: Vec<&Curve> = component.functions.iter().map(|&f| busy(f)).collect();
        smallest_of(&[Curve::sum(&busy), environments.alive.clone()])
    };
    let inside = problem.components.iter().zip(&found.environments).map(of_component);
    let all: Vec<Curve> = inside.chain(outside_components(problem).map(|f| busy(f).clone())).collect();
    may_exceed(&Curve::sum(&all), limit)
}

/// The arrivals of each function that may be refused an ENI: only while more could be held than a limit allows.
fn exhausted(problem: &BoundProblem<'_>, found: &Findings) -> Vec<Arc<Ranges>> {
    let topology = problem.world.topology;
    let mut exhausted = vec![Arc::default(); found.most.len()];
    if problem.planned.is_some() {
        return exhausted;
    }
    let total = found.held_in_all();
    let region = problem.limits().region_quota;
    let region = region.map_or_else(Ranges::default, |quota| may_exceed(&total, u64::from(quota)));
    for component in &problem.components {
        let mut known: Vec<(&[usize], Arc<Ranges>)> = Vec::new();
        for &f in &component.functions {
            let classes = topology.functions[f].classes.as_slice();
            if let Some((_, same)) = known.iter().find(|(known, _)| *known == classes) {
                exhausted[f] = same.clone();
                continue;
            }
            let ranges = region.union(&exhausted_classes(problem, found, classes));
            exhausted[f] = Arc::new(ranges.before(0, found.spread));
            known.push((classes, exhausted[f].clone()));
        }
    }
    exhausted
}

/// When these classes may have no ENI left: their subnets no address, or a VPC of theirs no place in its quota.
fn exhausted_classes(problem: &BoundProblem<'_>, found: &Findings, classes: &[usize]) -> Ranges {
    let limits = problem.limits();
    let mut subnets: Vec<usize> =
        classes.iter().map(|&class| problem.world.topology.classes[class].subnet).collect();
    subnets.sort_unstable();
    subnets.dedup();
    let addresses = subnets.iter().map(|&subnet| u64::from(limits.subnets[subnet].addresses)).sum();
    let mut ranges = may_exceed(&found.held_by_users_of(problem, &subnets), addresses);
    if let Some(quota) = limits.vpc_quota {
        for &subnet in &subnets {
            let vpc = limits.subnets[subnet].vpc;
            let in_vpc: Vec<usize> =
                (0..limits.subnets.len()).filter(|&other| limits.subnets[other].vpc == vpc).collect();
            ranges = ranges.union(&may_exceed(&found.held_by_users_of(problem, &in_vpc), u64::from(quota)));
        }
    }
    ranges
}

/// Whether any of `first..=last` is in `ranges`.
fn meets(ranges: &Ranges, first: u64, last: u64) -> bool {
    let before = ranges.parts().partition_point(|&(from, _)| from <= last);
    before.checked_sub(1).is_some_and(|index| first <= ranges.parts()[index].1)
}
