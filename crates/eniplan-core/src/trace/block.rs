//! Block: the calls of a part of a log, as its reader hands them on.

/// The parts that functions fall into, by their names, so that each part can be counted on its own.
pub const PARTS: usize = 16;

/// Invocations in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotCount {
    /// The slot, from 0.
    pub slot: u16,
    /// How many, at least 1.
    pub count: u32,
}

/// An invocation in 16 bytes: 50 bits of its start, 46 of its duration, 32 of its function's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallRow(u128);

impl CallRow {
    /// How many bytes it is kept in.
    pub const BYTES: usize = 16;
    /// Starts lie within this many ms of 1970, on both sides: 17,839 years.
    const START: i64 = 1 << 49;
    /// Durations are below this many ms: 2,229 years.
    const DURATION: u64 = 1 << 46;

    /// A call of function `number` that starts at `at` (ms since 1970 or from the file's zero) and lasts
    /// `duration` ms; nothing where one of these has no room, which no instant of the calendar and no duration
    /// of a hundred years is.
    #[inline]
    pub fn new(at: i64, duration: u64, number: u32) -> Option<Self> {
        let fits = (-Self::START..Self::START).contains(&at) && duration < Self::DURATION;
        let at = u128::from((at + Self::START).cast_unsigned());
        fits.then_some(Self(at << 78 | u128::from(duration) << 32 | u128::from(number)))
    }

    /// When it starts, ms.
    #[inline]
    #[allow(clippy::cast_possible_truncation)] // 50 bits
    pub const fn at(self) -> i64 {
        ((self.0 >> 78) as u64).cast_signed() - Self::START
    }

    /// How long it lasts, ms.
    #[inline]
    #[allow(clippy::cast_possible_truncation)] // the mask
    pub const fn duration(self) -> u64 {
        (self.0 >> 32) as u64 & (Self::DURATION - 1)
    }

    /// The number of its function.
    #[inline]
    #[allow(clippy::cast_possible_truncation)] // its own bits
    pub const fn function(self) -> u32 {
        self.0 as u32
    }

    /// The same call, of function `number`.
    #[inline]
    #[must_use]
    pub const fn of_function(self, number: u32) -> Self {
        Self(self.0 >> 32 << 32 | number as u128)
    }

    /// The row as it is kept.
    pub const fn kept(self) -> [u8; Self::BYTES] {
        self.0.to_le_bytes()
    }

    /// The row that was kept as `bytes`.
    pub const fn of(bytes: [u8; Self::BYTES]) -> Self {
        Self(u128::from_le_bytes(bytes))
    }
}

/// Calls, and which of them are of which part's functions.
#[derive(Clone, Debug, Default)]
pub struct CallBlock {
    /// In order of start, ties in order of the file.
    pub rows: Vec<CallRow>,
    /// The numbers of the rows of each part's functions.
    pub parts: [Vec<u32>; PARTS],
}

impl CallBlock {
    /// Forgets all calls and keeps the room.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.parts.iter_mut().for_each(Vec::clear);
    }

    /// Appends a call of a function of `part`; false where the block is full.
    #[inline]
    pub fn push(&mut self, row: CallRow, part: u8) -> bool {
        let (Ok(number), Some(part)) =
            (u32::try_from(self.rows.len()), self.parts.get_mut(usize::from(part)))
        else {
            return false;
        };
        part.push(number);
        self.rows.push(row);
        true
    }
}

/// The part of the function whose name has this hash.
#[inline]
#[allow(clippy::cast_possible_truncation)] // below PARTS
pub const fn part_of(hash: u64) -> u8 {
    (hash >> 40) as u8 % PARTS as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_come_back_as_they_went_and_sort_by_their_start() {
        let most = (CallRow::START - 1, CallRow::DURATION - 1, u32::MAX);
        for (at, duration, number) in [(0, 0, 0), (-CallRow::START, 5, 7), most, (-1, 1 << 40, 3)] {
            let row = CallRow::new(at, duration, number).unwrap();
            let kept = CallRow::of(row.kept());
            assert_eq!((kept.at(), kept.duration(), kept.function()), (at, duration, number));
            assert_eq!(row.of_function(9), CallRow::new(at, duration, 9).unwrap());
        }
        assert_eq!(CallRow::new(CallRow::START, 0, 0), None);
        assert_eq!(CallRow::new(0, CallRow::DURATION, 0), None);
    }
}
