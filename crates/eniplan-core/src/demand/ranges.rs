//! Ranges: the instants at which something may happen.

/// How many from the front on are `before` something, as all of them are that come before one that is.
///
/// Looks near the front first: whoever asks in time order finds the next one there.
pub(crate) fn forward<T>(sorted: &[T], before: impl Fn(&T) -> bool) -> usize {
    let mut reach = 1;
    while reach <= sorted.len() && before(&sorted[reach - 1]) {
        reach *= 2;
    }
    let known = reach / 2;
    known + sorted[known..sorted.len().min(reach)].partition_point(before)
}

/// The same, looked for around the last answer.
pub(crate) fn near<T>(sorted: &[T], last: usize, before: impl Fn(&T) -> bool) -> usize {
    let last = last.min(sorted.len());
    match last.checked_sub(1) {
        Some(index) if !before(&sorted[index]) => sorted[..index].partition_point(before),
        _ => last + forward(&sorted[last..], before),
    }
}

/// Closed ranges of instants (ms), in order, none touching the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranges {
    parts: Vec<(u64, u64)>,
}

impl Ranges {
    /// Every instant from `at` on.
    pub fn from(at: u64) -> Self {
        Self { parts: vec![(at, u64::MAX)] }
    }

    /// From closed ranges in any order.
    pub fn new(mut parts: Vec<(u64, u64)>) -> Self {
        parts.sort_unstable();
        let mut merged: Vec<(u64, u64)> = Vec::with_capacity(parts.len());
        for (from, to) in parts {
            match merged.last_mut() {
                Some((_, last)) if from <= last.saturating_add(1) => *last = to.max(*last),
                _ => merged.push((from, to)),
            }
        }
        Self { parts: merged }
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The ranges.
    pub fn parts(&self) -> &[(u64, u64)] {
        &self.parts
    }

    /// Whether `at` is in one.
    pub fn contains(&self, at: u64) -> bool {
        let after = self.parts.partition_point(|&(from, _)| from <= at);
        after.checked_sub(1).is_some_and(|index| at <= self.parts[index].1)
    }

    /// Whether all of these are in `other`.
    pub fn within(&self, other: &Self) -> bool {
        self.parts.iter().all(|&(from, to)| {
            let after = other.parts.partition_point(|&(start, _)| start <= from);
            after.checked_sub(1).is_some_and(|index| to <= other.parts[index].1)
        })
    }

    /// What is in this or in `other`.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::new(self.parts.iter().chain(&other.parts).copied().collect())
    }

    /// The instants from which something that follows between `minimum` and `most` ms later may fall in a range.
    #[must_use]
    pub fn before(&self, minimum: u64, most: u64) -> Self {
        let earlier = |&(from, to): &(u64, u64)| {
            let to = if to == u64::MAX { to } else { to.checked_sub(minimum)? };
            Some((from.saturating_sub(most), to))
        };
        Self::new(self.parts.iter().filter_map(earlier).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_touch_are_one() {
        let ranges = Ranges::new(vec![(20, 25), (5, 9), (10, 12)]);
        assert_eq!(ranges.parts(), [(5, 12), (20, 25)]);
        assert_eq!(
            [4, 5, 12, 13, 20, 26].map(|at| ranges.contains(at)),
            [false, true, true, false, true, false]
        );
        assert!(Ranges::new(vec![(6, 12)]).within(&ranges) && !Ranges::new(vec![(6, 13)]).within(&ranges));
        assert_eq!(ranges.before(6, 8).parts(), [(0, 6), (12, 19)]);
        assert_eq!(ranges.union(&Ranges::from(13)).parts(), [(5, u64::MAX)]);
    }
}
