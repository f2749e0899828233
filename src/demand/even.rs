//! Even: how many invocations of one function run at once, from counts that are spread evenly.
//!
//! With `n` invocations in a slot of `S` ms, the i-th at `floor(i * S / n)`, the number that
//! have arrived up to `x` ms after the slot's start is `ceil((x + 1) * n / S)`. So with a
//! duration `d` the concurrency at `t` is `A(t) - A(t - d)` with `A` known in closed form: no
//! invocation is made. Within a slot it differs by less than one from a line in two pieces,
//! which bounds it; only slots whose bound is above the most so far are looked at closely.

use super::{Curve, FunctionDemand};
use crate::traffic::stream::wide_day::Count;

/// The busiest slot of a function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Busiest {
    /// Its start, ms.
    pub at: u64,
    /// The invocations in it.
    pub invocations: u32,
}

/// What the function `name` needs, without the curve of its environments, and its busiest slot
/// (the first of several): `counts` per slot of `slot` ms, each invocation `duration` ms long.
pub fn even(name: &str, counts: &[Count], slot: u64, duration: u64) -> (FunctionDemand, Busiest) {
    let slot = slot.max(1);
    let invocations: u64 = counts.iter().map(|cell| u64::from(cell.count)).sum();
    let mut busiest = Busiest::default();
    for cell in counts {
        if cell.count > busiest.invocations {
            busiest = Busiest { at: u64::from(cell.slot) * slot, invocations: cell.count };
        }
    }
    let (most, at) = most(counts, slot, duration);
    let found = FunctionDemand {
        name: name.to_owned(),
        invocations,
        busy_ms: u128::from(invocations) * u128::from(duration),
        peak_concurrency: u32::try_from(most).unwrap_or(u32::MAX),
        peak_concurrency_at: at,
        environments: Curve::empty(),
    };
    (found, busiest)
}

/// The most that run at once, and the first instant of that.
fn most(counts: &[Count], slot: u64, duration: u64) -> (i128, u64) {
    if duration == 0 {
        // Invocations of no duration follow one another.
        return counts.first().map_or((0, 0), |cell| (1, u64::from(cell.slot) * slot));
    }
    let (whole, rest) = (duration / slot, duration % slot);
    let (mut best, mut best_at) = (0, 0);
    // The counts of the slots from `whole` before this one on, and of the slots after that.
    let (mut left, mut within) = (0, 0_i128);
    for (index, cell) in counts.iter().enumerate() {
        let number = u64::from(cell.slot);
        let number_of = |other: &Count| u64::from(other.slot);
        while let Some(gone) = counts.get(left).filter(|other| number_of(other) + whole < number) {
            within -= i128::from(gone.count);
            left += 1;
        }
        let of = |back: u64, near: usize| {
            let wanted = number.checked_sub(back)?;
            let found = counts.get(near).filter(|other| number_of(other) == wanted)?;
            Some(i128::from(found.count))
        };
        // `left` is the first slot not before `number - whole`.
        let last = if whole == 0 { i128::from(cell.count) } else { of(whole, left).unwrap_or(0) };
        let before = left.checked_sub(1).and_then(|near| of(whole + 1, near)).unwrap_or(0);
        let place = Place {
            slot: i128::from(slot),
            rest: i128::from(rest),
            n: cell.count.into(),
            within,
            last,
            before,
        };
        if place.bound() > best {
            place.look(&mut |x, running| {
                if running > best {
                    (best, best_at) = (running, number * slot + u64::try_from(x).unwrap_or(0));
                }
                best
            });
        }
        debug_assert!(left <= index);
        within += i128::from(cell.count);
    }
    (best, best_at)
}

/// A slot with `n` invocations that last some whole slots and `rest` ms.
struct Place {
    slot: i128,
    rest: i128,
    n: i128,
    /// Invocations of the slots from those whole slots before this one on, up to this one.
    within: i128,
    /// Invocations of the slot those whole slots before this one, which end from `rest` on.
    last: i128,
    /// Invocations of the slot before that one, which end before `rest`.
    before: i128,
}

impl Place {
    /// No instant of the slot has more: the line's value at the ends of its pieces, rounded up.
    fn bound(&self) -> i128 {
        let late = [self.rest, self.slot - 1].map(|x| self.line(x, self.last, 0));
        let early = [0, self.rest - 1].map(|x| self.line(x, self.before, self.slot));
        let early = early.into_iter().filter(|_| self.rest > 0).max().unwrap_or(0);
        late.into_iter().max().unwrap_or(0).max(early)
    }

    fn line(&self, x: i128, ending: i128, offset: i128) -> i128 {
        let over = (x + 1) * self.n - (x - self.rest + offset + 1) * ending;
        self.base(offset, ending) - (-over).div_euclid(self.slot)
    }

    fn base(&self, offset: i128, ending: i128) -> i128 {
        if offset > 0 { self.within + ending } else { self.within }
    }

    /// Hands the concurrency at each arrival to `seen`, which gives the most so far, until that is the bound.
    fn look(&self, seen: &mut impl FnMut(i128, i128) -> i128) {
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
    fn at(&self, x: i128) -> i128 {
        let up_to = |x: i128, n: i128| -(-(x + 1) * n).div_euclid(self.slot);
        let (ending, offset) = if x >= self.rest { (self.last, 0) } else { (self.before, self.slot) };
        self.base(offset, ending) + up_to(x, self.n) - up_to(x - self.rest + offset, ending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One millisecond after the other, by the definition.
    fn plain(counts: &[Count], slot: u64, duration: u64) -> (i128, u64) {
        let mut arrivals: Vec<u64> = Vec::new();
        for cell in counts {
            let n = u64::from(cell.count);
            arrivals.extend((0..n).map(|i| u64::from(cell.slot) * slot + i * slot / n));
        }
        let running = |t: u64| arrivals.iter().filter(|a| **a <= t && t < **a + duration).count() as i128;
        arrivals
            .iter()
            .map(|&t| (running(t), t))
            .fold((0, 0), |best, it| if it.0 > best.0 { it } else { best })
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
            let counts: Vec<Count> = (0..slots)
                .map(|number| Count { slot: number as u16, count: below(largest) as u32 })
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
        let counts = [Count { slot: 2, count: 9 }, Count { slot: 3, count: 10 }];
        let (found, busiest) = even("f", &counts, 60_000, 0);
        assert_eq!((found.peak_concurrency, found.peak_concurrency_at, found.invocations), (1, 120_000, 19));
        assert_eq!(busiest, Busiest { at: 180_000, invocations: 10 });
        assert_eq!(most(&[], 60_000, 5), (0, 0));
    }
}
