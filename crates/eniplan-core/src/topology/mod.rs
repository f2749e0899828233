//! Topology: which functions use which ENI classes, what those reach, and what limits them.
//!
//! Built from a scenario and a model. The graph answers reachability; the flat
//! tables beside it are what the simulator, the bounds and the planner read.

mod build;
mod eni_class;
mod graph;

pub use eni_class::EniClass;
pub use graph::{TopologyEdge, TopologyNode};

use petgraph::graph::DiGraph;

use crate::quantity::{Capacity, Interval, Memory, Millis, Rate};

/// What the mechanism needs to know about a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionPlace {
    /// Its name.
    pub name: String,
    /// Its memory.
    pub memory: Memory,
    /// Connections one environment holds.
    pub connections: u32,
    /// How long an idle environment lives.
    pub keep_alive: Millis,
    /// Indices of the classes it may use, in the order of its subnets; empty: no VPC.
    pub classes: Vec<usize>,
}

/// Room in a subnet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubnetRoom {
    /// Its name.
    pub name: String,
    /// Its zone.
    pub zone: String,
    /// Index of its VPC, from 0.
    pub vpc: usize,
    /// Addresses left for ENIs: usable less those in use.
    pub addresses: u32,
}

/// A token bucket: a full one holds `burst`, and tokens come back at `per_second`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenBucket {
    /// Tokens in a full bucket.
    pub burst: u32,
    /// Refill.
    pub per_second: Rate,
}

/// Everything that says no; by default nothing does, and there is no subnet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SystemLimits {
    /// Room in each subnet, in the scenario's order.
    pub subnets: Vec<SubnetRoom>,
    /// ENIs per VPC.
    pub vpc_quota: Option<u32>,
    /// ENIs per Region.
    pub region_quota: Option<u32>,
    /// Creation requests.
    pub api: Option<TokenBucket>,
    /// Invocations in flight.
    pub account_concurrency: Option<u32>,
    /// New environments of the whole account.
    pub account_scaling: Option<TokenBucket>,
    /// New environments of each function.
    pub function_scaling: Option<TokenBucket>,
    /// Whether a plan must still hold when any one zone is lost.
    pub survive_zone: bool,
    /// Starts of `MicroVMs` per second over all hosts.
    pub microvm: Option<Rate>,
}

/// The whole.
#[derive(Clone, Debug)]
pub struct Topology {
    /// Who reaches whom.
    pub graph: DiGraph<TopologyNode, TopologyEdge>,
    /// The ENI classes, in order of first use.
    pub classes: Vec<EniClass>,
    /// The functions, in the scenario's order.
    pub functions: Vec<FunctionPlace>,
    /// The limits.
    pub limits: SystemLimits,
    /// From an ENI's granted request to ready.
    pub boot: Interval,
    /// From an ENI's deletion to gone.
    pub delete: Interval,
    /// What an ENI carries where the policy leaves it to the model.
    pub capacity: Capacity,
}
