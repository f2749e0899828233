//! Layers: boxes and points of long arrows in their ranks.

/// A graph whose arrows lead from a rank to the next one: boxes first, then the points of long arrows.
#[derive(Debug)]
pub(super) struct Layers {
    /// Size across of each box or point.
    pub(super) broad: Vec<i64>,
    /// Whether each is a point of a long arrow.
    pub(super) point: Vec<bool>,
    /// Members of each rank, in order.
    pub(super) rows: Vec<Vec<usize>>,
    /// For each box or point those before it, and those after it.
    pub(super) before: Vec<Vec<usize>>,
    pub(super) after: Vec<Vec<usize>>,
}

impl Layers {
    pub(super) fn join(&mut self, from: usize, to: usize) {
        self.after[from].push(to);
        self.before[to].push(from);
    }

    /// The place of each box or point in its row.
    pub(super) fn positions(&self) -> Vec<usize> {
        let mut positions = vec![0; self.broad.len()];
        for row in &self.rows {
            row.iter().enumerate().for_each(|(at, &member)| positions[member] = at);
        }
        positions
    }
}
