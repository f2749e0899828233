//! Entry: invocations as traffic holds them: several at an instant, or several in a slot.

/// `count` invocations of one function that arrive in the same millisecond and last equally long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When they arrive, ms.
    pub at: u64,
    /// How long each lasts, ms.
    pub duration: u64,
    /// Index of the function.
    pub function: u32,
    /// How many they are.
    pub count: u32,
}

/// Where in its slot the i-th of n invocations falls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spread {
    /// At slot start + floor(i * slot / n).
    #[default]
    Even,
    /// All at the slot's start.
    Burst,
    /// Uniform draws of this seed.
    Random {
        /// The seed.
        seed: u64,
    },
}

/// Invocations of one function in one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// Number of the slot, from 0.
    pub slot: u32,
    /// Index of the function.
    pub function: u32,
    /// How many invocations.
    pub count: u32,
    /// How long each lasts, ms.
    pub duration: u32,
}
