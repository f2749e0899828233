//! Names: a number for each different name, in the order they first appear.
//!
//! The hash decides only how quickly a name is found: nothing is ever listed in its order.

use hashbrown::HashTable;

/// The names seen so far.
#[derive(Clone, Debug, Default)]
pub struct NameTable {
    table: HashTable<(u64, u32)>,
    ends: Vec<usize>,
    bytes: Vec<u8>,
}

impl NameTable {
    /// The number of `name`, and whether it is new; nothing where there are too many.
    #[inline]
    pub fn number(&mut self, name: &[u8], hash: u64) -> Option<(u32, bool)> {
        let found = self.table.find(hash, |&(other, number)| other == hash && self.bytes_of(number) == name);
        if let Some(&(_, number)) = found {
            return Some((number, false));
        }
        let number = u32::try_from(self.ends.len()).ok()?;
        self.bytes.extend_from_slice(name);
        self.ends.push(self.bytes.len());
        self.table.insert_unique(hash, (hash, number), |&(hash, _)| hash);
        Some((number, true))
    }

    /// The number of `name`, if it was seen.
    #[inline]
    pub fn find(&self, name: &[u8]) -> Option<u32> {
        let hash = hash(name);
        let found = self.table.find(hash, |&(other, number)| other == hash && self.bytes_of(number) == name);
        found.map(|&(_, number)| number)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The name with this number; empty where there is none.
    pub fn bytes_of(&self, number: u32) -> &[u8] {
        let number = number as usize;
        let start = number.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let name = start.zip(self.ends.get(number)).and_then(|(start, end)| self.bytes.get(start..*end));
        name.unwrap_or_default()
    }

    /// Forgets all names and keeps the room.
    pub fn clear(&mut self) {
        self.table.clear();
        self.ends.clear();
        self.bytes.clear();
    }
}

/// A number that differs between most names: multiply and fold, eight bytes at a time.
#[inline]
pub fn hash(name: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let fold = |state: u64, word: u64| {
        let wide = u128::from(state ^ word) * u128::from(FACTOR);
        #[allow(clippy::cast_possible_truncation)] // both halves are taken
        let folded = (wide as u64) ^ ((wide >> 64) as u64);
        folded
    };
    let mut state = FACTOR ^ name.len() as u64;
    let (words, rest) = name.as_chunks::<8>();
    for word in words {
        state = fold(state, u64::from_le_bytes(*word));
    }
    let rest = rest.iter().fold(0_u64, |word, byte| (word << 8) | u64::from(*byte));
    fold(fold(state, rest), FACTOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbered_as_they_come_even_where_hashes_meet() {
        let mut names = NameTable::default();
        let numbered: Vec<_> = ["b", "a", "", "b", "abcdefghi", "abcdefghj"]
            .map(|name| names.number(name.as_bytes(), 7).unwrap())
            .into();
        assert_eq!(numbered, [(0, true), (1, true), (2, true), (0, false), (3, true), (4, true)]);
        assert_eq!((names.len(), names.bytes_of(3), names.bytes_of(9)), (5, &b"abcdefghi"[..], &b""[..]));
        assert_ne!(hash(b"abcdefghi"), hash(b"abcdefghj"));
        names.clear();
        assert_eq!(names.number(b"x", hash(b"x")), Some((0, true)));
        assert_eq!((names.find(b"x"), names.find(b"y")), (Some(0), None));
    }
}
