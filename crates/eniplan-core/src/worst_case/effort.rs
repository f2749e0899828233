//! Effort: how hard to look for witnesses.

/// How hard to look for witnesses.
#[derive(Clone, Copy, Debug)]
pub struct SearchEffort {
    /// Invocations to replay in all, about; at least the corners are replayed.
    pub invocations: u64,
    /// Seed of the random realizations.
    pub seed: u64,
}

impl Default for SearchEffort {
    fn default() -> Self {
        Self { invocations: 20_000_000, seed: 1 }
    }
}

impl SearchEffort {
    /// As many as there is time for: only the observer ends the search, or that all is exact.
    pub const UNTIL_STOPPED: u64 = u64::MAX;
    /// For a comparison, where many cases share the time.
    pub const SMALL: u64 = 4_000_000;

    /// The same, of an effort that the exact search can keep in memory: it keeps the states it has seen.
    pub(super) fn in_memory(self) -> Self {
        Self { invocations: self.invocations.min(20 * Self::default().invocations), ..self }
    }
}
