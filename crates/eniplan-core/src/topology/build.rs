//! Scenario + model -> [`Topology`].

use std::collections::BTreeMap;

use petgraph::graph::NodeIndex;

use super::graph::{GraphBuilder, MissingHop, missing_hop};
use super::{EniClass, FunctionPlace, SubnetRoom, SystemLimits, TokenBucket, Topology, TopologyNode};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::listed;
use crate::platform::{BucketModel, Platform, ScalingScope};
use crate::quantity::Rate;
use crate::scenario::{self, Function, Scenario};

impl Topology {
    /// Lays out `scenario` on `platform`.
    ///
    /// Fails with E301 for every destination that a function must reach and cannot,
    /// naming the hop that is missing, and with E204 for one that does not exist.
    pub fn build(scenario: &Scenario, platform: &Platform) -> Result<Self, Diagnostics> {
        let (classes, functions) = classes(scenario);
        let uses: Vec<&[usize]> = functions.iter().map(|place| place.classes.as_slice()).collect();
        let builder = GraphBuilder::lay_out(scenario, &classes, &uses);
        reaches(scenario, &builder)?;
        Ok(Self {
            graph: builder.finish(),
            classes,
            functions,
            limits: limits(scenario, platform),
            boot: platform.eni.boot.value.clone(),
            delete: platform.eni.delete.value.clone(),
            capacity: platform.eni.capacity.value,
        })
    }

    /// The names of the destinations that the function of this name reaches, sorted.
    pub fn reachable_destinations(&self, function: &str) -> Vec<&str> {
        let Some(function) =
            self.find(|node| matches!(node, TopologyNode::Function(name) if name == function))
        else {
            return Vec::new();
        };
        let mut reached: Vec<&str> = self
            .graph
            .node_indices()
            .filter_map(|node| match &self.graph[node] {
                TopologyNode::Destination(name) if missing_hop(&self.graph, function, node).is_none() => {
                    Some(name.as_str())
                }
                _ => None,
            })
            .collect();
        reached.sort_unstable();
        reached
    }

    /// Why the function does not reach the destination, in a sentence; `None` where it does, or where
    /// there is no such function or destination.
    pub fn missing_hop(&self, function: &str, destination: &str) -> Option<String> {
        let from = self.find(|node| matches!(node, TopologyNode::Function(name) if name == function))?;
        let to = self.find(|node| matches!(node, TopologyNode::Destination(name) if name == destination))?;
        missing_hop(&self.graph, from, to).map(|hop| sentences(&hop, function, destination).0)
    }

    fn find(&self, test: impl Fn(&TopologyNode) -> bool) -> Option<NodeIndex> {
        self.graph.node_indices().find(|&node| self.graph.node_weight(node).is_some_and(&test))
    }
}

/// The ENI classes in order of first use, and the functions with theirs.
fn classes(scenario: &Scenario) -> (Vec<EniClass>, Vec<FunctionPlace>) {
    let mut classes: Vec<EniClass> = Vec::new();
    let mut known: BTreeMap<(usize, &[String]), usize> = BTreeMap::new();
    let mut places = Vec::with_capacity(scenario.functions.len());
    for function in &scenario.functions {
        let mut used = Vec::with_capacity(function.subnets.len());
        for &subnet in &function.subnets {
            let class = *known.entry((subnet, &function.security_groups)).or_insert_with(|| {
                classes.push(EniClass { subnet, security_groups: function.security_groups.clone() });
                classes.len() - 1
            });
            used.push(class);
        }
        places.push(FunctionPlace {
            name: function.name.clone(),
            memory: function.memory,
            connections: function.connections,
            keep_alive: function.keep_alive,
            classes: used,
        });
    }
    (classes, places)
}

/// Every `reaches` that cannot be met.
fn reaches(scenario: &Scenario, builder: &GraphBuilder) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::default();
    for function in &scenario.functions {
        for destination in &function.reaches {
            if let Some(problem) = problem_of_reach(builder, function, destination) {
                problems.push(problem);
            }
        }
    }
    problems.or(())
}

fn problem_of_reach(builder: &GraphBuilder, function: &Function, destination: &str) -> Option<Diagnostic> {
    let from = builder.find(&TopologyNode::Function(function.name.clone()))?;
    let Some(to) = builder.find(&TopologyNode::Destination(destination.to_owned())) else {
        let message = format!("function {} reaches {destination}, which is not defined", function.name);
        let help = "add a [[destination]] with that name";
        return Some(Diagnostic::new(Code::UnknownName, message, help).with_value(destination));
    };
    let hop = missing_hop(builder.graph(), from, to)?;
    let (message, help) = sentences(&hop, &function.name, destination);
    let arrow = scenario::arrow(&function.name, destination);
    let mut problem = Diagnostic::new(Code::Unreachable, message, help);
    problem.value = Some(arrow);
    Some(problem)
}

/// What is missing, and what to do.
fn sentences(hop: &MissingHop, function: &str, destination: &str) -> (String, String) {
    match hop {
        MissingHop::NoVpc { destination_vpc } => (
            format!("function {function} is in no VPC, but {destination} is in vpc {destination_vpc}"),
            format!("add subnets of vpc {destination_vpc} to its `subnets`"),
        ),
        MissingHop::OtherVpc { function_vpc, destination_vpc } => (
            format!(
                "function {function} is in vpc {function_vpc}, but {destination} is in vpc {destination_vpc}"
            ),
            format!("use subnets of vpc {destination_vpc} for {function}"),
        ),
        MissingHop::NotAllowed { from, to } => (
            format!(
                "no security group of {function} ({}) is allowed to reach {destination} ({})",
                listed(from),
                listed(to)
            ),
            "add an [[allow]] from a group of the function to a group of the destination".to_owned(),
        ),
    }
}

fn limits(scenario: &Scenario, platform: &Platform) -> SystemLimits {
    let mut vpcs: BTreeMap<&str, usize> = BTreeMap::new();
    let subnets = scenario
        .subnets
        .iter()
        .map(|subnet| {
            let next = vpcs.len();
            SubnetRoom {
                name: subnet.name.clone(),
                zone: subnet.zone.clone(),
                vpc: *vpcs.entry(&subnet.vpc).or_insert(next),
                addresses: subnet.usable.saturating_sub(subnet.in_use),
            }
        })
        .collect();
    let scaling = |of: ScalingScope| match &platform.environment.scaling {
        Some((scope, scaling)) if *scope == of => Some(bucket(scaling)),
        _ => None,
    };
    SystemLimits {
        subnets,
        vpc_quota: platform.eni.vpc_quota.as_ref().map(|quota| quota.value),
        region_quota: platform.eni.region_quota.as_ref().map(|quota| quota.value),
        api: platform.eni.api.as_ref().map(bucket),
        account_concurrency: platform.environment.account_concurrency.as_ref().map(|limit| limit.value),
        account_scaling: scaling(ScalingScope::Account),
        function_scaling: scaling(ScalingScope::Function),
        survive_zone: scenario.survive_zone,
        microvm: platform
            .environment
            .microvm
            .as_ref()
            .map(|(per_host, hosts)| Rate(per_host.value.0.saturating_mul(u64::from(hosts.value)))),
    }
}

fn bucket(bucket: &BucketModel) -> TokenBucket {
    TokenBucket { burst: bucket.burst.value, per_second: bucket.per_second.value }
}
