//! What no plan can do without: one ENI fewer breaks the target in a replay in which phases make up for waits.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::ops::Range;

use eniplan::cold_path::PathStep;
use eniplan::comparison::Case;
use eniplan::demand::demand;
use eniplan::platform::PhaseKind;
use eniplan::policy::{Capacity, Provision, StartMode};
use eniplan::quantity::{Interval, Millis};
use eniplan::simulation::{End, EniAction, Realization, Recorder, ServedInvocation, World, simulate};
use eniplan::trace::Trace;

use crate::plan::microlp;
use crate::support::{Bench, Dice, log};

/// How long each environment waited for its ENI, ms.
#[derive(Default)]
struct Waits(BTreeMap<u64, u64>);

impl Recorder for Waits {
    fn served(&mut self, served: &ServedInvocation<'_>) {
        if let Some(eni) = served.timings.get(1) {
            self.0.insert(served.environment, eni.wait);
        }
    }
}

/// A world whose cold path is 3 ms, the ENI and up to `varies`; its trace; and how much longer the target is.
fn drawn(seed: u64) -> (Bench, Trace, u64) {
    let mut dice = Dice::new(seed);
    let mut below = |range: u64| dice.below(range);
    let functions = usize::try_from(1 + below(2)).unwrap();
    let mut bench = Bench::new(functions, 20 + below(60));
    bench.topology.boot = Interval::exactly(Millis(10));
    bench.topology.capacity = Capacity::Count(1 + u32::try_from(below(2)).unwrap());
    bench.policy.start = StartMode::Warm;
    let (varies, fixed) = (6 + below(20), below(8));
    let after = Interval::between(Millis(fixed), Millis(fixed + varies));
    let step =
        |name: &str, duration, after| PathStep { name: name.into(), kind: PhaseKind::Plain, duration, after };
    let steps = &mut bench.cold_path.vpc.steps;
    steps.insert(0, step("before", Interval::exactly(Millis(3)), Vec::new()));
    steps[1].after = vec![0];
    steps.push(step("after", after, vec![1]));
    let mut at = 60_000;
    let mut entries = vec![(0, 0, 1, 1)];
    for _ in 0..12 {
        let function = u32::try_from(below(functions as u64)).unwrap();
        entries.push((at, function, 1 + u32::try_from(below(3)).unwrap(), 1 + below(6)));
        at += below(14);
    }
    (bench, log(functions, &entries), below(varies + 1))
}

/// Whether `create` ENIs that stand all the time let an environment wait for more than `room`, or for ever, once
/// what follows the ENI makes up for each wait.
fn breaks(bench: &Bench, trace: &Trace, create: u32, room: u64) -> bool {
    let case = Case::new(&bench.topology, &bench.cold_path, &bench.policy, trace, microlp());
    let policy = case.study().scheduled(Provision::Scheduled);
    let world = World::new(&bench.topology, &bench.cold_path, &policy, case.study().initial().to_vec());
    let world = world.with_schedule(vec![EniAction { at: -10, class: 0, create, delete: 0 }]);
    let longest = bench.cold_path.vpc.steps[2].duration.max.0;
    let mut realization = Realization::all(End::Longest);
    // Each round settles one environment more at least: what follows its ENI bears on later ones only.
    for _ in 0..100 {
        let (outcome, _, Waits(waits)) = simulate(&world, trace, realization.clone(), Waits::default());
        let made_up =
            |(&environment, &wait): (&u64, &u64)| (environment, vec![3, 0, longest.saturating_sub(wait)]);
        let phases_ms = waits.iter().map(made_up).collect();
        if phases_ms == realization.phases_ms {
            return outcome.failures() > 0 || waits.values().any(|&wait| wait > room);
        }
        realization.phases_ms = phases_ms;
    }
    panic!("not settled")
}

#[test]
fn one_eni_fewer_breaks_the_target_where_phases_make_up_for_waits() {
    take_an_eni_less(0..60);
}

mod long {
    #[test]
    #[ignore = "long proof: see CONTRIBUTING.md"]
    fn one_eni_fewer_breaks_the_target_where_phases_make_up_for_waits() {
        super::take_an_eni_less(0..200);
    }
}

fn take_an_eni_less(seeds: Range<u64>) {
    let all = seeds.end - seeds.start;
    let (mut told, mut met) = (0, 0);
    for seed in seeds {
        let (bench, trace, room) = drawn(seed);
        let path = bench.cold_path.vpc.longest(Millis::ZERO, Millis::ZERO).0;
        let case = Case::new(&bench.topology, &bench.cold_path, &bench.policy, &trace, microlp());
        let plan = case.plan_for(Millis(path + room)).unwrap_or_else(|error| panic!("{error}"));
        let bound = u32::try_from(plan.lower_bound.peak_enis).unwrap();
        let broken = breaks(&bench, &trace, bound - 1, room);
        assert!(broken, "seed {seed}: {bound} are said to be needed, and one fewer keeps {room}");
        let nominal = demand(&trace, &bench.topology, &bench.policy);
        let nominal: u32 = nominal.pools.iter().map(|pool| pool.in_use.peak().0).sum();
        told += u64::from(bound > nominal);
        if plan.constant_pool.enough == Some(bound) {
            assert!(!breaks(&bench, &trace, bound, room), "seed {seed}");
            met += 1;
        }
    }
    assert!(
        told >= all * 3 / 10 && met >= all / 10,
        "{told} bounds are above nominal concurrency, {met} are met"
    );
}
