//! What rules a plan out and what would bring one, on cases with one known short limit each and against brute force.

#![allow(clippy::unwrap_used)]

use eniplan::comparison::Case;
use eniplan::plan::explain::{
    IisLimit, Lever, Remedy, ShadowPrice, irreducible_infeasible_set, lift, limits, plan_again,
    shadow_prices, smallest_fix,
};
use eniplan::plan::joint::{Joint, JointAnswer, solve_joint};
use eniplan::plan::{EniLimit, NoPlan, PlanObjective, PlanProgress, PlanStart};
use eniplan::quantity::{Millis, Rate};
use eniplan::topology::{EniClass, TokenBucket, Topology};

use crate::oracle::joint_schedules;
use crate::plan::joint as joints;
use crate::plan::joint::joint;
use crate::plan::microlp;
use crate::plan::pools::{bursts, world};
use crate::support::{Bench, log};

/// Three ENIs are needed from 0 to 50 in two subnets; boot and deletion take 10.
fn three() -> Joint {
    joint(&[10, 10], &[(&[0, 1], &[(0, 3), (50, 0)])], 100, 10, 10)
}

fn addresses(subnet: &str) -> IisLimit {
    IisLimit::EniLimit(EniLimit::Addresses { subnet: subnet.into() })
}

/// The smallest number of each kind that works.
fn fixes(joint: &Joint) -> Vec<(Lever, Option<u64>)> {
    let fix =
        |lever| (lever, smallest_fix(std::slice::from_ref(joint), lever).unwrap().map(|(value, _)| value));
    Lever::all(joint).into_iter().map(fix).collect()
}

fn conflict(joint: &Joint) -> Vec<IisLimit> {
    irreducible_infeasible_set(std::slice::from_ref(joint)).unwrap()
}

fn prices_of(joint: &Joint) -> Vec<ShadowPrice> {
    let plan = plan_again(joint, PlanObjective::Enis).unwrap().unwrap();
    shadow_prices(joint, PlanObjective::Enis, &plan, PlanProgress::unobserved()).unwrap()
}

#[test]
fn one_short_limit_is_named_and_its_smallest_fix_is_right_to_one_unit() {
    use Lever::{Addresses, Burst, HeadStart, Refill, RegionQuota, VpcQuota};
    let mut one = joint(&[2, 10], &[(&[0], &[(0, 3), (50, 0)])], 100, 10, 10);
    assert_eq!((conflict(&one), fixes(&one)), (vec![addresses("s0")], vec![(Addresses(0), Some(3))]));
    one.subnets[0].addresses = 3;
    assert_eq!(conflict(&one), []);
    for (lever, limit) in [(VpcQuota, EniLimit::VpcQuota), (RegionQuota, EniLimit::RegionQuota)] {
        let short = lever.with(&three(), 2);
        assert_eq!(conflict(&short), [IisLimit::EniLimit(limit)]);
        assert_eq!(fixes(&short), [(Addresses(0), None), (Addresses(1), None), (lever, Some(3))]);
    }
    // Requests from 30 ms before on, the last of three 10 ms before: one token is missing after 20 ms.
    let mut slow = three();
    slow.api = Some(TokenBucket { burst: 2, per_second: Rate(1_000) });
    slow.start = PlanStart::Empty { from_ms: -30 };
    assert_eq!(conflict(&slow), [IisLimit::EniLimit(EniLimit::ApiBucket)]);
    let [.., burst, refill, head_start] = fixes(&slow)[..] else { panic!() };
    assert_eq!((burst, refill), ((Burst, Some(3)), (Refill, Some(50_000))));
    assert_eq!(head_start, (HeadStart, Some(1_010)));
    // From an empty start nothing is ready before a boot.
    let mut early = joint(&[10], &[(&[0], &[(0, 0), (5, 2), (50, 0)])], 100, 10, 10);
    early.start = PlanStart::Empty { from_ms: 0 };
    assert_eq!(conflict(&early), [IisLimit::EniLimit(EniLimit::Boot)]);
    assert_eq!(fixes(&early), [(Addresses(0), None), (HeadStart, Some(5))]);
    // One zone cannot be lost.
    let mut zone = joint(&[10], &[(&[0], &[(0, 3), (50, 0)])], 100, 10, 10);
    zone.survive_zone = true;
    assert_eq!((conflict(&zone), fixes(&zone)), (vec![IisLimit::Zones], vec![(Addresses(0), None)]));
}

#[test]
fn limits_that_are_short_together_are_named_together() {
    // Either subnet may be wider, or the quota and then either.
    let mut both = three();
    both.subnets[0].addresses = 1;
    both.subnets[1].addresses = 1;
    assert_eq!(conflict(&both), [addresses("s0"), addresses("s1")]);
    assert_eq!(fixes(&both), [(Lever::Addresses(0), Some(2)), (Lever::Addresses(1), Some(2))]);
    both.region_quota = Some(2);
    // Now the quota alone rules it out, whatever the subnets have.
    let quota = IisLimit::EniLimit(EniLimit::RegionQuota);
    assert_eq!(conflict(&both), [quota]);
    assert!(fixes(&both).iter().all(|(_, to)| to.is_none()));
}

/// What brute force says, with as many ENIs as these needs take where nothing is ever deleted.
fn possible(joint: &Joint) -> bool {
    let peaks: u32 = joint.pools.iter().map(|pool| pool.need.peak().0).sum();
    joint_schedules::possible(joint, (if joint.survive_zone { 2 * peaks } else { peaks }).min(3))
}

#[test]
fn conflicts_are_minimal_and_fixes_smallest_by_brute_force() {
    let (mut seen, mut fixed) = (0, 0);
    for case in 0..50 {
        let joint = joints::tiny(case);
        if !matches!(solve_joint(&joint).unwrap(), JointAnswer::Infeasible { proved: true, .. }) {
            continue;
        }
        seen += 1;
        assert!(!possible(&joint), "case {case}");
        let short = conflict(&joint);
        let others = limits(&joint).into_iter().filter(|rule| !short.contains(rule));
        let alone = others.fold(joint.clone(), |joint, rule| lift(&joint, &rule));
        assert!(!short.is_empty() && !possible(&alone), "case {case}: {short:?} {joint:?}");
        for rule in &short {
            let looser = lift(&alone, rule);
            assert!(
                solve_joint(&looser).is_ok_and(|answer| matches!(answer, JointAnswer::Planned(_))),
                "case {case}: {rule}"
            );
        }
        for (lever, to) in fixes(&joint) {
            let Some(to) = to else { continue };
            fixed += 1;
            assert!(!possible(&lever.with(&joint, to - 1)), "case {case}: {lever:?} {to} {joint:?}");
        }
    }
    println!("{seen} without a plan, {fixed} fixes");
    assert!(seen > 5 && fixed > 5, "{seen} {fixed}");
}

/// Twelve at once of a function in the first subnets, one second apart; environments live for a minute.
fn twelve(bench: &Bench) -> NoPlan {
    let entries: Vec<_> = (0..12).map(|n| (n * 1_000, 0, 1, 200_000)).collect();
    let trace = log(1, &entries);
    let case = Case::new(&bench.topology, &bench.cold_path, &bench.policy, &trace, microlp());
    let plan = case.plan_for(Millis(1_000)).unwrap();
    case.explained(Millis(1_000), plan).unwrap().infeasible.unwrap()
}

fn of<'a>(none: &'a NoPlan, kind: &str) -> Vec<&'a Remedy> {
    none.fixes.iter().filter(|fix| fix.kind == kind).collect()
}

#[test]
fn every_kind_of_change_is_tried_alone() {
    let none = twelve(&world(&[9, 20], &[(&[0], 0)]));
    assert!(none.proved);
    assert_eq!(none.shortages[0].limit, "free addresses of subnet s0");
    assert_eq!((none.shortages[0].needed, none.shortages[0].available), (12, 9));
    assert_eq!(none.conflict, ["free addresses of subnet s0"]);
    let [wider] = of(&none, "addresses")[..] else { panic!("{none:?}") };
    assert_eq!((wider.works, wider.from, wider.to, wider.peak_enis), (true, Some(9), Some(12), Some(12)));
    assert_eq!(wider.change, "raise the free addresses of subnet s0 by 3 (from 9 to 12)");
    let [moving] = of(&none, "move")[..] else { panic!("{none:?}") };
    assert_eq!(moving.change, "move f0 to s1");
    // All twelve run at once: neither waiting nor letting go sooner helps.
    for kind in ["target", "keep_alive"] {
        let [vain] = of(&none, kind)[..] else { panic!("{none:?}") };
        assert!(!vain.works && vain.to.is_none(), "{vain:?}");
    }
}

#[test]
fn a_shorter_keep_alive_is_found_to_the_second() {
    // Eight at once of one function and, 50 s later, eight of another: with a keep-alive of a minute sixteen
    // environments are alive, with one that ends before only eight.
    let mut bench = world(&[9], &[(&[0], 0)]);
    for place in &mut bench.topology.functions {
        place.keep_alive = Millis(60_000);
    }
    let other = bench.topology.functions[0].clone();
    bench.topology.functions.push(eniplan::topology::FunctionPlace { name: "f1".into(), ..other });
    let trace = log(2, &[(70_000, 0, 8, 1_000), (120_000, 1, 8, 1_000)]);
    let case = Case::new(&bench.topology, &bench.cold_path, &bench.policy, &trace, microlp());
    let plan = case.plan_for(Millis(1_000)).unwrap();
    let none = case.explained(Millis(1_000), plan).unwrap().infeasible.unwrap();
    let [shorter] = of(&none, "keep_alive")[..] else { panic!("{none:?}") };
    let to = shorter.to.unwrap_or_else(|| panic!("{none:?}"));
    assert!(to < 50_000 && to % 1_000 == 0, "{to}");
    let plans = |keep_alive: u64| {
        let mut topology = bench.topology.clone();
        topology.functions.iter_mut().for_each(|place| place.keep_alive = Millis(keep_alive));
        let case = Case::new(&topology, &bench.cold_path, &bench.policy, &trace, microlp());
        case.plan_for(Millis(1_000)).unwrap().amount.is_some()
    };
    assert!(plans(to) && !plans(to + 1_000), "{to}");
}

#[test]
fn what_is_said_to_help_does_and_one_unit_less_does_not() {
    let mut helped = std::collections::BTreeMap::new();
    for seed in 0..3 {
        // Some 25 at once of two functions, one of which has too few addresses.
        let bench = world(&[9 + u32::try_from(seed).unwrap(), 60], &[(&[0], 0), (&[1], 1)]);
        let trace = bursts(2, seed);
        let case = Case::new(&bench.topology, &bench.cold_path, &bench.policy, &trace, microlp());
        let none = case.plan_for(Millis(1_000)).unwrap();
        let none = case.explained(Millis(1_000), none).unwrap().infeasible.unwrap();
        let holds = |change: &dyn Fn(&mut Topology), target: u64| {
            let mut topology = bench.topology.clone();
            change(&mut topology);
            let case = Case::new(&topology, &bench.cold_path, &bench.policy, &trace, microlp());
            case.plan_for(Millis(target)).unwrap().amount.is_some()
        };
        for fix in none.fixes.iter().filter(|fix| fix.works) {
            *helped.entry(fix.kind).or_insert(0) += 1;
            let to = fix.to.unwrap_or(0);
            let addresses = |topology: &mut Topology, enis: u64| {
                topology.limits.subnets[0].addresses = u32::try_from(enis).unwrap();
            };
            let lives = |topology: &mut Topology, ms: u64| {
                topology.functions.iter_mut().for_each(|place| place.keep_alive = Millis(ms));
            };
            let (with, less) = match fix.kind {
                "addresses" => {
                    (holds(&|case| addresses(case, to), 1_000), holds(&|case| addresses(case, to - 1), 1_000))
                }
                "keep_alive" => {
                    (holds(&|case| lives(case, to), 1_000), holds(&|case| lives(case, to + 1_000), 1_000))
                }
                "target" => (holds(&|_| (), to), holds(&|_| (), to - 1)),
                "move" => {
                    assert!(fix.change.starts_with("move f0 to s"), "{}", fix.change);
                    let moved = |topology: &mut Topology| {
                        let group =
                            topology.classes[topology.functions[0].classes[0]].security_groups.clone();
                        for (subnet, room) in topology.limits.subnets.iter().enumerate() {
                            let class = EniClass { subnet, security_groups: group.clone() };
                            if fix.change.contains(&room.name) && !topology.classes.contains(&class) {
                                topology.classes.push(class);
                            }
                        }
                        let there = |class: &usize| {
                            let class = &topology.classes[*class];
                            let room = &topology.limits.subnets[class.subnet];
                            class.security_groups == group && fix.change.contains(&room.name)
                        };
                        let classes = (0..topology.classes.len()).filter(there).collect();
                        topology.functions[0].classes = classes;
                    };
                    (holds(&moved, 1_000), false)
                }
                other => panic!("seed {seed}: {other}: {fix:?}"),
            };
            assert!(with && !less, "seed {seed}: {with} {less} {fix:?}");
        }
    }
    assert!(helped["addresses"] >= 2 && helped["move"] >= 2, "{helped:?}");
    println!("{helped:?}");
}

#[test]
fn a_target_below_the_cold_path_is_what_is_short() {
    let mut bench = world(&[9], &[(&[0], 0)]);
    bench.cold_path.vpc.steps.push(eniplan::cold_path::PathStep {
        name: "start".into(),
        kind: eniplan::platform::PhaseKind::Plain,
        duration: eniplan::quantity::Interval::between(Millis(100), Millis(700)),
        after: vec![0],
    });
    let trace = log(1, &[(0, 0, 1, 1_000), (90_000, 0, 2, 1_000)]);
    let case = Case::new(&bench.topology, &bench.cold_path, &bench.policy, &trace, microlp());
    let plan = case.plan_for(Millis(699)).unwrap();
    let none = case.explained(Millis(699), plan).unwrap().infeasible.unwrap();
    assert_eq!(none.conflict, ["cold path with an ENI ready", "cold-start target"]);
    let [looser] = of(&none, "target")[..] else { panic!("{none:?}") };
    assert_eq!((looser.to, looser.works), (Some(700), true));
}

#[test]
fn shadow_prices_are_differences_of_plans() {
    // Ten must be left of four zones whichever is lost: 15 in three of them, 14 with two in the fourth.
    let need: &[(u64, u32)] = &[(0, 10), (50, 0)];
    let mut four = joint(&[0, 100, 100, 100], &[(&[0, 1, 2, 3], need)], 100, 10, 10);
    four.survive_zone = true;
    let prices = prices_of(&four);
    let first = &prices[0];
    let more = first.more.as_ref().unwrap();
    assert_eq!((more.by, more.peak_enis, more.creations), (2, 1, 1));
    assert_eq!((first.spare, first.less.as_ref().map(|change| change.by)), (0, None));
    // Five in each of the others; 95 may go, and with one more there is a plan of more, or none.
    assert_eq!((prices[1].used, prices[1].more, prices[1].full.len()), (5, None, 0));
    assert!(prices[1].spare <= 95 && prices[1].spare >= 90, "{:?}", prices[1]);
    // A quota that just suffices: no more helps, no less will do, and it is full while they are there.
    let tight = Lever::RegionQuota.with(&three(), 3);
    let prices = prices_of(&tight);
    let quota = prices.last().unwrap();
    assert_eq!((quota.kind, quota.spare, quota.used, quota.less), ("region_quota", 0, 3, None));
    assert_eq!(
        quota.full.iter().map(|stretch| (stretch.from_ms, stretch.to_ms)).collect::<Vec<_>>(),
        [(-10, 60)]
    );
    // A slow bucket makes requests wait 2 ms in all; one token more of burst spares 1 of them.
    let mut slow = three();
    slow.api = Some(TokenBucket { burst: 1, per_second: Rate::per_second(1_000) });
    let prices = prices_of(&slow);
    let burst = prices.iter().find(|price| price.kind == "api_burst").unwrap();
    let more = burst.more.as_ref().unwrap();
    assert_eq!((more.by, more.peak_enis), (1, 0));
    assert!((more.eni_hours * 3_600_000.0 - 2.0).abs() < 1e-6, "{more:?}");
}
