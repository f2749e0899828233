//! Tally: what one function needs, one arrival after the other.

use super::{Curve, FunctionDemand, Running, SlidingMax};

/// The invocations of one function so far.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    running: Running,
    /// Of how many environments are alive, where that is asked.
    maxima: Option<SlidingMax>,
    found: FunctionDemand,
}

impl Tally {
    /// Of a function whose idle environments live this long, ms; without that, of its concurrency only.
    pub(super) fn new(name: &str, keep_alive: Option<u64>) -> Self {
        let found = FunctionDemand {
            name: name.to_owned(),
            invocations: 0,
            busy_ms: 0,
            peak_concurrency: 0,
            peak_concurrency_at: 0,
            environments: Curve::empty(),
        };
        Self { running: Running::default(), maxima: keep_alive.map(SlidingMax::new), found }
    }

    /// `count` invocations that arrive at `at` and last `duration`; none may arrive before the last.
    #[inline]
    pub(super) fn arrive(&mut self, at: u64, duration: u64, count: u32) {
        while let Some((end, left)) = self.running.end_next(at) {
            if let Some(maxima) = &mut self.maxima {
                maxima.set(end, left);
            }
        }
        self.running.start(at.saturating_add(duration), at_once(duration, count));
        if let Some(maxima) = &mut self.maxima {
            maxima.set(at, self.running.count());
        }
        let it = &mut self.found;
        it.invocations += u64::from(count);
        it.busy_ms += u128::from(duration) * u128::from(count);
        if self.running.count() > it.peak_concurrency {
            (it.peak_concurrency, it.peak_concurrency_at) = (self.running.count(), at);
        }
    }

    /// What it needs, now that all have arrived.
    pub(super) fn finish(mut self) -> FunctionDemand {
        let Some(mut maxima) = self.maxima else { return self.found };
        while let Some((end, left)) = self.running.end_next(u64::MAX - 1) {
            maxima.set(end, left);
        }
        FunctionDemand { environments: maxima.finish(), ..self.found }
    }
}

/// The most invocations of all functions that run at once.
#[derive(Clone, Debug, Default)]
pub(super) struct Together {
    running: Running,
    /// The most.
    pub(super) peak: u32,
    /// The first instant of that.
    pub(super) peak_at: u64,
}

impl Together {
    /// `count` invocations that arrive at `at` and last `duration`; none may arrive before the last.
    #[inline]
    pub(super) fn arrive(&mut self, at: u64, duration: u64, count: u32) {
        while self.running.end_next(at).is_some() {}
        self.running.start(at.saturating_add(duration), at_once(duration, count));
        if self.running.count() > self.peak {
            (self.peak, self.peak_at) = (self.running.count(), at);
        }
    }
}

/// Invocations of no duration follow one another even in the same millisecond.
const fn at_once(duration: u64, count: u32) -> u32 {
    if duration == 0 { 1 } else { count }
}
