//! A curve: a whole number that changes at instants.

use std::borrow::Borrow;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use super::ranges::{Ranges, forward};
use crate::quantity::convert::upper_bound;

/// A number over time: each step holds from its instant (ms, inclusive) to the next one's.
///
/// Instants are strictly increasing, neighbouring values differ, and before the
/// first step the value is 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Curve {
    steps: Vec<(u64, u32)>,
}

impl Curve {
    /// Zero throughout.
    pub const fn empty() -> Self {
        Self { steps: Vec::new() }
    }

    /// From `(instant, value)` pairs in time order; the last of equal instants counts.
    pub fn new(pairs: impl IntoIterator<Item = (u64, u32)>) -> Self {
        let mut curve = Self::default();
        pairs.into_iter().for_each(|(at, value)| curve.set(at, value));
        curve
    }

    /// What changes from 0 by so much at each of these instants, in any order; at no instant is it below 0.
    pub fn of_changes(mut changes: Vec<(u64, i64)>) -> Self {
        changes.sort_unstable();
        let (mut curve, mut value) = (Self::default(), 0_i64);
        for together in changes.chunk_by(|(one, _), (other, _)| one == other) {
            value += together.iter().map(|(_, change)| change).sum::<i64>();
            debug_assert!(value >= 0, "{value} at {:?}", together.first());
            if let Some(&(at, _)) = together.first() {
                curve.set(at, upper_bound(value.max(0).unsigned_abs()));
            }
        }
        curve
    }

    /// From `at` on the value is `value`; `at` must not lie before the last step.
    #[inline]
    pub fn set(&mut self, at: u64, value: u32) {
        debug_assert!(self.steps.last().is_none_or(|&(last, _)| last <= at), "a curve goes forward");
        if self.steps.last().is_some_and(|&(last, _)| last == at) {
            self.steps.pop();
        }
        if self.steps.last().map_or(0, |&(_, last)| last) != value {
            self.steps.push((at, value));
        }
    }

    /// The steps.
    pub fn steps(&self) -> &[(u64, u32)] {
        &self.steps
    }

    /// The value at an instant.
    pub fn at(&self, instant: u64) -> u32 {
        let after = self.steps.partition_point(|&(at, _)| at <= instant);
        after.checked_sub(1).map_or(0, |index| self.steps[index].1)
    }

    /// The values at instants that are asked for in time order.
    pub(crate) fn in_turn(&self) -> impl FnMut(u64) -> u32 + '_ {
        let mut after = 0;
        move |instant| {
            after += forward(&self.steps[after..], |&(at, _)| at <= instant);
            after.checked_sub(1).map_or(0, |index| self.steps[index].1)
        }
    }

    /// The largest value and the first instant it is reached; zero at 0 for an empty curve.
    pub fn peak(&self) -> (u32, u64) {
        self.steps.iter().fold((0, 0), |best, &(at, value)| if value > best.0 { (value, at) } else { best })
    }

    /// The integral over `from..to`, in value x ms.
    pub fn integral(&self, from: u64, to: u64) -> u128 {
        let ends = self.steps.iter().skip(1).map(|&(at, _)| at).chain([u64::MAX]);
        self.steps
            .iter()
            .zip(ends)
            .map(|(&(at, value), end)| {
                let width = end.min(to).saturating_sub(at.max(from));
                u128::from(width) * u128::from(value)
            })
            .sum()
    }

    /// The same, `by` ms later; until then the value is `before`.
    #[must_use]
    pub fn delayed(&self, by: u64, before: u32) -> Self {
        let later = |&(at, value): &(u64, u32)| Some((at.checked_add(by)?, value));
        let first = (by > 0).then_some((0, before));
        let zero = (by > 0 && self.steps.first().is_none_or(|&(at, _)| at > 0)).then_some((by, 0));
        Self::new(first.into_iter().chain(zero).chain(self.steps.iter().filter_map(later)))
    }

    /// The largest value so far.
    #[must_use]
    pub fn running_max(&self) -> Self {
        let mut most = 0;
        Self::new(self.steps.iter().map(|&(at, value)| {
            most = value.max(most);
            (at, most)
        }))
    }

    /// When the value is above `limit`.
    pub fn above(&self, limit: u64) -> Ranges {
        let ends = self.steps.iter().skip(1).map(|&(at, _)| at - 1).chain([u64::MAX]);
        let parts = self.steps.iter().zip(ends).filter(|((_, value), _)| u64::from(*value) > limit);
        Ranges::new(parts.map(|(&(from, _), to)| (from, to)).collect())
    }

    /// Nowhere below this curve, and of about `most` steps: the largest value of each of as many cells.
    #[must_use]
    pub fn rounded_up(&self, most: usize) -> Self {
        self.rounded(most, u32::max)
    }

    /// Nowhere above this curve, and of about `most` steps.
    #[must_use]
    pub fn rounded_down(&self, most: usize) -> Self {
        self.rounded(most, u32::min)
    }

    fn rounded(&self, most: usize, extreme: fn(u32, u32) -> u32) -> Self {
        let (Some(&(first, _)), Some(&(last, _))) = (self.steps.first(), self.steps.last()) else {
            return Self::empty();
        };
        if self.steps.len() <= most {
            return self.clone();
        }
        let cell = (last - first) / most.max(1) as u64 + 1;
        let mut out = Self::empty();
        let mut before = 0;
        for now in self.steps.chunk_by(|(a, _), (b, _)| (a - first) / cell == (b - first) / cell) {
            let from = first + (now[0].0 - first) / cell * cell;
            // What held before still holds at the start of the cell, but for the first.
            let held = if from == now[0].0 { now[0].1 } else { before };
            out.set(from, now.iter().fold(held, |value, &(_, other)| extreme(value, other)));
            before = now[now.len() - 1].1;
            out.set(from.saturating_add(cell), before);
        }
        out
    }

    /// When the value is at least 1, at least 2, and so on up to `most`.
    pub fn levels(&self, most: u32) -> Vec<Ranges> {
        let mut parts: Vec<Vec<(u64, u64)>> = vec![Vec::new(); most as usize];
        let mut since = vec![0; most as usize];
        let mut before = 0;
        for &(at, value) in &self.steps {
            let value = value.min(most) as usize;
            if value > before {
                since[before..value].fill(at);
            }
            for level in value..before {
                parts[level].push((since[level], at - 1));
            }
            before = value;
        }
        for level in 0..before {
            parts[level].push((since[level], u64::MAX));
        }
        parts.into_iter().map(Ranges::new).collect()
    }

    /// Point by point the largest of several curves.
    pub fn largest(curves: &[Self]) -> Self {
        Self::combine(curves, |values| values.iter().copied().max().unwrap_or(0))
    }

    /// Point by point the sum of several curves.
    pub fn sum<C: Borrow<Self>>(curves: &[C]) -> Self {
        // From above what does not fit is no bound; from below it is less than the sum.
        Self::total(curves, |_| 1, upper_bound)
    }

    /// Point by point the `value` of the total of several curves, each of which weighs so much.
    pub fn total<C: Borrow<Self>>(
        curves: &[C],
        weight: impl Fn(usize) -> u64,
        value: impl Fn(u128) -> u32,
    ) -> Self {
        let mut values = vec![0; curves.len()];
        let mut total = 0_u128;
        let mut out = Self::default();
        each_change(curves, |at, changed| {
            for &(index, value) in changed {
                let weight = u128::from(weight(index));
                total = total + weight * u128::from(value) - weight * u128::from(values[index]);
                values[index] = value;
            }
            out.set(at, value(total));
        });
        out
    }

    /// Point by point `combine` of several curves.
    pub fn combine(curves: &[Self], mut combine: impl FnMut(&[u32]) -> u32) -> Self {
        let mut values = vec![0; curves.len()];
        let mut out = Self::default();
        each_change(curves, |at, changed| {
            for &(index, value) in changed {
                values[index] = value;
            }
            out.set(at, combine(&values));
        });
        out
    }
}

/// Hands every instant at which one of the curves changes to `hear`, with the curves that change.
fn each_change<C: Borrow<Curve>>(curves: &[C], mut hear: impl FnMut(u64, &[(usize, u32)])) {
    // Of a few all are looked at; of many the next ones stand in a heap.
    const FEW: usize = 8;
    let mut rest: Vec<&[(u64, u32)]> = curves.iter().map(|curve| curve.borrow().steps()).collect();
    let mut changed = Vec::new();
    if curves.len() <= FEW {
        while let Some(at) = rest.iter().filter_map(|steps| steps.first()).map(|&(at, _)| at).min() {
            changed.clear();
            for (index, steps) in rest.iter_mut().enumerate() {
                if let Some((&(_, value), later)) = steps.split_first().filter(|((first, _), _)| *first == at)
                {
                    changed.push((index, value));
                    *steps = later;
                }
            }
            hear(at, &changed);
        }
        return;
    }
    let first = |(index, steps): (usize, &&[(u64, u32)])| Some(Reverse((steps.first()?.0, index)));
    let mut next: BinaryHeap<Reverse<(u64, usize)>> = rest.iter().enumerate().filter_map(first).collect();
    while let Some(&Reverse((at, _))) = next.peek() {
        changed.clear();
        while let Some(mut head) = next.peek_mut().filter(|head| head.0.0 == at) {
            let index = head.0.1;
            let [(_, value), later @ ..] = rest[index] else { break };
            changed.push((index, *value));
            rest[index] = later;
            match later.first() {
                Some(&(at, _)) => *head = Reverse((at, index)),
                None => drop(PeekMut::pop(head)),
            }
        }
        hear(at, &changed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sliding_maximum_keeps_a_value_for_the_window() {
        let curve = Curve::new([(0, 2), (10, 5), (12, 1), (30, 0)]);
        assert_eq!(curve.sliding_max(10), Curve::new([(0, 2), (10, 5), (22, 1), (40, 0)]));
        assert_eq!(curve.sliding_max(0), curve);
    }

    #[test]
    fn sliding_minimum_equals_looking_at_every_instant() {
        for code in 0..3_000_u64 {
            let steps = (0..4).map(|n| {
                (
                    n * 3 + code % 3,
                    u32::try_from(code / 3_u64.pow(2 + u32::try_from(n).unwrap()) % 3).unwrap(),
                )
            });
            let curve = Curve::new(steps);
            let (window, before) = (code % 5, u32::try_from(code % 4).unwrap());
            let found = curve.sliding_min(window, before);
            for now in 0..20_u64 {
                let past = (0..=window).map(|back| now.checked_sub(back).map_or(before, |at| curve.at(at)));
                assert_eq!(found.at(now), past.min().unwrap(), "{curve:?} {window} {before} {now}");
            }
        }
    }

    #[test]
    fn delayed_running_and_above() {
        let curve = Curve::new([(5, 2), (10, 4), (20, 1)]);
        assert_eq!(curve.delayed(3, 7), Curve::new([(0, 7), (3, 0), (8, 2), (13, 4), (23, 1)]));
        assert_eq!(curve.delayed(0, 7), curve);
        assert_eq!(Curve::new([(0, 2)]).delayed(3, 7), Curve::new([(0, 7), (3, 2)]));
        assert_eq!(curve.running_max(), Curve::new([(5, 2), (10, 4)]));
        assert_eq!(curve.above(1).parts(), [(5, 19)]);
        assert_eq!(curve.above(0).parts(), [(5, u64::MAX)]);
        let levels = curve.levels(3);
        assert_eq!(levels, [0, 1, 2].map(|limit| curve.above(limit)));
    }

    #[test]
    fn a_rounded_curve_is_on_its_side_everywhere_and_short() {
        let curve = Curve::new((0..1_000).map(|n| (7 + n * n, u32::try_from(n * 37 % 11).unwrap())));
        for most in [1, 7, 100, 999, 1_000] {
            let (up, down) = (curve.rounded_up(most), curve.rounded_down(most));
            assert!(up.steps().len() <= 2 * most + 2 && down.steps().len() <= 2 * most + 2);
            assert_eq!(up.peak().0, curve.peak().0);
            for at in (0..1_000_100).step_by(13) {
                assert!(down.at(at) <= curve.at(at) && curve.at(at) <= up.at(at), "{most} {at}");
            }
        }
        assert_eq!(curve.rounded_up(1_000), curve);
        assert_eq!(Curve::empty().rounded_up(1), Curve::empty());
    }

    #[test]
    fn integral_peak_and_value() {
        let curve = Curve::new([(5, 2), (10, 4), (20, 0)]);
        assert_eq!((curve.at(4), curve.at(5), curve.at(19), curve.at(20)), (0, 2, 4, 0));
        assert_eq!(curve.peak(), (4, 10));
        assert_eq!(curve.integral(0, 100), 50);
        assert_eq!(curve.integral(7, 12), 14);
        let sum = Curve::combine(&[curve.clone(), curve], |values| values.iter().sum());
        assert_eq!(sum, Curve::new([(5, 4), (10, 8), (20, 0)]));
    }
}
