//! Worlds in which one lemma of docs/worst-case.md alone carries the bound, with numbers to follow by hand.

use eniplan::cold_path::PathStep;
use eniplan::platform::PhaseKind;
use eniplan::policy::{Capacity, IdleTtl, Pick, StartMode};
use eniplan::quantity::{Interval, Millis};
use eniplan::simulation::{Census, End, Outcome, Realization, Recorder, World, simulate};
use eniplan::topology::{EniClass, SubnetRoom};
use eniplan::trace::Trace;
use eniplan::worst_case::{Bounds, bounds};

use crate::support::{Bench, eni_only, log};

/// ENIs held over time.
#[derive(Default)]
struct Held(Vec<(u64, u32)>);

impl Recorder for Held {
    fn census_changed(&mut self, at: u64, census: Census) {
        let held = census.enis_booting + census.enis_in_use + census.enis_idle + census.enis_deleting;
        self.0.push((at, held));
    }
}

impl Held {
    fn at(&self, instant: u64) -> u32 {
        self.0.iter().rev().find(|(at, _)| *at <= instant).map_or(0, |&(_, held)| held)
    }
}

fn both(bench: &Bench, trace: &Trace, realization: Realization) -> (Bounds, Outcome, Held) {
    let world = World::new(&bench.topology, &bench.cold_path, &bench.policy, bench.initial.clone());
    let bounds = bounds(&world, &bench.cold_path, trace, None);
    let (outcome, _, held) = simulate(&world, trace, realization, Held::default());
    (bounds, outcome, held)
}

/// W13: two ENIs idle since long ago are taken again, one environment each, though one would do.
#[test]
fn idle_enis_that_are_taken_one_by_one_are_not_forgotten() {
    let mut bench = Bench::new(1, 5);
    bench.topology.capacity = Capacity::Count(2);
    bench.topology.delete = Interval::exactly(Millis(5));
    (bench.policy.join_booting, bench.policy.pick) = (true, Pick::Emptiest);
    bench.policy.idle_ttl = IdleTtl::After(Millis(100));
    let trace = log(1, &[(0, 0, 3, 10), (112, 0, 2, 50)]);
    let (bounds, _, held) = both(&bench, &trace, Realization::all(End::Longest));
    assert_eq!(held.at(160), 2);
    assert!(bounds.held.at(160) >= 2, "{bounds:?}");
}

/// W4: what one function leaves in a subnet of its own is no room for another.
#[test]
fn an_idle_eni_in_another_subnet_stays_beside_the_new_one() {
    let mut bench = Bench::new(2, 5);
    bench.topology.limits.subnets = [("a", 10), ("b", 1_000)]
        .map(|(name, addresses)| SubnetRoom { name: name.into(), zone: "z".into(), vpc: 0, addresses })
        .into();
    let class = |subnet| EniClass { subnet, security_groups: vec!["default".into()] };
    bench.topology.classes = vec![class(0), class(1)];
    bench.topology.functions[1].classes = vec![0, 1];
    bench.topology.delete = Interval::exactly(Millis(5));
    bench.policy.idle_ttl = IdleTtl::After(Millis(100));
    let trace = log(2, &[(0, 1, 1, 5), (20, 0, 1, 5), (60, 0, 1, 5)]);
    let (bounds, _, held) = both(&bench, &trace, Realization::all(End::Longest));
    assert_eq!(held.at(50), 2);
    assert!(bounds.held.at(50) >= 2, "{bounds:?}");
}

/// W6: who arrives while there is room may look for it when another has taken it, and again later.
#[test]
fn an_arrival_may_be_refused_for_what_comes_before_its_search() {
    let mut bench = Bench::new(2, 50);
    let mut path = eni_only();
    let prepare = Interval { min: Millis(0), max: Millis(10), ..Interval::exactly(Millis(0)) };
    path.steps[0].after = vec![1];
    path.steps.push(PathStep {
        name: "prepare".into(),
        kind: PhaseKind::Plain,
        duration: prepare,
        after: Vec::new(),
    });
    path.steps.swap(0, 1);
    path.steps[1].after = vec![0];
    bench.cold_path.vpc = path;
    bench.topology.limits.region_quota = Some(1);
    let trace = log(2, &[(0, 0, 1, 1), (5, 1, 1, 1_000), (30, 0, 1, 1)]);
    let phases_ms = [(0, vec![10, 0]), (1, vec![0, 0])].into();
    let (bounds, outcome, _) =
        both(&bench, &trace, Realization { phases_ms, ..Realization::all(End::Longest) });
    assert_eq!(outcome.failures(), 2);
    assert!(bounds.failures >= 2, "{bounds:?}");
}

/// W11: a pool of one is empty until its replacement has booted.
#[test]
fn a_pool_is_at_hand_only_if_it_outlasts_a_boot() {
    let mut bench = Bench::new(1, 1_000);
    bench.topology.boot = Interval::exactly(Millis(10));
    (bench.policy.warm, bench.policy.start) = (1, StartMode::Warm);
    let cold = |second: u64| {
        let trace = log(1, &[(0, 0, 1, 100), (second, 0, 1, 100)]);
        let (bounds, outcome, _) = both(&bench, &trace, Realization::all(End::Longest));
        (outcome.cold_starts.max(), bounds.cold_start_ms)
    };
    assert_eq!(cold(7), (10, Some(10)));
    assert_eq!(cold(12), (0, Some(0)));
}
