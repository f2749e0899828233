//! Distribution: how often each size occurred, in memory that does not grow with how often.
//!
//! Exact below 128; above, sizes that agree in their first seven binary digits are one, so
//! that a quantile is too large by less than one part in 64. Sum and largest are exact.

use std::collections::BTreeMap;

/// Sizes below this are kept as they are.
const EXACT: u64 = 128;
/// Steps between a power of two and the next.
const STEPS: u64 = 64;

/// How often each size occurred.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distribution {
    /// How many there are of each step.
    steps: BTreeMap<u64, u64>,
    /// How many there are.
    pub count: u64,
    /// Their sum.
    pub sum: u128,
    /// The largest; zero where there are none.
    pub max: u64,
}

impl Distribution {
    /// One more of this size.
    pub fn add(&mut self, size: u64) {
        *self.steps.entry(step(size)).or_default() += 1;
        self.count += 1;
        self.sum += u128::from(size);
        self.max = self.max.max(size);
    }

    /// Those of another.
    pub fn merge(&mut self, other: &Self) {
        for (step, count) in &other.steps {
            *self.steps.entry(*step).or_default() += count;
        }
        self.count += other.count;
        self.sum += other.sum;
        self.max = self.max.max(other.max);
    }

    /// A size that at least `share` (parts per thousand) of all do not exceed; zero where there are none.
    pub fn quantile(&self, share: u64) -> u64 {
        let rank = (u128::from(self.count) * u128::from(share)).div_ceil(1_000);
        let mut seen = 0_u128;
        for (step, count) in &self.steps {
            seen += u128::from(*count);
            if seen >= rank {
                return largest(*step).min(self.max);
            }
        }
        self.max
    }

    /// How many there are up to `size`; exact for sizes below 128.
    pub fn up_to(&self, size: u64) -> u64 {
        self.steps.range(..=step(size)).map(|(_, count)| *count).sum()
    }

    /// The mean; zero where there are none.
    pub fn mean(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum as f64 / self.count as f64 }
    }
}

/// The step of a size.
fn step(size: u64) -> u64 {
    if size < EXACT {
        return size;
    }
    let power = u64::from(size.ilog2());
    EXACT + (power - 7) * STEPS + ((size >> (power - 6)) & (STEPS - 1))
}

/// The largest size of a step.
fn largest(step: u64) -> u64 {
    if step < EXACT {
        return step;
    }
    let (power, part) = ((step - EXACT) / STEPS + 7, (step - EXACT) % STEPS);
    let first = (STEPS + part) << (power - 6);
    first + ((1 << (power - 6)) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_ends_where_the_next_begins() {
        let last = step(u64::MAX);
        for at in 0..=last {
            assert_eq!(step(largest(at)), at);
            if at < last {
                assert_eq!(step(largest(at) + 1), at + 1);
            }
        }
        assert_eq!(largest(step(u64::MAX)), u64::MAX);
    }

    #[test]
    fn quantiles_are_never_too_small_and_hardly_too_large() {
        let mut distribution = Distribution::default();
        let sizes: Vec<u64> = (0..1_000).map(|n: u64| n * n * 37 % 90_001).collect();
        for size in &sizes {
            distribution.add(*size);
        }
        let mut sorted = sizes.clone();
        sorted.sort_unstable();
        for share in [1, 10, 500, 900, 990, 999, 1_000_u64] {
            let (exact, found) = (sorted[usize::try_from(share).unwrap() - 1], distribution.quantile(share));
            assert!(exact <= found && found <= exact + exact / 64, "{share}: {exact} {found}");
        }
        assert_eq!(distribution.sum, sizes.iter().map(|size| u128::from(*size)).sum());
        assert_eq!(distribution.up_to(100), sizes.iter().filter(|size| **size <= 100).count() as u64);
    }
}
