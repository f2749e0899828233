//! Drawn nature: seeded durations of the uncertainty set, with no more misses than it allows.

use crate::policy::Policy;
use crate::quantity::{Interval, Probability};
use crate::random::{Purpose, Stream};
use crate::simulation::{Nature, Random};

/// A seeded nature of the uncertainty set: it draws every duration, and misses no more often than the budget says.
#[derive(Clone, Copy, Debug)]
pub struct DrawnNature {
    random: Random,
    misses: Stream,
    /// It misses once in so many.
    every: u64,
    left: u32,
}

impl DrawnNature {
    /// The one of this seed; the larger the seed, the later its misses.
    pub const fn new(policy: &Policy, seed: u64) -> Self {
        let misses = Stream::new(seed, Purpose::Search);
        Self { random: Random::new(seed), misses, every: 1 << (seed % 16), left: policy.miss_budget }
    }
}

impl Nature for DrawnNature {
    fn boot(&mut self, request: u64, interval: &Interval) -> u64 {
        self.random.boot(request, interval)
    }

    fn deletion(&mut self, deletion: u64, interval: &Interval) -> u64 {
        self.random.deletion(deletion, interval)
    }

    fn phase(&mut self, environment: u64, step: usize, interval: &Interval) -> u64 {
        self.random.phase(environment, step, interval)
    }

    fn misses(&mut self, acquisition: u64, _miss: Probability) -> bool {
        let missed = self.left > 0 && self.misses.below(acquisition, self.every) == 0;
        self.left -= u32::from(missed);
        missed
    }
}
