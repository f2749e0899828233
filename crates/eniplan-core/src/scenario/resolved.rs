//! Resolved: a scenario with every default filled in, and the defaults.

use crate::document::Place;
use crate::quantity::{Memory, Millis, Price};

pub(super) const DEFAULT_VPC: &str = "vpc";
pub(super) const DEFAULT_PREFIX: u8 = 20;
/// Memory of a function of which nothing is known.
pub(super) const DEFAULT_MEMORY: Memory = Memory::mib(1_024);
pub(super) const DEFAULT_ZONE: &str = "zone-a";
pub(super) const DEFAULT_SUBNET: &str = "subnet-a";
/// Subnets and security groups one function can have. Source: `VpcConfig` of the Lambda API, which
/// lists at most 16 and 5; keeps a small file from asking for a huge graph.
pub const MOST_SUBNETS: usize = 16;
/// Security groups one function can have, as above.
pub const MOST_GROUPS: usize = 5;
/// Names of groupings that are always looked at, or found: everything in one function, a function for
/// each route, and the best.
pub const OWN_GROUPINGS: [&str; 3] = ["monolith", "one-per-route", "best"];
pub(super) const ARROW: &str = " -> ";

/// A function with everything known about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its memory.
    pub memory: Memory,
    /// Connections one environment holds on its ENI.
    pub connections: u32,
    /// Indices of its subnets, in declared order; empty: it is not in a VPC.
    pub subnets: Vec<usize>,
    /// Its security groups, sorted, each once.
    pub security_groups: Vec<String>,
    /// How long an idle environment lives.
    pub keep_alive: Millis,
    /// Names of the destinations it must reach.
    pub reaches: Vec<String>,
}

/// What a route adds to the start of a function it is part of. The rest of it is a [`Function`] of
/// the same name: alone in a function, that is what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Its name, as the trace has it.
    pub name: String,
    /// The size of its code.
    pub code: Memory,
    /// How long its own initialisation takes.
    pub init: Millis,
}

/// A way to cut the service into functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grouping {
    /// Its name.
    pub name: String,
    /// Its functions, each with the names of its routes.
    pub functions: Vec<(String, Vec<String>)>,
    /// Where the file names it.
    pub place: Place,
}

/// A subnet of the customer's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subnet {
    /// Its name.
    pub name: String,
    /// Its availability zone.
    pub zone: String,
    /// Its VPC.
    pub vpc: String,
    /// Addresses the provider leaves for use: 2^(32-mask) - 5.
    pub usable: u32,
    /// Addresses already taken.
    pub in_use: u32,
}

/// Something in the customer's VPC that functions talk to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// Its name.
    pub name: String,
    /// Index of its subnet.
    pub subnet: usize,
    /// Its security groups, sorted, each once.
    pub security_groups: Vec<String>,
}

/// Traffic that one security group lets in from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    /// The group it comes from.
    pub from: String,
    /// The group it goes to.
    pub to: String,
}

/// The user's side of the problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// The functions, those of the trace first and in its order.
    pub functions: Vec<Function>,
    /// What is known of routes beside that.
    pub routes: Vec<Route>,
    /// The ways to make functions of them.
    pub groupings: Vec<Grouping>,
    /// The subnets.
    pub subnets: Vec<Subnet>,
    /// The destinations.
    pub destinations: Vec<Destination>,
    /// What may talk to what; empty: every group to every other.
    pub allows: Vec<Allow>,
    /// The longest cold start promised.
    pub max_cold_start: Option<Millis>,
    /// Whether the target must hold after the loss of any one zone too.
    pub survive_zone: bool,
    /// What holding one ENI for an hour costs.
    pub eni_hour: Option<Price>,
    /// What creating one ENI costs.
    pub creation: Option<Price>,
    /// What was assumed where the user said nothing, in the user's words.
    pub assumptions: Vec<String>,
}
