//! Wide day: blocks of the Azure trace of 2019, a row per function and a column per minute.

use super::{Unusual, digits, lines, plain};

/// The longest text of a hash or trigger, in bytes.
const LONGEST_NAME: usize = 256;

/// The columns that stand before the minutes.
const KEYS: [&str; 4] = ["HashOwner", "HashApp", "HashFunction", "Trigger"];

/// The columns of a wide day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The number of the first minute.
    pub first: u32,
    /// How many minutes there are, one after the other.
    pub minutes: u16,
}

impl Layout {
    /// The columns of a file with this header, if it has the hashes and then minutes without a gap.
    pub fn of(header: &str) -> Option<Self> {
        let mut names = header.split(',').map(str::trim);
        if !KEYS.iter().all(|key| names.next().is_some_and(|name| name.eq_ignore_ascii_case(key))) {
            return None;
        }
        let minutes: Vec<u32> = names.map(|name| minute(name.as_bytes())).collect::<Option<_>>()?;
        let first = *minutes.first()?;
        let in_order = (first..).zip(&minutes).all(|(expected, minute)| expected == *minute);
        let minutes = u16::try_from(minutes.len()).ok()?;
        in_order.then_some(Self { first, minutes })
    }
}

fn minute(name: &[u8]) -> Option<u32> {
    digits(name).filter(|(_, length)| *length == name.len()).map(|(minute, _)| minute)
}

/// Invocations in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// The slot, from 0.
    pub slot: u16,
    /// How many, at least 1.
    pub count: u32,
}

/// The rows of a block.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// The first four cells of each row with their commas, a line end after each.
    pub keys: String,
    /// The counts of all rows, each row's in order of slots.
    pub counts: Vec<Count>,
    /// Where in `counts` each row ends.
    pub ends: Vec<usize>,
}

impl Rows {
    /// Reads `block`, whole lines below the header.
    pub fn read(layout: Layout, block: &[u8]) -> Result<Self, Unusual> {
        plain(block)?;
        let mut rows = Self::default();
        for (line, text) in lines(block) {
            rows.row(layout, text).map_err(|what| Unusual { line, what })?;
        }
        Ok(rows)
    }

    /// The counts of each row.
    pub fn each(&self) -> impl Iterator<Item = &[Count]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let row = self.counts.get(start..end).unwrap_or_default();
            start = end;
            row
        })
    }

    fn row(&mut self, layout: Layout, text: &[u8]) -> Result<(), &'static str> {
        let mut rest = text;
        for _ in KEYS {
            let length = memchr::memchr(b',', rest).ok_or("the row is short")?;
            let (cell, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
            let name = std::str::from_utf8(cell).unwrap_or_default();
            let usual = !name.is_empty() && name.len() <= LONGEST_NAME && name.trim() == name;
            if !usual || name.contains(char::is_control) {
                return Err("a hash or trigger is unusual");
            }
            rest = after.get(1..).unwrap_or_default();
        }
        let keys = text.len() - rest.len();
        let keys = text.get(..keys.saturating_sub(1)).unwrap_or_default();
        self.keys.push_str(std::str::from_utf8(keys).unwrap_or_default());
        self.keys.push('\n');
        self.minutes(usize::from(layout.minutes), rest)?;
        self.ends.push(self.counts.len());
        Ok(())
    }

    fn minutes(&mut self, minutes: usize, mut rest: &[u8]) -> Result<(), &'static str> {
        const COUNT: &str = "a count is written in an unusual way";
        const LENGTH: &str = "the row has another number of cells than the header";
        // Most minutes of most functions are zero.
        const ZEROS: [u8; 16] = *b"0,0,0,0,0,0,0,0,";
        let mut slot = 0;
        while slot < minutes {
            while let Some((zeros, after)) =
                rest.split_first_chunk::<16>().filter(|(next, _)| **next == ZEROS)
            {
                debug_assert_eq!(zeros.len(), ZEROS.len());
                rest = after;
                slot += 8;
            }
            if slot >= minutes {
                return Err(LENGTH);
            }
            let (count, length) = match *rest {
                [digit, b',', ..] if digit.is_ascii_digit() => (u32::from(digit - b'0'), 1),
                _ => digits(rest).ok_or(COUNT)?,
            };
            if count > 0 {
                let slot = u16::try_from(slot).map_err(|_| LENGTH)?;
                self.counts.push(Count { slot, count });
            }
            slot += 1;
            match rest.get(length) {
                Some(b',') if slot < minutes => rest = rest.get(length + 1..).unwrap_or_default(),
                None if slot == minutes => return Ok(()),
                None | Some(b',') => return Err(LENGTH),
                Some(_) => return Err(COUNT),
            }
        }
        Err(LENGTH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(minutes: u32) -> String {
        let minutes: Vec<String> = (3..3 + minutes).map(|minute| minute.to_string()).collect();
        format!("HashOwner,HashApp,HashFunction,Trigger,{}", minutes.join(","))
    }

    #[test]
    fn counts_are_read_wherever_the_zeros_end() {
        for minutes in 1..40_u32 {
            let layout = Layout::of(&header(minutes)).unwrap();
            assert_eq!((layout.first, u32::from(layout.minutes)), (3, minutes));
            for at in 0..minutes {
                let cells: Vec<String> = (0..minutes)
                    .map(|slot| (if slot == at { 1_234 } else { slot / 20 }).to_string())
                    .collect();
                let block = format!("o,a,f,http,{}\no,a,g,timer,{}", cells.join(","), cells.join(","));
                let rows = Rows::read(layout, block.as_bytes()).unwrap();
                let expected: Vec<Count> = (0_u16..)
                    .zip(&cells)
                    .map(|(slot, cell)| Count { slot, count: cell.parse().unwrap() })
                    .filter(|cell| cell.count > 0)
                    .collect();
                assert_eq!(rows.each().collect::<Vec<_>>(), [&expected[..], &expected[..]]);
                assert_eq!(rows.keys, "o,a,f,http\no,a,g,timer\n");
            }
        }
    }

    #[test]
    fn what_is_not_known_is_told_with_its_line() {
        let layout = Layout::of(&header(9)).unwrap();
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
            assert_eq!(Rows::read(layout, block.as_bytes()).err().map(|it| it.line), Some(1), "{minutes}");
        }
        for key in [",a,f,http", "o,a, f,http", "o,a\u{1},f,http"] {
            let block = format!("{key},0,0,0,0,0,0,0,0,7\n");
            assert!(Rows::read(layout, block.as_bytes()).is_err(), "{key}");
        }
        for header in ["HashOwner,HashApp,HashFunction,Trigger", "HashApp,HashOwner,HashFunction,Trigger,1"] {
            assert_eq!(Layout::of(header), None);
        }
        assert_eq!(Layout::of(&header(3).replace(",4", "")), None);
    }
}
