//! The cold path: the phases an environment goes through before its handler starts.
//!
//! A petgraph DAG of the model's phases, laid out in topological order. A phase
//! starts when all phases it comes after have ended; the handler starts when all
//! have ended. Functions outside a VPC skip the phases marked `vpc`, and what
//! came after a skipped phase comes after that phase's own predecessors.

mod path;
#[cfg(test)]
mod tests;
mod wait;

pub use path::{Path, PathStep, StepTiming};
pub use wait::{Cause, EniFound, EniWait, NoReady, PathPhase, PhaseWait, SystemLimit};

use petgraph::algo::toposort;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::platform::{Phase, PhaseKind, Platform};

/// The cold path of a model, with and without a VPC; by default it takes no time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColdPath {
    /// For functions in a VPC.
    pub vpc: Path,
    /// For the others.
    pub plain: Path,
}

impl ColdPath {
    /// Lays out the phases of `platform`.
    ///
    /// Fails on an unknown name in `after`, on a cycle, and on a second `eni` or `microvm` phase.
    pub fn new(platform: &Platform) -> Result<Self, Diagnostics> {
        let mut problems = Diagnostics::default();
        let mut graph: DiGraph<&Phase, ()> = DiGraph::new();
        let nodes: Vec<NodeIndex> = platform.phases.iter().map(|phase| graph.add_node(phase)).collect();
        let find = |name: &String| platform.phases.iter().position(|phase| phase.name == *name);
        for (phase, &node) in platform.phases.iter().zip(&nodes) {
            for name in &phase.after {
                match find(name) {
                    Some(before) => {
                        graph.update_edge(nodes[before], node, ());
                    }
                    None => problems.push(unknown_phase(&phase.name, name)),
                }
            }
        }
        for kind in [PhaseKind::Eni, PhaseKind::Microvm] {
            if platform.phases.iter().filter(|phase| phase.kind == kind).count() > 1 {
                problems.push(second_of_kind(kind));
            }
        }
        match toposort(&graph, None) {
            Ok(order) => problems.or(Self {
                vpc: lay_out(&graph, &order, |_| true),
                plain: lay_out(&graph, &order, |phase| !phase.vpc),
            }),
            Err(cycle) => {
                problems.push(in_a_cycle(&graph[cycle.node_id()].name));
                Err(problems)
            }
        }
    }

    /// The path of a function with or without a VPC.
    pub fn path_for(&self, in_vpc: bool) -> &Path {
        if in_vpc { &self.vpc } else { &self.plain }
    }
}

fn lay_out(graph: &DiGraph<&Phase, ()>, order: &[NodeIndex], kept: impl Fn(&Phase) -> bool) -> Path {
    let mut steps: Vec<PathStep> = Vec::new();
    // For each node: the kept steps that must have ended when it has.
    let mut ends: Vec<Vec<usize>> = vec![Vec::new(); graph.node_count()];
    for &node in order {
        let phase = graph[node];
        let mut after: Vec<usize> = graph
            .neighbors_directed(node, petgraph::Direction::Incoming)
            .flat_map(|before| ends[before.index()].clone())
            .collect();
        after.sort_unstable();
        after.dedup();
        if kept(phase) {
            ends[node.index()] = vec![steps.len()];
            let (name, duration) = (phase.name.clone(), phase.duration.value.clone());
            steps.push(PathStep { name, kind: phase.kind, duration, after });
        } else {
            ends[node.index()] = after;
        }
    }
    Path { steps }
}

fn unknown_phase(phase: &str, name: &str) -> Diagnostic {
    Diagnostic::new(
        Code::UnknownName,
        format!("phase `{phase}` comes after `{name}`, which is not a phase of this model"),
        "use the name of a phase of this model in `after`",
    )
    .with_value(name)
}

fn second_of_kind(kind: PhaseKind) -> Diagnostic {
    let name = if kind == PhaseKind::Eni { "eni" } else { "microvm" };
    Diagnostic::new(
        Code::BadValue,
        format!("the cold path has more than one phase of kind `{name}`"),
        "keep one: an environment has one ENI and one microVM",
    )
    .with_value(name)
}

fn in_a_cycle(phase: &str) -> Diagnostic {
    Diagnostic::new(
        Code::BadValue,
        format!("phase `{phase}` comes after itself"),
        "remove the cycle in `after`",
    )
    .with_value(phase)
}
