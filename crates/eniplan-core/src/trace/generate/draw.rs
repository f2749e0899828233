//! Draw: random numbers of a distribution, the same on every machine.
//!
//! Uniform draws come from a [`Stream`]; logarithms and the like from `libm`,
//! never from the machine's own library.

use std::f64::consts::TAU;

use crate::random::Stream;

/// Takes the draws of a stream one after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drawer {
    stream: Stream,
    next: u64,
}

impl Drawer {
    /// From the first draw of `stream` on.
    pub(super) const fn new(stream: Stream) -> Self {
        Self { stream, next: 0 }
    }

    /// Uniform in `(0, 1]`.
    pub(super) fn uniform(&mut self) -> f64 {
        let drawn = self.stream.fraction(self.next);
        self.next += 1;
        drawn
    }

    /// Exponential with this mean.
    pub(super) fn exponential(&mut self, mean: f64) -> f64 {
        -libm::log(self.uniform()) * mean
    }

    /// Standard normal (Box and Muller, 1958).
    pub(super) fn normal(&mut self) -> f64 {
        let size = libm::sqrt(-2.0 * libm::log(self.uniform()));
        size * libm::cos(TAU * self.uniform())
    }

    /// Poisson with this mean: products of uniform draws where it is small, transformed
    /// rejection (Hormann, "The transformed rejection method for generating Poisson
    /// random variables", 1993, PTRS) from 10 on.
    pub(super) fn poisson(&mut self, mean: f64) -> u64 {
        if mean <= 0.0 {
            0
        } else if mean < 10.0 {
            self.poisson_by_products(mean)
        } else {
            self.poisson_by_rejection(mean)
        }
    }

    fn poisson_by_products(&mut self, mean: f64) -> u64 {
        let (floor, mut product, mut count) = (libm::exp(-mean), self.uniform(), 0);
        while product > floor {
            product *= self.uniform();
            count += 1;
        }
        count
    }

    fn poisson_by_rejection(&mut self, mean: f64) -> u64 {
        let width = 0.931 + 2.53 * libm::sqrt(mean);
        let tail = -0.059 + 0.024_83 * width;
        let inverse_alpha = 1.1239 + 1.1328 / (width - 3.4);
        let squeeze = 0.9277 - 3.6224 / (width - 2.0);
        loop {
            let across = self.uniform() - 0.5;
            let height = self.uniform();
            let edge = 0.5 - across.abs();
            let count = libm::floor((2.0 * tail / edge + width) * across + mean + 0.43);
            if edge >= 0.07 && height <= squeeze {
                return whole(count);
            }
            if count < 0.0 || edge < 0.013 && height > edge {
                continue;
            }
            let left = libm::log(height * inverse_alpha / (tail / (edge * edge) + width));
            if left <= count * libm::log(mean) - mean - libm::lgamma(count + 1.0) {
                return whole(count);
            }
        }
    }
}

/// `x` as a whole number: cut, and held between 0 and 2^53.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // held in range first
pub(super) fn whole(x: f64) -> u64 {
    if x.is_nan() { 0 } else { x.clamp(0.0, 9_007_199_254_740_992.0) as u64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;

    fn drawer(index: u64) -> Drawer {
        Drawer::new(Stream::new(11, Purpose::Arrivals).fork(index))
    }

    #[test]
    fn poisson_draws_have_their_mean_and_variance() {
        for mean in [0.3, 4.0, 9.9, 10.0, 75.0, 4_000.0] {
            let draws: Vec<f64> = (0..20_000).map(|n| drawer(n).poisson(mean) as f64).collect();
            let average = draws.iter().sum::<f64>() / 20_000.0;
            let variance = draws.iter().map(|x| (x - average) * (x - average)).sum::<f64>() / 19_999.0;
            // Five standard errors: of the mean sqrt(m / n), of the variance about m sqrt((2 + 1/m) / n).
            let error = 5.0 * (mean / 20_000.0_f64).sqrt();
            assert!((average - mean).abs() < error, "{mean}: mean {average}");
            let error = 5.0 * mean * ((2.0 + 1.0 / mean) / 20_000.0).sqrt();
            assert!((variance - mean).abs() < error, "{mean}: variance {variance}");
        }
        assert_eq!(drawer(0).poisson(0.0), 0);
    }

    #[test]
    fn poisson_probabilities_are_right_where_the_method_changes() {
        // P(X = 10) for means 9.99 and 10 is 0.125110.
        for mean in [9.99, 10.0] {
            let tens = (0..40_000).filter(|n| drawer(*n).poisson(mean) == 10).count();
            assert!((4_670..5_340).contains(&tens), "{mean}: {tens}");
        }
    }

    #[test]
    fn exponential_and_normal_draws_have_their_moments() {
        let mut drawer = drawer(1);
        let mean = (0..20_000).map(|_| drawer.exponential(3.0)).sum::<f64>() / 20_000.0;
        assert!((mean - 3.0).abs() < 0.11, "{mean}");
        let normal: Vec<f64> = (0..20_000).map(|_| drawer.normal()).collect();
        let mean = normal.iter().sum::<f64>() / 20_000.0;
        let square = normal.iter().map(|x| x * x).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.036 && (square - 1.0).abs() < 0.05, "{mean} {square}");
    }

    #[test]
    fn whole_numbers_are_held_in_range() {
        assert_eq!([f64::NAN, -1.0, 1.9, 1e300].map(whole), [0, 0, 1, 1 << 53]);
    }
}
