//! Answers: one file for each result that becomes an [`Answer`](super::Answer).

mod by_function;
mod compare;
mod demand;
mod formats;
mod models;
mod plan;
mod policies;
mod runs;
mod simulate;
mod worst_case;

pub use by_function::by_function;
pub use compare::compare;
pub use demand::{Pool, demand};
pub use formats::formats;
pub use models::models;
pub use plan::plan;
pub use policies::policies;
pub use runs::{Run, Runs};
pub use simulate::simulate;
pub use worst_case::worst_case;
