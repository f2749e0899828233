//! Block: the rows of a part of a large file, as its reader hands them on.

use super::names::Names;

/// The parts that functions fall into, by their names, so that each part can be counted on its own.
pub const PARTS: usize = 16;

/// How a time is written; all times of a file are written in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Date and time with `Z`.
    Zulu,
    /// Date and time without an offset.
    Naive,
    /// Seconds since 1970.
    EpochSeconds,
    /// Milliseconds since 1970.
    EpochMillis,
    /// Seconds from the start.
    Seconds,
}

/// Invocations in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// The slot, from 0.
    pub slot: u16,
    /// How many, at least 1.
    pub count: u32,
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

impl Row {
    /// How many bytes it is kept in.
    pub const BYTES: usize = 16;

    /// The row as it is kept.
    pub fn kept(&self) -> [u8; Self::BYTES] {
        let (at, duration) = (u128::from(self.at.cast_unsigned()), u128::from(self.duration));
        (at | duration << 64 | u128::from(self.name) << 96).to_le_bytes()
    }

    /// The row that was kept as `bytes`.
    #[allow(clippy::cast_possible_truncation)] // each takes its own bits
    pub fn of(bytes: &[u8; Self::BYTES]) -> Self {
        let all = u128::from_le_bytes(*bytes);
        Self { at: (all as u64).cast_signed(), duration: (all >> 64) as u32, name: (all >> 96) as u32 }
    }
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
    /// Forgets all rows and keeps the room.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.parts.iter_mut().for_each(Vec::clear);
        self.names.clear();
        self.part_of.clear();
        self.hashes.clear();
        (self.lines, self.form, self.disorder) = (0, None, None);
    }

    /// The number of this name, which is noted if it is new.
    #[inline]
    pub fn numbered(&mut self, name: &[u8], hash: u64) -> u32 {
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
