//! Small worlds for tests, with numbers one can follow by hand.

use std::path::{Path, PathBuf};

use eniplan::cold_path::{ColdPath, Path as Phases, PathStep};
use eniplan::platform::PhaseKind;
use eniplan::policy::{Capacity, IdleTtl, Policy, StartMode, named};
use eniplan::quantity::{Interval, Memory, Millis};
use eniplan::random::{Purpose, Stream};
use eniplan::simulation::{Nature, Outcome, Silent, World, simulate};
use eniplan::topology::{EniClass, FunctionPlace, SubnetRoom, SystemLimits, Topology};
use eniplan::trace::{Entry, Shape, Trace, TraceFunction};
use petgraph::graph::DiGraph;

/// Draws one after the other.
pub(crate) struct Dice(pub Stream, u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Stream::new(seed, Purpose::Search), 0)
    }

    pub(crate) fn below(&mut self, range: u64) -> u64 {
        self.1 += 1;
        self.0.below(self.1, range)
    }

    pub(crate) fn chance(&mut self) -> bool {
        self.below(2) == 0
    }
}

/// One entry per `(arrival, function, count, duration)`.
pub(crate) fn log(functions: usize, entries: &[(u64, u32, u32, u64)]) -> Trace {
    let entries: Vec<Entry> = entries
        .iter()
        .map(|&(at, function, count, duration)| Entry { at, duration, function, count })
        .collect();
    let end = entries.iter().map(|entry| entry.at + entry.duration).max().unwrap_or(0);
    Trace {
        functions: (0..functions)
            .map(|n| TraceFunction { name: format!("f{n}"), memory: None, duration: None })
            .collect(),
        origin: None,
        span: Millis(end),
        notes: Vec::new(),
        shape: Shape::Log(entries.into_iter().collect()),
    }
}

/// A world that tests change field by field: one subnet, one class, 1 GiB functions.
pub(crate) struct Bench {
    pub topology: Topology,
    pub cold_path: ColdPath,
    pub policy: Policy,
    pub initial: Vec<u32>,
}

impl Bench {
    /// `functions` functions with this keep-alive, all in one class.
    pub(crate) fn new(functions: usize, keep_alive: u64) -> Self {
        let place = |n| FunctionPlace {
            name: format!("f{n}"),
            memory: Memory::mib(1_024),
            connections: 1,
            keep_alive: Millis(keep_alive),
            classes: vec![0],
        };
        let subnet = SubnetRoom { name: "a".into(), zone: "z".into(), vpc: 0, addresses: 1_000 };
        let topology = Topology {
            graph: DiGraph::new(),
            classes: vec![EniClass { subnet: 0, security_groups: vec!["default".into()] }],
            functions: (0..functions).map(place).collect(),
            limits: SystemLimits { subnets: vec![subnet], ..SystemLimits::default() },
            boot: Interval::exactly(Millis(0)),
            delete: Interval::exactly(Millis(0)),
            capacity: Capacity::Count(1),
        };
        let mut policy = named("idle-reuse").unwrap();
        policy.start = StartMode::Empty;
        policy.idle_ttl = IdleTtl::Forever;
        let cold_path = ColdPath { vpc: eni_only(), plain: Phases::default() };
        Self { topology, cold_path, policy, initial: vec![0; functions] }
    }

    /// No function is in a VPC, and a cold start takes no time.
    pub(crate) fn without_vpc(mut self) -> Self {
        self.topology.functions.iter_mut().for_each(|function| function.classes.clear());
        self
    }

    /// What happens to `trace` under `nature`.
    pub(crate) fn run(&self, trace: &Trace, nature: impl Nature) -> Outcome {
        let world = World::new(&self.topology, &self.cold_path, &self.policy, self.initial.clone());
        simulate(&world, trace, nature, Silent).0
    }
}

/// A cold path that is nothing but the wait for an ENI.
pub(crate) fn eni_only() -> Phases {
    let step = PathStep {
        name: "eni".into(),
        kind: PhaseKind::Eni,
        duration: Interval::exactly(Millis(0)),
        after: Vec::new(),
    };
    Phases { steps: vec![step] }
}

/// A folder or file of real data, where there is one: `ENIPLAN_SHARED_DATA`, or `../shared/data`.
// A skipped test says so.
#[allow(clippy::print_stdout)]
pub(crate) fn real(file: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("ENIPLAN_SHARED_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let path = folder.join(file);
    if !path.exists() {
        println!("skipped: {file} is not here");
    }
    path.exists().then_some(path)
}
