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
pub struct PathStep {
    /// The phase's name.
    pub name: String,
    /// What happens in it.
    pub kind: PhaseKind,
    /// How long it takes; of an `eni` step zero, since its length is the wait.
    pub duration: Interval,
    /// Indices of the steps it comes after, all smaller than its own.
    pub after: Vec<usize>,
}

/// What a step of the cold path waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A microVM, at the hosts' rate.
    Host,
    /// Room on an ENI or a place in a quota, or the plan's next ENI.
    Room,
    /// The creation request of its ENI in the API's token queue, be it its own or one it has joined.
    Token,
    /// The boot of the ENI it has requested.
    Boot,
    /// What was left of the boot of an ENI that was requested before.
    Join,
}

/// What limits the system: the reason of a wait or a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SystemLimit {
    /// The rate at which hosts start microVMs.
    MicrovmRate,
    /// The token bucket of the API that creates ENIs.
    ApiTokens,
    /// The free addresses of the function's subnets.
    SubnetAddresses,
    /// The VPC's quota of ENIs.
    VpcQuota,
    /// The Region's quota of ENIs.
    RegionQuota,
    /// What the plan creates.
    Plan,
}

/// Part of a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PhaseWait {
    /// What was waited for.
    #[serde(rename = "for")]
    pub cause: Cause,
    /// How long, ms.
    pub ms: u64,
    /// What limits that, where a limit does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<SystemLimit>,
}

/// Why no ready ENI took an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NoReady {
    /// The policy reuses no ENI.
    NeverReused,
    /// It missed the ENI it could have had.
    Missed,
    /// There were ready ones, and none had room for it.
    Full,
    /// There were only booting ones.
    Booting,
    /// There was none, ready or booting.
    NoneExists,
}

/// What an environment found when it asked for an ENI and no ready one took it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EniFound {
    /// Why no ready one took it.
    pub because: NoReady,
    /// ENIs of its classes that were ready.
    pub ready: u32,
    /// Those that were requested or booting.
    pub booting: u32,
    /// Those that were being deleted.
    pub deleting: u32,
}

/// Part of the explanation of a cold start: one step of the longest path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PathPhase {
    /// The phase.
    pub phase: String,
    /// When it started, ms after the arrival.
    pub start_ms: u64,
    /// How long it waited: for a microVM of the hosts' rate, for an ENI.
    pub wait_ms: u64,
    /// How long it then took.
    pub duration_ms: u64,
    /// What it waited for; together as long as `wait_ms`.
    pub waits: Vec<PhaseWait>,
    /// Of an `eni` step that waited: what stood when the environment asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<EniFound>,
}

/// The phases of one kind of function, in topological order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// The steps.
    pub steps: Vec<PathStep>,
}

/// What one step did in one cold start, ms after the arrival.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepTiming {
    /// When the step started.
    pub start: u64,
    /// How much of it was waiting.
    pub wait: u64,
    /// When it ended.
    pub end: u64,
}

/// What the `eni` step of one cold start waited for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EniWait {
    /// What stood when it asked; `None`: a ready ENI took it at once.
    pub found: Option<EniFound>,
    /// How long it waited until an ENI was its own, ms after the step's start, and what limited that.
    pub room: u64,
    /// What refused it an ENI.
    pub limit: Option<SystemLimit>,
    /// How long the request of its ENI then was in the token queue, ms.
    pub token: u64,
    /// Whether that ENI was requested by others.
    pub joined: bool,
}

impl PathStep {
    /// The parts of a wait of `ms`, first to last.
    fn waits(&self, ms: u64, eni: &EniWait) -> Vec<PhaseWait> {
        let parts = match self.kind {
            PhaseKind::Plain => vec![],
            PhaseKind::Microvm => vec![(Cause::Host, ms, Some(SystemLimit::MicrovmRate))],
            PhaseKind::Eni => {
                let room = eni.room.min(ms);
                let token = eni.token.min(ms - room);
                let boot = if eni.joined { Cause::Join } else { Cause::Boot };
                vec![
                    (Cause::Room, room, eni.limit),
                    (Cause::Token, token, Some(SystemLimit::ApiTokens)),
                    (boot, ms - room - token, None),
                ]
            }
        };
        let waits = parts.into_iter().filter(|(_, ms, _)| *ms > 0);
        waits.map(|(cause, ms, limit)| PhaseWait { cause, ms, limit }).collect()
    }
}

impl Path {
    /// The length of the path when every step takes its longest and the special steps wait this long.
    pub fn longest(&self, eni_wait: Millis, microvm_wait: Millis) -> Millis {
        let stretches = self.step_timings(|step| step.duration.max, eni_wait, microvm_wait);
        Millis(stretches.iter().map(|stretch| stretch.end).max().unwrap_or(0))
    }

    /// What explains that length: the steps along the longest path, an ENI's wait being its boot.
    pub fn longest_path(&self, eni_wait: Millis, microvm_wait: Millis) -> Vec<PathPhase> {
        let stretches = self.step_timings(|step| step.duration.max, eni_wait, microvm_wait);
        self.explain(&stretches, &EniWait::default())
    }

    /// The length of the path when every step takes its shortest and nothing waits.
    pub fn shortest(&self) -> Millis {
        let stretches = self.step_timings(|step| step.duration.min, Millis::ZERO, Millis::ZERO);
        Millis(stretches.iter().map(|stretch| stretch.end).max().unwrap_or(0))
    }

    /// The length where the ENI keeps the path waiting for so long, what follows it takes its shortest, and all
    /// else its longest.
    pub fn shortest_after(&self, eni_wait: Millis) -> Millis {
        let mut steps = self.steps.clone();
        let mut follows: Vec<bool> = Vec::with_capacity(steps.len());
        for step in &mut steps {
            let late = step.after.iter().any(|&before| follows[before]);
            if late {
                step.duration = Interval::exactly(step.duration.min);
            }
            follows.push(late || step.kind == PhaseKind::Eni);
        }
        Self { steps }.longest(eni_wait, Millis::ZERO)
    }

    /// The latest the `eni` step starts, when microVMs wait this long; zero without one.
    pub fn latest_acquire(&self, microvm_wait: Millis) -> Millis {
        let stretches = self.step_timings(|step| step.duration.max, Millis::ZERO, microvm_wait);
        let eni = self.steps.iter().position(|step| step.kind == PhaseKind::Eni);
        Millis(eni.map_or(0, |index| stretches[index].start))
    }

    /// Whether an ENI is part of it.
    pub fn needs_eni(&self) -> bool {
        self.steps.iter().any(|step| step.kind == PhaseKind::Eni)
    }

    fn step_timings(
        &self,
        duration: impl Fn(&PathStep) -> Millis,
        eni_wait: Millis,
        microvm_wait: Millis,
    ) -> Vec<StepTiming> {
        let mut stretches: Vec<StepTiming> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let start = step.after.iter().map(|&before| stretches[before].end).max().unwrap_or(0);
            let wait = match step.kind {
                PhaseKind::Plain => 0,
                PhaseKind::Microvm => microvm_wait.0,
                PhaseKind::Eni => eni_wait.0,
            };
            let end = start.saturating_add(wait).saturating_add(duration(step).0);
            stretches.push(StepTiming { start, wait, end });
        }
        stretches
    }

    /// The steps along the longest path of one cold start, first to last: what explains its length.
    ///
    /// `stretches` holds one entry for each step, in the same order; steps without one are left out.
    /// `eni` tells what its `eni` step waited for.
    pub fn explain(&self, stretches: &[StepTiming], eni: &EniWait) -> Vec<PathPhase> {
        let latest = |among: &mut dyn Iterator<Item = usize>| {
            among
                .filter_map(|index| Some((index, *stretches.get(index)?)))
                .max_by_key(|&(index, stretch)| (stretch.end, std::cmp::Reverse(index)))
        };
        let mut path = Vec::new();
        let mut at = latest(&mut (0..self.steps.len()));
        while let Some((index, stretch)) = at {
            let Some(step) = self.steps.get(index) else { break };
            path.push(PathPhase {
                phase: step.name.clone(),
                start_ms: stretch.start,
                wait_ms: stretch.wait,
                duration_ms: stretch.end.saturating_sub(stretch.start).saturating_sub(stretch.wait),
                waits: step.waits(stretch.wait, eni),
                found: eni.found.filter(|_| step.kind == PhaseKind::Eni),
            });
            at = latest(&mut step.after.iter().copied().filter(|&before| before < index));
        }
        path.reverse();
        path
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::{Cited, Grade, load};

    fn phase(name: &str, kind: PhaseKind, vpc: bool, after: &[&str], range: (u64, u64)) -> Phase {
        let duration = Interval::between(Millis(range.0), Millis(range.1));
        Phase {
            name: name.into(),
            kind,
            vpc,
            after: after.iter().map(|&name| name.into()).collect(),
            duration: Cited { value: duration, source: "test".into(), grade: Grade::High },
        }
    }

    fn cold(phases: Vec<Phase>) -> Result<ColdPath, Diagnostics> {
        let text = crate::platform::named("lambda-2018").map_or("", |model| model.text);
        ColdPath::new(&Platform { phases, ..load("m", text)? })
    }

    /// download 3..5 -> vm 1..2 -> runtime 4..6, and beside it vm -> eni (vpc) -> attach 1..1 (vpc) -> runtime;
    /// layers 9..20 stands alone. The file's order is not the order in time.
    fn branches() -> Vec<Phase> {
        vec![
            phase("runtime", PhaseKind::Plain, false, &["vm", "attach"], (4, 6)),
            phase("layers", PhaseKind::Plain, false, &[], (9, 20)),
            phase("attach", PhaseKind::Plain, true, &["eni"], (1, 1)),
            phase("eni", PhaseKind::Eni, true, &["vm"], (0, 0)),
            phase("vm", PhaseKind::Microvm, false, &["download"], (1, 2)),
            phase("download", PhaseKind::Plain, false, &[], (3, 5)),
        ]
    }

    #[test]
    fn parallel_branches_take_as_long_as_the_longest() {
        let cold = cold(branches()).unwrap();
        // 5 + 2 + 0 + 1 + 6 = 14 loses against the layers' 20 until the ENI keeps it waiting for 6 or more.
        for (eni, microvm, longest) in [(0, 0, 20), (6, 0, 20), (7, 0, 21), (100, 0, 114), (0, 10, 24)] {
            assert_eq!(cold.vpc.longest(Millis(eni), Millis(microvm)), Millis(longest), "{eni} {microvm}");
        }
        assert_eq!(cold.vpc.shortest(), Millis(9));
        // 5 + 2 + 5 + 1 + 4 = 17 hides behind the layers' 20, and 21 does not.
        for (eni, after) in [(0, 20), (5, 20), (9, 21)] {
            assert_eq!(cold.vpc.shortest_after(Millis(eni)), Millis(after), "{eni}");
        }
        assert_eq!(cold.vpc.latest_acquire(Millis(4)), Millis(5 + 4 + 2));
    }

    #[test]
    fn without_a_vpc_what_followed_a_skipped_phase_follows_its_predecessors() {
        let cold = cold(branches()).unwrap();
        assert!(cold.vpc.needs_eni() && !cold.plain.needs_eni());
        let plain = cold.path_for(false);
        let step = |name: &str| plain.steps.iter().position(|step| step.name == name).unwrap();
        assert_eq!(plain.steps.len(), 4);
        assert_eq!(plain.steps[step("runtime")].after, [step("vm")]);
        assert_eq!(plain.longest(Millis(100), Millis::ZERO), Millis(20));
        assert_eq!(plain.longest(Millis(100), Millis(10)), Millis(5 + 10 + 2 + 6));
        // A skipped phase between two others still orders them.
        let only = super::tests::cold(vec![
            phase("a", PhaseKind::Plain, false, &[], (7, 7)),
            phase("eni", PhaseKind::Eni, true, &["a"], (0, 0)),
            phase("b", PhaseKind::Plain, false, &["eni"], (5, 5)),
        ])
        .unwrap();
        assert_eq!(only.plain.longest(Millis::ZERO, Millis::ZERO), Millis(12));
    }

    #[test]
    fn the_explanation_leads_from_the_arrival_to_the_end_without_a_gap() {
        let cold = cold(branches()).unwrap();
        for (eni, expected) in [(0, vec!["layers"]), (40, vec!["download", "vm", "eni", "attach", "runtime"])]
        {
            let stretches = cold.vpc.step_timings(|step| step.duration.max, Millis(eni), Millis(3));
            let path = cold.vpc.explain(&stretches, &EniWait::default());
            let names: Vec<_> = path.iter().map(|phase| phase.phase.as_str()).collect();
            assert_eq!(names, expected);
            let mut at = 0;
            for phase in &path {
                assert_eq!(phase.start_ms, at);
                at += phase.wait_ms + phase.duration_ms;
            }
            assert_eq!(Millis(at), cold.vpc.longest(Millis(eni), Millis(3)));
        }
        let stretches = cold.vpc.step_timings(|step| step.duration.max, Millis(40), Millis(3));
        let waits: Vec<_> =
            cold.vpc.explain(&stretches, &EniWait::default()).iter().map(|phase| phase.wait_ms).collect();
        assert_eq!(waits, [0, 3, 40, 0, 0]);
    }

    #[test]
    fn no_phases_make_cold_starts_of_nothing() {
        let cold = cold(Vec::new()).unwrap();
        assert_eq!(cold.vpc.longest(Millis(9), Millis(9)), Millis::ZERO);
        assert!(cold.vpc.explain(&[], &EniWait::default()).is_empty());
        assert!(super::tests::cold(branches()).unwrap().vpc.explain(&[], &EniWait::default()).is_empty());
    }

    #[test]
    fn cycles_unknown_names_and_second_enis_are_told() {
        let plain = |name: &str, after: &[&str]| phase(name, PhaseKind::Plain, false, after, (1, 1));
        let codes = |phases| -> Vec<Code> {
            cold(phases).unwrap_err().sorted().iter().map(|problem| problem.code).collect()
        };
        assert_eq!(codes(vec![plain("a", &["b"]), plain("b", &["a"])]), [Code::BadValue]);
        assert_eq!(codes(vec![plain("a", &["a"])]), [Code::BadValue]);
        assert_eq!(codes(vec![plain("a", &["c"]), plain("b", &["d"])]), [Code::UnknownName; 2]);
        let eni = |name: &str| phase(name, PhaseKind::Eni, true, &[], (0, 0));
        assert_eq!(codes(vec![eni("a"), eni("b"), plain("c", &["c", "d"])]).len(), 3);
    }
}
