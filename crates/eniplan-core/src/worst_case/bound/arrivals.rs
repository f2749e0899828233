//! Arrivals that are possibly cold, of several functions together.

use crate::demand::need::Most;

/// Possibly cold arrivals: the first and the last instant they come at, and how many they are.
pub(super) type ArrivalCell = (u64, u64, u32);

/// Possibly cold arrivals in time order.
pub(super) fn arrival_cells(most: &[&Most]) -> Vec<ArrivalCell> {
    let mut cells: Vec<ArrivalCell> = most.iter().flat_map(|most| most.cold.cells()).collect();
    // Each function's come in order: sorting merges those runs.
    cells.sort_by_key(|&(first, ..)| first);
    cells
}

/// The same with the instant of each first one alone, and the width of the widest cell less one.
pub(super) fn first_arrivals(cells: &[ArrivalCell]) -> (Vec<(u64, u32)>, u64) {
    let width = cells.iter().map(|&(first, last, _)| last - first).max().unwrap_or(0);
    (cells.iter().map(|&(first, _, count)| (first, count)).collect(), width)
}
