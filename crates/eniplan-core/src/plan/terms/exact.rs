//! Exact conversions between whole numbers: what cannot be is a defect, and is told while it is looked for.

/// A time from the first instant as an instant. Times are at most [`LONGEST_MS`](super::group::LONGEST_MS),
/// or what is made of them is refused.
pub(crate) fn instant_ms(ms: u64) -> i64 {
    debug_assert!(i64::try_from(ms).is_ok(), "{ms} ms is no instant");
    // Beyond all time: too far for any schedule, and refused as such by the checker.
    i64::try_from(ms).unwrap_or(i64::MAX)
}

/// A number of ENIs or environments that a sum of them comes to.
pub(crate) fn count<T: TryInto<u32> + Copy + std::fmt::Display>(number: T) -> u32 {
    debug_assert!(number.try_into().is_ok(), "{number} is no count");
    // Too many is the safe side: a plan for them finds no room, where one for too few would not hold.
    number.try_into().unwrap_or(u32::MAX)
}

/// The smaller of what there is and what is wanted.
pub(crate) fn smaller(available: u64, wanted: u32) -> u32 {
    if available >= wanted.into() { wanted } else { count(available) }
}
