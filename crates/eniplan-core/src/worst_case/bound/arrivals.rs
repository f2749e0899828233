//! Arrivals that are possibly cold, of several functions together.

use crate::demand::need::Most;

/// Possibly cold arrivals `(first, last, count)`, in time order.
pub(super) fn arrival_cells(most: &[&Most]) -> Vec<(u64, u64, u32)> {
    let mut cells: Vec<(u64, u64, u32)> = most.iter().flat_map(|most| most.cold.cells()).collect();
    // Each function's come in order: sorting merges those runs.
    cells.sort_by_key(|&(first, ..)| first);
    cells
}

/// The same with the instant of each first one alone, and the width of the widest cell less one.
pub(super) fn merged_arrivals(most: &[&Most]) -> (Vec<(u64, u32)>, u64) {
    let cells = arrival_cells(most);
    let width = cells.iter().map(|&(first, last, _)| last - first).max().unwrap_or(0);
    (cells.into_iter().map(|(first, _, count)| (first, count)).collect(), width)
}
