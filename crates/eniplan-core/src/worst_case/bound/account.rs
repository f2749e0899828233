//! Account: whether its limit on concurrency can be met at all.

use super::curves::peak_of;
use super::environments::ComponentEnvironments;
use super::problem::BoundProblem;
use crate::demand::need::Most;

/// Whether so many environments may be alive that more may start or run than the account allows.
pub(super) fn concurrency_may_be_met(
    problem: &BoundProblem<'_>,
    environments: &[ComponentEnvironments],
    most: &[Most],
) -> bool {
    let Some(limit) = problem.limits().account_concurrency else { return false };
    let inside = environments.iter().map(|environments| &environments.alive);
    let outside = outside_components(problem).map(|f| &most[f].alive);
    let alive = inside.chain(outside).map(peak_of).sum::<Option<u64>>();
    alive.is_none_or(|alive| alive > u64::from(limit))
}

/// Functions that use no ENIs.
pub(super) fn outside_components(problem: &BoundProblem<'_>) -> impl Iterator<Item = usize> {
    let inside = |f: &usize| problem.components.iter().any(|component| component.functions.contains(f));
    problem.functions().filter(move |f| !inside(f))
}
