//! Call log: the invocations of a log in arrival order, 12 bytes each.
//!
//! A row is the time since the row above it, a duration and a function. What does not fit, and several equal
//! invocations at once, stand whole in a list of their own.

use std::slice;

use super::entry::Entry;

/// An invocation, or the mark of an entry that stands in the list of rare ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LogRow {
    /// Milliseconds since the row above; [`RARE`] marks a rare entry.
    gap: u32,
    duration: u32,
    function: u32,
}

const RARE: u32 = u32::MAX;

/// Entries in arrival order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallLog {
    rows: Vec<LogRow>,
    rare: Vec<Entry>,
    last: u64,
}

impl CallLog {
    /// Appends an entry, which may not arrive before the last.
    pub fn push(&mut self, entry: Entry) {
        debug_assert!(entry.at >= self.last, "entries come in arrival order");
        let gap = u32::try_from(entry.at.wrapping_sub(self.last)).ok().filter(|gap| *gap != RARE);
        if let (Some(gap), Ok(duration), 1) = (gap, u32::try_from(entry.duration), entry.count) {
            self.rows.push(LogRow { gap, duration, function: entry.function });
        } else {
            self.rows.push(LogRow { gap: RARE, duration: 0, function: 0 });
            self.rare.push(entry);
        }
        self.last = entry.at;
    }

    /// Appends an invocation; one that is equal to the last entry is counted there.
    #[inline]
    pub fn push_call(&mut self, at: u64, duration: u64, function: u32) {
        let entry = Entry { at, duration, function, count: 1 };
        let last = self.rows.last_mut().filter(|_| at == self.last);
        let is_rare = last.as_ref().is_some_and(|row| row.gap == RARE);
        if let Some(rare) = self.rare.last_mut().filter(|_| is_rare) {
            if (Entry { count: 1, ..*rare }) == entry && rare.count < u32::MAX {
                rare.count += 1;
                return;
            }
        } else if let Some(row) = last
            && u64::from(row.duration) == duration
            && row.function == function
        {
            row.gap = RARE;
            self.rare.push(Entry { count: 2, ..entry });
            return;
        }
        self.push(entry);
    }

    /// The entries.
    pub fn entries(&self) -> LogEntries<'_> {
        LogEntries { rows: self.rows.iter(), rare: self.rare.iter(), at: 0 }
    }

    /// How many entries there are.
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl FromIterator<Entry> for CallLog {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        let mut log = Self::default();
        for entry in entries {
            log.push(entry);
        }
        log
    }
}

/// The entries of a log, in arrival order.
#[derive(Clone, Debug)]
pub struct LogEntries<'a> {
    rows: slice::Iter<'a, LogRow>,
    rare: slice::Iter<'a, Entry>,
    at: u64,
}

impl Iterator for LogEntries<'_> {
    type Item = Entry;

    #[inline]
    fn next(&mut self) -> Option<Entry> {
        let row = self.rows.next()?;
        if row.gap == RARE {
            let entry = *self.rare.next()?;
            self.at = entry.at;
            return Some(entry);
        }
        self.at += u64::from(row.gap);
        Some(Entry { at: self.at, duration: row.duration.into(), function: row.function, count: 1 })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rows.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_back_as_they_went() {
        let entry = |at, duration, function, count| Entry { at, duration, function, count };
        let far = u64::from(u32::MAX);
        let all = [
            entry(0, 5, 0, 1),
            entry(0, 5, 0, 1),
            entry(3, far, 7, 1),
            entry(3, far + 1, 7, 1),
            entry(9, 1, u32::MAX, u32::MAX),
            entry(9 + far, 1, 2, 1),
            entry(10 + 2 * far, 1, 2, 1),
            entry(10 + 2 * far, 1, 2, 0),
            entry(11 + 2 * far, 0, 2, 1),
        ];
        let log: CallLog = all.into_iter().collect();
        assert_eq!(log.entries().collect::<Vec<_>>(), all);
        assert_eq!((log.len(), log.entries().size_hint()), (9, (9, Some(9))));
    }

    #[test]
    fn equal_invocations_in_a_row_are_one_entry() {
        let mut log = CallLog::default();
        let calls =
            [(0, 5, 1), (0, 5, 1), (0, 5, 1), (0, 5, 2), (0, 5, 1), (4, 5, 1), (4, 5, 1), (4, 1 << 40, 1)];
        for (at, duration, function) in calls {
            log.push_call(at, duration, function);
        }
        let found: Vec<_> =
            log.entries().map(|entry| (entry.at, entry.duration, entry.function, entry.count)).collect();
        assert_eq!(found, [(0, 5, 1, 3), (0, 5, 2, 1), (0, 5, 1, 1), (4, 5, 1, 2), (4, 1 << 40, 1, 1)]);
    }
}
