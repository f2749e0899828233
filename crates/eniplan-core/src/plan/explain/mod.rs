//! Explain: what binds a plan, and what would make one possible where there is none.
//!
//! Every number here comes of planning again with something changed, and checking that plan: a
//! [`Lever`] is one number that says no, an [`irreducible_infeasible_set`] the limits that rule every plan out
//! together, [`smallest_fix`] the smallest change of one kind that brings one, a
//! [`ShadowPrice`] what a little more or less is worth (docs/plan.md, "The
//! explanation" and "No plan").

mod binds;
mod fixes;
mod iis;
mod lever;
mod plan;
mod prices;
mod rework;
mod trial;
mod ways_out;

pub use super::answer::{BindingStretch, Explanation, HeldForPool, PriceDifference, Remedy, ShadowPrice};
pub use fixes::smallest_fix;
pub use iis::{IisLimit, irreducible_infeasible_set, lift, limits};
pub use lever::Lever;
pub use plan::explain;
pub use prices::shadow_prices;
pub use trial::plan_again;
pub use ways_out::ways_out;
