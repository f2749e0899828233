//! Trial: planning again with something changed.

use crate::plan::solve::objective::solve_objective;
use crate::plan::terms::error::PlanError;
use crate::plan::terms::joint::Joint;
use crate::plan::terms::objective::PlanObjective;
use crate::plan::terms::solution::JointPlan;
use crate::quantity::convert::lower_bound;

/// The plan of a joint problem, checked; none: none was found, or ENIs in use while they are to be deleted find no room.
pub fn plan_again(joint: &Joint, minimise: PlanObjective) -> Result<Option<JointPlan>, PlanError> {
    Ok(solve_objective(joint, minimise)?.planned().filter(|planned| planned.drains_within(joint)))
}

/// The plan of the first of these problems that has one once it is changed.
pub(crate) fn plan_any(
    joints: &[Joint],
    change: impl Fn(&Joint) -> Joint,
    minimise: PlanObjective,
) -> Result<Option<JointPlan>, PlanError> {
    for joint in joints {
        match plan_again(&change(joint), minimise) {
            // A bucket too fast to be counted exactly is no answer.
            Ok(None) | Err(PlanError::TooFast) => {}
            found => return found,
        }
    }
    Ok(None)
}

/// More ENIs than any plan of these needs would hold or request before its first deletion.
pub(crate) fn plenty(joint: &Joint) -> u32 {
    let peaks = joint.pools.iter().map(|pool| u64::from(pool.need.peak().0));
    let all = peaks.sum::<u64>().saturating_mul(4).saturating_add(16);
    lower_bound(all).min(1 << 30)
}

/// The smallest number above `fails` that passes, with what it gives; none: not even `most` does.
///
/// Doubles its steps, then bisects: the number before it was tried and failed.
pub(crate) fn smallest<T, E>(
    fails: u64,
    most: u64,
    mut give: impl FnMut(u64) -> Result<Option<T>, E>,
) -> Result<Option<(u64, T)>, E> {
    if most <= fails {
        return Ok(None);
    }
    let (mut low, mut step) = (fails, 1);
    let mut found = loop {
        let next = low.saturating_add(step).min(most);
        if let Some(given) = give(next)? {
            break (next, given);
        }
        if next == most {
            return Ok(None);
        }
        // Most that never pass fail at the far end too; ask there before the way grows long.
        if step == 4 && give(most)?.is_none() {
            return Ok(None);
        }
        (low, step) = (next, step.saturating_mul(2));
    };
    while found.0 - low > 1 {
        let middle = low + (found.0 - low) / 2;
        match give(middle)? {
            Some(given) => found = (middle, given),
            None => low = middle,
        }
    }
    Ok(Some(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_is_found_and_the_one_before_was_tried() {
        for wanted in 1..200 {
            let mut tried = Vec::new();
            let found = smallest(0, 150, |n| {
                tried.push(n);
                Ok::<_, ()>((n >= wanted).then_some(n * 10))
            });
            let right = (wanted <= 150).then_some((wanted, wanted * 10));
            assert_eq!(found, Ok(right));
            assert!(right.is_none() || wanted == 1 || tried.contains(&(wanted - 1)));
        }
        assert_eq!(smallest(5, 5, |_| Ok::<_, ()>(Some(()))), Ok(None));
        assert_eq!(smallest(0, 9, |_| Err::<Option<()>, _>("no")), Err("no"));
    }
}
