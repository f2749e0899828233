//! Plain log: blocks of `start,function,duration_ms` without quotes, by the shortest way there is.

use eniplan_core::trace::block::{CallBlock, CallRow, part_of};
use eniplan_core::trace::names::{NameTable, hash};

use super::clock::TimeForm;
use super::functions::UNNAMED;
use super::plain::{digits, lines};
use super::plain_instant::Days;

/// The longest name of a function, in bytes.
const LONGEST_NAME: usize = 256;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogColumn {
    /// When an invocation starts.
    Start,
    /// Its function.
    Function,
    /// How long it lasts.
    Duration,
    /// Nothing that is read.
    Unread,
}

/// The calls of a block; a function's number is that of its name here.
#[derive(Clone, Debug, Default)]
pub(crate) struct PlainCalls {
    /// The calls.
    pub block: CallBlock,
    /// How the first is written, and its line, from 0; all are written so.
    pub first: Option<(TimeForm, u64)>,
    /// The line of the first that starts before the one above it.
    pub late: Option<u64>,
    /// The earliest start, ms.
    pub earliest: i64,
    /// The latest, ms, and its line.
    pub latest: (i64, u64),
    /// The latest end, ms.
    pub end: i64,
    names: NameTable,
    hashes: Vec<u64>,
}

impl PlainCalls {
    fn clear(&mut self) {
        self.block.clear();
        self.names.clear();
        self.hashes.clear();
        (self.first, self.late) = (None, None);
        (self.earliest, self.latest, self.end) = (i64::MAX, (i64::MIN, 0), i64::MIN);
    }

    /// The names, in the order in which they first appear, each with its hash.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, u64)> {
        let name = |(number, hash): (u32, &u64)| {
            (std::str::from_utf8(self.names.bytes_of(number)).unwrap_or_default(), *hash)
        };
        (0..).zip(&self.hashes).map(name)
    }

    /// Reads `block`, whole lines of these columns, in place of what was here; nothing where something in it is
    /// unusual.
    pub(crate) fn read(&mut self, columns: &[LogColumn], block: &[u8]) -> Option<()> {
        self.clear();
        let (mut days, mut last) = (Days::default(), i64::MIN);
        for (line, text) in lines(block) {
            let (row, form, part) = self.row(columns, text, &mut days)?;
            let (first, _) = *self.first.get_or_insert((form, line));
            if first != form || !self.block.push(row, part) {
                return None;
            }
            let at = row.at();
            if at < last {
                self.late.get_or_insert(line);
            }
            if at > self.latest.0 {
                self.latest = (at, line);
            }
            last = at;
            self.earliest = self.earliest.min(at);
            self.end = self.end.max(at + row.duration().cast_signed());
        }
        Some(())
    }

    #[inline]
    fn row(
        &mut self,
        columns: &[LogColumn],
        text: &[u8],
        days: &mut Days,
    ) -> Option<(CallRow, TimeForm, u8)> {
        let (mut start, mut duration, mut name) = (None, 0, UNNAMED.as_bytes());
        let mut rest = text;
        for (column, holds) in columns.iter().enumerate() {
            let length = match holds {
                LogColumn::Start => {
                    let (at, form, length) = days.read(rest)?;
                    start = Some((at, form));
                    length
                }
                LogColumn::Duration => {
                    let (read, length) = milliseconds(rest)?;
                    duration = read;
                    length
                }
                LogColumn::Function | LogColumn::Unread => {
                    let length = memchr::memchr(b',', rest).unwrap_or(rest.len());
                    if *holds == LogColumn::Function {
                        name = rest.get(..length)?;
                    }
                    length
                }
            };
            let is_last = column + 1 == columns.len();
            rest = match rest.get(length) {
                None if is_last => &[],
                Some(b',') if !is_last => rest.get(length + 1..)?,
                _ => return None,
            };
        }
        let (at, form) = start?;
        let (number, hash) = self.number(name)?;
        Some((CallRow::new(at, duration.into(), number)?, form, part_of(hash)))
    }

    #[inline]
    fn number(&mut self, name: &[u8]) -> Option<(u32, u64)> {
        let hash = hash(name);
        let (number, is_new) = self.names.number(name, hash)?;
        if is_new {
            self.hashes.push(hash);
            let text = std::str::from_utf8(name).ok()?;
            let usual = !text.is_empty() && text.len() <= LONGEST_NAME && text.trim() == text;
            if !usual || text.contains(char::is_control) {
                return None;
            }
        }
        Some((number, hash))
    }
}

/// The duration `rest` begins with, in whole ms, half rounded up, and how long its text is.
#[inline]
fn milliseconds(rest: &[u8]) -> Option<(u32, usize)> {
    let (whole, length) = digits(rest)?;
    if rest.get(length) != Some(&b'.') {
        return Some((whole, length));
    }
    let (part, written) = digits(rest.get(length + 1..)?)?;
    let half = match written {
        1 => 5,
        2 => 50,
        3 => 500,
        _ => return None,
    };
    Some((whole + u32::from(part >= half), length + 1 + written))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(columns: &[LogColumn], block: &str) -> Option<PlainCalls> {
        let mut calls = PlainCalls::default();
        calls.read(columns, block.as_bytes()).map(|()| calls)
    }

    #[test]
    fn columns_stand_in_any_order_and_others_are_left_out() {
        use LogColumn::{Duration, Function, Start, Unread};
        let block =
            "7.5,,2020-01-01T00:00:01Z,b\r\n\r\n8,x y,2020-01-01T00:00:01.5Z,a\r\n9,,2020-01-01T00:00:01Z,b";
        let calls = read(&[Duration, Unread, Start, Function], block).unwrap();
        let first = 1_577_836_800_000;
        let told: Vec<_> =
            calls.block.rows.iter().map(|row| (row.at() - first, row.duration(), row.function())).collect();
        assert_eq!(told, [(1_000, 8, 0), (1_500, 8, 1), (1_000, 9, 0)]);
        assert_eq!((calls.first, calls.late), (Some((TimeForm::Offset, 0)), Some(3)));
        assert_eq!(
            (calls.earliest - first, calls.latest.0 - first, calls.latest.1, calls.end - first),
            (1_000, 1_500, 2, 1_508)
        );
        assert_eq!(calls.names().map(|(name, _)| name).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(calls.block.parts.iter().map(Vec::len).sum::<usize>(), 3);
        let unnamed = read(&[Start, Duration], "5,1\n").unwrap();
        assert_eq!(unnamed.names().next().unwrap().0, "traffic");
    }

    #[test]
    fn what_is_unusual_is_left() {
        let columns = [LogColumn::Start, LogColumn::Function, LogColumn::Duration];
        for block in [
            "1,a,\n",
            "1,a,-1\n",
            "1,a,1e3\n",
            "1,a,2.12345\n",
            "1,a\n",
            "1,a,2,3\n",
            "x,a,2\n",
            "1 ,a,2\n",
            "1,a,2 \n",
            "1,,2\n",
            "1, a,2\n",
            "1,a\u{7},2\n",
            "1577836800,a,2\n",
        ] {
            assert!(read(&columns, &format!("0,a,1\n{block}")).is_none(), "{block}");
        }
    }
}
