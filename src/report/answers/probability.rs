//! Chance: a probability estimated over runs, with its confidence interval.

use super::runs::student;
use crate::report::format::{percent, thousands};
use crate::report::views::ChanceView;

/// A probability estimated over runs, with its 95% confidence interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Chance {
    /// The mean over the runs.
    pub mean: f64,
    /// Where the interval begins.
    pub low: f64,
    /// Where it ends.
    pub high: f64,
    runs: usize,
}

impl Chance {
    /// From one share per run, each from 0 to 1; `None` for a single run.
    ///
    /// - All runs agree on `p`: with confidence 95% at most `q = 1 - 0.05^(1/n)` of all runs do not
    ///   (the rule of three), whatever those then find: from `p (1 - q)` to `p (1 - q) + q`.
    /// - All or nothing in every run, and not the same in all: Wilson's interval for a proportion.
    /// - Else Student's t over the runs, held inside 0 to 1.
    pub(super) fn estimate(shares: &[f64]) -> Option<Self> {
        let runs = shares.len();
        let first = *shares.first().filter(|_| runs > 1)?;
        let n = runs as f64;
        let mean = shares.iter().sum::<f64>() / n;
        let (low, high) = if shares.iter().all(|share| share.to_bits() == first.to_bits()) {
            let other = 1.0 - 0.05_f64.powf(1.0 / n);
            (first * (1.0 - other), first * (1.0 - other) + other)
        } else if shares.iter().all(|share| *share <= 0.0 || *share >= 1.0) {
            wilson(mean, n)
        } else {
            let squares: f64 = shares.iter().map(|share| (share - mean).powi(2)).sum();
            let half = student(runs - 1) * (squares / (n - 1.0) / n).sqrt();
            (mean - half, mean + half)
        };
        Some(Self { mean, low: low.clamp(0.0, 1.0), high: high.clamp(0.0, 1.0), runs })
    }

    /// `93.10% (95% CI 92.80% to 93.40%, 100 runs)`.
    pub(super) fn words(&self) -> String {
        let [mean, low, high] = [self.mean, self.low, self.high].map(percent);
        format!("{mean} (95% CI {low} to {high}, {} runs)", thousands(self.runs as u64))
    }

    /// For programs.
    pub(super) fn view(self) -> ChanceView {
        ChanceView { mean: self.mean, low_95: self.low, high_95: self.high, runs: self.runs as u64 }
    }
}

/// Wilson's score interval (E. B. Wilson, JASA 22, 1927) of a proportion `p` of `n`, 95%.
fn wilson(p: f64, n: f64) -> (f64, f64) {
    let square = 1.959_964_f64.powi(2);
    let centre = p + square / (2.0 * n);
    let half = (square * (p * (1.0 - p) / n + square / (4.0 * n * n))).sqrt();
    let scale = 1.0 + square / n;
    ((centre - half) / scale, (centre + half) / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(chance: Option<Chance>, expected: [f64; 3]) -> bool {
        let found = chance.map(|chance| [chance.mean, chance.low, chance.high]);
        found.is_some_and(|found| found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 5e-4))
    }

    #[test]
    fn intervals_are_as_tabulated() {
        assert_eq!(Chance::estimate(&[1.0]), None);
        // 30 of 30: the lower end is 0.05^(1/30) = 0.905.
        assert!(near(Chance::estimate(&[1.0; 30]), [1.0, 0.905, 1.0]));
        assert!(near(Chance::estimate(&[0.0; 30]), [0.0, 0.0, 0.095]));
        assert!(near(Chance::estimate(&[0.5; 30]), [0.5, 0.4525, 0.5475]));
        // Wilson for 8 of 10: 0.490 to 0.943.
        let eight: Vec<f64> = (0..10).map(|n| f64::from(u8::from(n < 8))).collect();
        assert!(near(Chance::estimate(&eight), [0.8, 0.4902, 0.9433]));
        // Mean 0.5, standard error 0.1 / sqrt(3), t(2) = 4.303.
        assert!(near(Chance::estimate(&[0.4, 0.5, 0.6]), [0.5, 0.5 - 0.2484, 0.5 + 0.2484]));
    }
}
