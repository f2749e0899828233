//! Even: how many invocations of one function run at once, from counts that are spread evenly.
//!
//! With `n` invocations in a slot of `S` ms, the i-th at `floor(i * S / n)`, the number that
//! have arrived up to `x` ms after the slot's start is `ceil((x + 1) * n / S)`. So with a
//! duration `d` the concurrency at `t` is `A(t) - A(t - d)` with `A` known in closed form: no
//! invocation is made. Within a slot it differs by less than one from a line in two pieces,
//! which bounds it; only slots whose bound is above the most so far are looked at closely.

use super::{Curve, FunctionDemand};
use crate::quantity::convert::upper_bound;
use crate::trace::block::SlotCount;

/// The busiest slot of a function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BusiestSlot {
    /// Its start, ms.
    pub at: u64,
    /// The invocations in it.
    pub invocations: u32,
}

/// The length of a slot, ms.
const MINUTE: u64 = 60_000;

/// What a function needs, without its name and the curve of its environments, and its busiest minute
/// (the first of several): `counts` per minute, each invocation `duration` ms long.
pub fn even(counts: &[SlotCount], duration: u64) -> (FunctionDemand, BusiestSlot) {
    let invocations: u64 = counts.iter().map(|cell| u64::from(cell.count)).sum();
    let mut busiest = BusiestSlot::default();
    for cell in counts {
        if cell.count > busiest.invocations {
            busiest = BusiestSlot { at: u64::from(cell.slot) * MINUTE, invocations: cell.count };
        }
    }
    let (most, at) = most(counts, MINUTE, duration);
    let found = FunctionDemand {
        name: String::new(),
        invocations,
        busy_ms: u128::from(invocations) * u128::from(duration),
        // What runs at once is counted no further, here as for a log.
        peak_concurrency: upper_bound(most.unsigned_abs()),
        peak_concurrency_at: at,
        environments: Curve::empty(),
    };
    (found, busiest)
}

/// The most that run at once, and the first instant of that.
fn most(counts: &[SlotCount], slot: u64, duration: u64) -> (i64, u64) {
    if duration == 0 {
        // Invocations of no duration follow one another.
        return counts.first().map_or((0, 0), |cell| (1, u64::from(cell.slot) * slot));
    }
    let (whole, rest) = (duration / slot, duration % slot);
    let (mut best, mut best_at) = (0, 0);
    // The counts of the slots from `whole` before this one on, and of the slots after that.
    let (mut left, mut within) = (0, 0_i64);
    let (mut enough, mut previous) = (0, 0);
    for (index, cell) in counts.iter().enumerate() {
        // Where they last less than a slot, both lines of a slot stay below `rest * most / slot`,
        // with `most` the larger count of this slot and the one before.
        let most = u64::from(std::mem::replace(&mut previous, cell.count).max(cell.count));
        if whole == 0 && most <= enough {
            within += i64::from(cell.count);
            continue;
        }
        let number = u64::from(cell.slot);
        let number_of = |other: &SlotCount| u64::from(other.slot);
        while let Some(gone) =
            counts.get(left).filter(|other| number_of(other).saturating_add(whole) < number)
        {
            within -= i64::from(gone.count);
            left += 1;
        }
        let of = |back: u64, near: usize| {
            let wanted = number.checked_sub(back)?;
            let found = counts.get(near).filter(|other| number_of(other) == wanted)?;
            Some(i64::from(found.count))
        };
        // `left` is the first slot not before `number - whole`.
        // A slot without a cell had none.
        let last = if whole == 0 { i64::from(cell.count) } else { of(whole, left).unwrap_or(0) };
        let before = left.checked_sub(1).and_then(|near| of(whole.saturating_add(1), near)).unwrap_or(0);
        let place = EvenSlot {
            slot: slot.cast_signed(),
            rest: rest.cast_signed(),
            n: cell.count.into(),
            within,
            last,
            before,
        };
        if place.may_exceed(best) {
            place.look(&mut |x, running| {
                if running > best {
                    (best, best_at) = (running, number * slot + x.unsigned_abs());
                }
                best
            });
            enough = best.unsigned_abs().saturating_mul(slot) / rest.max(1);
        }
        debug_assert!(left <= index);
        within += i64::from(cell.count);
    }
    (best, best_at)
}

/// A slot with `n` invocations that last some whole slots and `rest` ms.
struct EvenSlot {
    slot: i64,
    rest: i64,
    n: i64,
    /// Invocations of the slots from those whole slots before this one on, up to this one.
    within: i64,
    /// Invocations of the slot those whole slots before this one, which end from `rest` on.
    last: i64,
    /// Invocations of the slot before that one, which end before `rest`.
    before: i64,
}

impl EvenSlot {
    /// Whether an instant of the slot may have more than `best`.
    fn may_exceed(&self, best: i64) -> bool {
        self.line_at_most() > best.saturating_mul(self.slot)
    }

    /// No instant of the slot has more.
    fn bound(&self) -> i64 {
        -(-self.line_at_most()).div_euclid(self.slot)
    }

    /// The line's largest value, at an end of one of its pieces, times the length of the slot.
    fn line_at_most(&self) -> i64 {
        let line = |x: i64, ending: i64, offset: i64| {
            let over = (x + 1) * self.n - (x - self.rest + offset + 1) * ending;
            self.base(offset, ending).saturating_mul(self.slot).saturating_add(over)
        };
        let late = line(self.rest, self.last, 0).max(line(self.slot - 1, self.last, 0));
        if self.rest == 0 {
            return late;
        }
        late.max(line(0, self.before, self.slot)).max(line(self.rest - 1, self.before, self.slot))
    }

    fn base(&self, offset: i64, ending: i64) -> i64 {
        if offset > 0 { self.within + ending } else { self.within }
    }

    /// Hands the concurrency at each arrival to `seen`, which gives the most so far, until that is the bound.
    fn look(&self, seen: &mut impl FnMut(i64, i64) -> i64) {
        let bound = self.bound();
        let arrivals = self.n.min(self.slot);
        for i in 0..arrivals {
            let x = i * self.slot / arrivals.max(1);
            if seen(x, self.at(x)) >= bound {
                return;
            }
        }
    }

    /// The concurrency `x` ms after the slot's start.
    fn at(&self, x: i64) -> i64 {
        let up_to = |x: i64, n: i64| -(-(x + 1) * n).div_euclid(self.slot);
        let (ending, offset) = if x >= self.rest { (self.last, 0) } else { (self.before, self.slot) };
        self.base(offset, ending) + up_to(x, self.n) - up_to(x - self.rest + offset, ending)
    }
}

#[cfg(test)]
// Small numbers all.
#[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)]
mod tests {
    use super::*;

    /// One millisecond after the other, by the definition.
    fn plain(counts: &[SlotCount], slot: u64, duration: u64) -> (i64, u64) {
        let mut arrivals: Vec<u64> = Vec::new();
        for cell in counts {
            let n = u64::from(cell.count);
            arrivals.extend((0..n).map(|i| u64::from(cell.slot) * slot + i * slot / n));
        }
        let running = |t: u64| arrivals.iter().filter(|a| **a <= t && t < **a + duration).count() as i64;
        arrivals
            .iter()
            .map(|&t| (running(t), t))
            .fold((0, 0), |best, next| if next.0 > best.0 { next } else { best })
    }

    #[test]
    fn the_closed_form_is_what_the_definition_gives() {
        let stream = crate::random::Stream::new(5, crate::random::Purpose::Arrivals);
        let mut draw = 0;
        let mut below = |range| {
            draw += 1;
            stream.below(draw, range)
        };
        for _ in 0..3_000 {
            let (slot, slots) = (1 + below(30), 1 + below(8));
            let largest = 1 + below(40);
            let counts: Vec<SlotCount> = (0..slots)
                .map(|number| SlotCount { slot: number as u16, count: below(largest) as u32 })
                .filter(|cell| cell.count > 0)
                .collect();
            let duration = 1 + below(3 * slot);
            assert_eq!(
                most(&counts, slot, duration),
                plain(&counts, slot, duration),
                "{counts:?} {slot} {duration}"
            );
        }
    }

    #[test]
    fn no_duration_is_one_at_a_time_and_nothing_is_nothing() {
        let counts = [SlotCount { slot: 2, count: 9 }, SlotCount { slot: 3, count: 10 }];
        let (found, busiest) = even(&counts, 0);
        assert_eq!((found.peak_concurrency, found.peak_concurrency_at, found.invocations), (1, 120_000, 19));
        assert_eq!(busiest, BusiestSlot { at: 180_000, invocations: 10 });
        assert_eq!(most(&[], 60_000, 5), (0, 0));
    }
}
