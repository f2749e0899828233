//! The joint planner against brute force, a plain integer program, and small changes.

#![allow(clippy::unwrap_used)]

use eniplan::demand::Curve;
use eniplan::plan::check::Checked;
use eniplan::plan::joint::check::{Violation, check_joint, check_lingering};
use eniplan::plan::joint::{Joint, JointAnswer, JointEntry, JointPlanned, PoolNeed, solve_by_grid, solve_joint};
use eniplan::plan::{Effort, Limit, Objectives, Start, Status};
use eniplan::quantity::{Interval, Millis, Rate};
use eniplan::topology::{SubnetRoom, TokenBucket};

use crate::plan::{Draw, microlp};
use crate::plan_joint_instance::twelve_classes;
use crate::plan_joint_oracle;

/// Without the integer program: the fast way alone.
pub fn fast() -> Effort {
    Effort { largest_program: 0, ..Effort::default() }
}

pub fn planned(joint: &Joint, effort: &Effort) -> Option<JointPlanned> {
    match solve_joint(joint, microlp(), effort).unwrap() {
        JointAnswer::Planned(plan) => {
            let Checked { peak, held_ms, creations } = check_joint(joint, &plan.entries).unwrap();
            assert_eq!(plan.objectives, Objectives { peak, held_ms, creations });
            assert!((plan.lower_bound.peak, plan.lower_bound.held_ms) <= (peak, held_ms), "{joint:?}\n{plan:?}");
            Some(plan)
        }
        JointAnswer::Infeasible { .. } => None,
    }
}

/// Subnets in zones of the same number, pools over all of `over`, each with its own classes.
pub fn joint(addresses: &[u32], pools: &[(&[usize], &[(u64, u32)])], span: u64, boot: u64, delete: u64) -> Joint {
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
        PoolNeed { classes: (first..classes.len()).collect(), need: Curve::new(need.iter().copied()) }
    });
    let pools = pools.collect();
    Joint {
        subnets: addresses.iter().enumerate().map(subnet).collect(),
        classes,
        pools,
        vpc_quota: None,
        region_quota: None,
        survive_zone: false,
        span: Millis(span),
        boot: Interval::between(Millis(boot / 2), Millis(boot)),
        delete: Interval::between(Millis(delete / 2), Millis(delete)),
        api: None,
        start: Start::Warm,
    }
}

/// At most 6 instants, three subnets and a need of 2, with every limit at work now and then.
fn tiny(case: u64) -> Joint {
    let mut draw = Draw::new(case);
    let instants = 3 + draw.below(4);
    let survive = draw.below(2) == 0;
    let idle = 1 + draw.below(3);
    let mut need = |most: u64| -> Vec<(u64, u32)> {
        (0..instants).map(|at| (at, if draw.below(4) < idle { 0 } else { draw.count(most + 1) })).collect()
    };
    let (one, two) = (need(if survive { 2 } else { 1 }), need(1));
    let over: &[usize] = if draw.below(2) == 0 { &[0, 1, 2] } else { &[0, 1] };
    let pools: Vec<(&[usize], &[(u64, u32)])> = match (survive, draw.below(2)) {
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
        joint.start = Start::Empty { from_ms: -i64::try_from(draw.below(4)).unwrap() };
    }
    if draw.below(4) == 0 {
        joint.region_quota = Some(2 + draw.count(4));
    }
    joint
}

#[test]
fn joint_plans_equal_the_best_of_all_schedules() {
    let (mut plans, mut optimal, mut same, mut none, mut missed) = (0, 0, 0, 0, 0);
    for case in 0..250 {
        let joint = tiny(case);
        let best = plan_joint_oracle::best(&joint, 5);
        match solve_joint(&joint, microlp(), &fast()).unwrap() {
            JointAnswer::Infeasible { proved: true, shortages } => {
                assert_eq!(best, None, "case {case}: {shortages:?} {joint:?}");
                none += 1;
            }
            JointAnswer::Infeasible { proved: false, .. } => missed += 1,
            JointAnswer::Planned(_) => {
                let plan = planned(&joint, &fast()).unwrap();
                let best = best.unwrap_or_else(|| panic!("case {case}: {joint:?} {plan:?}"));
                plans += 1;
                if best.peak == 5 && plan.objectives.peak > 5 {
                    continue;
                }
                assert!(plan.lower_bound <= best, "case {case}: {:?} > {best:?} {joint:?}", plan.lower_bound);
                assert!(best <= plan.objectives, "case {case}");
                same += i32::from(best == plan.objectives);
                if plan.status == Status::Optimal {
                    optimal += 1;
                    assert_eq!(plan.objectives, best, "case {case}: {joint:?}");
                }
            }
        }
    }
    println!("{plans} plans, {same} of them the best, {optimal} known to be; {none} impossible, {missed} missed");
}

#[test]
#[ignore = "a measurement"]
fn measured_joint() {
    for slots in [1_440, 10_080] {
        for (boot, delete) in [(15, 35), (300, 300), (900, 2_100)] {
            let joint = twelve_classes(slots, boot, delete);
            let start = std::time::Instant::now();
            let answer = solve_joint(&joint, microlp(), &fast()).unwrap();
            let took = start.elapsed();
            match answer {
                JointAnswer::Planned(plan) => println!(
                    "{slots} slots, boot {boot} s: {took:?} {:?} {:?} bound {:?} gap {:.6} lingering {:?} {:?} {} entries",
                    plan.status, plan.objectives, plan.lower_bound, plan.gap(), plan.lingering_peak, plan.subnet_peaks,
                    plan.entries.len()
                ),
                JointAnswer::Infeasible { shortages, proved } => println!("{slots} {boot}: {took:?} {proved} {shortages:?}"),
            }
        }
    }
}
