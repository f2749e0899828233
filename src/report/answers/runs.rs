//! Runs: what several seeded runs of one world amount to together.

use std::collections::BTreeMap;

use crate::simulation::{ColdStarts, Failure, Longest, Outcome};

/// One run in numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Its seed; a replay has none.
    pub seed: Option<u64>,
    /// Invocations that arrived.
    pub invocations: u64,
    /// Those that were served.
    pub served: u64,
    /// Those that started cold.
    pub cold: u64,
    /// p50, p90, p95, p99 and the largest cold start over all served invocations, ms.
    pub quantiles: [u64; 5],
    /// Failed invocations.
    pub failed: u64,
    /// The most ENIs held, and the mean, and their hours.
    pub enis: (u64, f64, f64),
    /// The most environments alive, and the mean.
    pub environments: (u64, f64),
    /// ENIs requested.
    pub creations: u64,
}

/// Several runs.
#[derive(Clone, Debug, Default)]
pub struct Runs {
    /// Each of them.
    pub all: Vec<Run>,
    /// The cold starts of all of them.
    pub cold_starts: ColdStarts,
    /// The failures of all of them, by what failed them.
    pub failed: BTreeMap<Failure, u64>,
    /// The most ENIs held in each subnet in any of them.
    pub subnets: Vec<u64>,
    /// The first of the longest cold starts of all.
    pub longest: Option<Longest>,
    peak: (u64, u64),
}

/// p50, p90, p95, p99 and the maximum, in parts per thousand.
const SHARES: [u64; 5] = [500, 900, 950, 990, 1_000];

/// p50, p90, p95, p99 and the largest over all served invocations, ms.
pub(super) fn quantiles(starts: &ColdStarts) -> [u64; 5] {
    SHARES.map(|share| starts.quantile(share))
}

/// The same over the cold ones alone.
pub(super) fn cold_quantiles(starts: &ColdStarts) -> [u64; 5] {
    SHARES.map(|share| starts.cold_quantile(share))
}

impl Runs {
    /// Adds the outcome of one more run.
    pub fn add(&mut self, seed: Option<u64>, outcome: &Outcome) {
        let starts = &outcome.cold_starts;
        self.all.push(Run {
            seed,
            invocations: outcome.invocations,
            served: starts.served,
            cold: starts.cold,
            quantiles: quantiles(starts),
            failed: outcome.failures(),
            enis: (outcome.enis.peak, outcome.enis.mean(), outcome.enis.hours()),
            environments: (outcome.environments.peak, outcome.environments.mean()),
            creations: outcome.creations,
        });
        self.cold_starts.merge(starts);
        for (&failure, &count) in &outcome.failed {
            *self.failed.entry(failure).or_default() += count;
        }
        self.subnets.resize(self.subnets.len().max(outcome.subnets.len()), 0);
        for (most, level) in self.subnets.iter_mut().zip(&outcome.subnets) {
            *most = level.peak.max(*most);
        }
        if outcome.enis.peak > self.peak.0 {
            self.peak = (outcome.enis.peak, outcome.enis.peak_at);
        }
        let length = |longest: &Option<Longest>| longest.as_ref().map(|it| it.length);
        if length(&outcome.longest) > length(&self.longest) {
            self.longest.clone_from(&outcome.longest);
        }
    }

    /// Invocations that arrived, in all runs together.
    pub fn invocations(&self) -> u64 {
        self.all.iter().map(|run| run.invocations).sum()
    }

    /// Cold starts per served invocation, from 0 to 1.
    pub fn cold_share(&self) -> f64 {
        let starts = &self.cold_starts;
        if starts.served == 0 { 0.0 } else { starts.cold as f64 / starts.served as f64 }
    }

    /// The most failed invocations of one run.
    pub fn most_failures(&self) -> u64 {
        self.all.iter().map(|run| run.failed).max().unwrap_or(0)
    }

    /// The most ENIs held in any run, and when first, ms.
    pub const fn peak_enis(&self) -> (u64, u64) {
        self.peak
    }

    /// The mean of a number over the runs.
    pub fn mean(&self, of: impl Fn(&Run) -> f64) -> f64 {
        if self.all.is_empty() { 0.0 } else { self.all.iter().map(of).sum::<f64>() / self.all.len() as f64 }
    }
}
