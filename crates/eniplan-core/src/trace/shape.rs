//! Shape: the invocations of traffic, in the shape they came in.

use super::entry::{Cell, Entry, Spread};
use super::log::CallLog;
use crate::quantity::Millis;

/// The shape the trace came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One entry per invocation (or per run of equal ones), sorted by arrival.
    Log(CallLog),
    /// Invocations per slot, sorted by slot; the order within a slot is the order of ties.
    Counts {
        /// Length of a slot.
        slot: Millis,
        /// The non-zero cells.
        cells: Vec<Cell>,
        /// Where in its slot an invocation falls.
        spread: Spread,
    },
    /// Concurrent executions per slot, already turned into invocations: level j is
    /// busy over every maximal run of slots with a value of at least j.
    Concurrency {
        /// Length of a slot.
        slot: Millis,
        /// The runs.
        runs: Vec<Entry>,
    },
}
