//! Runs: what several seeded runs of one world amount to together.

use std::collections::BTreeMap;

use crate::simulation::{ColdStartCounts, Failure, Longest, Outcome};

/// One run in numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct SimulatedRun {
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

impl SimulatedRun {
    /// Cold starts per served invocation, from 0 to 1.
    pub fn cold_share(&self) -> f64 {
        if self.served == 0 { 0.0 } else { self.cold as f64 / self.served as f64 }
    }
}

/// Several runs.
#[derive(Clone, Debug, Default)]
pub struct SimulatedRuns {
    /// Each of them.
    pub all: Vec<SimulatedRun>,
    /// The cold starts of all of them.
    pub cold_starts: ColdStartCounts,
    /// The failures of all of them, by what failed them.
    pub failed: BTreeMap<Failure, u64>,
    /// The most ENIs held in each subnet in any of them.
    pub subnets: Vec<u64>,
    /// The first of the longest cold starts of all.
    pub longest: Option<Longest>,
    /// Of a replay: what it says of the witness, to follow its file's name; else empty.
    pub judged: String,
    peak: (u64, u64),
}

/// A mean over runs, and how far the true mean may lie from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Half the width of its 95% confidence interval (Student's t over the runs).
    pub half_width: f64,
}

impl Estimate {
    /// Half the width as a share of the mean; nothing where both are zero.
    pub fn relative(&self) -> f64 {
        if self.half_width <= 0.0 { 0.0 } else { self.half_width / self.mean.abs().max(f64::MIN_POSITIVE) }
    }
}

/// The 97.5% point of Student's t with `freedom` degrees: to 10 as tabulated, beyond by the first
/// terms of its expansion around the normal (Abramowitz and Stegun 26.7.5), good to 0.001 there.
pub(super) fn student(freedom: usize) -> f64 {
    const TABLE: [f64; 10] = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];
    if let Some(point) = freedom.checked_sub(1).and_then(|index| TABLE.get(index)) {
        return *point;
    }
    let (z, n) = (1.959_964_f64, freedom as f64);
    let first = (z.powi(3) + z) / 4.0;
    let second = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0;
    let third = (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / 384.0;
    z + first / n + second / n.powi(2) + third / n.powi(3)
}

/// What is estimated over runs: its key, its words, and its value in one run.
pub(super) type Estimated = (&'static str, &'static str, fn(&SimulatedRun) -> f64);

/// The numbers that `--precision` watches.
pub(super) const ESTIMATED: [Estimated; 4] = [
    ("cold_share", "cold starts per served invocation", SimulatedRun::cold_share),
    ("failed", "failed invocations", |run| run.failed as f64),
    ("mean_enis", "ENIs held on average", |run| run.enis.1),
    ("mean_environments", "environments alive on average", |run| run.environments.1),
];

/// p50, p90, p95, p99 and the maximum, in parts per thousand.
const SHARES: [u64; 5] = [500, 900, 950, 990, 1_000];

/// p50, p90, p95, p99 and the largest over all served invocations, ms.
pub(super) fn quantiles(starts: &ColdStartCounts) -> [u64; 5] {
    SHARES.map(|share| starts.quantile(share))
}

/// The same over the cold ones alone.
pub(super) fn cold_quantiles(starts: &ColdStartCounts) -> [u64; 5] {
    SHARES.map(|share| starts.cold_quantile(share))
}

impl SimulatedRuns {
    /// Adds the outcome of one more run.
    pub fn add(&mut self, seed: Option<u64>, outcome: &Outcome) {
        let starts = &outcome.cold_starts;
        self.all.push(SimulatedRun {
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
        let length = |longest: &Option<Longest>| longest.as_ref().map(|longest| longest.length);
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

    /// The mean of a number over the runs with its 95% confidence interval; `None` for a single run.
    pub fn estimate(&self, of: impl Fn(&SimulatedRun) -> f64) -> Option<Estimate> {
        let n = self.all.len();
        if n < 2 {
            return None;
        }
        let mean = self.mean(&of);
        let squares: f64 = self.all.iter().map(|run| (of(run) - mean).powi(2)).sum();
        let error = (squares / (n - 1) as f64 / n as f64).sqrt();
        Some(Estimate { mean, half_width: student(n - 1) * error })
    }

    /// Whether every estimated number is known to within this share of it.
    pub fn precise_to(&self, share: f64) -> bool {
        ESTIMATED
            .iter()
            .all(|(_, _, of)| self.estimate(of).is_some_and(|estimate| estimate.relative() <= share))
    }

    /// The mean of a number over the runs.
    pub fn mean(&self, of: impl Fn(&SimulatedRun) -> f64) -> f64 {
        if self.all.is_empty() { 0.0 } else { self.all.iter().map(of).sum::<f64>() / self.all.len() as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn students_t_is_as_tabulated() {
        for (freedom, point) in
            [(1, 12.706), (10, 2.228), (11, 2.201), (20, 2.086), (60, 2.000), (1_000, 1.962)]
        {
            assert!((student(freedom) - point).abs() < 0.001, "{freedom}: {}", student(freedom));
        }
    }

    #[test]
    fn an_estimate_is_the_mean_and_its_interval() {
        let mut runs = SimulatedRuns::default();
        let run = |failed| SimulatedRun {
            seed: None,
            invocations: 10,
            served: 10,
            cold: 1,
            quantiles: [0; 5],
            failed,
            enis: (0, 2.0, 0.0),
            environments: (0, 3.0),
            creations: 0,
        };
        runs.all = vec![run(1)];
        assert_eq!(runs.estimate(|run| run.failed as f64), None);
        runs.all = [1, 2, 3].map(run).to_vec();
        // Standard deviation 1, standard error 1/sqrt(3), t(2) = 4.303.
        let failed = runs.estimate(|run| run.failed as f64).unwrap();
        assert!((failed.mean - 2.0).abs() < 1e-12);
        assert!((failed.half_width - 4.303 / 3.0_f64.sqrt()).abs() < 1e-9);
        assert!(runs.precise_to(1.25) && !runs.precise_to(1.24));
    }
}
