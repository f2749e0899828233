//! Traffic: the invocations of every function in arrival order.
//!
//! Times are whole milliseconds from the first instant of the trace. Counts
//! per slot stay counts and are spread over their slot only while they are
//! read, one slot at a time, so that a year of counts needs no more memory
//! than its busiest slot. Depends on quantities and random streams alone.

mod arrivals;
pub mod block;
mod entry;
pub mod generate;
mod log;
pub mod names;
mod recorded;
mod scale;
mod shape;

pub use arrivals::{Arrivals, FunctionShare, Spreading};
pub use entry::{Cell, Entry, Spread};
pub use log::{CallLog, LogEntries};
pub use recorded::{Trace, TraceFunction};
pub use scale::Factor;
pub use shape::Shape;
