//! Composition: how a service is cut into functions, and what each cut comes to.
//!
//! A route is a function of the scenario; a [`Cut`] makes functions of several. Its cold path, its
//! topology and its trace are laid out by `build`, run by `measure`, and estimated without a run
//! by `cost`, over which `best` looks for the best cut. docs/compose.md has the rules.

mod best;
mod build;
mod cost;
mod cut;
mod measure;
mod tally;

pub use best::{BestCut, How, MOST_EXACT, best, best_observed, bound, functions_of, price};
pub use build::{Built, Service};
pub use cost::CutObjective;
pub use cut::{Cut, cuts};
pub use measure::{ClassPeak, CutRow, FunctionRow, RouteRow, measure};

/// The most routes there can be: a set of them is a number of as many binary digits.
pub const MOST_ROUTES: usize = 128;
