//! Runs: concurrent executions per slot as invocations.
//!
//! Level j is busy over every maximal run of slots with a value of at least j,
//! and each such run is one invocation that lasts the run. A stack of open
//! levels does it in time proportional to the changes, not to the levels.

use std::cmp::Reverse;

use eniplan_core::trace::{Cell, Entry};

/// The open levels of one function.
#[derive(Clone, Debug, Default)]
struct OpenLevels {
    /// Of each run: the cell it began at, its first slot, how many levels.
    stack: Vec<(usize, u32, u32)>,
    level: u32,
    /// The slot after the last one with a value.
    next: u32,
}

impl OpenLevels {
    /// Goes down to `level` at the start of `slot`, and hands each run that ends to `ended`.
    fn lower(&mut self, level: u32, slot: u32, mut ended: impl FnMut(usize, u32, u32, u32)) {
        while self.level > level {
            let Some((cell, start, count)) = self.stack.pop() else { break };
            let closed = count.min(self.level - level);
            ended(cell, start, slot, closed);
            self.level -= closed;
            if closed < count {
                self.stack.push((cell, start, count - closed));
            }
        }
    }
}

/// The runs of `cells` (a value per function and slot, in order of slots; an absent
/// one is zero) over slots of `slot` ms, in order of their start; runs that start
/// together stand in the order of the cells, the longest first.
pub(crate) fn runs(cells: &[Cell], functions: usize, slot: u64) -> Vec<Entry> {
    let mut open = vec![OpenLevels::default(); functions];
    let mut found: Vec<(usize, Entry)> = Vec::new();
    let mut note = |function: u32, cell: usize, start: u32, end: u32, count: u32| {
        let (at, duration) = (u64::from(start) * slot, u64::from(end - start) * slot);
        found.push((cell, Entry { at, duration, function, count }));
    };
    for (index, cell) in cells.iter().enumerate() {
        let Some(function) = open.get_mut(cell.function as usize) else { continue };
        if function.next < cell.slot {
            let end = function.next;
            function.lower(0, end, |begun, start, end, count| note(cell.function, begun, start, end, count));
        }
        function.lower(cell.count, cell.slot, |begun, start, end, count| {
            note(cell.function, begun, start, end, count);
        });
        if cell.count > function.level {
            function.stack.push((index, cell.slot, cell.count - function.level));
            function.level = cell.count;
        }
        function.next = cell.slot + 1;
    }
    for (number, function) in (0_u32..).zip(&mut open) {
        let end = function.next;
        function.lower(0, end, |begun, start, end, count| note(number, begun, start, end, count));
    }
    found.sort_by_key(|(cell, entry)| (entry.at, *cell, Reverse(entry.duration)));
    found.into_iter().map(|(_, entry)| entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(function: u32, values: &[u32]) -> Vec<Cell> {
        let cell = |(slot, count): (u32, &u32)| Cell { slot, function, count: *count, duration: 0 };
        (0..).zip(values).map(cell).filter(|cell| cell.count > 0).collect()
    }

    #[test]
    fn every_level_is_one_invocation_per_run() {
        // Levels 1 and 2 over slots 0..3; level 3 over 1..2; level 1 again over 4..6, level 2 over 5..6.
        let found: Vec<_> =
            runs(&cells(0, &[2, 3, 2, 0, 1, 2]), 1, 10).iter().map(|e| (e.at, e.duration, e.count)).collect();
        assert_eq!(found, [(0, 30, 2), (10, 10, 1), (40, 20, 1), (50, 10, 1)]);
    }

    #[test]
    fn runs_give_back_the_values_they_came_from() {
        let values = [0, 7, 3, 3, 9, 0, 0, 1, 4, 2, 2, 8, 1];
        let found = runs(&cells(0, &values), 1, 1);
        for (slot, value) in (0..).zip(values) {
            let busy: u32 =
                found.iter().filter(|e| e.at <= slot && slot < e.at + e.duration).map(|e| e.count).sum();
            assert_eq!(busy, value, "slot {slot}");
        }
        // Maximal: no run starts where another of its level could have gone on; here 7 + 6 + 4 + 6 + 1 levels.
        assert_eq!(found.iter().map(|e| e.count).sum::<u32>(), 7 + 6 + 4 + 6);
    }

    #[test]
    fn a_tall_level_costs_no_more_than_a_low_one() {
        let mut tall = cells(0, &[u32::MAX, 1, u32::MAX]);
        tall.extend(cells(1, &[1]));
        let found: Vec<_> =
            runs(&tall, 2, 1).iter().map(|e| (e.at, e.duration, e.function, e.count)).collect();
        let rest = u32::MAX - 1;
        assert_eq!(found, [(0, 3, 0, 1), (0, 1, 0, rest), (0, 1, 1, 1), (2, 1, 0, rest)]);
    }
}
