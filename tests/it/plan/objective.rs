//! The other objectives, cost and addresses, against brute force and the linear program.

#![allow(clippy::unwrap_used)]

use std::ops::Range;

use eniplan::plan::check::check_joint;
use eniplan::plan::objective::{ValuedPlan, solve_addresses, solve_cost};
use eniplan::plan::{EniPrices, Group, ProgramEffort, Status};
use eniplan::quantity::Price;

use crate::oracle::program::solve_priced;
use crate::oracle::{joint_schedules, schedules};
use crate::plan;
use crate::plan::joint as joints;
use crate::plan::joint::joint;
use crate::plan::joint::of_group;
use crate::plan::{Draw, microlp};

/// A price of `hour` for 3,600,000 ms and of `creation` for each: one creation is worth
/// `creation / hour` held milliseconds.
fn prices(hour: u64, creation: u64) -> EniPrices {
    EniPrices { eni_hour: Price(hour * 3_600_000), creation: Price(creation) }
}

/// [`EniPrices::cost`] of the oracle's sum.
const SCALE: u128 = 3_600_000;

fn cheapest(group: &Group, prices: EniPrices) -> Option<ValuedPlan> {
    solve_cost(&of_group(group), prices).ok()?.ok()
}

#[test]
fn an_idle_eni_is_kept_iff_that_costs_no_more_than_creating_it_again() {
    // Two until 100, two again from 140; boot 10, deletion 10: keeping one costs 20 ms more than not.
    let group = plan::group(&[(0, 2), (100, 0), (140, 2), (200, 0)], 300, 10, 10);
    let of = |hour, creation| cheapest(&group, prices(hour, creation)).unwrap();
    let again = of(1, 19);
    assert_eq!((again.planned.objectives.held_ms, again.planned.objectives.creations), (2 * (120 + 80), 4));
    assert_eq!((again.value, again.bound), (SCALE * (400 + 4 * 19), SCALE * (400 + 4 * 19)));
    let kept = of(1, 20);
    assert_eq!((kept.planned.objectives.held_ms, kept.planned.objectives.creations), (2 * 220, 2));
    assert_eq!((kept.value, kept.bound), (SCALE * (440 + 2 * 20), SCALE * (440 + 2 * 20)));
    // Only creations cost: nothing is created twice; only time does: the default's plan.
    assert_eq!(of(0, 5).planned.objectives.creations, 2);
    assert_eq!(of(7, 0).planned.objectives, again.planned.objectives);
}

#[test]
fn the_cheapest_plans_of_a_group_equal_brute_force_and_the_linear_program() {
    let (mut plans, mut known, mut same, mut settled) = (0, 0, 0, 0);
    for case in 0..300 {
        let group = plan::tiny(case);
        let mut draw = Draw::new(case + 10_000);
        let (hour, creation) = (1 + draw.below(3), draw.below(12));
        let (prices, best) = (
            prices(hour, creation),
            schedules::least_cost(&group, u128::from(hour), u128::from(creation)).map(|cost| cost * SCALE),
        );
        let found = cheapest(&group, prices);
        assert_eq!(found.is_some(), best.is_some(), "case {case}: {group:?}");
        let (Some(found), Some(best)) = (found, best) else { continue };
        plans += 1;
        let checked = check_joint(&of_group(&group), &found.planned.entries).unwrap();
        assert_eq!(found.value, prices.cost(checked.held_ms, checked.creations));
        assert!(found.bound <= best && best <= found.value, "case {case}: {best} {found:?} {group:?}");
        known += i32::from(found.bound == found.value);
        same += i32::from(best == found.value);
        let creation_ms = creation as f64 / hour as f64;
        if let Ok(slow) = solve_priced(&group, microlp(), &ProgramEffort::default(), Some(creation_ms)) {
            settled += 1;
            let cost = prices.cost(slow.held_ms, slow.creations);
            assert_eq!(cost, best, "case {case}: {slow:?} {group:?}");
        }
    }
    println!("{plans} plans, {same} the best, {known} known to be; {settled} by the program");
    assert!(plans > 180 && same * 50 > plans * 49 && known * 10 > plans * 8 && settled * 10 > plans * 9);
}

#[test]
fn the_cheapest_joint_plans_equal_brute_force() {
    let (mut plans, mut known, mut same) = (0, 0, 0);
    for case in 0..45 {
        let joint = joints::tiny(case);
        let mut draw = Draw::new(case + 20_000);
        let (hour, creation) = (1 + draw.below(2), draw.below(8));
        let prices = prices(hour, creation);
        let Ok(found) = solve_cost(&joint, prices).unwrap() else { continue };
        let most = found.planned.objectives.peak;
        if most > 3 {
            continue;
        }
        plans += 1;
        let checked = check_joint(&joint, &found.planned.entries).unwrap();
        assert_eq!(found.value, prices.cost(checked.held_ms, checked.creations));
        let best = joint_schedules::least_cost(&joint, most, u128::from(hour), u128::from(creation));
        let best = best.unwrap() * SCALE;
        assert!(found.bound <= best && best <= found.value, "case {case}: {best} {found:?} {joint:?}");
        same += i32::from(best == found.value);
        if found.planned.status == Status::Optimal {
            known += 1;
            assert_eq!(found.value, best, "case {case}");
        }
    }
    println!("{plans} plans, {same} the best, {known} known to be");
    assert!(plans > 15 && same * 10 > plans * 9 && known * 2 > plans, "{plans} {same} {known}");
}

#[test]
fn no_schedule_takes_fewer_addresses_than_are_proved_to_be_needed() {
    take_an_address_less(0..15);
}

mod long {
    #[test]
    #[ignore = "long proof: see CONTRIBUTING.md"]
    fn no_schedule_takes_fewer_addresses_than_are_proved_to_be_needed() {
        super::take_an_address_less(0..60);
    }
}

fn take_an_address_less(cases: Range<u64>) {
    let all = cases.end - cases.start;
    let (mut plans, mut known) = (0, 0);
    for case in cases {
        let joint = joints::tiny(case);
        let subnet = [None, Some(0), Some(1)][usize::try_from(case % 3).unwrap()];
        let Ok(found) = solve_addresses(&joint, subnet).unwrap() else { continue };
        check_joint(&joint, &found.planned.entries).unwrap();
        plans += 1;
        known += u64::from(found.planned.status == Status::Optimal);
        assert_eq!(found.planned.status == Status::Optimal, found.bound == found.value, "case {case}");
        let Some(fewer) = found.bound.checked_sub(1) else { continue };
        let mut joint = joint;
        for (index, room) in joint.subnets.iter_mut().enumerate() {
            if subnet.is_none_or(|subnet| subnet == index) {
                room.addresses = room.addresses.min(u32::try_from(fewer).unwrap());
            }
        }
        let most = found.planned.objectives.peak.min(3);
        assert!(!joint_schedules::possible(&joint, most), "case {case}: {found:?} {joint:?}");
    }
    assert!(plans > all / 3 && known * 10 > plans * 9, "{plans} {known}");
}

#[test]
fn a_named_subnet_is_spared_and_all_are_balanced() {
    // Six are needed of three subnets; nothing is lost by standing elsewhere.
    let three = joint(&[10, 10, 10], &[(&[0, 1, 2], &[(0, 6), (50, 0)])], 100, 10, 10);
    let of = |subnet| solve_addresses(&three, subnet).unwrap().unwrap();
    for (subnet, addresses, peak) in [(None, 2, 6), (Some(1), 0, 6)] {
        let best = of(subnet);
        assert_eq!((best.value, best.bound, best.planned.objectives.peak), (addresses, addresses, peak));
        assert_eq!(best.planned.status, Status::Optimal);
    }
    let mut survives = three.clone();
    survives.survive_zone = true;
    // Without any zone six must be left: three in each of three.
    let best = solve_addresses(&survives, None).unwrap().unwrap();
    assert_eq!((best.value, best.bound, best.planned.subnet_peaks), (3, 3, vec![3, 3, 3]));
}
