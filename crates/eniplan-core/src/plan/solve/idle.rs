//! Idle: needs with those gaps closed over which an idle ENI is cheaper kept.

use crate::demand::Curve;

/// The need with every gap of a level closed that is longer than `turnaround` (shorter ones are
/// bridged anyway) and by no more than `longest`. The last gap, which nothing ends, stays. ms.
pub(crate) fn kept_idle(need: &Curve, turnaround: u64, longest: u64) -> Curve {
    let reach = turnaround.saturating_add(longest);
    let mut changes: Vec<(u64, i64)> = Vec::new();
    // Levels that are down: since when, and how many; the lowest last.
    let mut down: Vec<(u64, u32)> = Vec::new();
    let mut value = 0;
    for &(at, next) in need.steps() {
        changes.push((at, i64::from(next) - i64::from(value)));
        if next < value {
            down.push((at, value - next));
        }
        let mut rest = next.saturating_sub(value);
        value = next;
        while rest > 0 {
            let Some((since, waiting)) = down.pop() else { break };
            let count = rest.min(waiting);
            let gap = at - since;
            if gap > turnaround && gap <= reach {
                changes.push((since, count.into()));
                changes.push((at, -i64::from(count)));
            }
            rest -= count;
            if waiting > count {
                down.push((since, waiting - count));
            }
        }
    }
    Curve::of_changes(changes)
}

/// How often a level of the curve begins.
pub(crate) fn rises(curve: &Curve) -> u64 {
    let rise = |last: &mut u32, &(_, value): &(u64, u32)| {
        let rise = value.saturating_sub(*last);
        *last = value;
        Some(u64::from(rise))
    };
    curve.steps().iter().scan(0, rise).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_close_level_by_level_and_only_within_reach() {
        let need = Curve::new([(0, 3), (10, 2), (20, 0), (50, 2), (60, 3), (70, 0)]);
        // The lower levels are down for 30 ms, the third for 50.
        assert_eq!(kept_idle(&need, 5, 24), need);
        assert_eq!(kept_idle(&need, 5, 25), Curve::new([(0, 3), (10, 2), (60, 3), (70, 0)]));
        assert_eq!(kept_idle(&need, 5, 45), Curve::new([(0, 3), (70, 0)]));
        assert_eq!(kept_idle(&need, 30, u64::MAX), Curve::new([(0, 3), (10, 3), (20, 1), (50, 3), (70, 0)]));
        assert_eq!((rises(&need), rises(&kept_idle(&need, 5, 45))), (6, 3));
    }
}
