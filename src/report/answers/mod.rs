//! Answers: one file for each result that becomes an [`Answer`](super::Answer).

mod by_function;
mod compare;
mod curve;
mod demand;
mod explanation;
mod formats;
mod headroom;
mod inventory;
mod models;
mod path;
mod plan;
mod policies;
mod probability;
mod reuse;
mod runs;
mod simulate;
mod sweep;
mod verify;
mod worst_case;

pub use by_function::by_function;
pub use compare::compare;
pub use demand::{Pool, demand};
pub use formats::formats;
pub use headroom::headroom;
pub use inventory::inventory;
pub use models::models;
pub use path::Limits;
pub use plan::plan;
pub use policies::policies;
pub use reuse::{ReuseRuns, reuse};
pub use runs::{Run, Runs};
pub use simulate::simulate;
pub use sweep::sweep;
pub use verify::verify;
pub use worst_case::{Shown, worst_case};
