//! Gives: what a format's files say, for people who choose between formats.

/// What a format gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gives {
    /// The shapes of traffic, in words.
    pub shape: &'static str,
    /// Whether it has durations of its own.
    pub durations: bool,
    /// Whether it has memory.
    pub memory: bool,
    /// Whether the layout was seen in real files or its maker's documentation.
    pub verified: bool,
}

impl Gives {
    /// One invocation a row.
    pub const LOG: Self = Self { shape: "log", durations: false, memory: false, verified: true };
    /// Invocations per slot.
    pub const COUNTS: Self = Self { shape: "counts", ..Self::LOG };
    /// Concurrent executions per slot.
    pub const CONCURRENCY: Self = Self { shape: "concurrency", ..Self::LOG };
    /// Either, by the metric.
    pub const METRICS: Self = Self { shape: "counts or concurrency", ..Self::LOG };

    /// And durations.
    #[must_use]
    pub const fn with_durations(self) -> Self {
        Self { durations: true, ..self }
    }

    /// And memory.
    #[must_use]
    pub const fn with_memory(self) -> Self {
        Self { memory: true, ..self }
    }

    /// Nobody here has seen a real file of it.
    #[must_use]
    pub const fn unverified(self) -> Self {
        Self { verified: false, ..self }
    }

    /// All of it in words.
    pub fn words(self) -> String {
        let parts = [(self.durations, ", durations"), (self.memory, ", memory")];
        let mut words = self.shape.to_owned();
        parts.iter().filter(|(has, _)| *has).for_each(|(_, word)| words.push_str(word));
        if !self.verified {
            words.push_str(" (layout unverified)");
        }
        words
    }
}
