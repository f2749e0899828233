//! The talk's examples, and the example of semantics.md on worst cases, worked by hand.

use eniplan::cold_path::ColdPath;
use eniplan::platform;
use eniplan::policy::{self, Capacity, IdleTtl};
use eniplan::quantity::{Interval, Millis, Rate};
use eniplan::scenario::{self, Observed, Raw};
use eniplan::simulation::{End, Failure, Outcome, Realization, Silent, World, simulate};
use eniplan::topology::{TokenBucket, Topology};
use eniplan::trace::Trace;
use eniplan::worst_case::{Bracket, SearchEffort, Unobserved, worst_case};

use crate::support::{Bench, log};

const HANDLER: u64 = 1_500;

fn cold_and_warm(outcome: &Outcome) -> (u64, u64) {
    let starts = &outcome.cold_starts;
    (starts.cold, starts.served - starts.cold)
}

fn without_vpc(trace: &Trace) -> Outcome {
    Bench::new(1, 300_000).without_vpc().run(trace, Realization::all(End::Longest))
}

#[test]
fn a_100_then_50_are_100_cold_and_50_warm() {
    let outcome = without_vpc(&log(1, &[(0, 0, 100, HANDLER), (2_000, 0, 50, HANDLER)]));
    assert_eq!(cold_and_warm(&outcome), (100, 50));
    assert_eq!(outcome.cold_starts.max(), 0);
}

#[test]
fn b_100_then_300_make_300_environments() {
    let outcome = without_vpc(&log(1, &[(0, 0, 100, HANDLER), (3_000, 0, 300, HANDLER)]));
    assert_eq!(cold_and_warm(&outcome), (300, 100));
    assert_eq!(outcome.environments.peak, 300);
}

#[test]
fn c_100_100_200_are_200_cold_and_200_warm() {
    let trace = log(1, &[(0, 0, 100, HANDLER), (1_000, 0, 100, HANDLER), (5_000, 0, 200, HANDLER)]);
    assert_eq!(cold_and_warm(&without_vpc(&trace)), (200, 200));
}

/// Example (b) in a VPC as the talk describes it. Worked by hand, everything at its longest:
///
/// - An environment acquires its ENI 50 + 125 = 175 ms after its invocation's arrival, and after
///   the ENI's boot of 900,000 ms needs 20 + 445 ms more.
/// - The first 100 request their ENIs at 175; the API bucket has its 100 tokens: 900,640 each.
/// - At 3,000 all 100 still boot, so nothing is warm: 300 more environments. At 3,175 the Region's
///   quota of 350 ENIs leaves room for 250; 50 invocations fail.
/// - The bucket has 15 tokens again (3 s at 5/s); the 235 others wait 200 ms longer each, the last
///   47,000 ms: 947,640.
#[test]
fn b_with_the_cold_path_of_2018_has_no_warm_start_and_fails_50() {
    let platform = platform::load("lambda-2018", platform::named("lambda-2018").unwrap().text).unwrap();
    let observed = Observed { name: "handler".into(), memory: None };
    let scenario = scenario::resolve(&Raw::default(), &platform, &[observed]).unwrap();
    let topology = Topology::build(&scenario, &platform).unwrap();
    let cold_path = ColdPath::new(&platform).unwrap();
    let policy = policy::parse("idle-reuse:start=empty").unwrap();
    let world = World::new(&topology, &cold_path, &policy, vec![0]);
    let trace = log(1, &[(0, 0, 100, HANDLER), (3_000, 0, 300, HANDLER)]);
    let outcome = simulate(&world, &trace, Realization::all(End::Longest), Silent).0;
    assert_eq!(cold_and_warm(&outcome), (350, 0));
    assert_eq!(outcome.failed, [(Failure::RegionQuota, 50)].into());
    assert_eq!(outcome.enis.peak, 350);
    assert_eq!(outcome.cold_starts.max(), 947_640);
    assert_eq!(outcome.cold_starts.cold_quantile(328), 900_640, "the first 100, and 15 of the others");
    assert_eq!(outcome.cold_starts.cold_quantile(329), 900_840, "the first to wait for a token");
    let longest = outcome.longest.unwrap();
    let told: Vec<_> =
        longest.path.iter().map(|step| (step.start_ms, step.wait_ms, step.duration_ms)).collect();
    let by_hand = [(0, 0, 50), (50, 0, 125), (175, 947_000, 0), (947_175, 0, 20), (947_195, 0, 445)];
    assert_eq!(told, by_hand);
}

/// f at 2 for 5, f at 30 for 4, g at 32 for 5, f at 37 for 4.
fn small_example() -> (Bench, Trace) {
    let mut bench = Bench::new(2, 10);
    bench.topology.boot = Interval::between(Millis(5), Millis(15));
    bench.topology.delete = Interval::exactly(Millis(5));
    bench.topology.limits.region_quota = Some(2);
    bench.topology.limits.api = Some(TokenBucket { burst: 1, per_second: Rate::per_second(125) });
    bench.policy.capacity = Some(Capacity::Count(2));
    bench.policy.idle_ttl = IdleTtl::After(Millis(5));
    let trace = log(2, &[(2, 0, 1, 5), (30, 0, 1, 4), (32, 1, 1, 5), (37, 0, 1, 4)]);
    (bench, trace)
}

/// Largest cold start, peak ENIs, failures.
fn worst(outcome: &Outcome) -> (u64, u64, u64) {
    (outcome.cold_starts.max(), outcome.enis.peak, outcome.failures())
}

#[test]
fn longest_boots_are_not_the_worst() {
    let (bench, trace) = small_example();
    let all = |end| worst(&bench.run(&trace, Realization::all(end)));
    assert_eq!(all(End::Longest), (15, 1, 0));
    assert_eq!(all(End::Shortest), (11, 2, 0));
    let mixed = Realization { boots_ms: vec![5, 15, 15], ..Realization::all(End::Longest) };
    assert_eq!(worst(&bench.run(&trace, mixed)), (21, 2, 1));
}

#[test]
fn no_boots_on_the_whole_grid_exceed_the_example() {
    let (bench, trace) = small_example();
    let mut largest = (0, 0, 0);
    for code in 0..11_u64.pow(3) {
        let boots_ms = vec![5 + code % 11, 5 + code / 11 % 11, 5 + code / 121];
        let longest = worst(&bench.run(&trace, Realization { boots_ms, ..Realization::all(End::Longest) }));
        largest = (largest.0.max(longest.0), largest.1.max(longest.1), largest.2.max(longest.2));
    }
    assert_eq!(largest, (21, 2, 1));
}

#[test]
fn the_worst_case_of_the_example_is_exact() {
    let (bench, trace) = small_example();
    let world = World::new(&bench.topology, &bench.cold_path, &bench.policy, bench.initial.clone());
    let answer = worst_case(&world, &bench.cold_path, &trace, None, SearchEffort::default(), &Unobserved);
    let exactly = |value| Bracket { witness: value, bound: Some(value), exact: true };
    assert_eq!(answer.cold_start.bracket(), exactly(21));
    assert_eq!((answer.peak_enis.peak, answer.failures), (exactly(2), exactly(1)));
}

/// The example twice, so far apart that nothing is left of the first: the failures add up, although
/// a path without the first failure comes to the same state.
#[test]
fn failures_of_distant_hours_add_up() {
    let (bench, _) = small_example();
    let once = [(2, 0, 1, 5), (30, 0, 1, 4), (32, 1, 1, 5), (37, 0, 1, 4)];
    let later = once.map(|(at, function, count, duration)| (at + 300, function, count, duration));
    let trace = log(2, &[once, later].concat());
    let world = World::new(&bench.topology, &bench.cold_path, &bench.policy, bench.initial.clone());
    let answer = worst_case(&world, &bench.cold_path, &trace, None, SearchEffort::default(), &Unobserved);
    assert_eq!((answer.failures.witness, answer.failures.exact), (2, true));
    assert_eq!((answer.cold_start.witness_ms, answer.cold_start.exact), (21, true));
}
