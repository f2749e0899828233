//! Curves that are upper bounds: `u32::MAX` in one stands for no bound, and stays that in sums.

use crate::demand::{Curve, Ranges};
use crate::quantity::convert::bound_told;

/// Steps beyond which a curve is rounded to its safe side: an hour to 50 ms, a day to about a second.
pub(super) const MOST_STEPS: usize = 1 << 16;

/// Point by point the smallest.
pub(super) fn smallest_of(curves: &[Curve]) -> Curve {
    Curve::combine(curves, |values| values.iter().copied().fold(u32::MAX, u32::min))
}

/// The same and `more`, at every instant.
pub(super) fn raised_by(curve: &Curve, more: u32) -> Curve {
    let start = Curve::new([(0, more)]);
    Curve::sum(&[curve, &start])
}

/// The largest value; `None`: no bound.
pub(super) fn peak_of(curve: &Curve) -> Option<u64> {
    bound_told(curve.peak().0).map(u64::from)
}

/// Whether the curve is surely at most `limit` throughout.
pub(super) fn stays_within(curve: &Curve, limit: u64) -> bool {
    peak_of(curve).is_some_and(|peak| peak <= limit)
}

/// When more than `limit` are possible; where there is no bound they are.
pub(super) fn may_exceed(curve: &Curve, limit: u64) -> Ranges {
    curve.above(limit.min(u64::from(u32::MAX) - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_bound_stays_within_nothing_and_may_exceed_everything() {
        let curve = Curve::new([(0, 3), (10, u32::MAX), (20, 1)]);
        assert_eq!(peak_of(&curve), None);
        assert!(!stays_within(&curve, u64::MAX) && stays_within(&Curve::new([(0, 3)]), 3));
        assert_eq!(may_exceed(&curve, u64::MAX).parts(), [(10, 19)]);
        assert_eq!(peak_of(&raised_by(&curve, 5)), None);
        assert_eq!(smallest_of(&[curve, Curve::new([(0, 2)])]), Curve::new([(0, 2), (20, 1)]));
    }
}
