//! The joint planner against brute force, a plain integer program, and small changes.

#![allow(clippy::unwrap_used)]

use std::ops::Range;

use eniplan::demand::Curve;
use eniplan::plan::check::{check_draining, check_joint};
use eniplan::plan::joint::{Joint, JointAnswer, JointEntry, JointPlan, JointPool, solve_joint};
use eniplan::plan::{EniLimit, Group, Objectives, PlanStart, ProgramEffort, Status, Violation, backend};
use eniplan::quantity::{Interval, Millis, Rate};
use eniplan::topology::{SubnetRoom, TokenBucket};

use crate::oracle::joint_grid::solve_by_grid;
use crate::oracle::joint_instance::twelve_classes;
use crate::oracle::joint_schedules;
use crate::plan::Draw;

pub(super) fn planned(joint: &Joint) -> Option<JointPlan> {
    match solve_joint(joint).unwrap() {
        JointAnswer::Planned(plan) => {
            let Objectives { peak, held_ms, .. } = check_joint(joint, &plan.entries).unwrap();
            assert_eq!(plan.objectives, check_joint(joint, &plan.entries).unwrap());
            assert!(
                (plan.lower_bound.peak, plan.lower_bound.held_ms) <= (peak, held_ms),
                "{joint:?}\n{plan:?}"
            );
            Some(plan)
        }
        JointAnswer::Infeasible { .. } => None,
    }
}

/// The share of the held time that a better plan of the same peak might save.
fn gap(plan: &JointPlan) -> f64 {
    (plan.objectives.held_ms - plan.lower_bound.held_ms) as f64 / plan.objectives.held_ms as f64
}

/// A group as a joint problem: one class in one subnet.
pub(super) fn of_group(group: &Group) -> Joint {
    let ceiling = |limit: &dyn Fn(&EniLimit) -> bool| {
        group.ceilings.iter().filter(|ceiling| limit(&ceiling.limit)).map(|ceiling| ceiling.enis).min()
    };
    let addresses = ceiling(&|limit| matches!(limit, EniLimit::Addresses { .. })).unwrap_or(1_000);
    Joint {
        pools: vec![JointPool { classes: vec![0], need: group.need.clone() }],
        // One VPC: the smaller of the two quotas is that of both.
        region_quota: ceiling(&|limit| matches!(limit, EniLimit::VpcQuota | EniLimit::RegionQuota)),
        span: group.span,
        boot: group.boot.clone(),
        delete: group.delete.clone(),
        api: group.api,
        start: group.start,
        ..joint(&[addresses], &[(&[0], &[])], 0, 0, 0)
    }
}

/// The subnets of a pool, and its need.
type Wanted<'a> = (&'a [usize], &'a [(u64, u32)]);

/// Subnets in zones of the same number, pools over all of `over`, each with its own classes.
pub(super) fn joint(addresses: &[u32], pools: &[Wanted], span: u64, boot: u64, delete: u64) -> Joint {
    let subnet = |(index, &addresses): (usize, &u32)| SubnetRoom {
        name: format!("s{index}"),
        zone: format!("z{index}"),
        vpc: 0,
        addresses,
    };
    let mut classes = Vec::new();
    let pools = pools.iter().map(|(over, need)| {
        let first = classes.len();
        classes.extend_from_slice(over);
        JointPool { classes: (first..classes.len()).collect(), need: Curve::new(need.iter().copied()) }
    });
    let pools = pools.collect();
    Joint {
        subnets: addresses.iter().enumerate().map(subnet).collect(),
        classes,
        pools,
        vpc_quota: None,
        region_quota: None,
        survive_zone: false,
        drains: false,
        span: Millis(span),
        boot: Interval::between(Millis(boot / 2), Millis(boot)),
        delete: Interval::between(Millis(delete / 2), Millis(delete)),
        api: None,
        start: PlanStart::Warm,
    }
}

/// At most 6 instants, three subnets and a need of 2, with every limit at work now and then.
pub(super) fn tiny(case: u64) -> Joint {
    let mut draw = Draw::new(case);
    let instants = 3 + draw.below(3);
    let survive = draw.below(2) == 0;
    let idle = 1 + draw.below(3);
    let mut need = |most: u64| -> Vec<(u64, u32)> {
        (0..instants).map(|at| (at, if draw.below(4) < idle { 0 } else { draw.count(most + 1) })).collect()
    };
    let (one, two) = (need(if survive { 2 } else { 1 }), need(1));
    let over: &[usize] = if draw.below(2) == 0 { &[0, 1, 2] } else { &[0, 1] };
    let pools: Vec<Wanted> = match (survive, draw.below(2)) {
        (true, 0) => vec![(over, &one)],
        (true, _) => vec![(&[0, 1], &two), (&[1, 0], &two)],
        (false, 0) => vec![(&[0, 1], &one), (&[0], &two)],
        (false, _) => vec![(&[0, 1], &one), (&[1, 0], &two)],
    };
    let addresses: Vec<u32> = (0..3).map(|_| 1 + draw.count(3)).collect();
    let mut joint = joint(&addresses, &pools, instants, draw.below(2), draw.below(2));
    joint.survive_zone = survive;
    if draw.below(3) == 0 {
        let per_second = Rate(500_000 + 50_000 * draw.below(10));
        joint.api = Some(TokenBucket { burst: 1 + draw.count(3), per_second });
    }
    if draw.below(4) == 0 {
        joint.start = PlanStart::Empty { from_ms: -i64::try_from(draw.below(4)).unwrap() };
    }
    if draw.below(4) == 0 {
        joint.region_quota = Some(2 + draw.count(4));
    }
    joint
}

#[test]
fn joint_plans_equal_the_best_of_all_schedules() {
    compare_with_all_schedules(0..12);
}

mod long {
    #[test]
    #[ignore = "long proof: see CONTRIBUTING.md"]
    fn joint_plans_equal_the_best_of_all_schedules() {
        super::compare_with_all_schedules(0..90);
    }
}

fn compare_with_all_schedules(cases: Range<u64>) {
    let all = cases.end - cases.start;
    let (mut plans, mut optimal, mut same, mut none, mut missed) = (0, 0, 0, 0, 0);
    for case in cases {
        let joint = tiny(case);
        let best = joint_schedules::best(&joint, 4);
        match solve_joint(&joint).unwrap() {
            JointAnswer::Infeasible { proved: true, shortages } => {
                assert_eq!(best, None, "case {case}: {shortages:?} {joint:?}");
                none += 1;
            }
            JointAnswer::Infeasible { proved: false, .. } => missed += 1,
            JointAnswer::Planned(_) => {
                let plan = planned(&joint).unwrap();
                if plan.lower_bound.peak > 4 || (best.is_none() && plan.objectives.peak > 4) {
                    // Larger than what is tried.
                    continue;
                }
                let best = best.unwrap_or_else(|| panic!("case {case}: {joint:?} {plan:?}"));
                plans += 1;
                assert!(plan.lower_bound <= best, "case {case}: {:?} > {best:?} {joint:?}", plan.lower_bound);
                assert!(best <= plan.objectives, "case {case}: {best:?} {joint:?}\n{plan:?}");
                same += u64::from(best == plan.objectives);
                if plan.status == Status::Optimal {
                    optimal += 1;
                    assert_eq!(plan.objectives, best, "case {case}: {joint:?}");
                }
            }
        }
    }
    assert!(
        plans > all / 3 && same * 10 > plans * 9 && none > all / 9 && missed * 50 < plans,
        "{plans} plans, {same} of them the best, {optimal} known to be; {none} impossible, {missed} missed"
    );
}

/// Five to seven slots, two or three pools over three subnets, one of them short.
fn small(case: u64) -> Joint {
    let mut draw = Draw::new(case);
    let slots = 3 + draw.below(3);
    let mut need = || -> Vec<(u64, u32)> { (0..slots).map(|slot| (slot * 60_000, draw.count(4))).collect() };
    let needs = [need(), need(), need()];
    let over: [&[usize]; 3] = [&[0, 1, 2], &[2, 1, 0], &[1, 2]];
    let count = usize::try_from(2 + case % 2).unwrap();
    let pools: Vec<Wanted> =
        over.iter().zip(&needs).take(count).map(|(over, need)| (*over, need.as_slice())).collect();
    let addresses = [1 + draw.count(4), 8 + draw.count(8), 8 + draw.count(8)];
    let mut joint = joint(&addresses, &pools, slots * 60_000, 60_000 * draw.below(3), 60_000 * draw.below(2));
    joint.survive_zone = !case.is_multiple_of(3);
    joint
}

#[test]
fn joint_plans_equal_the_integer_program() {
    for &backend in backend::ALL {
        let (mut settled, mut same, mut known) = (0, 0, 0);
        for case in 0..40 {
            let joint = small(case);
            let Some(quick) = planned(&joint) else { continue };
            let effort =
                ProgramEffort { largest_program: 1_000, seconds: Some(1.0), ..ProgramEffort::default() };
            let Ok(Some(slow)) = solve_by_grid(&joint, quick.lower_bound, backend, &effort) else { continue };
            settled += 1;
            assert!(quick.lower_bound <= slow.objectives, "case {case}: {quick:?}\n{slow:?}");
            assert!(slow.objectives <= quick.objectives, "case {case}: {quick:?}\n{slow:?}");
            same += i32::from(slow.objectives == quick.objectives);
            if quick.status == Status::Optimal {
                known += 1;
                assert_eq!(slow.objectives, quick.objectives, "case {case}");
            }
        }
        let name = backend.name();
        println!("{settled} settled by {name}, {same} the same, {known} known to be optimal without it");
        assert!(settled >= 20 && known >= 10, "{name}: {settled} {same} {known}");
    }
}

#[test]
fn no_plan_holds_more_than_one_that_deletes_nothing() {
    let mut compared = 0;
    for case in 0..400 {
        let joint = contended(case);
        let mut risen = joint.clone();
        risen.span = Millis(joint.end_ms());
        risen.pools.iter_mut().for_each(|pool| pool.need = pool.need.sliding_max(u64::MAX));
        let Some(steady) = planned(&risen).filter(|plan| plan.draining_peak.is_some()) else { continue };
        compared += 1;
        let plan = planned(&joint).unwrap_or_else(|| panic!("case {case}: {joint:?}"));
        assert!(
            plan.draining_peak.is_some() && plan.objectives.peak <= steady.objectives.peak,
            "case {case}"
        );
    }
    assert!(compared > 100, "{compared}");
}

/// Several pools whose requests wait for a small bucket, in addresses that are short now and then.
fn contended(case: u64) -> Joint {
    let mut draw = Draw::new(case);
    let mut joint = small(case);
    joint.drains = true;
    (joint.boot, joint.delete) = (
        Interval::exactly(Millis(1_000 + draw.below(60_000))),
        Interval::exactly(Millis(1_000 + draw.below(60_000))),
    );
    joint.api = Some(TokenBucket { burst: 1 + draw.count(3), per_second: Rate(20 + draw.below(200)) });
    joint
}

#[test]
fn the_joint_checker_rejects_changed_schedules() {
    let mut changed = 0;
    for case in 0..40 {
        let joint = small(case);
        let Some(plan) = planned(&joint).filter(|plan| plan.status == Status::Optimal) else { continue };
        for index in 0..plan.entries.len() {
            for change in [fewer, later, more, sooner] {
                let mut entries = plan.entries.clone();
                if !change(&mut entries[index]) {
                    continue;
                }
                changed += 1;
                let told = check_joint(&joint, &entries).unwrap_err();
                let known = |violation: &Violation| !matches!(violation, Violation::NeverGranted { .. });
                assert!(told.iter().all(known), "case {case}: {told:?}");
            }
        }
    }
    assert!(changed > 200, "{changed}");
}

fn fewer(entry: &mut JointEntry) -> bool {
    let any = entry.create > 0;
    entry.create = entry.create.saturating_sub(1);
    any
}

fn later(entry: &mut JointEntry) -> bool {
    entry.at_ms += 1;
    entry.create > 0 && entry.delete == 0
}

fn more(entry: &mut JointEntry) -> bool {
    entry.delete += 1;
    entry.delete > 1
}

fn sooner(entry: &mut JointEntry) -> bool {
    entry.at_ms -= 1;
    entry.delete > 0 && entry.create == 0
}

#[test]
fn the_joint_checker_says_what_where_and_by_how_much() {
    let mut two = joint(&[3, 3], &[(&[0, 1], &[(0, 2), (50, 0)])], 100, 10, 10);
    two.survive_zone = true;
    let entry = |at_ms, class, create, delete| JointEntry { at_ms, class, create, delete };
    let fine = [entry(-10, 0, 2, 0), entry(-10, 1, 2, 0), entry(50, 0, 0, 2), entry(50, 1, 0, 2)];
    assert_eq!(check_joint(&two, &fine), Ok(Objectives { peak: 4, held_ms: 4 * 70, creations: 4 }));
    let lame = [entry(-10, 0, 3, 0), entry(-10, 1, 1, 0)];
    let lost = Violation::NotReady { pool: 0, without_zone: Some("z0".into()), at_ms: 0, ready: 1, need: 2 };
    assert_eq!(check_joint(&two, &lame), Err(vec![lost]));
    let many = [entry(-10, 0, 4, 0), entry(-10, 1, 2, 0)];
    let over = Violation::OverLimit {
        limit: EniLimit::Addresses { subnet: "s0".into() },
        at_ms: -10,
        held: 4,
        available: 3,
    };
    assert_eq!(check_joint(&two, &many), Err(vec![over]));
    two.region_quota = Some(3);
    let quota = Violation::OverLimit { limit: EniLimit::RegionQuota, at_ms: -10, held: 4, available: 3 };
    assert_eq!(check_joint(&two, &fine), Err(vec![quota]));
    two.region_quota = None;
    // One token at once and the next 5 ms later, of all classes: the last is ready 15 ms late.
    two.api = Some(TokenBucket { burst: 1, per_second: Rate::per_second(200) });
    let queued = check_joint(&two, &fine).unwrap_err();
    assert_eq!(queued.len(), 3, "{queued:?}");
    let paced = [entry(-25, 0, 1, 0), entry(-20, 0, 1, 0), entry(-15, 1, 1, 0), entry(-10, 1, 1, 0)];
    assert!(check_joint(&two, &paced).is_ok());
    let unknown = [entry(-10, 7, 1, 0)];
    assert!(matches!(check_joint(&two, &unknown).unwrap_err()[0], Violation::NoSuchClass { class: 7, .. }));
}

#[test]
fn environments_may_stay_on_what_is_to_be_deleted() {
    // Two ENIs in each of two subnets; from 50 on one in each is planned, but both of one may be in use.
    let both = joint(&[2, 2], &[(&[0, 1], &[(0, 4), (50, 2), (100, 4), (150, 0)])], 200, 1, 1);
    let entry = |at_ms, class, create, delete| JointEntry { at_ms, class, create, delete };
    let entries = [
        entry(-1, 0, 2, 0),
        entry(-1, 1, 2, 0),
        entry(50, 0, 0, 1),
        entry(50, 1, 0, 1),
        entry(99, 0, 1, 0),
        entry(99, 1, 1, 0),
    ];
    assert_eq!(check_joint(&both, &entries).unwrap().peak, 4);
    let told = check_draining(&both, &entries).unwrap_err();
    assert!(matches!(&told[0], Violation::OverLimit { at_ms: 99, held: 3, available: 2, .. }), "{told:?}");
    // The planner never asks for that: what it makes of it holds there too.
    let plan = planned(&Joint { drains: true, ..both }).unwrap();
    assert_eq!(plan.draining_peak, Some(4));
}

#[test]
fn more_room_never_costs_more_and_later_is_the_same() {
    for case in 0..60 {
        let joint = small(case);
        let Some(before) = planned(&joint) else { continue };
        let mut wider = vec![joint.clone(); 3];
        wider[0].subnets[0].addresses += 1;
        wider[1].subnets[1].addresses += 5;
        wider[2].survive_zone = false;
        for wider in wider {
            let after = planned(&wider).unwrap();
            assert!(after.lower_bound <= before.lower_bound, "case {case}");
            assert!((after.objectives.peak) <= before.objectives.peak, "case {case}");
        }
        let mut busier = joint.clone();
        let first = &mut busier.pools[0].need;
        *first = Curve::new(first.steps().iter().map(|&(at, value)| (at, value + 1)));
        if let Some(after) = planned(&busier) {
            assert!(after.lower_bound >= before.lower_bound, "case {case}");
        }
        let mut later = joint.clone();
        for pool in &mut later.pools {
            pool.need = Curve::new(pool.need.steps().iter().map(|&(at, value)| (at + 77_000, value)));
        }
        later.span = later.span.plus(Millis(77_000));
        let after = planned(&later).unwrap();
        assert_eq!(
            (after.objectives, after.lower_bound),
            (before.objectives, before.lower_bound),
            "case {case}"
        );
    }
}

#[test]
fn a_day_of_twelve_classes_is_near_its_bound() {
    let plan = planned(&twelve_classes(1_440, 300, 300)).unwrap();
    assert_eq!(plan.objectives.peak, plan.lower_bound.peak);
    assert!(gap(&plan) < 0.000_2, "{}", gap(&plan));
    assert_eq!(plan.subnet_peaks[0], 240, "the short subnet is full at noon");
    let sure = Joint { drains: true, ..twelve_classes(1_440, 300, 300) };
    assert!(planned(&sure).unwrap().draining_peak.is_some());
}

#[test]
#[ignore = "a measurement"]
fn measured_joint() {
    for slots in [1_440, 10_080] {
        for (drains, boot, delete) in [false, true]
            .into_iter()
            .flat_map(|tight| [(tight, 15, 35), (tight, 300, 300), (tight, 900, 2_100)])
        {
            let joint = Joint { drains, ..twelve_classes(slots, boot, delete) };
            let start = std::time::Instant::now();
            let answer = solve_joint(&joint).unwrap();
            let took = start.elapsed();
            match answer {
                JointAnswer::Planned(plan) => println!(
                    "{slots} slots, boot {boot} s: {took:?} {:?} {:?} bound {:?} gap {:.6} lingering {:?} {:?} {} entries",
                    plan.status,
                    plan.objectives,
                    plan.lower_bound,
                    gap(&plan),
                    plan.draining_peak,
                    plan.subnet_peaks,
                    plan.entries.len()
                ),
                JointAnswer::Infeasible { shortages, proved } => {
                    println!("{slots} {boot}: {took:?} {proved} {shortages:?}");
                }
            }
        }
    }
}
