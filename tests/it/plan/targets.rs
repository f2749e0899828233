//! Targets: the numbers that a plan names keep the target in every replay, and one fewer does not.

#![allow(clippy::unwrap_used)]

use eniplan::comparison::Case;
use eniplan::plan::{Plan, Study, TargetBracket};
use eniplan::policy::{Policy, Provision, StartMode, named};
use eniplan::quantity::{Interval, Millis};
use eniplan::random::{Purpose, Stream};
use eniplan::simulation::{
    End, EniAction, Failure, Nature, Random, Realization, Recorder, ServedInvocation, World, simulate,
};
use eniplan::topology::{EniClass, SubnetRoom, Topology};
use eniplan::trace::Trace;

use crate::plan::microlp;
use crate::support::{Bench, log};

const TARGET: u64 = 1_000;

/// Bursts of two functions, each with its own subnet or both in one.
fn small(seed: u64, apart: bool) -> (Bench, Trace) {
    let draw = Stream::new(seed, Purpose::Search);
    let mut bench = Bench::new(2, 20_000 + draw.below(900, 60_000));
    bench.topology.boot = Interval::between(Millis(5_000), Millis(10_000 + draw.below(901, 30_000)));
    bench.topology.delete = Interval::between(Millis(5_000), Millis(30_000));
    bench.policy.start = StartMode::Warm;
    if apart {
        let room = SubnetRoom { name: "b".into(), zone: "y".into(), vpc: 0, addresses: 1_000 };
        bench.topology.limits.subnets.push(room);
        bench.topology.classes.push(EniClass { subnet: 1, security_groups: vec!["db".into()] });
        bench.topology.functions[1].classes = vec![1];
    }
    let entries: Vec<_> = (0..25)
        .map(|n| {
            let at = n * 8_000 + draw.below(4 * n, 9_000);
            let function = u32::try_from(draw.below(4 * n + 1, 2)).unwrap();
            let count = 1 + u32::try_from(draw.below(4 * n + 2, 5)).unwrap();
            (at, function, count, 100 + draw.below(4 * n + 3, 20_000))
        })
        .collect();
    let mut entries = entries;
    entries.sort_unstable();
    (bench, log(2, &entries))
}

/// The first arrival that fails, or whose cold start is too long.
#[derive(Default)]
struct First(Option<u64>);

impl Recorder for First {
    fn served(&mut self, served: &ServedInvocation<'_>) {
        if served.start - served.arrival > TARGET {
            self.0 = Some(self.0.map_or(served.arrival, |first| first.min(served.arrival)));
        }
    }

    fn failed(&mut self, arrival: u64, _: usize, _: Failure) {
        self.0 = Some(self.0.map_or(arrival, |first| first.min(arrival)));
    }
}

/// When the target breaks under this policy and schedule.
fn breaks(
    study: &Study<'_>,
    topology: &Topology,
    policy: &Policy,
    plan: &[EniAction],
    nature: impl Nature,
) -> Option<u64> {
    let world = World::new(topology, study.cold_path, policy, study.initial().to_vec());
    simulate(&world.with_schedule(plan.to_vec()), study.trace, nature, First::default()).2.0
}

/// Corners and random realizations: none breaks the target.
fn passes(study: &Study<'_>, topology: &Topology, policy: &Policy, plan: &[EniAction]) -> bool {
    [End::Longest, End::Shortest]
        .into_iter()
        .all(|end| breaks(study, topology, policy, plan, Realization::all(end)).is_none())
        && (0..20).all(|seed| breaks(study, topology, policy, plan, Random::new(seed)).is_none())
}

/// When the first of the corners that break the target does so.
fn corner(study: &Study<'_>, topology: &Topology, policy: &Policy, plan: &[EniAction]) -> Option<u64> {
    let corner = |end| breaks(study, topology, policy, plan, Realization::all(end));
    [End::Longest, End::Shortest].into_iter().find_map(corner)
}

fn planned(bench: &Bench, trace: &Trace) -> Plan {
    let case = Case::new(&bench.topology, &bench.cold_path, &bench.policy, trace, microlp());
    case.plan_for(Millis(TARGET)).unwrap()
}

#[test]
fn the_constant_pool_passes_and_one_fewer_fails() {
    let mut exact = 0;
    for seed in 0..12 {
        let apart = seed % 2 == 0;
        let (bench, trace) = small(seed, apart);
        let plan = planned(&bench, &trace);
        let study = Study::new(&bench.topology, &bench.cold_path, &bench.policy, &trace);
        let policy = study.scheduled(Provision::Scheduled);
        assert_eq!(plan.constant_pools.len(), if apart { 2 } else { 1 });
        let lead = i64::try_from(bench.topology.boot.max.0).unwrap();
        let make = |class: usize, create: u32| EniAction { at: -lead, class, create, delete: 0 };
        let enough: Vec<u32> = plan.constant_pools.iter().map(|pool| pool.enough.unwrap()).collect();
        assert_eq!(Some(enough.iter().sum::<u32>()), plan.constant_pool.enough);
        let all: Vec<EniAction> = enough.iter().enumerate().map(|(class, &enis)| make(class, enis)).collect();
        assert!(passes(&study, &bench.topology, &policy, &all), "seed {seed}: {:?}", plan.constant_pools);
        for (class, pool) in plan.constant_pools.iter().enumerate() {
            assert!(pool.at_least <= enough[class], "seed {seed}");
            let mut fewer = all.clone();
            fewer[class].create = pool.at_least - 1;
            let at = corner(&study, &bench.topology, &policy, &fewer);
            // What is counted fails by then in any case, and here perhaps before.
            assert!(at.is_some() && at <= pool.fails_at_ms, "seed {seed}: {at:?} {pool:?}");
            exact += u32::from(pool.at_least == enough[class]);
        }
    }
    assert!(exact >= 9, "{exact} of 18 are exact");
}

fn warm_pool(study: &Study<'_>, warm: u32) -> Policy {
    let like = study.policy;
    let mut policy = named("warm-pool").unwrap();
    policy.warm = warm;
    (policy.capacity, policy.keep_alive) = (like.capacity, like.keep_alive);
    (policy.binding, policy.start) = (like.binding, like.start);
    policy
}

fn holds_warm(bench: &Bench, trace: &Trace, target: &TargetBracket, topologies: &[Topology]) -> bool {
    let study = Study::new(&bench.topology, &bench.cold_path, &bench.policy, trace);
    let enough = target.enough.unwrap_or_else(|| panic!("nothing is proved: {target:?}"));
    let policy = warm_pool(&study, enough);
    assert!(topologies.iter().all(|topology| passes(&study, topology, &policy, &[])), "{target:?}");
    let policy = warm_pool(&study, target.at_least - 1);
    let at = topologies.iter().find_map(|topology| corner(&study, topology, &policy, &[]));
    assert!(at.is_some() && at == target.fails_at_ms, "{at:?} {target:?}");
    enough == target.at_least
}

#[test]
fn the_warm_target_passes_and_one_fewer_fails() {
    let mut exact = 0;
    for seed in 0..8 {
        let (bench, trace) = small(seed, seed % 2 == 0);
        let plan = planned(&bench, &trace);
        exact +=
            u32::from(holds_warm(&bench, &trace, &plan.warm_target, std::slice::from_ref(&bench.topology)));
    }
    assert!(exact >= 1, "{exact} of 8 are exact");
}

#[test]
fn the_warm_target_holds_after_the_loss_of_any_zone() {
    let (mut bench, trace) = small(3, true);
    for place in &mut bench.topology.functions {
        place.classes = vec![0, 1];
    }
    bench.topology.limits.survive_zone = true;
    let lost = |class: usize| {
        let mut topology = bench.topology.clone();
        topology.functions.iter_mut().for_each(|place| place.classes.retain(|&own| own != class));
        topology
    };
    let topologies = [bench.topology.clone(), lost(1), lost(0)];
    let plan = planned(&bench, &trace);
    holds_warm(&bench, &trace, &plan.warm_target, &topologies);
}
