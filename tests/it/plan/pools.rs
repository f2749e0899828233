//! Plans of several pools through the whole of it: traffic in, checked and attacked plan out.

#![allow(clippy::unwrap_used)]

use std::ops::Range;

use eniplan::comparison::Case;
use eniplan::plan::PlanVerdict;
use eniplan::policy::named;
use eniplan::quantity::{Interval, Millis};
use eniplan::random::{Purpose, Stream};
use eniplan::simulation::{End, Realization, Silent};
use eniplan::topology::{EniClass, SubnetRoom};
use eniplan::trace::Trace;

use crate::plan::microlp;
use crate::support::{Bench, log};

/// Subnets in zones of their own; each function in the subnets given, with the groups of that number.
pub(super) fn world(addresses: &[u32], functions: &[(&[usize], usize)]) -> Bench {
    let mut bench = Bench::new(functions.len(), 60_000);
    bench.topology.limits.subnets = addresses
        .iter()
        .enumerate()
        .map(|(index, &addresses)| SubnetRoom {
            name: format!("s{index}"),
            zone: format!("z{index}"),
            vpc: 0,
            addresses,
        })
        .collect();
    bench.topology.classes.clear();
    for (place, &(subnets, group)) in bench.topology.functions.iter_mut().zip(functions) {
        place.classes.clear();
        for &subnet in subnets {
            let class = EniClass { subnet, security_groups: vec![format!("g{group}")] };
            let known = bench.topology.classes.iter().position(|known| *known == class);
            place.classes.push(known.unwrap_or(bench.topology.classes.len()));
            if known.is_none() {
                bench.topology.classes.push(class);
            }
        }
    }
    bench.topology.boot = Interval::between(Millis(5_000), Millis(20_000));
    bench.topology.delete = Interval::between(Millis(5_000), Millis(30_000));
    bench.policy.start = eniplan::policy::StartMode::Warm;
    bench
}

/// Bursts of up to six invocations of each function, some of them long.
pub(super) fn bursts(functions: usize, seed: u64) -> Trace {
    let draw = Stream::new(seed, Purpose::Search);
    let mut entries = Vec::new();
    for n in 0..80 {
        let at = n * 10_000 + draw.below(4 * n, 10_000);
        let function = u32::try_from(draw.below(4 * n + 1, functions as u64)).unwrap();
        let count = 1 + u32::try_from(draw.below(4 * n + 2, 6)).unwrap();
        entries.push((at, function, count, 1_000 + draw.below(4 * n + 3, 90_000)));
    }
    log(functions, &entries)
}

#[test]
fn plans_of_pools_that_share_survive_the_attack() {
    attack_plans_of_pools(0..1);
}

mod long {
    #[test]
    #[ignore = "long proof: see CONTRIBUTING.md"]
    fn plans_of_pools_that_share_survive_the_attack() {
        super::attack_plans_of_pools(0..2);
    }
}

fn attack_plans_of_pools(seeds: Range<u64>) {
    type Functions<'a> = &'a [(&'a [usize], usize)];
    let worlds: [(Functions, bool); 6] = [
        (&[(&[0, 1, 2], 0), (&[0, 1, 2], 1)], false),
        (&[(&[0, 1, 2], 0), (&[0, 1, 2], 1)], true),
        // Overlapping classes: one inside the other, the same in another order, and a chain.
        (&[(&[0], 0), (&[0, 1], 0)], false),
        (&[(&[0, 1, 2], 0), (&[2, 1, 0], 0)], true),
        (&[(&[0, 1], 0), (&[1, 2], 0), (&[2, 0], 0)], false),
        (&[(&[0, 1], 0), (&[1, 2], 0), (&[2, 0], 0)], true),
    ];
    for (case, (functions, survive)) in worlds.into_iter().enumerate() {
        for seed in seeds.clone() {
            let mut bench = world(&[400, if case > 3 { 400 } else { 60 }, 400], functions);
            bench.topology.limits.survive_zone = survive;
            let trace = bursts(functions.len(), seed);
            let case_of = Case::new(&bench.topology, &bench.cold_path, &bench.policy, &trace, microlp());
            let plan =
                case_of.plan_for(Millis(1_000)).unwrap_or_else(|error| panic!("{case} {seed}: {error}"));
            assert_ne!(plan.status, PlanVerdict::Infeasible, "{case} {seed}: {:?}", plan.infeasible);
            assert!(plan.attacks > 0 && plan.amount.unwrap().peak_enis >= plan.lower_bound.peak_enis);
        }
    }
}

#[test]
fn a_function_in_one_zone_cannot_survive_its_loss() {
    let mut bench = world(&[400, 400], &[(&[0, 1], 0), (&[1], 1)]);
    bench.topology.limits.survive_zone = true;
    let trace = bursts(2, 1);
    let case = Case::new(&bench.topology, &bench.cold_path, &bench.policy, &trace, microlp());
    let none = case.plan_for(Millis(1_000)).unwrap().infeasible.unwrap();
    assert!(
        none.proved && none.shortages[0].limit == "free addresses of subnet s1 without any one zone",
        "{none:?}"
    );
}

#[test]
fn a_subnet_that_is_full_hands_over_to_the_next() {
    let bench = world(&[9, 8], &[(&[0, 1], 0)]);
    let entries: Vec<_> = (0..12).map(|n| (n * 1_000, 0, 1, 200_000)).collect();
    let trace = log(1, &entries);
    let case = Case::new(&bench.topology, &bench.cold_path, &bench.policy, &trace, microlp());
    let plan = case.plan_for(Millis(1_000)).unwrap();
    assert_eq!(plan.amount.unwrap().peak_enis, 12, "{plan:?}");
    let in_second: u32 = plan.schedule.iter().filter(|row| row.subnet == "s1").map(|row| row.create).sum();
    assert_eq!(in_second, 3);
}

#[test]
fn the_clairvoyant_of_several_subnets_is_that_of_one_as_large() {
    for seed in 0..6 {
        let run = |addresses: &[u32], over: &[usize]| {
            let mut bench = world(addresses, &[(over, 0), (over, 0)]);
            bench.policy = named("clairvoyant").unwrap();
            let trace = bursts(2, seed);
            let case = Case::new(&bench.topology, &bench.cold_path, &bench.policy, &trace, microlp());
            let outcome = case.run(Realization::all(End::Longest), Silent).unwrap().0;
            assert_eq!((outcome.failures(), outcome.cold_starts.max()), (0, 0), "seed {seed}");
            outcome.enis
        };
        let (one, three) = (run(&[300], &[0]), run(&[100; 3], &[0, 1, 2]));
        assert_eq!(one.peak, three.peak, "seed {seed}");
        // An ENI that is to go may have to wait for its environment where others stand idle.
        assert!(one.integral <= three.integral, "seed {seed}: {one:?} {three:?}");
        assert!(three.integral <= one.integral + one.integral / 10, "seed {seed}: {one:?} {three:?}");
    }
}
