//! Sliding maximum over a closed window, one change at a time.

use std::collections::VecDeque;

use super::curve::Curve;

/// The largest value over `[t - window, t]` of a value given by its changes, as a curve.
///
/// A monotonic queue: O(1) a change on average, and as many entries as the window has
/// decreasing maxima. A value that stops holding at `e` counts until `e + window`: an
/// environment that becomes idle at `e` still serves an arrival at `e + window`, and has
/// gone when that instant is over.
#[derive(Clone, Debug)]
pub struct SlidingMax {
    window: u64,
    /// The value that holds now.
    current: u32,
    /// `(instant from which it no longer counts, value)`, values strictly decreasing.
    past: VecDeque<(u64, u32)>,
    maxima: Curve,
    /// The last of `maxima`.
    told: u32,
}

impl SlidingMax {
    /// Zero from the beginning.
    pub const fn new(window: u64) -> Self {
        Self { window, current: 0, past: VecDeque::new(), maxima: Curve::empty(), told: 0 }
    }

    /// From `at` on the value is `value`; `at` must not lie before the last change.
    #[inline]
    pub fn set(&mut self, at: u64, value: u32) {
        if value == self.current {
            return;
        }
        self.expire(at);
        if self.current > value {
            while self.past.back().is_some_and(|&(_, smaller)| smaller <= self.current) {
                self.past.pop_back();
            }
            self.past.push_back((at.saturating_add(self.window), self.current));
        }
        self.current = value;
        self.tell(at);
    }

    #[inline]
    fn tell(&mut self, at: u64) {
        let largest = self.largest();
        if largest != self.told {
            self.maxima.set(at, largest);
            self.told = largest;
        }
    }

    /// The largest value that counts at `at`, which must not lie before the last change.
    #[inline]
    pub fn at(&mut self, at: u64) -> u32 {
        self.expire(at);
        self.largest()
    }

    fn largest(&self) -> u32 {
        self.past.front().map_or(0, |&(_, value)| value).max(self.current)
    }

    #[inline]
    fn expire(&mut self, now: u64) {
        while let Some(&(until, _)) = self.past.front() {
            if until > now {
                return;
            }
            self.past.pop_front();
            self.tell(until);
        }
    }

    /// The curve of maxima, to its end.
    pub fn finish(mut self) -> Curve {
        self.expire(u64::MAX - 1);
        self.maxima
    }
}

/// The largest value over `[t - delay - window, t - delay]`, asked for in time order.
pub(super) struct Delayed {
    delay: u64,
    /// Changes younger than `delay`.
    young: VecDeque<(u64, u32)>,
    maxima: SlidingMax,
}

impl Delayed {
    pub(super) fn new(delay: u64, window: u64) -> Self {
        Self { delay, young: VecDeque::new(), maxima: SlidingMax::new(window) }
    }

    pub(super) fn set(&mut self, at: u64, value: u32) {
        self.young.push_back((at, value));
    }

    pub(super) fn at(&mut self, now: u64) -> u32 {
        while let Some(&(at, value)) = self.young.front() {
            let from = at.saturating_add(self.delay);
            if from > now {
                break;
            }
            self.young.pop_front();
            self.maxima.set(from, value);
        }
        self.maxima.at(now)
    }

    pub(super) fn finish(mut self) -> Curve {
        self.at(u64::MAX - 1);
        self.maxima.finish()
    }
}

impl Curve {
    /// The sliding maximum over the closed window `[t - window, t]`; see [`SlidingMax`].
    #[must_use]
    pub fn sliding_max(&self, window: u64) -> Self {
        let mut maxima = SlidingMax::new(window);
        self.steps().iter().for_each(|&(at, value)| maxima.set(at, value));
        maxima.finish()
    }

    /// The smallest value over the closed window `[t - window, t]`; it was `before` until the first instant.
    #[must_use]
    pub fn sliding_min(&self, window: u64, before: u32) -> Self {
        let first = self.at(0);
        let top = self.peak().0.max(before);
        // What is missing to the top, `window` ms later so that it has a past; there the smallest is the largest.
        let missing = self.steps().iter().filter(|&&(at, _)| at > 0);
        let missing = missing.map(|&(at, value)| (at.saturating_add(window), top - value));
        let mut maxima = SlidingMax::new(window);
        maxima.set(0, if window > 0 { top - before } else { top - first });
        maxima.set(window, top - first);
        missing.for_each(|(at, value)| maxima.set(at, value));
        let missing = maxima.finish();
        let later = missing.steps().iter().filter(|&&(at, _)| at > window);
        let later = later.map(|&(at, value)| (at - window, top - value));
        Self::new([(0, top - missing.at(window))].into_iter().chain(later))
    }
}
