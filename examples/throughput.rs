//! How fast the simulator is: `cargo run --release --example throughput -- RATE N [vpc]`.
//!
//! Poisson arrivals at RATE per second, exponential service of 1.991 s, keep-alive 600 s, one
//! function, N invocations that are made as they are needed. Without a VPC a cold start takes no
//! time; with `vpc`, `lambda-2018` and `shared-slots`. Prints invocations per second, what the
//! arrivals alone cost, and the peak memory.

// A measurement prints and may stop at the first thing that is wrong.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::time::Instant;

use eniplan::cold_path::{ColdPath, Path};
use eniplan::policy::{StartMode, named};
use eniplan::quantity::Millis;
use eniplan::random::{Purpose, Stream};
use eniplan::scenario::{self, Observed};
use eniplan::simulation::{Random, Silent, World, simulate_arrivals};
use eniplan::topology::Topology;
use eniplan::trace::Entry;
use eniplan::{platform, policy};

const SERVICE_MS: f64 = 1_991.0;
const KEEP_ALIVE: Millis = Millis::seconds(600);

/// Poisson arrivals with exponential service, in whole milliseconds.
fn arrivals(rate: f64, n: u64) -> impl Iterator<Item = Entry> {
    let gaps = Stream::new(1, Purpose::Arrivals);
    let services = Stream::new(1, Purpose::Durations);
    let mut at = 0.0_f64;
    (0..n).map(move |i| {
        at -= libm::log(gaps.fraction(i)) * 1_000.0 / rate;
        let service = -libm::log(services.fraction(i)) * SERVICE_MS;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Entry { at: at as u64, duration: service as u64, function: 0, count: 1 }
    })
}

/// The most memory this process has had, MB, where the system tells.
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? / 1_024.0)
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let rate: f64 = words.first().map_or(10.0, |word| word.parse().unwrap());
    let n: u64 = words.get(1).map_or(10_000_000, |word| word.parse().unwrap());
    let in_vpc = words.get(2).is_some_and(|word| word == "vpc");

    let platform = platform::load("lambda-2018", platform::named("lambda-2018").unwrap().text).unwrap();
    let observed = Observed { name: "f".into(), memory: None };
    let scenario = scenario::resolve(&scenario::Raw::default(), &platform, &[observed]).unwrap();
    let mut topology = Topology::build(&scenario, &platform).unwrap();
    let mut cold_path = ColdPath::new(&platform).unwrap();
    let mut policy = policy::named("shared-slots").unwrap();
    policy.keep_alive = Some(KEEP_ALIVE);
    policy.start = StartMode::Empty;
    topology.limits.account_concurrency = None;
    topology.limits.account_scaling = None;
    topology.limits.region_quota = None;
    if !in_vpc {
        policy = policy::Policy {
            keep_alive: Some(KEEP_ALIVE),
            start: StartMode::Empty,
            ..named("no-reuse").unwrap()
        };
        topology.functions[0].classes.clear();
        cold_path.plain = Path::default();
    }

    let begun = Instant::now();
    let last = arrivals(rate, n).fold(0, |sum: u64, entry| sum.wrapping_add(entry.at ^ entry.duration));
    let alone = begun.elapsed();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let span = Millis((n as f64 / rate * 1_000.0) as u64);
    let world = World::new(&topology, &cold_path, &policy, vec![0]);
    let begun = Instant::now();
    let (outcome, ..) = simulate_arrivals(&world, arrivals(rate, n), span, Random::new(1), Silent);
    let took = begun.elapsed();
    println!(
        "{rate}/s, {n} invocations{}: {:.2} million/s, {:.1} ns each (arrivals alone {:.1} ns); cold {:.6}, \
         environments {:.2}, peak memory {:.1} MB [{last:x}]",
        if in_vpc { " in a VPC" } else { "" },
        n as f64 / took.as_secs_f64() / 1e6,
        took.as_secs_f64() * 1e9 / n as f64,
        alone.as_secs_f64() * 1e9 / n as f64,
        outcome.cold_share(),
        outcome.environments.mean(),
        peak_memory().unwrap_or(f64::NAN),
    );
}
