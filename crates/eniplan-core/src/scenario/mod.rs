//! Scenario: the user's functions, subnets and destinations, with every default filled in.
//!
//! Read from TOML ([`read`]) and completed with what the trace and the model
//! say ([`resolve`]). Functions stand in the trace's order, so that an index
//! means the same in both.

mod assumptions;
mod check;
mod check_groupings;
mod compose;
#[cfg(feature = "schema")]
mod keys;
mod known;
mod quota;
mod raw;
mod read;
mod resolve;
mod resolved;

pub use compose::Torn;
#[cfg(feature = "schema")]
pub use keys::ScenarioFile;
pub use known::Observed;
pub use raw::{Raw, usable};
pub use read::{read, read_with};
pub(crate) use resolve::arrow;
pub use resolve::resolve;
use resolved::{ARROW, DEFAULT_MEMORY, DEFAULT_PREFIX, DEFAULT_SUBNET, DEFAULT_VPC, DEFAULT_ZONE};
pub use resolved::{
    Allow, Destination, Function, Grouping, MOST_GROUPS, MOST_SUBNETS, OWN_GROUPINGS, Route, Scenario, Subnet,
};
