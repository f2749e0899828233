//! Log: blocks of `start,function,duration_ms`, one row per invocation.

use super::instant::{Days, Form};
use super::{Names, Unusual, digits, lines, plain};
use crate::traffic::distinct::hash;

/// The parts that functions fall into, by their names, so that each part can be counted on its own.
pub const PARTS: usize = 16;

/// The name of the function where the file has no function column.
const UNNAMED: &[u8] = b"traffic";
/// The longest name of a function, in bytes.
const LONGEST_NAME: usize = 256;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Start,
    Function,
    Duration,
    Unread,
}

/// The columns of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    roles: Vec<Role>,
}

impl Layout {
    /// The columns of a file with this header, if it has a start and a duration for each row.
    pub fn of(header: &str) -> Option<Self> {
        let roles: Vec<Role> = header
            .split(',')
            .map(|name| match name.trim().to_ascii_lowercase().as_str() {
                "start" => Role::Start,
                "function" => Role::Function,
                "duration_ms" => Role::Duration,
                _ => Role::Unread,
            })
            .collect();
        let count = |role| roles.iter().filter(|other| **other == role).count();
        let usual = count(Role::Start) == 1 && count(Role::Duration) == 1 && count(Role::Function) < 2;
        (usual && !header.contains('"')).then_some(Self { roles })
    }
}

/// An invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// When it starts, ms since 1970 or from the file's zero.
    pub at: i64,
    /// How long it lasts, ms.
    pub duration: u32,
    /// Its function: the number of the block's name.
    pub name: u32,
}

/// The rows of a block.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// In order of start, ties in order of the file.
    pub rows: Vec<Row>,
    /// The numbers of the rows of each part's functions.
    pub parts: [Vec<u32>; PARTS],
    /// The names, in the order in which they first appear.
    pub names: Names,
    /// The part of each name.
    pub part_of: Vec<u8>,
    /// The hash of each name.
    pub hashes: Vec<u64>,
    /// How many lines the block has.
    pub lines: u64,
    /// How the times are written.
    pub form: Option<Form>,
    /// The line, from 0, of the first row that starts before the one above it.
    pub disorder: Option<u64>,
}

impl Rows {
    fn clear(&mut self) {
        self.rows.clear();
        self.parts.iter_mut().for_each(Vec::clear);
        self.names.clear();
        self.part_of.clear();
        self.hashes.clear();
        (self.lines, self.form, self.disorder) = (0, None, None);
    }

    /// Reads `block`, whole lines below the header, in place of what was here.
    pub fn read(&mut self, layout: &Layout, block: &[u8]) -> Result<(), Unusual> {
        self.clear();
        plain(block)?;
        let (mut days, mut last) = (Days::default(), i64::MIN);
        for (line, text) in lines(block) {
            let unusual = |what| Unusual { line, what };
            let (row, form) = self.row(layout, text, &mut days).map_err(unusual)?;
            if *self.form.get_or_insert(form) != form {
                return Err(unusual("the times are written in different ways"));
            }
            if row.at < last {
                self.disorder.get_or_insert(line);
            }
            last = row.at;
            let part = self.part_of.get(row.name as usize).copied().unwrap_or(0);
            let number = u32::try_from(self.rows.len()).map_err(|_| unusual("the block is too large"))?;
            if let Some(part) = self.parts.get_mut(usize::from(part)) {
                part.push(number);
            }
            self.rows.push(row);
        }
        self.lines = memchr::memchr_iter(b'\n', block).count() as u64;
        Ok(())
    }

    #[inline]
    fn row(&mut self, layout: &Layout, text: &[u8], days: &mut Days) -> Result<(Row, Form), &'static str> {
        const TIME: &str = "the time is written in an unusual way";
        const DURATION: &str = "the duration is written in an unusual way";
        let (mut at, mut form, mut duration, mut name) = (0, Form::Zulu, 0, None);
        let mut rest = text;
        for (column, role) in layout.roles.iter().enumerate() {
            let length = match role {
                Role::Start => {
                    let (read, its, length) = days.read(rest).ok_or(TIME)?;
                    (at, form) = (read, its);
                    length
                }
                Role::Duration => {
                    let (read, length) = milliseconds(rest).ok_or(DURATION)?;
                    duration = read;
                    length
                }
                Role::Function | Role::Unread => {
                    let length = memchr::memchr(b',', rest).unwrap_or(rest.len());
                    if *role == Role::Function {
                        name = rest.get(..length);
                    }
                    length
                }
            };
            let is_last = column + 1 == layout.roles.len();
            match rest.get(length) {
                None if is_last => {}
                Some(b',') if !is_last => rest = rest.get(length + 1..).unwrap_or_default(),
                _ if *role == Role::Start => return Err(TIME),
                _ if *role == Role::Duration => return Err(DURATION),
                _ => return Err("the row has another number of cells than the header"),
            }
        }
        let name = self.name(name.unwrap_or(UNNAMED))?;
        Ok((Row { at, duration, name }, form))
    }

    #[inline]
    fn name(&mut self, name: &[u8]) -> Result<u32, &'static str> {
        let known = self.names.len();
        let number = self.numbered(name, hash(name));
        if self.names.len() > known {
            let text = std::str::from_utf8(name).unwrap_or_default();
            let usual = !text.is_empty() && text.len() <= LONGEST_NAME && text.trim() == text;
            if !usual || text.contains(char::is_control) {
                return Err("the function's name is unusual");
            }
        }
        Ok(number)
    }

    /// The number of this name, which is noted if it is new.
    #[inline]
    pub(super) fn numbered(&mut self, name: &[u8], hash: u64) -> u32 {
        let (number, new) = self.names.number(name, hash);
        if new {
            #[allow(clippy::cast_possible_truncation)] // below PARTS
            self.part_of.push((hash >> 40) as u8 % PARTS as u8);
            self.hashes.push(hash);
        }
        number
    }

    /// Rows of names that are known here, in order of start, in place of what was here.
    pub fn refill(&mut self, rows: &[Row]) {
        self.rows.clear();
        self.rows.extend_from_slice(rows);
        self.parts.iter_mut().for_each(Vec::clear);
        for (number, row) in (0_u32..).zip(rows) {
            let part = self.part_of.get(row.name as usize).copied().unwrap_or(0);
            if let Some(part) = self.parts.get_mut(usize::from(part)) {
                part.push(number);
            }
        }
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

    fn read(header: &str, block: &str) -> Result<Rows, Unusual> {
        let mut rows = Rows::default();
        rows.read(&Layout::of(header).unwrap(), block.as_bytes()).map(|()| rows)
    }

    #[test]
    fn columns_stand_in_any_order_and_others_are_left_out() {
        let block =
            "7.5,,2020-01-01T00:00:01Z,b\r\n\r\n8,x y,2020-01-01T00:00:01.5Z,a\r\n9,,2020-01-01T00:00:01Z,b";
        let rows = read("Duration_ms,note, start,FUNCTION", block).unwrap();
        let told: Vec<_> =
            rows.rows.iter().map(|row| (row.at - 1_577_836_800_000, row.duration, row.name)).collect();
        assert_eq!(told, [(1_000, 8, 0), (1_500, 8, 1), (1_000, 9, 0)]);
        assert_eq!((rows.names.bytes_of(1), rows.lines, rows.disorder), (&b"a"[..], 3, Some(3)));
        assert_eq!(rows.parts.iter().map(Vec::len).sum::<usize>(), 3);
        assert_eq!(read("start,duration_ms", "5,1\n").unwrap().names.bytes_of(0), b"traffic");
    }

    #[test]
    fn what_is_not_known_is_told_with_its_line() {
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
            "1,\"a\",2\n",
            "1577836800,a,2\n",
        ] {
            let told = read("start,function,duration_ms", &format!("0,a,1\n{block}")).map_err(|it| it.line);
            assert_eq!(told.err(), Some(1), "{block}");
        }
        for header in [
            "time,function,duration_ms",
            "start,function",
            "end,function,duration_ms",
            "\"start\",duration_ms",
        ] {
            assert_eq!(Layout::of(header), None, "{header}");
        }
    }
}
