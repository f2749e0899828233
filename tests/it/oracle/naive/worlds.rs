//! Small random scenes in which every rule is at work and instants often coincide.

use eniplan::cold_path::{ColdPath, Path, PathStep};
use eniplan::platform::PhaseKind;
use eniplan::policy::{
    Capacity, EnvironmentBinding, IdleTtl, OnExhausted, Pick, PickEnvironment, Policy, Provision, StartMode,
    named,
};
use eniplan::quantity::{Interval, Memory, Millis, Probability, Rate};
use eniplan::random::{Purpose, Stream};
use eniplan::simulation::{End, EniAction, Nature, Random, Realization};
use eniplan::topology::{EniClass, FunctionPlace, SubnetRoom, SystemLimits, TokenBucket, Topology};
use eniplan::trace::{Cell, Shape, Spread, Trace};
use petgraph::graph::DiGraph;

use super::Scene;
use crate::support::log;

/// Draws one after the other; most times are a multiple of a unit, so that they often coincide.
struct Dice {
    stream: Stream,
    drawn: u64,
    unit: u64,
}

impl Dice {
    fn new(seed: u64) -> Self {
        let mut dice = Self { stream: Stream::new(seed, Purpose::Search), drawn: 0, unit: 1 };
        dice.unit = dice.one_of(&[1, 1, 1, 1, 1, 1, 1, 100, 1_000, 60_000, 3_600_000]);
        dice
    }

    fn below(&mut self, range: u64) -> u64 {
        self.drawn += 1;
        self.stream.below(self.drawn, range)
    }

    /// `from` or above, up to `to`.
    fn between(&mut self, from: u32, to: u32) -> u32 {
        from + u32::try_from(self.below(u64::from(to - from) + 1)).unwrap()
    }

    /// True once in `n`.
    fn once_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[usize::try_from(self.below(items.len() as u64)).unwrap()]
    }

    /// A time of `range` units less one at most.
    fn time(&mut self, range: u64) -> u64 {
        let unit = if self.once_in(4) { 1 } else { self.unit };
        self.below(range) * unit
    }

    /// The same, and nothing at all as often as anything else.
    fn time_or_none(&mut self, range: u64) -> u64 {
        if self.once_in(2) { 0 } else { self.time(range) }
    }

    fn interval(&mut self, range: u64) -> Interval {
        let min = self.time_or_none(range);
        Interval::between(Millis(min), Millis(min + self.time_or_none(range)))
    }
}

/// The scene of this seed.
pub(crate) fn scene(seed: u64) -> Scene {
    let mut dice = Dice::new(seed);
    let topology = topology(&mut dice);
    let functions = topology.functions.len();
    let policy = policy(&mut dice);
    let follows_plan = matches!(policy.provision, Provision::Scheduled | Provision::Clairvoyant);
    let schedule = if follows_plan { schedule(&mut dice, topology.classes.len()) } else { Vec::new() };
    let in_vpc: Vec<bool> = topology.functions.iter().map(|function| !function.classes.is_empty()).collect();
    Scene {
        cold_path: ColdPath { vpc: path(&mut dice, true), plain: path(&mut dice, false) },
        policy,
        initial: (0..functions).map(|_| dice.between(0, 3)).collect(),
        schedule,
        trace: trace(&mut dice, functions),
        topology,
        own_paths: in_vpc
            .into_iter()
            .map(|in_vpc| dice.once_in(6).then(|| path(&mut dice, in_vpc)))
            .collect(),
        lives: (0..functions).map(|_| dice.once_in(5).then(|| dice.interval(20))).collect(),
    }
}

/// What nature has in store for the scene of this seed.
pub(crate) fn nature(seed: u64) -> Fate {
    let mut dice = Dice::new(seed ^ 0xfa7e);
    match dice.below(8) {
        0 => Fate::Assigned(Realization::all(End::Longest)),
        1 => Fate::Assigned(Realization::all(End::Shortest)),
        2 => Fate::Assigned(Realization {
            boots_ms: (0..6).map(|_| dice.time(12)).collect(),
            deletions_ms: (0..4).map(|_| dice.time(12)).collect(),
            phases_ms: (0..4).map(|environment| (environment, vec![dice.below(6); 3])).collect(),
            misses: (0..3).map(|_| dice.below(8)).collect(),
            unlisted: End::Longest,
        }),
        _ => Fate::Random(Random::new(seed)),
    }
}

/// A nature that is drawn or given.
#[derive(Clone, Debug)]
pub(crate) enum Fate {
    Random(Random),
    Assigned(Realization),
}

impl Nature for Fate {
    fn boot(&mut self, request: u64, interval: &Interval) -> u64 {
        match self {
            Self::Random(nature) => nature.boot(request, interval),
            Self::Assigned(nature) => nature.boot(request, interval),
        }
    }

    fn deletion(&mut self, deletion: u64, interval: &Interval) -> u64 {
        match self {
            Self::Random(nature) => nature.deletion(deletion, interval),
            Self::Assigned(nature) => nature.deletion(deletion, interval),
        }
    }

    fn phase(&mut self, environment: u64, step: usize, interval: &Interval) -> u64 {
        match self {
            Self::Random(nature) => nature.phase(environment, step, interval),
            Self::Assigned(nature) => nature.phase(environment, step, interval),
        }
    }

    fn misses(&mut self, acquisition: u64, miss: Probability) -> bool {
        match self {
            Self::Random(nature) => nature.misses(acquisition, miss),
            Self::Assigned(nature) => nature.misses(acquisition, miss),
        }
    }

    fn lifetime(&mut self, environment: u64, served: u32, interval: &Interval) -> u64 {
        match self {
            Self::Random(nature) => nature.lifetime(environment, served, interval),
            Self::Assigned(nature) => nature.lifetime(environment, served, interval),
        }
    }
}

/// At most 42 arrivals; they come in bursts, and some traffic ends before its last invocation.
fn trace(dice: &mut Dice, functions: usize) -> Trace {
    let span = 1 + dice.below(80);
    let mut entries: Vec<(u64, u32, u32, u64)> = Vec::new();
    for _ in 0..=dice.below(13) {
        let at = match entries.last() {
            Some(&(at, ..)) if dice.once_in(3) => at,
            _ => dice.time(span),
        };
        let function = u32::try_from(dice.below(functions as u64)).unwrap();
        entries.push((at, function, dice.one_of(&[1, 1, 2, 3]), dice.time_or_none(9)));
    }
    entries.sort_by_key(|entry| entry.0);
    let last = entries.last().map_or(0, |entry| entry.0);
    let mut trace = log(functions, &entries);
    if dice.once_in(5) {
        trace.shape = counts(dice, &entries);
    }
    match dice.below(4) {
        0 => trace.span = Millis(last),
        1 => trace.span = Millis(last + dice.below(100)),
        _ => {}
    }
    trace
}

/// The same invocations, counted in slots.
fn counts(dice: &mut Dice, entries: &[(u64, u32, u32, u64)]) -> Shape {
    let slot = Millis(dice.one_of(&[3, 10, 20]) * dice.unit);
    let mut cells: Vec<Cell> = Vec::new();
    for &(at, function, count, duration) in entries {
        let (number, duration) = (u32::try_from(at / slot.0).unwrap(), u32::try_from(duration).unwrap());
        cells.push(Cell { slot: number, function, count, duration });
    }
    let spread = dice.one_of(&[Spread::Even, Spread::Burst, Spread::Random { seed: 1 }]);
    Shape::Counts { slot, cells, spread }
}

/// One to three functions on one to three subnets in one or two VPCs, with one or two sets of groups.
fn topology(dice: &mut Dice) -> Topology {
    let subnets: Vec<SubnetRoom> = (0..dice.between(1, 3))
        .map(|n| SubnetRoom {
            name: format!("s{n}"),
            zone: format!("z{n}"),
            vpc: usize::from(n > 0 && dice.once_in(4)),
            addresses: if dice.once_in(3) { dice.between(0, 3) } else { dice.between(2, 9) },
        })
        .collect();
    let mut classes: Vec<EniClass> = Vec::new();
    let functions = (0..dice.between(1, 3))
        .map(|n| FunctionPlace {
            name: format!("f{n}"),
            memory: Memory(1 + dice.below(5)),
            connections: dice.between(0, 4),
            keep_alive: if dice.once_in(5) { Millis::ZERO } else { Millis(dice.time(20)) },
            classes: classes_of_one(dice, &subnets, &mut classes),
        })
        .collect();
    Topology {
        graph: DiGraph::new(),
        functions,
        limits: limits(dice, subnets),
        boot: dice.interval(10),
        delete: dice.interval(10),
        capacity: capacity(dice),
        classes,
    }
}

/// Some subnets of one VPC in any order with one set of groups; or none.
fn classes_of_one(dice: &mut Dice, subnets: &[SubnetRoom], classes: &mut Vec<EniClass>) -> Vec<usize> {
    if dice.once_in(8) {
        return Vec::new();
    }
    let security_groups = vec![dice.one_of(&["a", "a", "b"]).to_owned()];
    let first = usize::try_from(dice.below(subnets.len() as u64)).unwrap();
    let mut used = vec![first];
    for (n, subnet) in subnets.iter().enumerate() {
        if n != first && subnet.vpc == subnets[first].vpc && dice.once_in(2) {
            used.push(n);
        }
    }
    used.into_iter()
        .map(|subnet| {
            let class = EniClass { subnet, security_groups: security_groups.clone() };
            classes.iter().position(|known| *known == class).unwrap_or_else(|| {
                classes.push(class);
                classes.len() - 1
            })
        })
        .collect()
}

fn limits(dice: &mut Dice, subnets: Vec<SubnetRoom>) -> SystemLimits {
    SystemLimits {
        survive_zone: false,
        subnets,
        vpc_quota: dice.once_in(3).then(|| dice.between(0, 5)),
        region_quota: dice.once_in(3).then(|| dice.between(0, 6)),
        api: dice.once_in(3).then(|| bucket(dice)),
        account_concurrency: dice.once_in(4).then(|| dice.between(1, 6)),
        account_scaling: dice.once_in(5).then(|| bucket(dice)),
        function_scaling: dice.once_in(5).then(|| bucket(dice)),
        microvm: dice.once_in(4).then(|| Rate(dice.below(8_000))),
    }
}

fn bucket(dice: &mut Dice) -> TokenBucket {
    let per_second = if dice.once_in(12) {
        Rate(0)
    } else if dice.once_in(2) {
        Rate::per_second(dice.one_of(&[50, 100, 125, 250, 500, 1_000, 2_000]))
    } else {
        Rate(30_000 + dice.below(500_000))
    };
    TokenBucket { burst: dice.between(1, 4), per_second }
}

fn capacity(dice: &mut Dice) -> Capacity {
    match dice.below(3) {
        0 => Capacity::Count(dice.between(1, 3)),
        1 => Capacity::Memory(Memory(1 + dice.below(7))),
        _ => Capacity::Connections(dice.between(1, 6)),
    }
}

fn policy(dice: &mut Dice) -> Policy {
    let mut policy = named("idle-reuse").unwrap();
    policy.reuse = !dice.once_in(6);
    policy.join_booting = dice.once_in(2);
    policy.miss =
        dice.one_of(&[Probability(0), Probability(0), Probability(300_000), Probability(1_000_000)]);
    policy.miss_budget = u32::from(dice.once_in(4));
    policy.pick = dice.one_of(&[Pick::Fullest, Pick::Emptiest, Pick::Newest, Pick::Oldest]);
    policy.pick_environment = dice.one_of(&[
        PickEnvironment::NewestIdle,
        PickEnvironment::OldestIdle,
        PickEnvironment::NewestCreated,
        PickEnvironment::OldestCreated,
    ]);
    policy.binding = dice.one_of(&[EnvironmentBinding::Bound, EnvironmentBinding::Queued]);
    policy.on_exhausted = dice.one_of(&[OnExhausted::Fail, OnExhausted::Wait]);
    policy.capacity = if dice.once_in(2) { Some(capacity(dice)) } else { None };
    policy.idle_ttl = match dice.below(5) {
        0 => IdleTtl::Forever,
        1 => IdleTtl::After(Millis::ZERO),
        _ => IdleTtl::After(Millis(dice.time(20))),
    };
    policy.warm = if dice.once_in(3) { dice.between(1, 3) } else { 0 };
    policy.provision = dice.one_of(&[
        Provision::OnDemand,
        Provision::OnDemand,
        Provision::OnDemand,
        Provision::AtDeploy,
        Provision::Scheduled,
        Provision::Clairvoyant,
    ]);
    policy.fallback = dice.once_in(3);
    policy.keep_alive = if dice.once_in(4) { Some(Millis(dice.time(15))) } else { None };
    policy.start = dice.one_of(&[StartMode::Warm, StartMode::Empty]);
    policy
}

/// Creations and deletions before, during and after the trace, several in one millisecond.
fn schedule(dice: &mut Dice, classes: usize) -> Vec<EniAction> {
    if classes == 0 {
        return Vec::new();
    }
    let mut actions: Vec<EniAction> = Vec::new();
    for _ in 0..=dice.below(8) {
        let at = match actions.last() {
            Some(last) if dice.once_in(4) => last.at,
            _ if dice.once_in(3) => -i64::try_from(dice.time(12)).unwrap(),
            _ => i64::try_from(dice.time(90)).unwrap(),
        };
        let class = usize::try_from(dice.below(classes as u64)).unwrap();
        let (create, delete) = dice.one_of(&[(1, 0), (2, 0), (3, 0), (0, 1), (0, 2), (1, 1)]);
        actions.push(EniAction { at, class, create, delete });
    }
    actions
}

/// Up to five phases, each after some of those before it; at most one `eni` and one `microvm`, anywhere.
fn path(dice: &mut Dice, in_vpc: bool) -> Path {
    let length = usize::try_from(dice.below(6)).unwrap();
    let mut kinds = vec![PhaseKind::Plain; length];
    let place = |dice: &mut Dice, length: usize| usize::try_from(dice.below(length as u64)).unwrap();
    if length > 0 && dice.once_in(2) {
        kinds[place(dice, length)] = PhaseKind::Microvm;
    }
    // Now and then a VPC makes no difference.
    if in_vpc && !dice.once_in(12) {
        kinds.insert(place(dice, length + 1), PhaseKind::Eni);
    }
    let mut steps: Vec<PathStep> = Vec::new();
    for (n, kind) in kinds.into_iter().enumerate() {
        let duration =
            if kind == PhaseKind::Eni { Interval::exactly(Millis::ZERO) } else { dice.interval(6) };
        let chain = dice.once_in(2);
        let after = (0..n).filter(|&before| if chain { before + 1 == n } else { dice.once_in(3) }).collect();
        steps.push(PathStep { name: format!("p{n}"), kind, duration, after });
    }
    Path { steps }
}
