//! Whole: decimals per slot as whole numbers of invocations.
//!
//! A count that is no whole number (an extrapolated `increase()`, a rate times
//! the slot) is rounded so that the sum over any number of slots is off by less
//! than one: each slot gets the rounded total up to its end, less what the
//! slots before it got. Concurrency is rounded up.

use std::collections::BTreeMap;

use super::Resets;
use super::grid::SlotGrid;
use super::reading::Reading;
use super::records::{FilePlace, Sample, Samples, SlotValues};
use eniplan_core::diagnostic::{Code, Diagnostic};
use eniplan_core::trace::Cell;

const MILLION: u128 = 1_000_000;

/// The samples that are used, and what they are; where there are several kinds, the user's choice decides.
pub(crate) fn chosen(samples: &mut Samples, reading: &mut Reading<'_>) -> Option<(SlotValues, Vec<Sample>)> {
    let mut all = std::mem::take(&mut samples.by_values);
    let asked = reading.options().meaning.map(SlotValues::of);
    let kinds: Vec<SlotValues> = all.keys().copied().collect();
    let values = match (asked.filter(|asked| kinds.contains(asked)), kinds.as_slice()) {
        (Some(asked), _) => asked,
        (None, [first, ..]) => *first,
        (None, []) => return (!samples.marks.is_empty()).then(|| (SlotValues::Counts, Vec::new())),
    };
    if kinds.len() > 1 {
        let others: Vec<_> = kinds.iter().filter(|kind| **kind != values).map(|kind| kind.name()).collect();
        let (used, others) = (values.name(), others.join(" and "));
        reading.note(format!("the files give {used} and {others}; {used} are used (choose with `--values`)"));
    }
    Some((values, all.remove(&values).unwrap_or_default()))
}

/// The mean duration of every function that has some.
pub(crate) fn mean_durations(samples: &Samples) -> BTreeMap<u32, u32> {
    let mut sums = BTreeMap::<u32, (u64, u64)>::new();
    for ((function, _), duration) in &samples.durations {
        let (sum, count) = sums.entry(*function).or_default();
        (*sum, *count) = (*sum + u64::from(*duration), *count + 1);
    }
    #[allow(clippy::cast_possible_truncation)] // a mean of such
    let mean = |(sum, count): (u64, u64)| ((sum + count / 2) / count.max(1)) as u32;
    sums.into_iter().map(|(function, sum)| (function, mean(sum))).collect()
}

/// How samples become cells.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WholeCells {
    /// What the samples are.
    pub values: SlotValues,
    /// How many functions there are.
    pub functions: usize,
}

/// What a function's samples came to so far.
#[derive(Clone, Copy, Debug, Default)]
struct RunningSum {
    /// Millionths of invocations (of a rate: thousandths of those).
    total: u128,
    given: u128,
    /// The counter's last value, millionths.
    last: Option<u64>,
    rising: u32,
    fell: bool,
}

impl WholeCells {
    /// The non-zero cells of `samples`, in order of time, each with its sample's index. A counter's
    /// first value only begins it, so its slots are one fewer.
    pub(crate) fn cells(
        self,
        samples: &[Sample],
        grid: &mut SlotGrid,
        asks_counter: bool,
        reading: &mut Reading<'_>,
    ) -> Vec<(usize, Cell)> {
        if self.values == SlotValues::Counter {
            begin_counters(grid, reading);
        }
        let mut sums = vec![RunningSum::default(); self.functions];
        let (mut cells, mut fractions, mut resets) = (Vec::new(), None, Vec::new());
        for (index, sample) in samples.iter().enumerate() {
            let zero = reading.options().resets == Resets::Zero;
            let Some(sum) = sums.get_mut(sample.function as usize) else { continue };
            let count = self.count(sample, sum, (grid.slot, zero), &mut resets);
            if self.values != SlotValues::Rate && sample.micro % 1_000_000 != 0 {
                fractions.get_or_insert(sample.place);
            }
            let late = u32::from(self.values == SlotValues::Counter);
            let slot = grid.number(sample.at).and_then(|slot| slot.checked_sub(late));
            let Ok(count) = u32::try_from(count) else {
                let help = "counts can be up to 4294967295 per slot; for a counter, use `--values counter`";
                let problem = Diagnostic::new(Code::TooLarge, "number too large for a slot", help);
                reading.problem(reading.at(problem, sample.place, false));
                continue;
            };
            if let (Some(slot), 1..) = (slot, count) {
                cells.push((index, Cell { slot, function: sample.function, count, duration: 0 }));
            }
        }
        self.tell(fractions, &resets, reading);
        if self.values == SlotValues::Counts && asks_counter && reading.options().meaning.is_none() {
            ask(&sums, reading);
        }
        cells
    }

    fn count(
        self,
        sample: &Sample,
        sum: &mut RunningSum,
        (slot, zero): (u64, bool),
        resets: &mut Vec<FilePlace>,
    ) -> u128 {
        let micro = u128::from(sample.micro);
        let last = sum.last.replace(sample.micro);
        sum.fell |= last.is_some_and(|last| last > sample.micro);
        sum.rising += u32::from(last.is_some_and(|last| last < sample.micro));
        let (more, scale) = match (self.values, last) {
            (SlotValues::Concurrency, _) => return micro.div_ceil(MILLION),
            (SlotValues::Counts, _) => (micro, MILLION),
            (SlotValues::Rate, _) => (micro * u128::from(slot), MILLION * 1_000),
            (SlotValues::Counter, None) => (0, MILLION),
            (SlotValues::Counter, Some(last)) if last > sample.micro => {
                resets.push(sample.place);
                (if zero { 0 } else { micro }, MILLION)
            }
            (SlotValues::Counter, Some(last)) => (u128::from(sample.micro - last), MILLION),
        };
        sum.total += more;
        let rounded = (sum.total + scale / 2) / scale;
        let count = rounded - sum.given;
        sum.given = rounded;
        count
    }

    fn tell(self, fractions: Option<FilePlace>, resets: &[FilePlace], reading: &mut Reading<'_>) {
        let none = FilePlace::default();
        // A file of one line has its columns told.
        let line = |place: &FilePlace, reading: &Reading<'_>| {
            reading.told(*place, FilePlace { file: place.file, line: 1, ..none })
        };
        if let Some(place) = fractions {
            let line = line(&place, reading);
            let how = match self.values {
                SlotValues::Concurrency => "rounded up",
                _ => "rounded with their sum kept; for values per second, use `--values rate`",
            };
            reading.note(format!("values that are not whole numbers (the first on {line}) are {how}"));
        }
        let shown: Vec<String> = resets.iter().take(5).map(|place| line(place, reading)).collect();
        let more = if resets.len() > 5 { format!(" and {} more", resets.len() - 5) } else { String::new() };
        match (reading.options().resets, resets.len()) {
            (_, 0) => {}
            (Resets::Error, _) => {
                for place in resets {
                    let help = "use `--resets restart` if it began again from zero, or `--resets zero` to count nothing here";
                    let problem =
                        Diagnostic::new(Code::BadCell, "the counter falls here, so it was reset", help);
                    reading.problem(reading.at(problem, *place, false));
                }
            }
            (choice, count) => {
                let what = match choice {
                    Resets::Zero => "nothing is counted at a reset",
                    _ => "the new value is counted as the increase",
                };
                let times = if count == 1 { "once".to_owned() } else { format!("{count} times") };
                let shown = shown.join(", ");
                reading
                    .note(format!("the counter was reset {times} ({shown}{more}); {what} (see `--resets`)"));
            }
        }
    }
}

/// A counter's values stand at the ends of slots, and over a gap it went on counting.
fn begin_counters(grid: &mut SlotGrid, reading: &mut Reading<'_>) {
    if grid.slots > 1 {
        grid.slots -= 1;
    }
    let missing: u32 = grid.gaps.iter().map(|gap| gap.slots).sum();
    if let Some(gap) = grid.gaps.first() {
        let line = reading.told(gap.place, FilePlace { line: 0, ..gap.place });
        reading.note(format!(
            "{missing} missing counter readings, the first before {line}; the increase over a gap is counted in \
             its last slot"
        ));
    }
    grid.gaps.clear();
    reading.note("the values are counters: each slot has the increase within it");
}

/// Asks about series that only ever grow.
fn ask(sums: &[RunningSum], reading: &mut Reading<'_>) {
    const RISES: u32 = 20;
    let grown = sums.iter().position(|sum| sum.rising >= RISES && !sum.fell);
    if let Some(name) = grown.and_then(|function| reading.functions().names().get(function)) {
        let name: String = name.chars().take(60).collect();
        let message = format!("the values of {name} only grow: counts per slot or a counter?");
        let help = "use `--values counter` (its increase is counted) or `--values counts`";
        let place = FilePlace { file: 0, line: 1, column: 0 };
        reading.problem(reading.at(Diagnostic::new(Code::Usage, message, help), place, false));
    }
}
