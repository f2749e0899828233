//! A year of per-minute counts of 1,000 functions, simulated without holding either the counts or
//! the invocations: `cargo run --release --example year -- [FUNCTIONS] [DAYS]`.
//!
//! The counts are made as they are read: functions from a few an hour to a few a second that rise
//! and fall with the day. On `lambda-2018`, under `shared-slots`. Prints the rate and the peak memory.

// A measurement prints and may stop at the first thing that is wrong.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::time::Instant;

use eniplan::cold_path::ColdPath;
use eniplan::platform;
use eniplan::policy::named;
use eniplan::quantity::Millis;
use eniplan::random::{Purpose, Stream};
use eniplan::scenario::{self, Observed};
use eniplan::simulation::{Random, Silent, World, simulate_arrivals};
use eniplan::topology::Topology;
use eniplan::trace::{Cell, Spread, Spreading};

const MINUTES_A_DAY: u32 = 1_440;

/// Counts in millionths per minute: a few functions are busy, most are not (rank by rank half as much).
fn rate(function: u32, minute: u32) -> u64 {
    let busy = 6_000_000 / (1 + u64::from(function) / 4);
    let hour = f64::from(minute % MINUTES_A_DAY) / 60.0;
    let day = 1.0 - libm::cos(std::f64::consts::TAU * (hour - 4.0) / 24.0) * 0.6;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let now = (busy as f64 * day) as u64;
    now
}

fn counts(functions: u32, days: u32) -> impl Iterator<Item = Cell> {
    let stream = Stream::new(1, Purpose::Arrivals);
    (0..days * MINUTES_A_DAY).flat_map(move |slot| {
        let of_slot = stream.fork(u64::from(slot));
        (0..functions).filter_map(move |function| {
            let expected = rate(function, slot);
            // The whole part, and the rest as a chance.
            let more = of_slot.below(u64::from(function), 1_000_000) < expected % 1_000_000;
            let count = u32::try_from(expected / 1_000_000).unwrap_or(u32::MAX) + u32::from(more);
            let duration = 50 + 20 * (function % 100);
            (count > 0).then_some(Cell { slot, function, count, duration })
        })
    })
}

fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? / 1_024.0)
}

fn main() {
    let words: Vec<u32> = std::env::args().skip(1).map(|word| word.parse().unwrap()).collect();
    let (functions, days) = (words.first().copied().unwrap_or(1_000), words.get(1).copied().unwrap_or(365));
    let platform = platform::load("lambda-2018", platform::named("lambda-2018").unwrap().text).unwrap();
    let observed: Vec<Observed> =
        (0..functions).map(|n| Observed { name: format!("f{n}"), memory: None }).collect();
    let scenario = scenario::resolve(&scenario::Raw::default(), &platform, &observed).unwrap();
    let topology = Topology::build(&scenario, &platform).unwrap();
    let cold_path = ColdPath::new(&platform).unwrap();
    let policy = named("shared-slots").unwrap();
    let world = World::new(&topology, &cold_path, &policy, vec![1; functions as usize]);
    let span = Millis::minutes(u64::from(days * MINUTES_A_DAY));

    let begun = Instant::now();
    let arrivals = Spreading::new(counts(functions, days), Millis::minutes(1), Spread::Even);
    let (outcome, ..) = simulate_arrivals(&world, arrivals, span, Random::new(1), Silent);
    let took = begun.elapsed().as_secs_f64();
    println!(
        "{days} days of {functions} functions: {} invocations in {took:.1} s ({:.2} million/s); cold {:.4}%, \
         ENIs {:.1} on average and {} at most, {} failures; peak memory {:.1} MB",
        outcome.invocations,
        outcome.invocations as f64 / took / 1e6,
        outcome.cold_share() * 100.0,
        outcome.enis.mean(),
        outcome.enis.peak,
        outcome.failures(),
        peak_memory().unwrap_or(f64::NAN),
    );
}
