//! Failures: when a limit can be met, so that invocations may fail (W6, W7).

use super::arrivals::arrival_cells;
use super::curves::may_exceed;
use super::findings::Findings;
use super::problem::BoundProblem;
use super::queue::refusals;
use crate::demand::need::{MayFail, Most};
use crate::demand::{Curve, Ranges, sum};

/// When invocations of each function may fail; and whether any of them for want of an ENI.
pub(super) fn may_fail(problem: &BoundProblem<'_>, found: &Findings) -> (Vec<MayFail>, bool) {
    let limits = problem.limits();
    let busy = all_busy(problem, found);
    let at_all = limits
        .account_concurrency
        .map(|limit| may_exceed(&Curve::combine(&busy, sum), u64::from(limit)))
        .unwrap_or_default();
    let all: Vec<&Most> = found.most.iter().collect();
    let account = limits.account_scaling.map(|bucket| Ranges::new(refusals(&arrival_cells(&all), bucket)));
    let exhausted = exhausted(problem, found);
    let mut by_limits = false;
    let of_function = |(f, most): (usize, &Most)| {
        let own =
            limits.function_scaling.map(|bucket| Ranges::new(refusals(&arrival_cells(&[most]), bucket)));
        let mut if_cold = exhausted[f].before(0, found.spread);
        by_limits |= most.cold.cells().any(|(first, last, _)| meets(&if_cold, first, last));
        for refused in [&account, &own].into_iter().flatten() {
            if_cold = if_cold.union(refused);
        }
        MayFail { if_cold, at_all: at_all.clone() }
    };
    let may_fail = found.most.iter().enumerate().map(of_function).collect();
    (may_fail, by_limits)
}

/// Environments that start or run at most, by component, then by function outside any.
fn all_busy(problem: &BoundProblem<'_>, found: &Findings) -> Vec<Curve> {
    let inside = problem.components.iter().zip(&found.environments).map(|(component, environments)| {
        let curves = component.functions.iter().map(|&f| found.most[f].busy.clone());
        let busy = Curve::combine(&curves.collect::<Vec<_>>(), sum);
        Curve::combine(&[busy, environments.alive.clone()], |values| values[0].min(values[1]))
    });
    let outside = |&(f, _): &(usize, &Most)| {
        !problem.components.iter().any(|component| component.functions.contains(&f))
    };
    let outside = found.most.iter().enumerate().filter(outside).map(|(_, most)| most.busy.clone());
    inside.chain(outside).collect()
}

/// When each function may be refused an ENI: only while more could be held than a limit allows.
fn exhausted(problem: &BoundProblem<'_>, found: &Findings) -> Vec<Ranges> {
    let topology = problem.world.topology;
    let mut exhausted = vec![Ranges::default(); found.most.len()];
    if problem.planned.is_some() {
        return exhausted;
    }
    let total = found.held_in_all();
    let region = problem.limits().region_quota;
    let region = region.map_or_else(Ranges::default, |quota| may_exceed(&total, u64::from(quota)));
    for component in &problem.components {
        let mut known: Vec<(&[usize], Ranges)> = Vec::new();
        for &f in &component.functions {
            let classes = topology.functions[f].classes.as_slice();
            if let Some((_, same)) = known.iter().find(|(known, _)| *known == classes) {
                exhausted[f] = same.clone();
                continue;
            }
            let ranges = region.union(&exhausted_classes(problem, found, classes));
            known.push((classes, ranges.clone()));
            exhausted[f] = ranges;
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
