//! Records: what the formats read, piece by piece: values of slots and calls, each with its place.

use std::collections::BTreeMap;

use super::Meaning;
use eniplan_core::trace::block::SlotCount;

/// Where something stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct FilePlace {
    /// Index of the file.
    pub file: usize,
    /// Line, from 1.
    pub line: u64,
    /// Field or character, from 1.
    pub column: u64,
}

/// What the values of slots are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SlotValues {
    /// Invocations in the slot.
    Counts,
    /// Invocations per second.
    Rate,
    /// Invocations so far.
    Counter,
    /// The largest number of concurrent executions in the slot.
    Concurrency,
}

impl SlotValues {
    /// What the user calls so.
    pub const fn of(meaning: Meaning) -> Self {
        match meaning {
            Meaning::Counts => Self::Counts,
            Meaning::Rate => Self::Rate,
            Meaning::Counter => Self::Counter,
            Meaning::Concurrency => Self::Concurrency,
        }
    }

    /// What people call them.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counts => "invocations per slot",
            Self::Rate => "rates",
            Self::Counter => "counters",
            Self::Concurrency => "concurrent executions",
        }
    }
}

/// The value of one function in one slot.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// The slot's start, ms.
    pub at: i64,
    /// Millionths of the value.
    pub micro: u64,
    /// Where it stands.
    pub place: FilePlace,
    /// The function's number.
    pub function: u32,
    /// How long each invocation lasts, ms; [`Sample::UNTOLD`] where that is not told.
    pub duration: u32,
}

impl Sample {
    /// No duration is told.
    pub const UNTOLD: u32 = u32::MAX;

    /// A whole number of the function numbered `function`, without a duration.
    pub fn count(at: i64, count: u32, place: FilePlace, function: u32) -> Self {
        Self { at, micro: micro(count), place, function, duration: Self::UNTOLD }
    }
}

/// Millionths of a whole number.
pub(crate) fn micro(count: u32) -> u64 {
    u64::from(count) * 1_000_000
}

/// What a format knows of its slots.
#[derive(Clone, Copy, Debug, Default)]
pub struct SlotHints {
    /// Their length, ms.
    pub length: Option<u64>,
    /// What to say about those that are missing.
    pub omits: Option<&'static str>,
    /// Whether a series that only grows may be a counter that nobody named so.
    pub ask_counter: bool,
    /// Whether the rows are by series rather than by time, so that their order says nothing.
    pub by_series: bool,
}

impl SlotHints {
    /// Both these and `more`.
    #[must_use]
    pub fn and(self, more: Self) -> Self {
        Self {
            length: more.length.or(self.length),
            omits: more.omits.or(self.omits),
            ask_counter: self.ask_counter || more.ask_counter,
            by_series: self.by_series || more.by_series,
        }
    }
}

/// All values of slots.
#[derive(Debug, Default)]
pub struct Samples {
    /// By what they are.
    pub by_values: BTreeMap<SlotValues, Vec<Sample>>,
    /// Times the files speak of besides those of the samples.
    pub marks: Vec<(i64, FilePlace)>,
    /// What the formats know of the slots.
    pub hints: SlotHints,
    /// Durations by function and time, ms.
    pub durations: BTreeMap<(u32, i64), u32>,
    /// Counts that are kept by function and not as samples.
    pub series: CountSeries,
}

impl Samples {
    /// Whether there is none, and no time of one.
    pub fn is_empty(&self) -> bool {
        self.by_values.is_empty() && self.marks.is_empty()
    }
}

/// Counts per slot, function by function, in two or three bytes a count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CountSeries {
    bytes: Vec<u8>,
    /// Where each function's counts end.
    ends: Vec<usize>,
}

impl CountSeries {
    /// Appends the counts of the next function, in order of slots.
    pub fn push(&mut self, counts: &[SlotCount]) {
        let mut next = 0;
        for cell in counts {
            debug_assert!(cell.slot >= next);
            write(u32::from(cell.slot - next), &mut self.bytes);
            write(cell.count, &mut self.bytes);
            next = cell.slot;
        }
        self.ends.push(self.bytes.len());
    }

    /// Appends all of `other`.
    pub fn append(&mut self, other: &Self) {
        let before = self.bytes.len();
        self.bytes.extend_from_slice(&other.bytes);
        self.ends.extend(other.ends.iter().map(|end| before + end));
    }

    /// The numbers of the functions that have any counts.
    pub fn invoked(&self) -> impl Iterator<Item = u32> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let has_any = (0..).zip(starts.zip(&self.ends)).filter(|(_, (start, end))| start < *end);
        has_any.map(|(function, _)| function)
    }

    /// How many functions there are.
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The counts of a function, in place of what is in `counts`.
    pub fn read(&self, function: usize, counts: &mut Vec<SlotCount>) {
        counts.clear();
        let start = function.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let bytes = start.zip(self.ends.get(function)).and_then(|(start, end)| self.bytes.get(start..*end));
        let (mut rest, mut slot) = (bytes.unwrap_or_default(), 0);
        while let (Some(gap), Some(count)) = (read(&mut rest), read(&mut rest)) {
            // What was written is the distance of two slots.
            let Ok(gap) = u16::try_from(gap) else { break };
            slot += gap;
            counts.push(SlotCount { slot, count });
        }
    }
}

/// Seven bits a byte, the lowest first; all but the last have the eighth set.
#[allow(clippy::cast_possible_truncation)] // seven bits
fn write(mut number: u32, bytes: &mut Vec<u8>) {
    while number > 0x7f {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn read(bytes: &mut &[u8]) -> Option<u32> {
    let mut number = 0;
    for shift in (0..).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u32::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_come_back_as_they_went() {
        let count = |slot, count| SlotCount { slot, count };
        let all = [
            vec![count(0, 1), count(1, 127), count(2, 128), count(1_439, u32::MAX)],
            vec![],
            vec![count(u16::MAX, 1 << 21)],
        ];
        let mut series = CountSeries::default();
        for counts in &all {
            series.push(counts);
        }
        assert_eq!(series.len(), 3);
        let mut found = Vec::new();
        for (function, counts) in all.iter().enumerate() {
            series.read(function, &mut found);
            assert_eq!(&found, counts);
        }
    }
}
