//! Demand's closed forms against the simulator, on counts per slot and from a warm start.

use eniplan::demand::{Curve, at_start, demand};
use eniplan::policy::{IdleTtl, StartMode};
use eniplan::quantity::Millis;
use eniplan::random::{Purpose, Stream};
use eniplan::simulation::Random;
use eniplan::trace::{Cell, Shape, Spread, Trace, TraceFunction};

use crate::support::Bench;

/// Three functions, some of whose cells are empty, share one class or stand outside any VPC.
fn counts(stream: Stream, functions: u32, spread: Spread) -> Trace {
    let (slots, slot) = (12, 1 + stream.below(0, 60));
    let mut cells = Vec::new();
    for n in 0..slots * functions {
        let draws = stream.fork(u64::from(n));
        let count = u32::try_from(draws.below(0, 9)).unwrap().saturating_sub(3);
        // Now and then nothing at all, and durations of several slots.
        let duration = u32::try_from(draws.below(1, 3 * slot)).unwrap();
        if count > 0 {
            cells.push(Cell { slot: n / functions, function: n % functions, count, duration });
        }
    }
    Trace {
        functions: (0..functions)
            .map(|n| TraceFunction { name: format!("f{n}"), memory: None, duration: None })
            .collect(),
        origin: None,
        span: Millis(u64::from(slots) * slot),
        notes: Vec::new(),
        shape: Shape::Counts { slot: Millis(slot), cells, spread },
    }
}

/// What the closed form says of a warm start: environments that stand at 0 form the same stack,
/// and those that nothing has used by then end after the keep-alive.
fn from_warm(curve: &Curve, initial: u32, keep_alive: u64) -> Curve {
    let standing = Curve::new([(0, initial), (keep_alive, 0)]);
    Curve::combine(&[curve.clone(), standing], |values| values.iter().copied().max().unwrap_or(0))
}

#[test]
fn counts_of_every_spread_from_an_empty_and_a_warm_start() {
    let mut initially = 0;
    for seed in 0..1_500 {
        let stream = Stream::new(seed, Purpose::Search);
        let functions = 1 + u32::try_from(stream.below(1, 3)).unwrap();
        let spread = [Spread::Even, Spread::Burst, Spread::Random { seed }][(seed % 3) as usize];
        let trace = counts(stream.fork(0), functions, spread);
        let keep_alive = stream.below(2, 90);
        let mut bench = Bench::new(functions as usize, keep_alive);
        bench.policy.idle_ttl = IdleTtl::After(Millis(0));
        let demand = demand(&trace, &bench.topology, &bench.policy);
        let span = trace.span.0;
        for start in [StartMode::Empty, StartMode::Warm] {
            bench.policy.start = start;
            if start == StartMode::Warm {
                bench.initial = at_start(&trace, &bench.topology, &bench.policy);
                initially += bench.initial.iter().sum::<u32>();
            }
            let alive: u128 = demand
                .functions
                .iter()
                .zip(&bench.initial)
                .map(|(function, &initial)| {
                    from_warm(&function.environments, initial, keep_alive).integral(0, span)
                })
                .sum();
            let outcome = bench.run(&trace, Random::new(seed));
            assert_eq!(outcome.environments.integral, alive, "seed {seed}, {spread:?}, {start:?}");
            // One environment per ENI, gone with it.
            assert_eq!(outcome.enis.integral, alive, "seed {seed}, {spread:?}, {start:?}");
        }
        // Idle ENIs kept for a while: the need is a floor, whichever ENI is picked.
        bench.policy.idle_ttl = IdleTtl::After(Millis(stream.below(3, 50)));
        bench.policy.start = StartMode::Empty;
        let floor = eniplan::demand::demand(&trace, &bench.topology, &bench.policy).enis;
        let outcome = bench.run(&trace, Random::new(seed));
        assert!(outcome.enis.integral >= floor.integral(0, span), "seed {seed}, {spread:?}");
    }
    assert!(initially > 1_000, "the warm starts are not empty: {initially}");
}

#[test]
fn a_warm_start_by_hand() {
    // Two at once in the first slot of 10 ms, for 4 ms each, then one at 20; keep-alive 16.
    let cell = |slot, count| Cell { slot, function: 0, count, duration: 4 };
    let trace = Trace {
        functions: vec![TraceFunction { name: "f".into(), memory: None, duration: None }],
        origin: None,
        span: Millis(40),
        notes: Vec::new(),
        shape: Shape::Counts { slot: Millis(10), cells: vec![cell(0, 2), cell(2, 1)], spread: Spread::Burst },
    };
    let mut bench = Bench::new(1, 16);
    bench.policy.start = StartMode::Warm;
    bench.initial = at_start(&trace, &bench.topology, &bench.policy);
    assert_eq!(bench.initial, [2]);
    // Two from 0 to 4 + 16, where the arrival still finds both, then one to 24 + 16.
    let outcome = bench.run(&trace, Random::new(1));
    assert_eq!(outcome.environments.integral, 2 * 20 + 20);
    assert_eq!(outcome.cold_starts.cold, 0);
}
