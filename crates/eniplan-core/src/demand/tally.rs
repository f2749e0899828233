//! Tally: how many of something have come by each instant, in bounded memory.

use super::curve::Curve;

/// Cells before they are merged two by two.
const MOST_CELLS: usize = 1 << 20;

/// Counts of instants, kept in cells that are one millisecond wide, and wider where there are very many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstantTally {
    /// Width of a cell: `1 << shift` ms.
    shift: u32,
    /// Cells that hold something, by number.
    cells: Vec<(u64, u32)>,
    total: u64,
}

impl InstantTally {
    /// `count` more at `at`, which must not lie before the last.
    pub fn add(&mut self, at: u64, count: u32) {
        if count == 0 {
            return;
        }
        self.total += u64::from(count);
        self.put(at >> self.shift, count);
        while self.cells.len() > MOST_CELLS {
            self.widen();
        }
    }

    fn put(&mut self, cell: u64, count: u32) {
        match self.cells.last_mut() {
            Some((last, n)) if *last == cell => *n = n.saturating_add(count),
            _ => self.cells.push((cell, count)),
        }
    }

    fn widen(&mut self) {
        self.shift += 1;
        let cells = std::mem::take(&mut self.cells);
        for (cell, count) in cells {
            self.put(cell >> 1, count);
        }
    }

    /// How many in all.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// `(first instant, last instant, count)` of each cell, in order.
    pub fn cells(&self) -> impl Iterator<Item = (u64, u64, u32)> + '_ {
        let width = 1_u64 << self.shift;
        self.cells.iter().map(move |&(cell, count)| (cell * width, cell * width + (width - 1), count))
    }

    /// At least as many as have come by each instant.
    pub fn at_most(&self) -> Curve {
        Self::sums(self.cells().map(|(first, _, count)| (first, count)))
    }

    /// At most as many as have come by each instant.
    pub fn at_least(&self) -> Curve {
        Self::sums(self.cells().map(|(_, last, count)| (last, count)))
    }

    fn sums(parts: impl Iterator<Item = (u64, u32)>) -> Curve {
        let mut sum = 0_u32;
        Curve::new(parts.map(|(at, count)| {
            sum = sum.saturating_add(count);
            (at, sum)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_cells_become_wider_and_still_bracket() {
        let mut tally = InstantTally::default();
        let most = MOST_CELLS as u64;
        (0..2 * most).for_each(|at| tally.add(3 * at, 1));
        assert_eq!(tally.total(), 2 * most);
        let (above, below) = (tally.at_most(), tally.at_least());
        for at in [0, 1, 7, 3 * most, 6 * most - 4, 6 * most] {
            let exact = u32::try_from((at / 3 + 1).min(2 * most)).unwrap();
            assert!(below.at(at) <= exact && exact <= above.at(at) && above.at(at) - below.at(at) < 9);
        }
    }
}
