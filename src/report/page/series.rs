//! Series: a number over time in equal steps, each with the most that was reached in it.
//!
//! This is how long traffic fits into a page: the steps get wider, and no peak is lost.

use crate::demand::Curve;
use crate::quantity::Millis;

/// Equal steps of time, ms from the trace's first instant; negative before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeGrid {
    /// When the first step begins.
    pub start: i64,
    /// How long a step is; at least 1.
    pub step: u64,
    /// How many there are; at least 1.
    pub steps: usize,
}

/// The most steps of a series: what a wide screen can show.
const MOST: u64 = 2_880;
/// Lengths of steps that people count in, ms, where the trace has no slots.
const USUAL: [u64; 12] = [1, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000, 30_000, 60_000, 300_000];

impl TimeGrid {
    /// From `start` to `end`, in whole slots where the trace has them.
    pub fn new(start: i64, end: u64, slot: Option<Millis>) -> Self {
        let length = u64::try_from(i128::from(end) - i128::from(start)).unwrap_or(1).max(1);
        let least = length.div_ceil(MOST);
        let usual = USUAL.into_iter().rev().find(|&usual| usual <= least).unwrap_or(1);
        let unit = slot.map_or(usual, |slot| slot.0).max(1);
        let step = least.div_ceil(unit).saturating_mul(unit);
        let steps = usize::try_from(length.div_ceil(step)).unwrap_or(usize::MAX);
        Self { start, step, steps }
    }

    /// The step that an instant lies in; what lies outside counts to the nearest.
    pub fn index(&self, at: i64) -> usize {
        let after = u64::try_from(i128::from(at) - i128::from(self.start)).unwrap_or(0);
        usize::try_from(after / self.step).unwrap_or(usize::MAX).min(self.steps - 1)
    }

    /// Whether a step begins at this instant.
    fn begins(&self, at: i64) -> bool {
        (i128::from(at) - i128::from(self.start)).rem_euclid(i128::from(self.step)) == 0
    }
}

/// The most that a number reaches in each step while it changes.
#[derive(Clone, Debug)]
pub struct Peaks {
    grid: TimeGrid,
    now: u64,
    at: usize,
    most: Vec<u64>,
}

impl Peaks {
    /// Zero from the first step on.
    pub fn new(grid: TimeGrid) -> Self {
        Self { grid, now: 0, at: 0, most: vec![0; grid.steps] }
    }

    /// From `at` on the number is `value`; `at` must not lie before the last change.
    pub fn set(&mut self, at: i64, value: u64) {
        let index = self.grid.index(at);
        if index > self.at {
            // What stood before reaches into a step that does not begin with the change.
            let reached = index + usize::from(!self.grid.begins(at));
            self.most[self.at + 1..reached].fill(self.now);
            self.at = index;
        }
        self.now = value;
        self.most[index] = self.most[index].max(value);
    }

    /// The most in each step; the last value holds to the end.
    pub fn finish(mut self) -> Vec<u64> {
        let rest = self.at + 1;
        self.most[rest..].fill(self.now);
        self.most
    }

    /// Those of a whole curve.
    pub fn sample(curve: &Curve, grid: TimeGrid) -> Vec<u64> {
        let mut peaks = Self::new(grid);
        for &(at, value) in curve.steps() {
            let at = i64::try_from(at).unwrap_or(i64::MAX);
            // What changes after the end is not shown.
            if i128::from(at) < i128::from(grid.start) + i128::from(grid.step) * grid.steps as i128 {
                peaks.set(at, value.into());
            }
        }
        peaks.finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn steps_are_whole_slots_and_not_too_many() {
        let minute = Some(Millis::minutes(1));
        let week = 7 * 86_400_000;
        let grid = TimeGrid::new(0, week, minute);
        assert_eq!((grid.step, grid.steps), (240_000, 2_520));
        assert_eq!(TimeGrid::new(0, 86_400_000, minute), TimeGrid { start: 0, step: 60_000, steps: 1_440 });
        assert_eq!(
            TimeGrid::new(-900_000, 60_000, minute),
            TimeGrid { start: -900_000, step: 60_000, steps: 16 }
        );
        let log = TimeGrid::new(0, 3_600_000, None);
        assert_eq!((log.step, log.steps), (2_000, 1_800));
        assert_eq!(TimeGrid::new(0, 0, None), TimeGrid { start: 0, step: 1, steps: 1 });
        assert!(TimeGrid::new(i64::MIN, u64::MAX, None).steps as u64 <= MOST);
    }

    #[test]
    fn what_stands_is_carried_and_a_spike_stays() {
        let grid = TimeGrid { start: -10, step: 10, steps: 5 };
        let mut peaks = Peaks::new(grid);
        for (at, value) in [(-10, 3), (-4, 0), (10, 2), (15, 9), (16, 1), (99, 4)] {
            peaks.set(at, value);
        }
        assert_eq!(peaks.finish(), [3, 0, 9, 1, 4]);
    }

    proptest! {
        /// Every step holds the largest value of its instants, so that the largest of all is kept.
        #[test]
        fn no_peak_is_lost(
            start in -40_i64..1,
            step in 1_u64..20,
            steps in 1_usize..30,
            changes in prop::collection::vec((0_u64..15, 0_u32..50), 1..60),
        ) {
            let grid = TimeGrid { start, step, steps };
            let end = start + i64::try_from(step).unwrap() * i64::try_from(steps).unwrap();
            let mut at = 0;
            let pairs: Vec<(u64, u32)> = changes.iter().map(|&(gap, value)| { at += gap; (at, value) }).collect();
            let curve = Curve::new(pairs);
            let shown = Peaks::sample(&curve, grid);
            prop_assert_eq!(shown.len(), steps);
            let value = |at: i64| u64::try_from(at).map_or(0, |at| u64::from(curve.at(at)));
            for (index, &most) in shown.iter().enumerate() {
                let from = start + i64::try_from(step).unwrap() * i64::try_from(index).unwrap();
                let largest = (from..from + i64::try_from(step).unwrap()).map(value).max().unwrap();
                prop_assert_eq!(most, largest);
            }
            let all = (start..end).map(value).max();
            prop_assert_eq!(shown.iter().copied().max(), all);
        }
    }
}
