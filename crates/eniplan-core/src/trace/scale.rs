//! Scale: the same trace, grown or shrunk by a factor, without drawing anything.
//!
//! The first `n` invocations of a function become the first `floor(n * factor)`, at the arrivals and
//! with the durations of those they come from; so by every instant a larger factor has brought at
//! least as many. Of concurrency per slot each level `L` becomes `ceil(L * factor)`, and the
//! invocations are the runs of the new levels. A factor of one changes nothing.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};

use super::entry::{Cell, Entry};
use super::log::CallLog;
use super::recorded::Trace;
use super::shape::Shape;
use crate::quantity::convert::up_to;

/// A factor, in whole millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Factor(#[cfg_attr(feature = "schema", schemars(with = "f64"))] pub u64);

impl Factor {
    /// No change.
    pub const ONE: Self = Self(1_000_000);

    /// The factor as a number.
    pub fn number(self) -> f64 {
        self.0 as f64 / 1_000_000.0
    }

    /// How many the first `n` become.
    fn of(self, n: u64) -> u64 {
        up_to(u128::from(n) * u128::from(self.0) / 1_000_000, u64::MAX)
    }

    /// What a level becomes.
    fn level(self, level: u64) -> u64 {
        up_to((u128::from(level) * u128::from(self.0)).div_ceil(1_000_000), u64::MAX)
    }
}

impl fmt::Display for Factor {
    /// `x1.253`; as many decimals as it takes, three at least.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = format!("{:06}", self.0 % 1_000_000);
        let (kept, rest) = decimals.split_at(3);
        write!(f, "x{}.{kept}{}", self.0 / 1_000_000, rest.trim_end_matches('0'))
    }
}

impl Serialize for Factor {
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        output.serialize_f64(self.number())
    }
}

impl Trace {
    /// The trace with the functions of these indices scaled by `factor`, all of them where none is
    /// named; the others stay as they are.
    #[must_use]
    pub fn scaled(&self, factor: Factor, functions: &[u32]) -> Self {
        if factor == Factor::ONE {
            return self.clone();
        }
        let grows = |function: u32| functions.is_empty() || functions.contains(&function);
        let mut thinning = Thinning { factor, seen: vec![0; self.functions.len()] };
        let shape = match &self.shape {
            Shape::Log(log) => {
                let mut scaled = CallLog::default();
                for entry in log.entries() {
                    let counts = if grows(entry.function) {
                        thinning.next(entry.function, entry.count)
                    } else {
                        entry.count.into()
                    };
                    parts(counts).for_each(|count| scaled.push(Entry { count, ..entry }));
                }
                Shape::Log(scaled)
            }
            Shape::Counts { slot, cells, spread } => {
                let mut scaled = Vec::with_capacity(cells.len());
                for cell in cells {
                    let counts = if grows(cell.function) {
                        thinning.next(cell.function, cell.count)
                    } else {
                        cell.count.into()
                    };
                    scaled.extend(parts(counts).map(|count| Cell { count, ..*cell }));
                }
                Shape::Counts { slot: *slot, cells: scaled, spread: *spread }
            }
            Shape::Concurrency { slot, runs } => {
                let mut scaled: Vec<Entry> =
                    runs.iter().copied().filter(|run| !grows(run.function)).collect();
                for function in (0..).take(self.functions.len()).filter(|&function| grows(function)) {
                    scaled.extend(relevelled(runs, function, factor));
                }
                scaled.sort_by_key(|run| (run.at, run.function, Reverse(run.duration)));
                Shape::Concurrency { slot: *slot, runs: scaled }
            }
        };
        Self { shape, ..self.clone() }
    }
}

/// Cumulative counts, by function.
struct Thinning {
    factor: Factor,
    seen: Vec<u64>,
}

impl Thinning {
    /// What the next `count` invocations of the function become.
    fn next(&mut self, function: u32, count: u32) -> u64 {
        let Some(seen) = self.seen.get_mut(function as usize) else { return 0 };
        let before = self.factor.of(*seen);
        *seen = seen.saturating_add(count.into());
        self.factor.of(*seen).saturating_sub(before)
    }
}

/// `count` in parts that an entry can hold.
fn parts(count: u64) -> impl Iterator<Item = u32> {
    let most = u64::from(u32::MAX);
    #[allow(clippy::cast_possible_truncation)] // at most the largest
    (0..count.div_ceil(most)).map(move |n| (count - n * most).min(most) as u32)
}

/// The runs of the function's levels, each level scaled.
fn relevelled(runs: &[Entry], function: u32, factor: Factor) -> Vec<Entry> {
    let mut changes: BTreeMap<u64, i64> = BTreeMap::new();
    for run in runs.iter().filter(|run| run.function == function) {
        *changes.entry(run.at).or_default() += i64::from(run.count);
        *changes.entry(run.at.saturating_add(run.duration)).or_default() -= i64::from(run.count);
    }
    let (mut level, mut now) = (0_i64, 0_u64);
    // Levels that run on, the highest last: since when, and how many.
    let mut open: Vec<(u64, u64)> = Vec::new();
    let mut scaled = Vec::new();
    for (at, change) in changes {
        level += change;
        debug_assert!(level >= 0, "no more runs end than begin");
        let next = factor.level(level.unsigned_abs());
        if next > now {
            open.push((at, next - now));
        }
        let mut over = now.saturating_sub(next);
        while let Some((since, count)) = open.pop_if(|_| over > 0) {
            let ends = count.min(over);
            over -= ends;
            if count > ends {
                open.push((since, count - ends));
            }
            let run = |count| Entry { at: since, duration: at - since, function, count };
            scaled.extend(parts(ends).map(run));
        }
        now = next;
    }
    scaled
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::Millis;
    use crate::trace::{Spread, TraceFunction};

    fn trace(shape: Shape) -> Trace {
        let function = |name: &str| TraceFunction { name: name.into(), memory: None, duration: None };
        Trace {
            functions: vec![function("f"), function("g")],
            origin: None,
            span: Millis(100),
            notes: Vec::new(),
            shape,
        }
    }

    fn listed(trace: &Trace) -> Vec<(u64, u64, u32, u32)> {
        trace.arrivals().map(|entry| (entry.at, entry.duration, entry.function, entry.count)).collect()
    }

    fn log(entries: &[(u64, u64, u32, u32)]) -> Trace {
        let entry = |&(at, duration, function, count)| Entry { at, duration, function, count };
        trace(Shape::Log(entries.iter().map(entry).collect()))
    }

    #[test]
    fn the_first_n_become_the_first_floor_of_n_times_the_factor() {
        let log = log(&[(0, 5, 0, 1), (1, 6, 1, 1), (2, 7, 0, 2), (9, 8, 0, 1)]);
        assert_eq!(log.scaled(Factor::ONE, &[]), log);
        // f: 1, 3, 4 become 1, 4, 6; g: 1 becomes 1.
        let half_more = [(0, 5, 0, 1), (1, 6, 1, 1), (2, 7, 0, 3), (9, 8, 0, 2)];
        assert_eq!(listed(&log.scaled(Factor(1_500_000), &[])), half_more);
        // f: 0, 1, 2; g is left alone.
        let half = [(1, 6, 1, 1), (2, 7, 0, 1), (9, 8, 0, 1)];
        assert_eq!(listed(&log.scaled(Factor(500_000), &[0])), half);
    }

    #[test]
    fn by_every_instant_a_larger_factor_has_brought_as_many() {
        let cell = |slot, function, count| Cell { slot, function, count, duration: 5 };
        let cells = vec![cell(0, 0, 3), cell(0, 1, 2), cell(2, 0, 1), cell(2, 1, 7), cell(3, 0, 11)];
        let counts = trace(Shape::Counts { slot: Millis(10), cells, spread: Spread::Burst });
        let by = |factor: u64, at: u64| -> u64 {
            let scaled = counts.scaled(Factor(factor), &[]);
            scaled.arrivals().filter(|entry| entry.at <= at).map(|entry| u64::from(entry.count)).sum()
        };
        for at in [0, 20, 30] {
            let brought: Vec<u64> = (0..40).map(|n| by(n * 77_777, at)).collect();
            assert!(brought.is_sorted(), "{brought:?}");
        }
        assert_eq!((by(2_000_000, 99), by(0, 99)), (48, 0));
    }

    #[test]
    fn levels_are_rounded_up() {
        let run = |at, duration, count| Entry { at, duration, function: 0, count };
        // Levels 2, 3, 0, 1.
        let runs = vec![run(0, 20, 2), run(10, 10, 1), run(30, 10, 1)];
        let levels = trace(Shape::Concurrency { slot: Millis(10), runs });
        let doubled = [(0, 20, 0, 4), (10, 10, 0, 2), (30, 10, 0, 2)];
        assert_eq!(listed(&levels.scaled(Factor(2_000_000), &[])), doubled);
        // Levels 1, 2, 0, 1.
        let halved = [(0, 20, 0, 1), (10, 10, 0, 1), (30, 10, 0, 1)];
        assert_eq!(listed(&levels.scaled(Factor(500_000), &[])), halved);
        assert_eq!(levels.scaled(Factor(2_000_000), &[1]), levels);
    }

    #[test]
    fn factors_print_and_large_counts_are_parted() {
        assert_eq!(Factor(1_250_000).to_string(), "x1.250");
        assert_eq!(Factor(976).to_string(), "x0.000976");
        assert_eq!(parts(u64::from(u32::MAX) + 2).collect::<Vec<_>>(), [u32::MAX, 2]);
    }
}
