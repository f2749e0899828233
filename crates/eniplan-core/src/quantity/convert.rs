//! Conversions between widths of whole numbers, where one that does not fit must not become another one.
//!
//! What indexes or counts exactly is an error if it does not fit. What is only a bound is moved to its safe side,
//! and the name of the function says which side that is.

use std::fmt;

/// A number that does not fit where it is needed: what was to be computed with it has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unrepresentable(u64);

impl fmt::Display for Unrepresentable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "internal: {} is out of range, so no sound bound exists", self.0)
    }
}

impl std::error::Error for Unrepresentable {}

/// A length or an index of something in memory.
pub fn index(n: u64) -> Result<usize, Unrepresentable> {
    usize::try_from(n).map_err(|_| Unrepresentable(n))
}

/// The index of a slot, where the last one also takes what comes after it: the smaller of the two, exactly.
pub fn index_up_to(n: u64, last: usize) -> usize {
    index(n).map_or(last, |n| n.min(last))
}

/// An exact number of things.
pub fn count(n: u64) -> Result<u32, Unrepresentable> {
    u32::try_from(n).map_err(|_| Unrepresentable(n))
}

/// An upper bound as the value of a curve, in which `u32::MAX` stands for no bound at all ([`bound_told`]).
pub fn upper_bound(n: impl Into<u128>) -> u32 {
    // Up, to what stands for no bound.
    u32::try_from(n.into()).unwrap_or(u32::MAX)
}

/// A lower bound as the value of a curve: down to what fits.
pub fn lower_bound(n: impl Into<u128>) -> u32 {
    // Down: the largest value is below what does not fit.
    u32::try_from(n.into()).unwrap_or(u32::MAX)
}

/// The smaller of `n` and `most`, exactly.
pub fn up_to(n: u128, most: u64) -> u64 {
    // What does not fit is above any `most`.
    u64::try_from(n).map_or(most, |n| n.min(most))
}

/// The number of something held in a table, in half the width: before there are more of them than it can
/// number, no memory holds the table.
pub fn slot(index: usize) -> u32 {
    debug_assert!(u32::try_from(index).is_ok(), "a table of {index} entries");
    // Never, by the above.
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// What an upper bound of [`upper_bound`] says: nothing where it did not fit.
pub const fn bound_told(value: u32) -> Option<u32> {
    if value == u32::MAX { None } else { Some(value) }
}

/// An upper bound less what is surely not in it; of no bound at all nothing can be taken.
pub const fn upper_less(bound: u32, surely: u32) -> u32 {
    match bound_told(bound) {
        None => u32::MAX,
        // A number of things is at least 0: where more is sure than possible, the premises were false.
        Some(bound) => bound.saturating_sub(surely),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOO_MANY: u64 = u32::MAX as u64 + 1;

    #[test]
    fn what_does_not_fit_is_an_error_and_not_another_number() {
        assert_eq!((count(7), count(TOO_MANY)), (Ok(7), Err(Unrepresentable(TOO_MANY))));
        assert_eq!(index(7), Ok(7));
        assert!(count(TOO_MANY).is_err_and(|error| error.to_string().contains("internal: 4294967296")));
        assert_eq!([0, 3, 4, u64::MAX].map(|n| index_up_to(n, 3)), [0, 3, 3, 3]);
    }

    #[test]
    fn bounds_go_to_their_safe_side() {
        assert_eq!([upper_bound(7_u64), upper_bound(TOO_MANY)].map(bound_told), [Some(7), None]);
        assert_eq!([lower_bound(7_u64), lower_bound(TOO_MANY)], [7, u32::MAX]);
        assert_eq!([upper_less(7, 2), upper_less(2, 7), upper_less(u32::MAX, 2)], [5, 0, u32::MAX]);
    }
}
