//! The time-expanded network: what one ENI can be doing when, as a graph; and its linear program.
//!
//! Nodes are `Outside` and `Ready` at each instant that can matter; arcs are a boot (`create`),
//! idling or working through to the next instant (`ready`), and a deletion (`delete`). A schedule is
//! an integral flow and its held time the flow's cost. Names equal those of docs/plan.md. Reads
//! the group; of the closed form only the instants to which tokens can push a request.

use std::collections::BTreeSet;

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use super::congestion::zones;
use super::decompose::decompose;
use super::program::{Program, ProgramColumn, ProgramName, ProgramRow, Sense, Solution, Variable};
use super::tokens::{ExactBucket, latest};
use crate::plan::terms::exact::instant_ms;
use crate::plan::terms::group::Group;
use crate::plan::terms::schedule::{DeadlineBatch, Schedule};

/// A state at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EniState {
    /// Not there: never requested, or on its way out.
    Outside,
    /// Ready at this instant, ms.
    Ready(i64),
}

/// What takes an ENI from one node to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EniArc {
    /// Requested then; ready after the longest boot.
    Create {
        /// The request, ms.
        request_ms: i64,
    },
    /// Ready from one instant to the next.
    Ready {
        /// From, ms.
        from_ms: i64,
        /// To (exclusive), ms; none: for good.
        to_ms: Option<i64>,
        /// ENIs needed meanwhile.
        need: u32,
    },
    /// Deleted from then on.
    Delete {
        /// The deletion's start, ms.
        start_ms: i64,
    },
}

/// The network of a group.
pub struct EniNetwork<'a> {
    group: &'a Group,
    graph: DiGraph<EniState, EniArc>,
}

impl<'a> EniNetwork<'a> {
    /// Builds it; none where it would have more than `largest` arcs.
    pub fn build(group: &'a Group, largest: usize) -> Option<Self> {
        let requests = requests(group, largest)?;
        let changes = group.need.steps().iter().map(|&(at, _)| instant_ms(at));
        let ready = requests.iter().map(|request| request + group.boot_ms());
        let instants: BTreeSet<i64> = changes.chain(ready).collect();
        if instants.len().saturating_mul(3) > largest {
            return None;
        }
        let mut network = Self { group, graph: DiGraph::new() };
        let outside = network.graph.add_node(EniState::Outside);
        let nodes: Vec<(i64, NodeIndex)> =
            instants.iter().map(|&at| (at, network.graph.add_node(EniState::Ready(at)))).collect();
        let nexts = nodes.iter().skip(1).map(|&(at, node)| (Some(at), node)).chain([(None, outside)]);
        for (&(from_ms, node), (to_ms, next)) in nodes.iter().zip(nexts) {
            let need = if from_ms < 0 { 0 } else { group.need.at(from_ms.unsigned_abs()) };
            network.graph.add_edge(node, next, EniArc::Ready { from_ms, to_ms, need });
            let request_ms = from_ms - group.boot_ms();
            if requests.contains(&request_ms) {
                network.graph.add_edge(outside, node, EniArc::Create { request_ms });
            }
            if from_ms + group.delete_ms() < network.end_ms() {
                network.graph.add_edge(node, outside, EniArc::Delete { start_ms: from_ms });
            }
        }
        Some(network)
    }

    /// The graph.
    pub fn graph(&self) -> &DiGraph<EniState, EniArc> {
        &self.graph
    }

    fn end_ms(&self) -> i64 {
        instant_ms(self.group.end_ms())
    }

    /// The network as a linear program, without the constraints that [`EniFlow::broken`] adds as they break.
    pub fn flow(&self) -> EniFlow<'_> {
        let rises = self.group.need.steps().iter().scan(0_u32, |last, &(_, value)| {
            let rise = value.saturating_sub(*last);
            *last = value;
            Some(f64::from(rise))
        });
        // All creations together weigh less than one ENI x ms: held time first, then creations.
        let creation = 0.5 / (1.0 + rises.sum::<f64>());
        let mut program = Program::default();
        // Arcs in the order of their indices, which petgraph gives out from 0.
        let variables = self.graph.edge_weights().map(|arc| {
            let (kind, at_ms, lower, cost) = match *arc {
                EniArc::Create { request_ms } => {
                    ("create", request_ms, 0, self.group.boot.max.0 as f64 + creation)
                }
                EniArc::Ready { from_ms, to_ms, need } => {
                    let to_ms = to_ms.map_or(self.end_ms(), |to_ms| to_ms.min(self.end_ms()));
                    ("ready", from_ms, need, (to_ms - from_ms).max(0) as f64)
                }
                EniArc::Delete { start_ms } => ("delete", start_ms, 0, self.group.delete.max.0 as f64),
            };
            let name = ProgramName { kind, from_ms: at_ms, to_ms: None };
            (
                *arc,
                program.add(ProgramColumn {
                    name,
                    lower: f64::from(lower),
                    upper: None,
                    integer: false,
                    cost,
                }),
            )
        });
        let variables: Vec<(EniArc, Variable)> = variables.collect();
        for node in self.graph.node_indices() {
            let Some(&EniState::Ready(at_ms)) = self.graph.node_weight(node) else { continue };
            let side = |direction, sign| {
                let edges = self.graph.edges_directed(node, direction);
                edges
                    .filter_map(|edge| variables.get(edge.id().index()))
                    .map(move |&(_, variable)| (variable, sign))
            };
            let terms = side(Direction::Incoming, 1.0).chain(side(Direction::Outgoing, -1.0)).collect();
            let name = ProgramName { kind: "flow", from_ms: at_ms, to_ms: None };
            program.require(ProgramRow { name, terms, sense: Sense::Equal, right: 0.0 });
        }
        EniFlow { group: self.group, program, variables }
    }
}

/// Every instant at which an optimal plan may have a request; none where there are too many.
fn requests(group: &Group, largest: usize) -> Option<BTreeSet<i64>> {
    let lead = group.boot_ms();
    let rises = group.need.steps().iter().scan(0, |last, &(at, value)| {
        let rise = (value > *last).then_some(at);
        *last = value;
        Some(rise)
    });
    let mut requests: BTreeSet<i64> = rises.flatten().map(|at| instant_ms(at) - lead).collect();
    if let Some(bucket) = group.api.map(ExactBucket::from) {
        let turns = decompose(group);
        let services = latest(&turns.creations, bucket);
        for zone in zones(services.as_deref(), turns.creations.len()) {
            let deadlines = turns.creations.get(zone).unwrap_or_default();
            let mut before: u64 = 0;
            for deadline in deadlines {
                before += u64::from(deadline.count);
                let first = bucket.burst() + 1;
                if before.saturating_sub(first) > largest as u64 {
                    return None;
                }
                let widths = (first..=before).filter_map(|count| bucket.width_ms(count));
                requests.extend(widths.map(|width| deadline.at_ms.saturating_sub_unsigned(width)));
                if requests.len().saturating_mul(3) > largest {
                    return None;
                }
            }
        }
    }
    if let Some(from_ms) = group.earliest_ms() {
        requests.retain(|request| *request >= from_ms);
    }
    Some(requests)
}

/// The linear program of a network, and how to read its solutions.
pub struct EniFlow<'a> {
    group: &'a Group,
    program: Program,
    variables: Vec<(EniArc, Variable)>,
}

impl EniFlow<'_> {
    /// The program.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The schedule a solution stands for; none where a count is not whole.
    pub fn schedule(&self, solution: &Solution) -> Option<Schedule> {
        let mut creations = Vec::new();
        let mut deletions = Vec::new();
        for &(arc, variable) in &self.variables {
            match arc {
                EniArc::Create { request_ms } => creations.push((request_ms, solution.count(variable)?)),
                EniArc::Delete { start_ms } => deletions.push((start_ms, solution.count(variable)?)),
                EniArc::Ready { .. } => {}
            }
        }
        Some(Schedule::from_parts(creations, deletions))
    }

    /// Adds the `tokens` and `held` constraints that a schedule breaks; false where it breaks none.
    pub fn broken(&mut self, schedule: &Schedule) -> bool {
        let windows = self.overdrawn(schedule);
        let crowded = self.crowded(schedule);
        let any = !windows.is_empty() || crowded.is_some();
        for (from_ms, to_ms) in windows {
            let inside = |arc: &EniArc| matches!(*arc, EniArc::Create { request_ms } if (from_ms..=to_ms).contains(&request_ms));
            let most = self
                .group
                .api
                .map_or(u64::MAX, |bucket| ExactBucket::from(bucket).window(to_ms.abs_diff(from_ms)));
            self.limit(ProgramName { kind: "tokens", from_ms, to_ms: Some(to_ms) }, inside, most);
        }
        if let Some(at_ms) = crowded {
            let (lead, drain) = (self.group.boot_ms(), self.group.delete_ms());
            let held = |arc: &EniArc| match *arc {
                EniArc::Create { request_ms } => (request_ms..request_ms + lead).contains(&at_ms),
                EniArc::Ready { from_ms, to_ms, .. } => {
                    from_ms <= at_ms && to_ms.is_none_or(|to_ms| at_ms < to_ms)
                }
                EniArc::Delete { start_ms } => (start_ms..start_ms + drain).contains(&at_ms),
            };
            let peak = u64::from(self.group.need.peak().0);
            self.limit(ProgramName { kind: "held", from_ms: at_ms, to_ms: None }, held, peak);
        }
        any
    }

    fn limit(&mut self, name: ProgramName, counts: impl Fn(&EniArc) -> bool, most: u64) {
        let terms =
            self.variables.iter().filter(|(arc, _)| counts(arc)).map(|&(_, variable)| (variable, 1.0));
        let row = ProgramRow { name, terms: terms.collect(), sense: Sense::AtMost, right: most as f64 };
        self.program.require(row);
    }

    /// Windows with more requests than tokens.
    fn overdrawn(&self, schedule: &Schedule) -> BTreeSet<(i64, i64)> {
        let requests = schedule.entries.iter().filter(|entry| entry.create > 0);
        let turns = requests.map(|entry| DeadlineBatch { at_ms: entry.at_ms, count: entry.create });
        self.group.api.map_or_else(BTreeSet::new, |bucket| ExactBucket::from(bucket).overdrawn(turns))
    }

    /// The first instant at which most ENIs are held, where that is more than the need's peak.
    fn crowded(&self, schedule: &Schedule) -> Option<i64> {
        let drain = self.group.delete_ms();
        let mut turns: Vec<(i64, i64)> = Vec::new();
        for entry in &schedule.entries {
            turns.push((entry.at_ms, i64::from(entry.create)));
            turns.push((entry.at_ms + drain, -i64::from(entry.delete)));
        }
        // At one instant those that go come before those that come.
        turns.sort_unstable();
        let (mut held, mut most) = (0, (i64::from(self.group.need.peak().0), None));
        for (at_ms, change) in turns {
            held += change;
            if held > most.0 {
                most = (held, Some(at_ms));
            }
        }
        most.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demand::Curve;
    use crate::plan::PlanStart;
    use crate::quantity::{Interval, Millis, Rate};
    use crate::topology::TokenBucket;

    fn group() -> Group {
        Group {
            need: Curve::new([(0, 2), (100, 0)]),
            span: Millis(200),
            boot: Interval::exactly(Millis(10)),
            delete: Interval::exactly(Millis(20)),
            ceilings: Vec::new(),
            api: Some(TokenBucket { burst: 1, per_second: Rate::per_second(200) }),
            start: PlanStart::Warm,
        }
    }

    #[test]
    fn a_network_by_hand() {
        let group = group();
        let network = EniNetwork::build(&group, 100).unwrap();
        // Ready by 0, or one token's pause of 5 ms earlier; need 0 from 100 on.
        let nodes: Vec<EniState> = network.graph().node_weights().copied().collect();
        assert_eq!(nodes, [EniState::Outside, EniState::Ready(-5), EniState::Ready(0), EniState::Ready(100)]);
        let flow = network.flow();
        let mut columns: Vec<(String, f64)> = flow
            .program()
            .columns()
            .map(|(_, column)| (column.name.to_string(), column.cost.floor()))
            .collect();
        columns.sort_by(|a, b| a.0.cmp(&b.0));
        let costs = [
            ("create[-10]", 10.0),
            ("create[-15]", 10.0),
            ("delete[-5]", 20.0),
            ("delete[0]", 20.0),
            ("delete[100]", 20.0),
            ("ready[-5]", 5.0),
            ("ready[0]", 100.0),
            ("ready[100]", 100.0),
        ];
        assert_eq!(columns, costs.map(|(name, cost)| (name.to_string(), cost)));
        let rows: Vec<String> = flow.program().rows().iter().map(|row| row.name.to_string()).collect();
        assert_eq!(rows, ["flow[-5]", "flow[0]", "flow[100]"]);
        assert!(EniNetwork::build(&group, 8).is_none());
    }

    #[test]
    fn what_a_schedule_breaks_becomes_a_constraint() {
        let group = group();
        let network = EniNetwork::build(&group, 100).unwrap();
        let mut flow = network.flow();
        assert!(!flow.broken(&Schedule::from_parts([(-15, 1), (-10, 1)], [(100, 2)])));
        assert!(flow.broken(&Schedule::from_parts([(-15, 1), (-10, 2)], [])));
        let added: Vec<(String, usize, f64)> = flow
            .program()
            .rows()
            .iter()
            .skip(3)
            .map(|row| (row.name.to_string(), row.terms.len(), row.right))
            .collect();
        // The bucket is full again at -10, so that the window is that instant. The boots begun at -15
        // and -10 are held there; `ready` from -5 on is not yet.
        assert_eq!(added, [("tokens[-10..-10]".to_string(), 1, 1.0), ("held[-10]".to_string(), 2, 2.0)]);
    }
}
