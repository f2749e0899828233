//! Targets with room to wait for an ENI: fewer ENIs, later ones, and still no realization that breaks them.

#![allow(clippy::unwrap_used)]

use std::ops::Range;

use eniplan::cold_path::PathStep;
use eniplan::comparison::Case;
use eniplan::demand::demand;
use eniplan::plan::{Plan, PlanVerdict};
use eniplan::platform::PhaseKind;
use eniplan::policy::{Capacity, EnvironmentBinding, Provision, StartMode};
use eniplan::quantity::{Interval, Millis};
use eniplan::simulation::{End, EniAction, Nature, Random, Realization, Silent, World, simulate};
use eniplan::trace::Trace;

use crate::plan::microlp;
use crate::support::{Bench, Dice, log};

fn plan(bench: &Bench, trace: &Trace, target: u64) -> Plan {
    let case = Case::new(&bench.topology, &bench.cold_path, &bench.policy, trace, microlp());
    case.plan_for(Millis(target)).unwrap_or_else(|error| panic!("{error}"))
}

/// The longest cold start, and the most ENIs held, when the plan is followed.
fn follow(bench: &Bench, trace: &Trace, plan: &Plan, nature: impl Nature) -> (u64, u64) {
    let case = Case::new(&bench.topology, &bench.cold_path, &bench.policy, trace, microlp());
    let policy = case.study().scheduled(Provision::Scheduled);
    let world = World::new(&bench.topology, &bench.cold_path, &policy, case.study().initial().to_vec());
    let class = |subnet: &str| {
        let subnets = &bench.topology.limits.subnets;
        bench.topology.classes.iter().position(|class| subnets[class.subnet].name == subnet).unwrap()
    };
    let act = |row: &eniplan::plan::ScheduleRow| EniAction {
        at: row.at_ms,
        class: class(&row.subnet),
        create: row.create,
        delete: row.delete,
    };
    let world = world.with_schedule(plan.schedule.iter().map(act).collect());
    let outcome = simulate(&world, trace, nature, Silent).0;
    assert_eq!(outcome.failures(), 0);
    (outcome.cold_starts.max(), outcome.enis.peak)
}

fn bench(keep_alive: u64, boot: u64) -> Bench {
    let mut bench = Bench::new(1, keep_alive);
    bench.topology.boot = Interval::between(Millis(boot / 3), Millis(boot));
    bench.topology.delete = Interval::between(Millis(1_000), Millis(30_000));
    bench.policy.start = StartMode::Warm;
    bench
}

#[test]
fn a_burst_takes_its_turn_on_fewer_enis() {
    let bench = bench(60_000, 900_000);
    // 100 at once, an hour in.
    let trace = log(1, &[(0, 0, 1, 1_000), (3_600_000, 0, 100, 1_000)]);
    let enis = |target: u64| plan(&bench, &trace, target).amount.unwrap().peak_enis;
    assert_eq!(enis(30_000), 100);
    // Each takes an ENI for 61 s, and 16 minutes have room for 15 of those one after the other.
    let loose = plan(&bench, &trace, 960_000);
    // To wait for as long as a boot does no worse.
    assert_eq!((loose.amount.unwrap().peak_enis, loose.eni_wait_ms), (7, 900_000));
    assert!(loose.lower_bound.peak_enis >= 6, "{:?}", loose.lower_bound);
    let (longest, held) = follow(&bench, &trace, &loose, Realization::all(End::Longest));
    assert!(longest > 60_000 && longest <= 960_000, "{longest}");
    assert_eq!(held, 7);
}

#[test]
fn an_empty_start_is_possible_where_the_target_outlasts_the_boot() {
    let mut bench = bench(2_640_000, 900_000);
    bench.policy.start = StartMode::Empty;
    let trace = log(1, &[(0, 0, 3, 1_000), (1_200_000, 0, 3, 1_000)]);
    for target in [0, 300_000, 899_999] {
        let none = plan(&bench, &trace, target);
        assert_eq!(none.status, PlanVerdict::Infeasible, "{target}");
        let short = &none.infeasible.unwrap().shortages[0];
        assert_eq!(short.limit, "longest ENI boot after an empty start");
    }
    let some = plan(&bench, &trace, 900_000);
    assert_eq!((some.amount.unwrap().peak_enis, some.schedule[0].at_ms), (3, 0), "{some:?}");
    assert_eq!(follow(&bench, &trace, &some, Realization::all(End::Longest)).0, 900_000);
}

/// A world of one or two functions whose bursts may be shorter than the target.
fn drawn(seed: u64) -> (Bench, Trace, u64) {
    let mut dice = Dice::new(seed);
    let mut below = |range: u64| dice.below(range);
    let functions = usize::try_from(1 + below(2)).unwrap();
    let mut bench = bench(5 + below(40), 3 + below(60));
    let place = bench.topology.functions[0].clone();
    bench.topology.functions.resize(functions, place);
    bench.topology.functions[0].keep_alive = Millis(5 + below(60));
    bench.topology.delete = Interval::between(Millis(below(5)), Millis(5 + below(20)));
    bench.topology.capacity = Capacity::Count(1 + u32::try_from(below(2)).unwrap());
    if below(3) == 0 {
        bench.policy.start = StartMode::Empty;
    }
    if below(2) == 0 {
        let kind = PhaseKind::Plain;
        let duration = Interval::between(Millis(below(4)), Millis(4));
        let step =
            |name: &str, after| PathStep { name: name.into(), kind, duration: duration.clone(), after };
        let steps = &mut bench.cold_path.vpc.steps;
        steps.insert(0, step("before", Vec::new()));
        steps[1].after = vec![0];
        steps.push(step("after", vec![1]));
    }
    let mut at = 0;
    let entries: Vec<_> = (0..14)
        .map(|_| {
            at += if below(3) == 0 { 20 + below(120) } else { below(6) };
            let function = u32::try_from(below(functions as u64)).unwrap();
            (at, function, 1 + u32::try_from(below(3)).unwrap(), 1 + below(9))
        })
        .collect();
    (bench, log(functions, &entries), 60 + below(100))
}

#[test]
fn no_realization_breaks_a_plan_that_lets_environments_wait() {
    follow_plans_that_wait(0..12);
}

mod long {
    #[test]
    #[ignore = "long proof: see CONTRIBUTING.md"]
    fn no_realization_breaks_a_plan_that_lets_environments_wait() {
        super::follow_plans_that_wait(0..40);
    }
}

fn follow_plans_that_wait(seeds: Range<u64>) {
    let all = seeds.end - seeds.start;
    let mut fewer = 0;
    for seed in seeds {
        let (bench, trace, target) = drawn(seed);
        // The rest of the path, and not a moment to wait.
        let tight = plan(&bench, &trace, if bench.cold_path.vpc.steps.len() > 1 { 8 } else { 0 });
        let plan = plan(&bench, &trace, target);
        let Some(amount) = plan.amount else {
            assert_eq!(bench.policy.start, StartMode::Empty, "seed {seed}: {:?}", plan.infeasible);
            continue;
        };
        assert!(amount.peak_enis >= plan.lower_bound.peak_enis, "seed {seed}, {target}");
        if let Some(tight) = tight.amount {
            assert!(amount.peak_enis <= tight.peak_enis, "seed {seed}, {target}: more for less");
            fewer += u64::from(amount.peak_enis < tight.peak_enis);
        }
        let held = |nature: Result<End, u64>| {
            let what = format!("seed {seed}, {target}, {nature:?}");
            let (longest, enis) = match nature {
                Ok(end) => follow(&bench, &trace, &plan, Realization::all(end)),
                Err(seed) => follow(&bench, &trace, &plan, Random::new(seed)),
            };
            assert!(longest <= target, "{what}: {longest}");
            assert!(enis <= amount.peak_enis, "{what}: {enis} of {}", amount.peak_enis);
        };
        for end in [End::Longest, End::Shortest] {
            held(Ok(end));
        }
        for turn in 0..20 {
            held(Err(turn));
        }
    }
    assert!(fewer > all / 10, "waiting saved ENIs in {fewer} of {all} cases");
}

/// A world of one burst or more in which nothing is uncertain, and a target that may outlast the keep-alive.
fn certain(seed: u64) -> (Bench, Trace, u64) {
    let mut dice = Dice::new(seed);
    let mut below = |range: u64| dice.below(range);
    let functions = usize::try_from(1 + below(2)).unwrap();
    let mut bench = Bench::new(functions, 1 + below(30));
    bench.topology.functions[0].keep_alive = Millis(1 + below(30));
    bench.topology.boot = Interval::exactly(Millis(10));
    bench.topology.capacity = Capacity::Count(1 + u32::try_from(below(2)).unwrap());
    bench.policy.start = StartMode::Warm;
    if below(3) == 0 {
        bench.policy.binding = EnvironmentBinding::Queued;
    }
    // What stands at the start is no more than the first arrival needs.
    let mut at = 60_000;
    let mut entries = vec![(0, 0, 1, 1)];
    for _ in 0..=below(4) {
        let function = u32::try_from(below(functions as u64)).unwrap();
        entries.push((at, function, 1 + u32::try_from(below(6)).unwrap(), 1 + below(60)));
        at += below(40);
    }
    (bench, log(functions, &entries), below(90))
}

/// The fewest ENIs that keep the target if they stand there all the time.
fn fewest(bench: &Bench, trace: &Trace, target: u64) -> u64 {
    let case = Case::new(&bench.topology, &bench.cold_path, &bench.policy, trace, microlp());
    let policy = case.study().scheduled(Provision::Scheduled);
    let keeps = |&create: &u32| {
        let initial = case.study().initial().to_vec();
        let world = World::new(&bench.topology, &bench.cold_path, &policy, initial);
        let world = world.with_schedule(vec![EniAction { at: -10, class: 0, create, delete: 0 }]);
        let outcome = simulate(&world, trace, Realization::all(End::Longest), Silent).0;
        outcome.failures() == 0 && outcome.cold_starts.max() <= target
    };
    u64::from((0..=40).find(keeps).unwrap())
}

/// Nominal concurrency, kept for what the keep-alive is longer than the target: no bound where it is shorter.
fn concurrency(bench: &Bench, trace: &Trace, target: u64) -> u64 {
    let mut topology = bench.topology.clone();
    for place in &mut topology.functions {
        place.keep_alive = Millis(place.keep_alive.0.saturating_sub(target));
    }
    let needed = demand(trace, &topology, &bench.policy);
    needed.pools.iter().map(|pool| u64::from(pool.in_use.peak().0)).max().unwrap_or(0)
}

#[test]
fn no_bound_is_above_the_fewest_enis_found_by_trying() {
    let (mut met, mut outlasted, mut above) = (0, 0, 0);
    for seed in 0..150 {
        let (bench, trace, target) = certain(seed);
        let found = fewest(&bench, &trace, target);
        let plan = plan(&bench, &trace, target);
        let bound = plan.lower_bound.peak_enis;
        assert!(bound <= found, "seed {seed}: {bound} are said to be needed, {found} are enough");
        let constant = &plan.constant_pool;
        assert!(u64::from(constant.at_least) <= found, "seed {seed}: {constant:?}, {found} are enough");
        assert!(constant.enough.is_none_or(|enough| u64::from(enough) >= found), "seed {seed}: {constant:?}");
        met += u32::from(bound == found);
        above += u32::from(concurrency(&bench, &trace, target) > found);
        outlasted += u32::from(bench.topology.functions.iter().any(|place| place.keep_alive.0 < target));
    }
    assert!(met >= 60 && outlasted >= 60, "{met} bounds are met, {outlasted} promises outlast a keep-alive");
    // Concurrency alone says too much now and then: the cases are some that tell.
    assert!(above >= 5, "{above}");
}
