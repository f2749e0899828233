//! The destinations that functions connect to, and what admits them.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::visit::EdgeRef;

use super::{BEYOND, EniBox, SUBNETS, Sketch, TO_SUBNETS};
use crate::report::graph::{DrawingNode, NodeKind};
use crate::scenario::Destination;
use crate::topology::{TopologyEdge as Tie, TopologyNode as Place};

impl<'a> Sketch<'a> {
    /// Destinations and what lets in to them: their security groups, or a VPC that is open within.
    pub(super) fn destinations(&mut self, boxes: &[EniBox]) {
        let guards = self.guards();
        // Which groups of the functions may talk to which of those.
        let mut allowed: BTreeMap<&Place, BTreeSet<usize>> = BTreeMap::new();
        for (from, to) in self.tied(Tie::Allows).chain(self.tied(Tie::PartOf)) {
            if let (Place::SecurityGroup { .. }, Some(&to)) = (from, guards.get(to)) {
                allowed.entry(from).or_default().insert(to);
            }
        }
        let mut leads: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (class, group) in self.tied(Tie::GuardedBy) {
            if let (Place::EniClass(class), Some(to)) = (class, allowed.get(group)) {
                leads.entry(*class).or_default().extend(to);
            }
        }
        let of = |classes: &[usize]| {
            classes.iter().filter_map(|class| leads.get(class)).flatten().copied().collect()
        };
        let leads = boxes.iter().map(|(node, classes, _)| (*node, of(classes))).collect();
        self.join(leads, TO_SUBNETS, "may connect to");
        for destination in &self.scenario.destinations {
            self.destination(destination, &guards);
        }
    }

    /// What is tied to what in this way.
    fn tied(&self, tie: Tie) -> impl Iterator<Item = (&'a Place, &'a Place)> + use<'a> {
        let graph = &self.topology.graph;
        let edges = graph.edge_references().filter(move |edge| *edge.weight() == tie);
        edges.map(|edge| (&graph[edge.source()], &graph[edge.target()]))
    }

    /// The boxes of what lets in: VPCs that are open within, and the groups of destinations.
    fn guards(&mut self) -> BTreeMap<&'a Place, usize> {
        let open =
            self.tied(Tie::Allows).map(|(place, _)| place).filter(|place| matches!(place, Place::Vpc(_)));
        let closed = self.tied(Tie::GuardedBy).filter(|(place, _)| matches!(place, Place::Destination(_)));
        let by_rule = !self.scenario.allows.is_empty();
        let closed = closed.map(|(_, group)| group).filter(|_| by_rule);
        let mut guards: BTreeMap<&Place, usize> = BTreeMap::new();
        for place in open.chain(closed) {
            let node = match place {
                Place::Vpc(name) => DrawingNode::new(NodeKind::Vpc, SUBNETS, format!("any group in {name}")),
                Place::SecurityGroup { vpc, name } => {
                    let aside = if self.several { vpc.clone() } else { String::new() };
                    DrawingNode { aside, ..DrawingNode::new(NodeKind::Group, SUBNETS, name.as_str()) }
                }
                _ => continue,
            };
            guards.entry(place).or_insert_with(|| self.drawing.push(node));
        }
        guards
    }

    fn destination(&mut self, destination: &Destination, guards: &BTreeMap<&Place, usize>) {
        let Some(subnet) = self.scenario.subnets.get(destination.subnet) else { return };
        let mut node = DrawingNode::new(NodeKind::Destination, BEYOND, destination.name.as_str());
        node.lines = vec![format!("in {}, behind {}", subnet.name, destination.security_groups.join(" + "))];
        let needing =
            self.scenario.functions.iter().filter(|function| function.reaches.contains(&destination.name));
        let needing: Vec<&str> = needing.map(|function| function.name.as_str()).collect();
        if !needing.is_empty() {
            node.hint = format!("{} must be reachable from {}", destination.name, needing.join(", "));
        }
        let groups = destination.security_groups.iter();
        let groups =
            groups.map(|group| Place::SecurityGroup { vpc: subnet.vpc.clone(), name: group.clone() });
        let guards: Vec<usize> = groups
            .chain([Place::Vpc(subnet.vpc.clone())])
            .filter_map(|place| guards.get(&place).copied())
            .collect();
        let at = self.drawing.push(node);
        for guard in guards {
            self.drawing.link(guard, at, "admits to");
        }
    }
}
