//! How long the simulator takes per invocation: `cargo bench --bench simulation`.
//!
//! The workload of `examples/throughput.rs` at four rates, and the sample day under several
//! policies. `docs/performance.md` has the figures.

// A benchmark may stop at the first thing that is wrong.
#![allow(clippy::unwrap_used, missing_docs)]

use divan::Bencher;
use divan::counter::ItemsCount;
use eniplan::cold_path::ColdPath;
use eniplan::comparison::Case;
use eniplan::import;
use eniplan::policy::{self, StartMode};
use eniplan::quantity::Millis;
use eniplan::random::{Purpose, Stream};
use eniplan::scenario::{self, Observed};
use eniplan::simulation::{Random, Silent, World, simulate_arrivals};
use eniplan::topology::Topology;
use eniplan::trace::{Entry, Trace};
use eniplan::{plan, platform};

const POLICIES: [&str; 6] =
    ["no-reuse", "idle-reuse", "shared-slots", "warm-pool", "shared-at-deploy", "scheduled"];

fn main() {
    divan::main();
}

fn model() -> platform::Platform {
    platform::load("lambda-2018", platform::named("lambda-2018").unwrap().text).unwrap()
}

/// Poisson arrivals at `rate` per second, exponential service of 1.991 s, keep-alive 600 s, no VPC.
#[divan::bench(args = [1, 10, 100, 1_000], sample_count = 10)]
fn one_function(bencher: Bencher<'_, '_>, rate: u32) {
    const N: u64 = 1_000_000;
    let (gaps, services) = (Stream::new(1, Purpose::Arrivals), Stream::new(1, Purpose::Durations));
    let mut at = 0.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let arrivals: Vec<Entry> = (0..N)
        .map(|i| {
            at -= libm::log(gaps.fraction(i)) * 1_000.0 / f64::from(rate);
            let service = -libm::log(services.fraction(i)) * 1_991.0;
            Entry { at: at as u64, duration: service as u64, function: 0, count: 1 }
        })
        .collect();
    let platform = model();
    let observed = Observed { name: "f".into(), memory: None };
    let scenario = scenario::resolve(&scenario::Raw::default(), &platform, &[observed]).unwrap();
    let mut topology = Topology::build(&scenario, &platform).unwrap();
    topology.functions[0].classes.clear();
    topology.limits.account_scaling = None;
    topology.limits.account_concurrency = None;
    let cold_path = ColdPath::default();
    let mut policy = policy::named("idle-reuse").unwrap();
    (policy.keep_alive, policy.start) = (Some(Millis::seconds(600)), StartMode::Empty);
    let world = World::new(&topology, &cold_path, &policy, vec![0]);
    let span = Millis(arrivals.last().map_or(0, |entry| entry.at));
    bencher.counter(ItemsCount::new(N)).bench(|| {
        simulate_arrivals(&world, arrivals.iter().copied(), span, Random::new(1), Silent).0.cold_starts
    });
}

fn shop_day() -> Trace {
    let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/data/shop-day.csv")).unwrap();
    let source = import::InputFile { name: "shop-day.csv", bytes: &bytes };
    import::import(source, &import::Companions::default(), &import::Options::default()).unwrap()
}

/// The sample day of 1.17 million invocations, spread and simulated on `lambda-2018`.
#[divan::bench(args = POLICIES, sample_count = 5)]
fn a_day(bencher: Bencher<'_, '_>, name: &str) {
    let (platform, trace) = (model(), shop_day());
    let observed: Vec<Observed> = trace
        .functions
        .iter()
        .map(|function| Observed { name: function.name.clone(), memory: None })
        .collect();
    let scenario = scenario::resolve(&scenario::Raw::default(), &platform, &observed).unwrap();
    let topology = Topology::build(&scenario, &platform).unwrap();
    let cold_path = ColdPath::new(&platform).unwrap();
    let policy = policy::named(name).unwrap();
    let case = Case::new(&topology, &cold_path, &policy, &trace, plan::backend::ALL[0]);
    // The plan of `scheduled` is made once, before anything is timed.
    case.run(Random::new(1), Silent).unwrap();
    bencher
        .counter(ItemsCount::new(trace.invocations()))
        .bench(|| case.run(Random::new(1), Silent).unwrap().0.cold_starts);
}
