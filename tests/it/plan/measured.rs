//! How long plans take: `cargo test --release --test it plan::measured -- --ignored --nocapture`.

#![allow(clippy::unwrap_used)]

use eniplan::plan::{GroupPlan, ProgramEffort, backend};
use eniplan::quantity::Rate;
use eniplan::topology::TokenBucket;

use crate::oracle::program::solve_by_program;
use crate::plan::{Draw, group, planned};

/// The share of the held time that a better plan might save.
fn gap(plan: &GroupPlan) -> f64 {
    let open = plan.objectives.held_ms.saturating_sub(plan.lower_bound.held_ms);
    open as f64 / plan.objectives.held_ms.max(1) as f64
}

#[test]
#[ignore = "a measurement"]
fn measured_congestion() {
    for case in 0..24 {
        let mut draw = Draw::new(case);
        let (slots, most) = (100 + 40 * case, 10 + case * 4);
        let need: Vec<(u64, u32)> = (0..slots).map(|slot| (slot * 60_000, draw.count(most))).collect();
        let mut group = group(&need, slots * 60_000, 15_000, 35_000);
        let rate = most * 1_000 / (200 + draw.below(200));
        group.api = Some(TokenBucket { burst: 5 + draw.count(20), per_second: Rate(rate) });
        let start = std::time::Instant::now();
        let quick =
            planned(&group, &ProgramEffort { largest_program: 0, ..ProgramEffort::default() }).unwrap();
        let closed = start.elapsed();
        let start = std::time::Instant::now();
        let slow = planned(&group, &ProgramEffort::default()).unwrap();
        println!(
            "{slots} slots to {most}: {closed:?} {:?} gap {:.6}; {:?} {:?} {:?} saves {:.6} {:?}",
            quick.status,
            gap(&quick),
            start.elapsed(),
            slow.status,
            slow.proof,
            1.0 - slow.objectives.held_ms as f64 / quick.objectives.held_ms as f64,
            slow.note
        );
    }
}

#[test]
#[ignore = "a measurement"]
fn measured() {
    for (slots, most, burst) in [
        (1_440, 301, None),
        (8_640, 301, None),
        (100_000, 3_001, None),
        (1_440, 301, Some(100)),
        (8_640, 301, Some(100)),
        (100_000, 3_001, Some(100)),
    ] {
        let mut draw = Draw::new(slots);
        let need: Vec<(u64, u32)> = (0..slots).map(|slot| (slot * 60_000, draw.count(most))).collect();
        let mut group = group(&need, slots * 60_000, 15_000, 35_000);
        group.api = burst.map(|burst| TokenBucket { burst, per_second: Rate::per_second(5) });
        let start = std::time::Instant::now();
        let quick =
            planned(&group, &ProgramEffort { largest_program: 0, ..ProgramEffort::default() }).unwrap();
        let closed = start.elapsed();
        println!(
            "{slots} slots, burst {burst:?}: closed form and check {closed:?} ({:?}, gap {})",
            quick.status,
            gap(&quick)
        );
        let effort = ProgramEffort {
            largest_program: if slots > 10_000 { 0 } else { 40_000 },
            ..ProgramEffort::default()
        };
        for &backend in backend::ALL {
            let start = std::time::Instant::now();
            let slow = solve_by_program(&group, backend, &effort);
            let equal = slow.as_ref().map(|slow| *slow == quick.objectives);
            println!("  {}: {:?}, equal {equal:?}", backend.name(), start.elapsed());
        }
    }
}

#[test]
#[ignore = "a measurement"]
fn measured_log() {
    // A log's need: up or down by one every second or so for 28 hours, boots of 15 and deletions of 35 minutes.
    let mut draw = Draw::new(1);
    let mut value: u32 = 250;
    let steps: Vec<(u64, u32)> = (0..100_000)
        .map(|step| {
            value = if draw.below(2) == 0 { value + 1 } else { value.saturating_sub(1) };
            (step * 1_000 + draw.below(1_000), value)
        })
        .collect();
    let mut group = group(&steps, 100_000_000, 900_000, 2_100_000);
    group.api = Some(TokenBucket { burst: 100, per_second: Rate::per_second(5) });
    let start = std::time::Instant::now();
    let plan = planned(&group, &ProgramEffort::default()).unwrap();
    println!("log of 100,000 changes: {:?}, {:?}, gap {}", start.elapsed(), plan.status, gap(&plan));
}
