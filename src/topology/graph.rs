//! The reachability graph.

/// A place in the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// The provider's own VPC.
    LambdaTeamVpc,
}

/// Why one place reaches another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// Placeholder.
    Runs,
}
