//! Script: which way an event went wherever it could go several ways.

use super::number::number;

/// The choices of one event: those given are made again, from there on always the first.
#[derive(Clone, Debug, Default)]
pub(super) struct BranchScript {
    given: Vec<u16>,
    made: Vec<(u16, u16)>,
}

impl BranchScript {
    pub(super) const fn new(given: Vec<u16>) -> Self {
        Self { given, made: Vec::new() }
    }

    /// One of `options`, by its number; no choice where there is but one.
    pub(super) fn choose(&mut self, options: usize) -> usize {
        if options <= 1 {
            return 0;
        }
        let choice = self.given.get(self.made.len()).copied().unwrap_or(0);
        debug_assert!(usize::from(choice) < options);
        self.made.push((choice, number(options)));
        usize::from(choice)
    }

    /// The choices that were made.
    pub(super) fn choices(&self) -> Vec<u16> {
        self.made.iter().map(|(choice, _)| *choice).collect()
    }

    /// The next in order, as counting with as many digits as choices; `None` after the last.
    pub(super) fn next(&self) -> Option<Vec<u16>> {
        let more = |&(choice, options): &(u16, u16)| choice + 1 < options;
        let last = self.made.iter().rposition(more)?;
        let mut given: Vec<u16> = self.made[..last].iter().map(|(choice, _)| *choice).collect();
        given.push(self.made[last].0 + 1);
        Some(given)
    }
}
