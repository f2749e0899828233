//! Traffic: the invocations of every function in arrival order.
//!
//! Times are whole milliseconds from the first instant of the trace.

use super::arrivals::{Arrivals, FunctionShare};
use super::entry::{Cell, Entry};
use super::log::CallLog;
use super::shape::Shape;
use crate::quantity::{Memory, Millis};

/// A function as the trace knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceFunction {
    /// Its name, as the file gives it.
    pub name: String,
    /// Its memory, where the file gives it.
    pub memory: Option<Memory>,
    /// How long one invocation lasts, where the file gives none for each and the function has one.
    pub duration: Option<Millis>,
}

/// Everything that was invoked, when, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The functions; an entry names one by its index here.
    pub functions: Vec<TraceFunction>,
    /// The first instant, ms since 1970 in UTC, where the file has wall-clock times. For printing only.
    pub origin: Option<i64>,
    /// The length of the trace: the end of the last slot, or of the last invocation of a log.
    pub span: Millis,
    /// What the reader assumed, in the user's words.
    pub notes: Vec<String>,
    /// The invocations.
    pub shape: Shape,
}

impl Trace {
    /// The invocations in arrival order, ties in input order.
    pub fn arrivals(&self) -> Arrivals<'_> {
        Arrivals::new(&self.shape)
    }

    /// Those of a share of the functions: each function's in arrival order, and no order among functions.
    pub fn arrivals_apart(&self, share: FunctionShare) -> Arrivals<'_> {
        Arrivals::of(&self.shape, share, true)
    }

    /// Every duration that occurs, ms, with the index of its function.
    pub fn durations(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        let (log, runs, cells): (Option<&CallLog>, &[Entry], &[Cell]) = match &self.shape {
            Shape::Log(log) => (Some(log), &[], &[]),
            Shape::Concurrency { runs, .. } => (None, runs, &[]),
            Shape::Counts { cells, .. } => (None, &[], cells),
        };
        let entries = log.into_iter().flat_map(CallLog::entries).chain(runs.iter().copied());
        let of_entries = entries.map(|entry| (entry.function, entry.duration));
        of_entries.chain(cells.iter().map(|cell| (cell.function, u64::from(cell.duration))))
    }

    /// How many invocations there are.
    pub fn invocations(&self) -> u64 {
        match &self.shape {
            Shape::Log(log) => log.entries().map(|entry| u64::from(entry.count)).sum(),
            Shape::Concurrency { runs, .. } => runs.iter().map(|entry| u64::from(entry.count)).sum(),
            Shape::Counts { cells, .. } => cells.iter().map(|cell| u64::from(cell.count)).sum(),
        }
    }

    /// How long the first slot is; for a log, a minute. `start = "warm"` provides for this long.
    pub fn first_slot(&self) -> Millis {
        match &self.shape {
            Shape::Log(_) => Millis::minutes(1),
            Shape::Counts { slot, .. } | Shape::Concurrency { slot, .. } => *slot,
        }
    }

    /// The part whose arrivals lie in `from..to`, counted from `from`. Slots are taken
    /// whole: a slot belongs to the part that its start lies in.
    #[must_use]
    pub fn window(&self, from: Millis, to: Millis) -> Self {
        let inside = |at: u64| from.0 <= at && at < to.0;
        let cut = |entry: Entry| inside(entry.at).then(|| Entry { at: entry.at - from.0, ..entry });
        let mut origin = from;
        let shape = match &self.shape {
            Shape::Log(log) => Shape::Log(log.entries().filter_map(cut).collect()),
            Shape::Concurrency { slot, runs } => {
                Shape::Concurrency { slot: *slot, runs: runs.iter().copied().filter_map(cut).collect() }
            }
            Shape::Counts { slot, cells, spread } => {
                let first = from.0.div_ceil(slot.0.max(1));
                origin = Millis(first * slot.0);
                let cells = cells
                    .iter()
                    .filter(|cell| inside(u64::from(cell.slot) * slot.0))
                    .filter_map(|cell| {
                        let number = u32::try_from(u64::from(cell.slot) - first).ok()?;
                        Some(Cell { slot: number, ..*cell })
                    })
                    .collect();
                Shape::Counts { slot: *slot, cells, spread: *spread }
            }
        };
        Self {
            functions: self.functions.clone(),
            origin: self.origin.map(|at| at.saturating_add_unsigned(origin.0)),
            span: Millis(self.span.0.min(to.0)).minus(origin),
            notes: self.notes.clone(),
            shape,
        }
    }
}
