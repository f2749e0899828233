//! Plain day: blocks, without quotes, of the Azure trace of 2019, a row per function and a column per minute.

use eniplan_core::trace::block::SlotCount;

use super::plain::{digits, lines};
use super::records::CountSeries;

/// The longest text of a hash or trigger, in bytes.
const LONGEST_NAME: usize = 256;

/// The columns that stand before the minutes.
pub(crate) const KEYS: [&str; 4] = ["HashOwner", "HashApp", "HashFunction", "Trigger"];

/// The minutes that make the short way possible: one after the other, behind the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DayLayout {
    minutes: u16,
}

impl DayLayout {
    /// Of a header of these names, if it has the keys and then minutes without a gap.
    pub(crate) fn of(names: &[String]) -> Option<Self> {
        let (keys, minutes) = names.split_at_checked(KEYS.len())?;
        let minutes: Vec<u32> = minutes.iter().map(|name| minute(name.as_bytes())).collect::<Option<_>>()?;
        let has_keys = KEYS.iter().zip(keys).all(|(key, name)| name.eq_ignore_ascii_case(key));
        let in_order = (*minutes.first()?..).zip(&minutes).all(|(expected, minute)| expected == *minute);
        let minutes = u16::try_from(minutes.len()).ok()?;
        (has_keys && in_order).then_some(Self { minutes })
    }
}

fn minute(name: &[u8]) -> Option<u32> {
    digits(name).filter(|(_, length)| *length == name.len()).map(|(minute, _)| minute)
}

/// The rows of a block.
#[derive(Clone, Debug, Default)]
pub(crate) struct PlainDay {
    /// The four keys of each row, one a line, and where each row's end.
    keys: String,
    ends: Vec<usize>,
    /// The line of each row, from 0.
    lines: Vec<u64>,
    /// The counts of each row, in order of slots.
    pub series: CountSeries,
}

impl PlainDay {
    /// Reads `block`, whole lines, in place of what was here; nothing where something in it is unusual.
    pub(crate) fn read(&mut self, layout: DayLayout, block: &[u8]) -> Option<()> {
        *self = Self::default();
        let mut counts = Vec::new();
        for (line, text) in lines(block) {
            counts.clear();
            let (keys, rest) = split(text)?;
            minutes(usize::from(layout.minutes), rest, &mut counts)?;
            self.keys.extend(keys.chars().map(|c| if c == ',' { '\n' } else { c }));
            self.ends.push(self.keys.len());
            self.lines.push(line);
            self.series.push(&counts);
        }
        Some(())
    }

    /// The keys of each row and its line, from 0.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (&str, u64)> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let keys = starts.zip(&self.ends).map(|(start, end)| self.keys.get(start..*end).unwrap_or_default());
        keys.zip(self.lines.iter().copied())
    }
}

/// The first four cells of a row, and the rest.
fn split(text: &[u8]) -> Option<(&str, &[u8])> {
    let mut ends = memchr::memchr_iter(b',', text);
    let end = ends.nth(KEYS.len() - 1)?;
    let (keys, rest) = text.split_at_checked(end)?;
    let keys = std::str::from_utf8(keys).ok()?;
    let usual = |name: &str| {
        let plain = |byte: u8| byte.is_ascii_graphic();
        let short = !name.is_empty() && name.len() <= LONGEST_NAME;
        // Nearly always the first.
        short && (name.bytes().all(plain) || name.trim() == name && !name.contains(char::is_control))
    };
    keys.split(',').all(usual).then_some((keys, rest.get(1..)?))
}

fn minutes(minutes: usize, mut rest: &[u8], counts: &mut Vec<SlotCount>) -> Option<()> {
    let mut slot = 0;
    while slot < minutes {
        while let Some((eight, after)) = rest.split_first_chunk::<16>() {
            let Some(digits) = eight_digits(*eight) else { break };
            let mut left = digits;
            while left != 0 {
                let byte = left.trailing_zeros() / 8;
                #[allow(clippy::cast_possible_truncation)] // a digit
                let count = (left >> (8 * byte)) as u32 & 0xf;
                let slot = u16::try_from(slot + byte as usize / 2).ok()?;
                counts.push(SlotCount { slot, count });
                left &= !(0xff << (8 * byte));
            }
            rest = after;
            slot += 8;
        }
        if slot >= minutes {
            return None;
        }
        let (count, length) = digits(rest)?;
        if count > 0 {
            let slot = u16::try_from(slot).ok()?;
            counts.push(SlotCount { slot, count });
        }
        slot += 1;
        match rest.get(length) {
            Some(b',') if slot < minutes => rest = rest.get(length + 1..)?,
            None if slot == minutes => return Some(()),
            _ => return None,
        }
    }
    None
}

/// Most counts are one digit: eight of them and their commas, each in the lower of its two bytes.
#[inline]
fn eight_digits(bytes: [u8; 16]) -> Option<u128> {
    const ZEROS: u128 = u128::from_le_bytes(*b"0,0,0,0,0,0,0,0,");
    const ABOVE_NINE: u128 =
        u128::from_le_bytes([0x76, 0, 0x76, 0, 0x76, 0, 0x76, 0, 0x76, 0, 0x76, 0, 0x76, 0, 0x76, 0]);
    const OTHER: u128 = u128::from_le_bytes([
        0x80, 0xff, 0x80, 0xff, 0x80, 0xff, 0x80, 0xff, 0x80, 0xff, 0x80, 0xff, 0x80, 0xff, 0x80, 0xff,
    ]);
    let digits = u128::from_le_bytes(bytes) ^ ZEROS;
    // A comma leaves nothing; a digit leaves itself, below 10. Once both are below 128 no sum carries over.
    let odd = digits & OTHER | digits.wrapping_add(ABOVE_NINE) & OTHER;
    (odd == 0).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(minutes: u32) -> Vec<String> {
        let minutes = (3..3 + minutes).map(|minute| minute.to_string());
        KEYS.iter().map(|key| (*key).to_owned()).chain(minutes).collect()
    }

    fn rows(layout: DayLayout, block: &str) -> Option<Vec<(String, Vec<SlotCount>)>> {
        let mut day = PlainDay::default();
        day.read(layout, block.as_bytes())?;
        let counts = |row| {
            let mut counts = Vec::new();
            day.series.read(row, &mut counts);
            counts
        };
        Some(day.rows().enumerate().map(|(row, (keys, _))| (keys.to_owned(), counts(row))).collect())
    }

    #[test]
    fn counts_are_read_wherever_the_zeros_end() {
        for minutes in 1..40_u32 {
            let layout = DayLayout::of(&header(minutes)).unwrap();
            assert_eq!(u32::from(layout.minutes), minutes);
            for at in 0..minutes {
                let cells: Vec<String> = (0..minutes)
                    .map(|slot| (if slot == at { 1_234 } else { slot / 20 }).to_string())
                    .collect();
                let block = format!("o,a,f,http,{}\no,a,g,timer,{}", cells.join(","), cells.join(","));
                let expected: Vec<SlotCount> = (0_u16..)
                    .zip(&cells)
                    .map(|(slot, cell)| SlotCount { slot, count: cell.parse().unwrap() })
                    .filter(|cell| cell.count > 0)
                    .collect();
                let expected =
                    [("o\na\nf\nhttp".to_owned(), expected.clone()), ("o\na\ng\ntimer".to_owned(), expected)];
                assert_eq!(rows(layout, &block).unwrap(), expected);
            }
        }
    }

    #[test]
    fn what_is_unusual_is_left() {
        let layout = DayLayout::of(&header(9)).unwrap();
        for minutes in [
            "0,0,0,0,0,0,0,0",
            "0,0,0,0,0,0,0,0,",
            "0,0,0,0,0,0,0,0,0,0",
            "0,0,0,0,0,0,0,0,0,",
            "0,0,0,0,0,0,0,0,0.0",
            "0,0,0,,0,0,0,0,0",
            "0,0,0,-1,0,0,0,0,0",
            "0,0,0,9999999999,0,0,0,0,0",
            "0, 0,0,0,0,0,0,0,0",
            "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0",
        ] {
            let block = format!("o,a,f,http,0,0,0,0,0,0,0,0,7\no,a,g,http,{minutes}\n");
            assert_eq!(rows(layout, &block), None, "{minutes}");
        }
        for key in [",a,f,http", "o,a, f,http", "o,a\u{1},f,http"] {
            assert_eq!(rows(layout, &format!("{key},0,0,0,0,0,0,0,0,7\n")), None, "{key}");
        }
        assert_eq!(rows(layout, "é x,a,f,http,0,0,0,0,0,0,0,0,0\n").unwrap()[0].0, "é x\na\nf\nhttp");
        let mut swapped = header(3);
        swapped.swap(0, 1);
        let mut gap = header(3);
        gap.remove(5);
        for names in [header(0), swapped, gap] {
            assert_eq!(DayLayout::of(&names), None);
        }
    }
}
