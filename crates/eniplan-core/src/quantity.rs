//! Quantities with units: durations, memory, token rates and intervals.
//!
//! Integers only, so that a result is the same on every machine. Text goes in
//! and out in the forms people write (`5m`, `1536 MiB`, `5/s`). Depends on
//! nothing else in this crate.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub mod convert;
mod price;

pub use price::Price;

/// A span of time, or an instant counted from the first instant of the trace, in whole milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Millis(pub u64);

/// What a piece of text should have been, for a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What is wrong with the text.
    pub message: String,
    /// What to write instead.
    pub help: &'static str,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.message, self.help)
    }
}

impl std::error::Error for Malformed {}

impl Millis {
    /// Nothing at all.
    pub const ZERO: Self = Self(0);
    /// The longest span read from text: 100 years. Sums of a few stay far from overflow.
    pub const LONGEST: Self = Self(100 * 366 * 24 * 3_600_000);

    /// `n` seconds.
    pub const fn seconds(n: u64) -> Self {
        Self(n * 1_000)
    }

    /// `n` minutes.
    pub const fn minutes(n: u64) -> Self {
        Self(n * 60_000)
    }

    /// The sum, held at `u64::MAX` rather than wrapping.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, held at zero.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// This span in hours.
    pub fn hours(self) -> f64 {
        self.0 as f64 / 3_600_000.0
    }
}

const UNITS: [(&str, u64); 5] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

impl fmt::Display for Millis {
    /// The largest exact form: `15m`, `1m30s`, `1.25s`, `120ms`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.0;
        if ms < 1_000 {
            return write!(f, "{ms}ms");
        }
        let (days, hours) = (ms / 86_400_000, ms / 3_600_000 % 24);
        let (minutes, rest) = (ms / 60_000 % 60, ms % 60_000);
        for (n, unit) in [(days, "d"), (hours, "h"), (minutes, "m")] {
            if n > 0 {
                write!(f, "{n}{unit}")?;
            }
        }
        match (rest / 1_000, rest % 1_000) {
            (0, 0) => Ok(()),
            (s, 0) => write!(f, "{s}s"),
            (s, part) => write!(f, "{}s", format!("{s}.{part:03}").trim_end_matches('0')),
        }
    }
}

impl FromStr for Millis {
    type Err = Malformed;

    /// Reads `120ms`, `1.5s`, `5m`, `1h30m`, `2d`, or `0`.
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let text = text.trim();
        if text == "0" {
            return Ok(Self::ZERO);
        }
        let malformed = |message: String| Malformed {
            message,
            help: "write a duration with its unit: 120ms, 1.5s, 5m, 1h30m, 2d",
        };
        let mut rest = text;
        let mut total: u64 = 0;
        if rest.is_empty() {
            return Err(malformed("the duration is empty".into()));
        }
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let (number, tail) = rest.split_at(digits);
            let word = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
            let (unit, tail) = tail.split_at(word);
            let Some((_, scale)) = UNITS.iter().find(|(name, _)| *name == unit.trim()) else {
                return Err(malformed(format!("`{text}` is not a duration")));
            };
            let part = decimal(number, *scale)
                .ok_or_else(|| malformed(format!("`{text}` is not a whole number of milliseconds")))?;
            total = total.saturating_add(part);
            rest = tail;
        }
        if total > Self::LONGEST.0 {
            return Err(malformed(format!("`{text}` is longer than 100 years")));
        }
        Ok(Self(total))
    }
}

/// `text` (digits, at most one point) times `scale`, if that is a whole number that fits.
fn decimal(text: &str, scale: u64) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.len() > 9 {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let unit = 10_u64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let part: u64 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    let part = part.checked_mul(scale)?;
    (part % unit == 0).then_some(())?;
    whole.checked_mul(scale)?.checked_add(part / unit)
}

/// An amount of memory, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Memory(pub u64);

impl Memory {
    /// `n` MiB (what the provider's console calls MB).
    pub const fn mib(n: u64) -> Self {
        Self(n * 1_048_576)
    }
}

const MEMORY_UNITS: [(&str, u64); 7] = [
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
    ("B", 1),
];

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact = MEMORY_UNITS.iter().find(|(_, unit)| self.0 >= *unit && self.0.is_multiple_of(*unit));
        let (unit, size) = exact.copied().unwrap_or(("B", 1));
        write!(f, "{} {unit}", self.0 / size)
    }
}

impl FromStr for Memory {
    type Err = Malformed;

    /// Reads `1536 MiB`, `3GiB`, `1.5 GiB`, `500 MB`.
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let malformed = || Malformed {
            message: format!("`{text}` is not an amount of memory"),
            help: "write a number and a unit: 1536 MiB, 3 GiB, 500 MB",
        };
        let trimmed = text.trim();
        let digits = trimmed.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(trimmed.len());
        let (number, unit) = trimmed.split_at(digits);
        let unit = unit.trim();
        let (_, size) =
            MEMORY_UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)).ok_or_else(malformed)?;
        decimal(number, *size).filter(|bytes| *bytes <= 1 << 50).map(Self).ok_or_else(malformed)
    }
}

/// How many environments an ENI carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capacity {
    /// This many environments.
    Count(u32),
    /// Environments whose functions' memory fits; one larger than this takes a whole ENI.
    Memory(Memory),
    /// Environments whose functions' connections fit.
    Connections(u32),
}

/// A refill rate of a token bucket, in thousandths of a token per second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(pub u64);

impl Rate {
    /// `n` tokens per second.
    pub const fn per_second(n: u64) -> Self {
        Self(n * 1_000)
    }

    /// Millionths of a token that arrive in one millisecond.
    pub const fn micro_tokens_per_ms(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 % 1_000 {
            0 => write!(f, "{}/s", self.0 / 1_000),
            part => {
                let text = format!("{}.{part:03}", self.0 / 1_000);
                write!(f, "{}/s", text.trim_end_matches('0'))
            }
        }
    }
}

impl FromStr for Rate {
    type Err = Malformed;

    /// Reads `5/s`, `5`, `0.125/s` (per second, three decimals).
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let trimmed = text.trim();
        let number = trimmed.strip_suffix("/s").unwrap_or(trimmed).trim();
        decimal(number, 1_000).filter(|rate| *rate <= 1 << 40).map(Self).ok_or_else(|| Malformed {
            message: format!("`{text}` is not a rate"),
            help: "write tokens per second with at most three decimals: 5/s, 0.125/s",
        })
    }
}

/// A probability, in parts per million.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Probability(pub u32);

impl Probability {
    /// One: it always happens.
    pub const ONE: u32 = 1_000_000;
}

impl fmt::Display for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", f64::from(self.0) / f64::from(Self::ONE))
    }
}

impl FromStr for Probability {
    type Err = Malformed;

    /// Reads `0.1`, `10%`, `1`.
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let trimmed = text.trim();
        let (number, scale) = match trimmed.strip_suffix('%') {
            Some(percent) => (percent.trim(), 10_000),
            None => (trimmed, u64::from(Self::ONE)),
        };
        decimal(number, scale)
            .and_then(|ppm| u32::try_from(ppm).ok())
            .filter(|ppm| *ppm <= Self::ONE)
            .map(Self)
            .ok_or_else(|| Malformed {
                message: format!("`{text}` is not a probability"),
                help: "write a number from 0 to 1 with at most six decimals, or a percentage: 0.1, 10%",
            })
    }
}

/// An uncertain duration: anything in `[min, max]`, with optional quantiles for simulation.
///
/// Quantiles are `(parts per million, duration)`, strictly increasing in the
/// first and not decreasing in the second; between them the distribution is
/// linear, and `min` and `max` stand at 0 and 1,000,000. Without any, it is uniform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The shortest it can be.
    pub min: Millis,
    /// The longest it can be.
    pub max: Millis,
    /// Interior points of the distribution.
    pub quantiles: Vec<(Probability, Millis)>,
}

impl Interval {
    /// The same duration always.
    pub const fn exactly(value: Millis) -> Self {
        Self { min: value, max: value, quantiles: Vec::new() }
    }

    /// Anything from `min` to `max`, uniformly.
    pub const fn between(min: Millis, max: Millis) -> Self {
        Self { min, max, quantiles: Vec::new() }
    }

    /// Whether the duration is certain.
    pub fn is_exact(&self) -> bool {
        self.min == self.max
    }

    /// The duration at `uniform`, a draw from all 64-bit numbers: the inverse of the distribution.
    pub fn at(&self, uniform: u64) -> Millis {
        if self.quantiles.is_empty() {
            return Millis(self.min.0 + scaled(uniform, self.max.0 - self.min.0 + 1));
        }
        let draw = scaled(uniform, u64::from(Probability::ONE) * 1_000);
        let mut low = (0, self.min);
        for &(p, duration) in &self.quantiles {
            let here = (u64::from(p.0) * 1_000, duration);
            if draw < here.0 {
                return between(low, here, draw);
            }
            low = here;
        }
        between(low, (u64::from(Probability::ONE) * 1_000, self.max), draw)
    }
}

/// `uniform` scaled from all 64-bit numbers to `0..range`.
fn scaled(uniform: u64, range: u64) -> u64 {
    let wide = u128::from(uniform) * u128::from(range);
    (wide >> 64) as u64
}

fn between(low: (u64, Millis), high: (u64, Millis), draw: u64) -> Millis {
    let (width, rise) = (high.0 - low.0, high.1.minus(low.1).0);
    if width == 0 {
        return high.1;
    }
    // rise * (draw - low) / width in parts that fit: widths are at most 10^9.
    let along = draw - low.0;
    Millis(low.1.0 + rise / width * along + rise % width * along / width)
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_exact() { write!(f, "{}", self.max) } else { write!(f, "{}..{}", self.min, self.max) }
    }
}

macro_rules! text_serde {
    ($($type:ty),*) => {$(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                String::deserialize(input)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}
text_serde!(Memory, Rate, Probability);

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        String::deserialize(input)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Millis {
    /// A whole number of milliseconds, as every JSON answer gives times.
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        output.serialize_u64(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_and_print() {
        for (text, ms) in [("120ms", 120), ("1.5s", 1_500), ("5m", 300_000), ("1h30m", 5_400_000), ("0", 0)] {
            assert_eq!(text.parse(), Ok(Millis(ms)), "{text}");
        }
        for text in ["", "5", "1.0005s", "five", "-1s", "1e3s", "NaN", "1..5s", "99999999999999999999d"] {
            assert!(text.parse::<Millis>().is_err(), "{text}");
        }
        for (ms, text) in [(0, "0ms"), (1_500, "1.5s"), (900_000, "15m"), (90_061_001, "1d1h1m1.001s")] {
            assert_eq!(Millis(ms).to_string(), text);
            assert_eq!(text.parse(), Ok(Millis(ms)));
        }
    }

    #[test]
    fn memory_rates_and_probabilities_read() {
        assert_eq!("1.5 GiB".parse(), Ok(Memory::mib(1_536)));
        assert_eq!(Memory::mib(1_536).to_string(), "1536 MiB");
        assert!("1536".parse::<Memory>().is_err());
        assert_eq!("0.125/s".parse(), Ok(Rate(125)));
        assert_eq!("10%".parse(), Ok(Probability(100_000)));
        assert!("1.1".parse::<Probability>().is_err());
    }

    #[test]
    fn a_draw_stays_inside_and_follows_the_quantiles() {
        let uniform = Interval::between(Millis(5), Millis(15));
        assert_eq!((uniform.at(0), uniform.at(u64::MAX)), (Millis(5), Millis(15)));
        let half = Interval {
            quantiles: vec![(Probability(500_000), Millis(10))],
            ..Interval::between(Millis(0), Millis(1_000))
        };
        assert_eq!(half.at(u64::MAX / 4), Millis(4));
        assert!(half.at(u64::MAX / 2 + 2) >= Millis(10));
        assert!(half.at(u64::MAX) <= Millis(1_000));
    }
}
