//! The reachability graph: who runs where, through which ENIs, behind which groups.
//!
//! Reachability is searched for, never assumed: a search starts at an ENI class of
//! the function and at the destination, and they meet in a VPC and at a security group,
//! or they do not.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use super::EniClass;
use crate::scenario::Scenario;

/// A place in the network.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TopologyNode {
    /// The provider's own VPC, where functions run.
    LambdaTeamVpc,
    /// A function, by name.
    Function(String),
    /// A VPC of the customer's, by name.
    Vpc(String),
    /// An availability zone, by name.
    Zone(String),
    /// A subnet, by name.
    Subnet(String),
    /// A security group of one VPC.
    SecurityGroup {
        /// The VPC it belongs to.
        vpc: String,
        /// Its name.
        name: String,
    },
    /// ENIs that are interchangeable, by the index of their class.
    EniClass(usize),
    /// A destination, by name.
    Destination(String),
}

/// Why one place leads to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TopologyEdge {
    /// A function's environments run in the provider's VPC.
    RunsIn,
    /// A function's environments connect through ENIs of a class.
    Uses,
    /// An ENI class or a destination has its addresses in a subnet.
    PlacedIn,
    /// A subnet lies in a zone.
    InZone,
    /// A subnet, or a security group, belongs to a VPC.
    PartOf,
    /// A security group decides who talks to an ENI class or a destination.
    GuardedBy,
    /// A security group may talk to another; of a VPC to itself: all its groups to each other.
    Allows,
}

/// A graph under construction, with every node's index.
#[derive(Debug, Default)]
pub(super) struct GraphBuilder {
    graph: DiGraph<TopologyNode, TopologyEdge>,
    nodes: BTreeMap<TopologyNode, NodeIndex>,
    edges: BTreeSet<(NodeIndex, NodeIndex, TopologyEdge)>,
}

impl GraphBuilder {
    /// Lays out a scenario; `uses` lists for each function the indices of its classes.
    pub(super) fn lay_out(scenario: &Scenario, classes: &[EniClass], uses: &[&[usize]]) -> Self {
        let mut builder = Self::default();
        for (function, uses) in scenario.functions.iter().zip(uses) {
            let node = TopologyNode::Function(function.name.clone());
            builder.edge(node.clone(), TopologyEdge::RunsIn, TopologyNode::LambdaTeamVpc);
            for &class in *uses {
                builder.edge(node.clone(), TopologyEdge::Uses, TopologyNode::EniClass(class));
            }
        }
        for subnet in &scenario.subnets {
            let node = TopologyNode::Subnet(subnet.name.clone());
            builder.edge(node.clone(), TopologyEdge::InZone, TopologyNode::Zone(subnet.zone.clone()));
            builder.edge(node, TopologyEdge::PartOf, TopologyNode::Vpc(subnet.vpc.clone()));
        }
        for (index, class) in classes.iter().enumerate() {
            builder.place(scenario, &TopologyNode::EniClass(index), class.subnet, &class.security_groups);
        }
        for destination in &scenario.destinations {
            let node = TopologyNode::Destination(destination.name.clone());
            builder.place(scenario, &node, destination.subnet, &destination.security_groups);
        }
        builder.allow(scenario);
        builder
    }

    /// Puts an ENI class or a destination into its subnet and behind its groups.
    fn place(&mut self, scenario: &Scenario, node: &TopologyNode, subnet: usize, groups: &[String]) {
        let Some(subnet) = scenario.subnets.get(subnet) else { return };
        self.edge(node.clone(), TopologyEdge::PlacedIn, TopologyNode::Subnet(subnet.name.clone()));
        for group in groups {
            let group = TopologyNode::SecurityGroup { vpc: subnet.vpc.clone(), name: group.clone() };
            self.edge(node.clone(), TopologyEdge::GuardedBy, group.clone());
            self.edge(group, TopologyEdge::PartOf, TopologyNode::Vpc(subnet.vpc.clone()));
        }
    }

    /// The rules between groups, in every VPC that has both of them.
    fn allow(&mut self, scenario: &Scenario) {
        let vpcs: BTreeSet<&String> = scenario.subnets.iter().map(|subnet| &subnet.vpc).collect();
        if scenario.allows.is_empty() {
            for vpc in vpcs {
                self.edge(
                    TopologyNode::Vpc(vpc.clone()),
                    TopologyEdge::Allows,
                    TopologyNode::Vpc(vpc.clone()),
                );
            }
            return;
        }
        let mut vpcs_of: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for node in self.nodes.keys() {
            if let TopologyNode::SecurityGroup { vpc, name } = node {
                vpcs_of.entry(name.clone()).or_default().push(vpc.clone());
            }
        }
        for rule in &scenario.allows {
            for vpc in vpcs_of.get(&rule.from).into_iter().flatten() {
                let from = TopologyNode::SecurityGroup { vpc: vpc.clone(), name: rule.from.clone() };
                let to = TopologyNode::SecurityGroup { vpc: vpc.clone(), name: rule.to.clone() };
                if self.nodes.contains_key(&to) {
                    self.edge(from, TopologyEdge::Allows, to);
                }
            }
        }
    }

    fn edge(&mut self, from: TopologyNode, edge: TopologyEdge, to: TopologyNode) {
        let (from, to) = (self.node(from), self.node(to));
        if self.edges.insert((from, to, edge)) {
            self.graph.add_edge(from, to, edge);
        }
    }

    fn node(&mut self, node: TopologyNode) -> NodeIndex {
        let graph = &mut self.graph;
        *self.nodes.entry(node).or_insert_with_key(|node| graph.add_node(node.clone()))
    }

    /// The graph.
    pub(super) const fn graph(&self) -> &DiGraph<TopologyNode, TopologyEdge> {
        &self.graph
    }

    /// The finished graph.
    pub(super) fn finish(self) -> DiGraph<TopologyNode, TopologyEdge> {
        self.graph
    }

    /// Where a node stands.
    pub(super) fn find(&self, node: &TopologyNode) -> Option<NodeIndex> {
        self.nodes.get(node).copied()
    }
}

/// Where one comes to from `start` by taking one edge of each of these kinds in turn.
fn follow(
    graph: &DiGraph<TopologyNode, TopologyEdge>,
    start: NodeIndex,
    route: &[TopologyEdge],
) -> BTreeSet<NodeIndex> {
    let mut here = BTreeSet::from([start]);
    for &kind in route {
        let next = |&node: &NodeIndex| {
            graph.edges(node).filter(move |edge| *edge.weight() == kind).map(|edge| edge.target())
        };
        here = here.iter().flat_map(next).collect();
    }
    here
}

/// The first hop that is missing between a function and a destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum MissingHop {
    /// The function has no ENI anywhere; the destination is in this VPC.
    NoVpc {
        /// Of the destination.
        destination_vpc: String,
    },
    /// All of the function's ENIs are in other VPCs.
    OtherVpc {
        /// Of the function.
        function_vpc: String,
        /// Of the destination.
        destination_vpc: String,
    },
    /// No group of the function may talk to a group of the destination.
    NotAllowed {
        /// Of the function.
        from: Vec<String>,
        /// Of the destination.
        to: Vec<String>,
    },
}

/// The first missing hop from `function` to `destination`; `None`: it reaches it.
pub(super) fn missing_hop(
    graph: &DiGraph<TopologyNode, TopologyEdge>,
    function: NodeIndex,
    destination: NodeIndex,
) -> Option<MissingHop> {
    const VPC_OF: [TopologyEdge; 2] = [TopologyEdge::PlacedIn, TopologyEdge::PartOf];
    const GROUPS: [TopologyEdge; 1] = [TopologyEdge::GuardedBy];
    const ALLOWED: [TopologyEdge; 2] = [TopologyEdge::GuardedBy, TopologyEdge::Allows];
    const VPC_OF_GROUPS: [TopologyEdge; 2] = [TopologyEdge::GuardedBy, TopologyEdge::PartOf];
    const OPEN: [TopologyEdge; 3] = [TopologyEdge::GuardedBy, TopologyEdge::PartOf, TopologyEdge::Allows];
    let destination_vpcs = follow(graph, destination, &VPC_OF);
    let destination_groups = follow(graph, destination, &GROUPS);
    let open_to = follow(graph, destination, &VPC_OF_GROUPS);
    let classes = follow(graph, function, &[TopologyEdge::Uses]);
    let (in_vpc, elsewhere): (Vec<NodeIndex>, Vec<NodeIndex>) =
        classes.into_iter().partition(|&class| !follow(graph, class, &VPC_OF).is_disjoint(&destination_vpcs));
    let allowed = |&class: &NodeIndex| {
        !follow(graph, class, &ALLOWED).is_disjoint(&destination_groups)
            || !follow(graph, class, &OPEN).is_disjoint(&open_to)
    };
    if in_vpc.iter().any(allowed) {
        return None;
    }
    let destination_vpc = names(graph, &destination_vpcs).concat();
    if let Some(&class) = in_vpc.first() {
        let from = names(graph, &follow(graph, class, &GROUPS));
        return Some(MissingHop::NotAllowed { from, to: names(graph, &destination_groups) });
    }
    Some(match elsewhere.first() {
        Some(&class) => MissingHop::OtherVpc {
            function_vpc: names(graph, &follow(graph, class, &VPC_OF)).concat(),
            destination_vpc,
        },
        None => MissingHop::NoVpc { destination_vpc },
    })
}

fn names(graph: &DiGraph<TopologyNode, TopologyEdge>, nodes: &BTreeSet<NodeIndex>) -> Vec<String> {
    let mut names: Vec<String> = nodes
        .iter()
        .filter_map(|&node| match graph.node_weight(node)? {
            TopologyNode::Vpc(name) | TopologyNode::SecurityGroup { name, .. } => Some(name.clone()),
            _ => None,
        })
        .collect();
    names.sort();
    names
}
