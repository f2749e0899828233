//! Grid: the slots of a series, which of them are missing, and what stands in for them.
//!
//! A missing slot is not a slot without invocations. The length of a slot is
//! the most common distance of neighbouring times; every time must then lie a
//! whole number of slots from the others.

use std::collections::BTreeMap;

use super::Gaps;
use super::reading::Reading;
use super::records::FilePlace;
use eniplan_core::diagnostic::{Code, Diagnostic, Diagnostics};
use eniplan_core::quantity::Millis;
use eniplan_core::trace::Cell;

/// The most cells or runs that filling a file's gaps or levels may make.
pub(crate) const LIMIT: usize = 20_000_000;

/// A time of the files and the first place that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SlotMark {
    /// The time, ms.
    pub at: i64,
    /// The place.
    pub place: FilePlace,
}

/// Slots that are missing in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SlotGap {
    /// Number of the first missing slot.
    pub slot: u32,
    /// How many are missing.
    pub slots: u32,
    /// The place of the slot after them.
    pub place: FilePlace,
}

/// The slots of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SlotGrid {
    /// The start of slot 0, ms.
    pub first: i64,
    /// The length of a slot, ms.
    pub slot: u64,
    /// How many slots there are, missing ones too.
    pub slots: u32,
    /// The missing ones, in order.
    pub gaps: Vec<SlotGap>,
    /// Whether the length was not to be seen, because there is one slot only.
    pub guessed: bool,
}

impl SlotGrid {
    /// The grid that `marks` of `reading`, distinct and in order, lie on. A `slot` of none is found out.
    pub(crate) fn of(
        marks: &[SlotMark],
        slot: Option<u64>,
        reading: &Reading<'_>,
    ) -> Result<Self, Diagnostics> {
        let seen = slot.or_else(|| common_distance(marks));
        let guessed = seen.is_none();
        let slot = seen.unwrap_or(60_000);
        let clock = &reading.clock();
        let phase = common_phase(marks, slot);
        let mut off = Diagnostics::default();
        for mark in marks {
            let late = phase_of(mark.at, phase, slot);
            if late > 0 {
                let (length, late) = (Millis(slot), Millis(late));
                let message = format!("the time is {late} after the start of a slot of {length}");
                let help = "move the row to its slot, or import the file as a log";
                let problem = Diagnostic::new(Code::BadCell, message, help);
                off.push(reading.at(problem, mark.place, true).with_value(&clock.show(mark.at)));
            }
        }
        let mut grid =
            Self { first: marks.first().map_or(0, |m| m.at), slot, slots: 0, gaps: Vec::new(), guessed };
        for mark in marks {
            let distance = mark.at.abs_diff(grid.first);
            let number = u32::try_from(distance / slot).ok().filter(|number| *number < u32::MAX);
            let Some(number) = number.filter(|_| distance <= Millis::LONGEST.0) else {
                let message = "up to this time, the trace exceeds 100 years or 4 billion slots";
                let help = "correct the time, or split the file";
                let problem = Diagnostic::new(Code::TooLarge, message, help);
                off.push(reading.at(problem, mark.place, true).with_value(&clock.show(mark.at)));
                break;
            };
            if number > grid.slots {
                grid.gaps.push(SlotGap { slot: grid.slots, slots: number - grid.slots, place: mark.place });
            }
            grid.slots = number + 1;
        }
        off.or(grid)
    }

    /// The number of the slot that starts at `at`, which is one of the marks.
    pub(crate) fn number(&self, at: i64) -> Option<u32> {
        let distance = u64::try_from(at.checked_sub(self.first)?).ok()?;
        u32::try_from(distance / self.slot).ok()
    }

    /// The length of all slots.
    pub(crate) fn span(&self) -> Millis {
        Millis(u64::from(self.slots) * self.slot)
    }

    /// Complains of the gaps, or fills them, as the user chose; `cells` are in order of slots.
    pub(crate) fn fill(
        &self,
        cells: Vec<Cell>,
        omits: Option<&str>,
        reading: &Reading<'_>,
    ) -> Result<(Vec<Cell>, Option<String>), Diagnostics> {
        let missing: u64 = self.gaps.iter().map(|gap| u64::from(gap.slots)).sum();
        if missing == 0 {
            return Ok((cells, None));
        }
        let count =
            if missing == 1 { "1 missing slot is".into() } else { format!("{missing} missing slots are") };
        match reading.options().gaps {
            Gaps::Error => Err(self.complain(omits, reading)),
            Gaps::Zero => Ok((cells, Some(format!("{count} filled with zero")))),
            Gaps::Hold => {
                let held = hold(&cells, &self.gaps).ok_or_else(|| {
                    let message = format!("holding values over {missing} missing slots gives too many rows");
                    let help = "use `--gaps zero`, or split the file";
                    let problem = Diagnostic::new(Code::TooLarge, message, help);
                    Diagnostics::from(problem.in_file(reading.files().first()))
                })?;
                Ok((held, Some(format!("{count} filled with the previous value"))))
            }
        }
    }

    fn complain(&self, omits: Option<&str>, reading: &Reading<'_>) -> Diagnostics {
        let mut problems = Diagnostics::default();
        let start = |slot: u32| self.first.saturating_add_unsigned(u64::from(slot) * self.slot);
        for gap in &self.gaps {
            let (first, last) = (start(gap.slot), start(gap.slot + gap.slots - 1));
            let length = Millis(self.slot);
            let show = |at| reading.clock().show(at);
            let message = match gap.slots {
                1 => format!("missing slot of {length}: {}", show(first)),
                n => {
                    format!("{n} missing slots of {length}: from {} to {}", show(first), show(last))
                }
            };
            let mut help = "add the rows, or use `--gaps zero` if there were no invocations, or `--gaps hold` to repeat \
                            the previous value"
                .to_owned();
            if let Some(omits) = omits {
                help.push_str("; ");
                help.push_str(omits);
            }
            let hour = u64::from(gap.slots).saturating_mul(self.slot) == 3_600_000;
            if hour && reading.clock().may_be_local(first) {
                help.push_str(
                    "; if clocks went forward here, set the zone, such as `--time-zone Europe/Berlin`",
                );
            }
            problems.push(reading.at(Diagnostic::new(Code::Gap, message, help), gap.place, true));
        }
        problems
    }
}

/// How long after the last slot start `at` lies, where slots start `phase` after their multiples.
fn phase_of(at: i64, phase: u64, slot: u64) -> u64 {
    let at = i128::from(at) - i128::from(phase);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // below the slot
    let late = at.rem_euclid(i128::from(slot.max(1))) as u64;
    late
}

/// The most common distance of neighbours; of several, the shortest.
fn common_distance(marks: &[SlotMark]) -> Option<u64> {
    let distances = marks.windows(2).filter_map(|pair| match pair {
        [earlier, later] => u64::try_from(later.at.checked_sub(earlier.at)?).ok(),
        _ => None,
    });
    most_common(distances.filter(|distance| *distance > 0))
}

/// The most common remainder of the times by the slot; of several, that of the first time.
fn common_phase(marks: &[SlotMark], slot: u64) -> u64 {
    let first = marks.first().map_or(0, |mark| phase_of(mark.at, 0, slot));
    let after_first = most_common(marks.iter().map(|mark| phase_of(mark.at, first, slot))).unwrap_or(0);
    (first + after_first) % slot.max(1)
}

fn most_common(values: impl Iterator<Item = u64>) -> Option<u64> {
    let mut times = BTreeMap::<u64, u64>::new();
    values.for_each(|value| *times.entry(value).or_default() += 1);
    let most = times.values().copied().max()?;
    times.into_iter().find(|(_, n)| *n == most).map(|(value, _)| value)
}

/// The cells with those of the slot before each gap repeated all through it.
fn hold(cells: &[Cell], gaps: &[SlotGap]) -> Option<Vec<Cell>> {
    let mut held: Vec<Cell> = Vec::with_capacity(cells.len());
    let mut rest = cells;
    for gap in gaps {
        let (before, after) = rest.split_at(rest.partition_point(|cell| cell.slot < gap.slot));
        held.extend_from_slice(before);
        rest = after;
        let last = held.len()
            - held.iter().rev().take_while(|cell| Some(cell.slot) == gap.slot.checked_sub(1)).count();
        let repeated: Vec<Cell> = held.get(last..).unwrap_or_default().to_vec();
        let made = usize::try_from(gap.slots).ok()?.checked_mul(repeated.len())?;
        if made > LIMIT.saturating_sub(held.len()) {
            return None;
        }
        if !repeated.is_empty() {
            for slot in gap.slot..gap.slot + gap.slots {
                held.extend(repeated.iter().map(|cell| Cell { slot, ..*cell }));
            }
        }
    }
    held.extend_from_slice(rest);
    Some(held)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;
    use crate::calls::{Calls, Keeping};
    use crate::sorting::RunsInMemory;

    fn grid(times: &[i64]) -> Result<SlotGrid, Diagnostics> {
        let marks: Vec<SlotMark> =
            times.iter().zip(2..).map(|(at, line)| SlotMark { at: *at, place: at_line(line) }).collect();
        let (options, mut runs) = (Options::default(), RunsInMemory::default());
        let keeping = Keeping { runs: &mut runs, counter: None, by_function: false };
        SlotGrid::of(&marks, None, &Reading::new(&options, 1, Calls::new(keeping, false)))
    }

    fn at_line(line: u64) -> FilePlace {
        FilePlace { file: 0, line, column: 1 }
    }

    #[test]
    fn the_slot_is_the_most_common_distance_and_gaps_are_named() {
        let found = grid(&[240, 300, 360, 540, 600]).unwrap();
        assert_eq!((found.first, found.slot, found.slots, found.guessed), (240, 60, 7, false));
        assert_eq!(found.gaps, [SlotGap { slot: 3, slots: 2, place: at_line(5) }]);
        assert_eq!((found.number(540), found.span()), (Some(5), Millis(420)));
        assert!(grid(&[7]).unwrap().guessed);
    }

    #[test]
    fn a_row_off_the_grid_is_named_even_when_it_is_the_first() {
        for (times, line) in [(&[0, 60, 121, 180, 240, 300][..], 4), (&[3, 60, 120, 180, 240], 2)] {
            let problems = grid(times).unwrap_err();
            let lines: Vec<_> = problems.sorted().iter().map(|d| (d.code, d.line, d.column)).collect();
            assert_eq!(lines, [(Code::BadCell, Some(line), Some(1))], "{times:?}");
        }
        let far = grid(&[0, 1, 2, 4_294_967_295]).unwrap_err();
        assert_eq!(far.sorted()[0].code, Code::TooLarge);
    }

    #[test]
    fn hold_repeats_the_slot_before_and_stops_at_the_limit() {
        let cell = |slot, function, count| Cell { slot, function, count, duration: 1 };
        let cells = [cell(0, 0, 5), cell(1, 0, 2), cell(1, 1, 3), cell(4, 0, 9), cell(9, 0, 1)];
        let gaps = [
            SlotGap { slot: 2, slots: 2, place: at_line(4) },
            SlotGap { slot: 6, slots: 3, place: at_line(6) },
        ];
        let held = hold(&cells, &gaps).unwrap();
        let slots: Vec<_> = held.iter().map(|c| (c.slot, c.function, c.count)).collect();
        let expected = [
            (0, 0, 5),
            (1, 0, 2),
            (1, 1, 3),
            (2, 0, 2),
            (2, 1, 3),
            (3, 0, 2),
            (3, 1, 3),
            (4, 0, 9),
            (9, 0, 1),
        ];
        assert_eq!(slots, expected, "slot 5 was there and empty, so 6 to 8 are empty too");
        assert_eq!(
            hold(&[cell(0, 0, 1)], &[SlotGap { slot: 1, slots: u32::MAX - 1, place: at_line(3) }]),
            None
        );
    }
}
