//! The cold path: the phases an environment goes through before its handler starts.
//!
//! A petgraph DAG of the model's phases, laid out in topological order. A phase
//! starts when all phases it comes after have ended; the handler starts when all
//! have ended. Functions outside a VPC skip the phases marked `vpc`, and what
//! came after a skipped phase comes after that phase's own predecessors.

use petgraph::algo::toposort;
use petgraph::graph::{DiGraph, NodeIndex};
use serde::Serialize;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::platform::{Phase, PhaseKind, Platform};
use crate::quantity::{Interval, Millis};

/// A phase in place: it names its predecessors by their index in the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The phase's name.
    pub name: String,
    /// What happens in it.
    pub kind: PhaseKind,
    /// How long it takes; of an `eni` step zero, since its length is the wait.
    pub duration: Interval,
    /// Indices of the steps it comes after, all smaller than its own.
    pub after: Vec<usize>,
}

/// Part of the explanation of a cold start: one step of the longest path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PathPhase {
    /// The phase.
    pub phase: String,
    /// When it started, ms after the arrival.
    pub start_ms: u64,
    /// How long it waited: for a microVM of the hosts' rate, for an ENI.
    pub wait_ms: u64,
    /// How long it then took.
    pub duration_ms: u64,
}

/// The phases of one kind of function, in topological order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// The steps.
    pub steps: Vec<Step>,
}

/// What one step did in one cold start, ms after the arrival.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stretch {
    /// When the step started.
    pub start: u64,
    /// How much of it was waiting.
    pub wait: u64,
    /// When it ended.
    pub end: u64,
}

impl Path {
    /// The length of the path when every step takes its longest and the special steps wait this long.
    pub fn longest(&self, eni_wait: Millis, microvm_wait: Millis) -> Millis {
        let stretches = self.stretches(|step| step.duration.max, eni_wait, microvm_wait);
        Millis(stretches.iter().map(|stretch| stretch.end).max().unwrap_or(0))
    }

    /// The length of the path when every step takes its shortest and nothing waits.
    pub fn shortest(&self) -> Millis {
        let stretches = self.stretches(|step| step.duration.min, Millis::ZERO, Millis::ZERO);
        Millis(stretches.iter().map(|stretch| stretch.end).max().unwrap_or(0))
    }

    /// The latest the `eni` step starts, when microVMs wait this long; zero without one.
    pub fn latest_acquire(&self, microvm_wait: Millis) -> Millis {
        let stretches = self.stretches(|step| step.duration.max, Millis::ZERO, microvm_wait);
        let eni = self.steps.iter().position(|step| step.kind == PhaseKind::Eni);
        Millis(eni.map_or(0, |index| stretches[index].start))
    }

    /// Whether an ENI is part of it.
    pub fn needs_eni(&self) -> bool {
        self.steps.iter().any(|step| step.kind == PhaseKind::Eni)
    }

    fn stretches(
        &self,
        duration: impl Fn(&Step) -> Millis,
        eni_wait: Millis,
        microvm_wait: Millis,
    ) -> Vec<Stretch> {
        let mut stretches: Vec<Stretch> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let start = step.after.iter().map(|&before| stretches[before].end).max().unwrap_or(0);
            let wait = match step.kind {
                PhaseKind::Plain => 0,
                PhaseKind::Microvm => microvm_wait.0,
                PhaseKind::Eni => eni_wait.0,
            };
            let end = start.saturating_add(wait).saturating_add(duration(step).0);
            stretches.push(Stretch { start, wait, end });
        }
        stretches
    }

    /// The steps along the longest path of one cold start, first to last: what explains its length.
    pub fn explain(&self, stretches: &[Stretch]) -> Vec<PathPhase> {
        let latest = |among: &mut dyn Iterator<Item = usize>| {
            among.max_by_key(|&index| (stretches[index].end, std::cmp::Reverse(index)))
        };
        let mut path = Vec::new();
        let mut at = latest(&mut (0..self.steps.len()));
        while let Some(index) = at {
            let stretch = stretches[index];
            path.push(PathPhase {
                phase: self.steps[index].name.clone(),
                start_ms: stretch.start,
                wait_ms: stretch.wait,
                duration_ms: stretch.end - stretch.start - stretch.wait,
            });
            at = latest(&mut self.steps[index].after.iter().copied());
        }
        path.reverse();
        path
    }
}

/// The cold path of a model, with and without a VPC.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    pub fn of(&self, in_vpc: bool) -> &Path {
        if in_vpc { &self.vpc } else { &self.plain }
    }
}

fn lay_out(graph: &DiGraph<&Phase, ()>, order: &[NodeIndex], kept: impl Fn(&Phase) -> bool) -> Path {
    let mut steps: Vec<Step> = Vec::new();
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
            steps.push(Step { name, kind: phase.kind, duration, after });
        } else {
            ends[node.index()] = after;
        }
    }
    Path { steps }
}

fn unknown_phase(phase: &str, name: &str) -> Diagnostic {
    Diagnostic::new(
        Code::UnknownName,
        format!("phase `{phase}` comes after `{name}`, which is no phase of this model"),
        "name a phase of the same model in `after`",
    )
    .with_value(name)
}

fn second_of_kind(kind: PhaseKind) -> Diagnostic {
    let name = if kind == PhaseKind::Eni { "eni" } else { "microvm" };
    Diagnostic::new(
        Code::BadValue,
        format!("the cold path has more than one phase of kind `{name}`"),
        "keep one; an environment has one ENI and one microVM",
    )
    .with_value(name)
}

fn in_a_cycle(phase: &str) -> Diagnostic {
    Diagnostic::new(
        Code::BadValue,
        format!("phase `{phase}` comes after itself"),
        "break the cycle in `after`",
    )
    .with_value(phase)
}
