//! Seeded random streams: the n-th draw of a stream is a pure function of seed, stream and n.
//!
//! So two policies meet the same world: the k-th ENI's boot does not depend on
//! how many misses were drawn before it. The generator is `SplitMix64` (Steele,
//! Lea, Flood: "Fast splittable pseudorandom number generators", 2014), whose
//! state is a counter.

/// What a stream is for; streams with different purposes are independent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Where invocations fall inside a slot, and generated traffic.
    Arrivals = 1,
    /// How long invocations last.
    Durations = 2,
    /// How long ENIs boot.
    Boots = 3,
    /// How long ENI deletions take.
    Deletions = 4,
    /// How long phases of the cold path take.
    Phases = 5,
    /// Which environments miss an ENI they could have reused.
    Misses = 6,
    /// Choices of a search.
    Search = 7,
    /// How long idle environments live.
    Lifetimes = 8,
}

const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

const fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// One stream of 64-bit draws.
#[derive(Clone, Copy, Debug)]
pub struct Stream {
    base: u64,
}

impl Stream {
    /// The stream of this seed for this purpose.
    pub const fn new(seed: u64, purpose: Purpose) -> Self {
        Self { base: mix(mix(seed.wrapping_add(GAMMA)) ^ (purpose as u64).wrapping_mul(GAMMA)) }
    }

    /// A stream of its own for item `index` of this one.
    #[must_use]
    pub const fn fork(self, index: u64) -> Self {
        Self { base: mix(self.draw(index) ^ GAMMA) }
    }

    /// The `index`-th draw, uniform over all 64-bit numbers.
    pub const fn draw(self, index: u64) -> u64 {
        mix(self.base.wrapping_add(index.wrapping_add(1).wrapping_mul(GAMMA)))
    }

    /// The `index`-th draw as a number in `0..range` (`range` at least 1).
    pub fn below(self, index: u64, range: u64) -> u64 {
        let wide = u128::from(self.draw(index)) * u128::from(range.max(1));
        (wide >> 64) as u64
    }

    /// The `index`-th draw as a fraction in `(0, 1]`.
    pub fn fraction(self, index: u64) -> f64 {
        ((self.draw(index) >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_fixed_and_independent() {
        let boots = Stream::new(7, Purpose::Boots);
        assert_eq!(boots.draw(3), Stream::new(7, Purpose::Boots).draw(3));
        assert_ne!(boots.draw(3), Stream::new(7, Purpose::Misses).draw(3));
        assert_ne!(boots.draw(3), Stream::new(8, Purpose::Boots).draw(3));
        let mean = (0..10_000).map(|n| boots.fraction(n)).sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.01, "{mean}");
    }
}
