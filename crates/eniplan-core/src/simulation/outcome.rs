//! Outcome: what one run amounts to.

use std::collections::BTreeMap;

use super::failure::Failure;
use crate::cold_path::PathPhase;
use crate::quantity::Millis;

/// A whole number over time, with its peak and its integral.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauge {
    value: u64,
    since: u64,
    horizon: u64,
    /// The largest value.
    pub peak: u64,
    /// The first instant of the largest value, ms.
    pub peak_at: u64,
    /// Value x ms from 0 to the horizon.
    pub integral: u128,
}

impl Gauge {
    /// Zero from 0 on, integrated up to `horizon`.
    pub const fn new(horizon: Millis) -> Self {
        Self { value: 0, since: 0, horizon: horizon.0, peak: 0, peak_at: 0, integral: 0 }
    }

    /// From `at` on the value is `value`.
    pub fn set(&mut self, at: u64, value: u64) {
        let width = at.min(self.horizon).saturating_sub(self.since);
        self.integral += u128::from(width) * u128::from(self.value);
        (self.since, self.value) = (self.since.max(at.min(self.horizon)), value);
        if value > self.peak {
            (self.peak, self.peak_at) = (value, at);
        }
    }

    pub(crate) fn finish(&mut self) {
        self.set(self.horizon.max(self.since), self.value);
    }

    /// The mean value up to the horizon.
    pub fn mean(&self) -> f64 {
        if self.horizon == 0 { 0.0 } else { self.integral as f64 / self.horizon as f64 }
    }

    /// The integral in hours.
    pub fn hours(&self) -> f64 {
        self.integral as f64 / 3_600_000.0
    }
}

/// The cold starts of a run, exactly: how many of each length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColdStartCounts {
    by_length: BTreeMap<u64, u64>,
    /// Invocations that were served, cold or warm.
    pub served: u64,
    /// Those that an environment had to be started for.
    pub cold: u64,
}

impl ColdStartCounts {
    pub(crate) fn add(&mut self, length: u64, cold: bool) {
        self.served += 1;
        if cold {
            self.cold += 1;
            *self.by_length.entry(length).or_default() += 1;
        }
    }

    /// Adds those of another run.
    pub fn merge(&mut self, other: &Self) {
        self.served += other.served;
        self.cold += other.cold;
        for (&length, &count) in &other.by_length {
            *self.by_length.entry(length).or_default() += count;
        }
    }

    /// The smallest length, ms, that at least `share` (parts per thousand) of all served
    /// invocations do not exceed; a warm one counts as 0. Zero when nothing was served.
    pub fn quantile(&self, share: u64) -> u64 {
        self.quantile_with_zeros(self.served, self.served - self.cold, share)
    }

    /// The same over the cold ones alone.
    pub fn cold_quantile(&self, share: u64) -> u64 {
        self.quantile_with_zeros(self.cold, 0, share)
    }

    /// The largest length, ms.
    pub fn max(&self) -> u64 {
        self.by_length.last_key_value().map_or(0, |(&length, _)| length)
    }

    /// How many exceed `limit`, ms.
    pub fn above(&self, limit: u64) -> u64 {
        self.by_length.range(limit.saturating_add(1)..).map(|(_, &count)| count).sum()
    }

    /// How many of each length, shortest first; of the cold ones alone.
    pub fn lengths(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.by_length.iter().map(|(&length, &count)| (length, count))
    }

    fn quantile_with_zeros(&self, total: u64, zeros: u64, share: u64) -> u64 {
        let rank = (u128::from(total) * u128::from(share)).div_ceil(1_000);
        let mut seen = u128::from(zeros);
        if rank <= seen {
            return 0;
        }
        for (&length, &count) in &self.by_length {
            seen += u128::from(count);
            if seen >= rank {
                return length;
            }
        }
        self.max()
    }
}

/// The longest cold start of a run, explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Longest {
    /// When the invocation arrived, ms.
    pub arrival: u64,
    /// Index of its function.
    pub function: usize,
    /// Its cold start, ms.
    pub length: u64,
    /// The phases along its longest path.
    pub path: Vec<PathPhase>,
}

/// What one run amounts to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Invocations that arrived.
    pub invocations: u64,
    /// The cold starts.
    pub cold_starts: ColdStartCounts,
    /// Failed invocations by what failed them.
    pub failed: BTreeMap<Failure, u64>,
    /// ENIs held, from request to gone.
    pub enis: Gauge,
    /// The same per subnet.
    pub subnets: Vec<Gauge>,
    /// Environments alive.
    pub environments: Gauge,
    /// ENIs requested.
    pub creations: u64,
    /// The first of the longest cold starts.
    pub longest: Option<Longest>,
}

impl Outcome {
    pub(crate) fn new(span: Millis, subnets: usize) -> Self {
        Self {
            invocations: 0,
            cold_starts: ColdStartCounts::default(),
            failed: BTreeMap::new(),
            enis: Gauge::new(span),
            subnets: vec![Gauge::new(span); subnets],
            environments: Gauge::new(span),
            creations: 0,
            longest: None,
        }
    }

    /// Failed invocations in all.
    pub fn failures(&self) -> u64 {
        self.failed.values().sum()
    }

    /// Cold starts per served invocation, from 0 to 1.
    pub fn cold_share(&self) -> f64 {
        let starts = &self.cold_starts;
        if starts.served == 0 { 0.0 } else { starts.cold as f64 / starts.served as f64 }
    }
}

/// What stands idle and ready at time 0, as far as the limits allow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitialState {
    /// Environments of each function.
    pub environments: Vec<u32>,
    /// ENIs held.
    pub enis: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_exact_ranks() {
        let mut starts = ColdStartCounts::default();
        (0..90).for_each(|_| starts.add(0, false));
        (1..=10).for_each(|length| starts.add(length * 100, true));
        assert_eq!([500, 900, 901, 950, 1_000].map(|share| starts.quantile(share)), [0, 0, 100, 500, 1_000]);
        assert_eq!([500, 990].map(|share| starts.cold_quantile(share)), [500, 1_000]);
        assert_eq!((starts.max(), starts.above(800)), (1_000, 2));
    }

    #[test]
    fn a_level_integrates_up_to_its_horizon() {
        let mut level = Gauge::new(Millis(100));
        for (at, value) in [(10, 2), (20, 5), (90, 1), (150, 9), (200, 0)] {
            level.set(at, value);
        }
        assert_eq!(level.integral, 2 * 10 + 5 * 70 + 10);
        assert_eq!((level.peak, level.peak_at), (9, 150));
    }
}
