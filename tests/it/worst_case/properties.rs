//! Properties over many small random worlds: closed forms against the simulator, bounds against every boot.

use eniplan::cold_path::PathStep;
use eniplan::demand::need::{Premises, environments};
use eniplan::demand::{Curve, at_start, demand};
use eniplan::platform::PhaseKind;
use eniplan::policy::{
    Capacity, EnvironmentBinding, IdleTtl, OnExhausted, PickEnvironment, Provision, StartMode,
};
use eniplan::quantity::{Interval, Millis, Probability, Rate};
use eniplan::simulation::{
    Census, End, Nature, Outcome, Random, Realization, Recorder, ServedInvocation, Silent, World, simulate,
};
use eniplan::topology::{EniClass, SubnetRoom, TokenBucket};
use eniplan::trace::Trace;
use eniplan::worst_case::{Bounds, SearchEffort, Unobserved, bounds, worst_case};

use crate::support::{Bench, Dice, log};

fn random_trace(dice: &mut Dice, functions: usize, entries: u64, span: u64) -> Trace {
    let mut list: Vec<(u64, u32, u32, u64)> = (0..entries)
        .map(|_| {
            let function = u32::try_from(dice.below(functions as u64)).unwrap();
            (dice.below(span), function, 1 + u32::try_from(dice.below(2)).unwrap(), 1 + dice.below(9))
        })
        .collect();
    list.sort_by_key(|entry| entry.0);
    log(functions, &list)
}

#[test]
fn the_closed_form_equals_the_simulator_without_a_cold_path() {
    for seed in 0..600 {
        let mut dice = Dice::new(seed);
        let functions = 1 + usize::try_from(seed % 2).unwrap();
        let trace = random_trace(&mut dice, functions, 40, 300);
        let mut bench = Bench::new(functions, dice.below(40));
        bench.policy.idle_ttl = IdleTtl::After(Millis::ZERO);
        let demand = demand(&trace, &bench.topology, &bench.policy);
        let outcome = bench.run(&trace, Random::new(seed));
        let integral = demand.environments.integral(0, trace.span.0);
        assert_eq!(integral, outcome.environments.integral, "seed {seed}");
        assert_eq!(demand.enis.integral(0, trace.span.0), outcome.enis.integral, "seed {seed}");
        // Of two functions one may take over what the other gives up in the same millisecond;
        // the simulator sees both for that instant.
        if functions == 1 {
            assert_eq!(u64::from(demand.environments.peak().0), outcome.environments.peak, "seed {seed}");
            assert_eq!(demand.environments.peak().1, outcome.environments.peak_at, "seed {seed}");
        }
        assert_eq!(outcome.cold_starts.max(), 0, "boots take no time here");
        // Any other order keeps environments alive by rotation.
        bench.policy.pick_environment = PickEnvironment::OldestIdle;
        assert!(bench.run(&trace, Random::new(seed)).environments.integral >= integral, "seed {seed}");
    }
}

/// A world of up to six arrivals and two functions in which every rule may be at work.
fn tiny_world(seed: u64) -> (Bench, Trace) {
    let mut dice = Dice::new(seed);
    let entries = 2 + dice.below(5);
    let trace = random_trace(&mut dice, 2, entries, 60);
    let mut bench = Bench::new(2, 1 + dice.below(20));
    bench.topology.boot = Interval::between(Millis(2), Millis(2 + dice.below(8)));
    bench.topology.delete = Interval::exactly(Millis(dice.below(12)));
    bench.topology.limits.subnets[0].addresses = u32::try_from(2 + dice.below(6)).unwrap();
    if dice.chance() {
        bench.topology.limits.region_quota = Some(u32::try_from(1 + dice.below(5)).unwrap());
    }
    if dice.chance() {
        let burst = u32::try_from(1 + dice.below(3)).unwrap();
        let per_second = Rate::per_second(50 + dice.below(400));
        bench.topology.limits.api = Some(TokenBucket { burst, per_second });
    }
    if dice.chance() {
        second_subnet(&mut bench, &mut dice);
    }
    let policy = &mut bench.policy;
    policy.capacity = Some(Capacity::Count(u32::try_from(1 + dice.below(2)).unwrap()));
    policy.join_booting = dice.chance();
    policy.reuse = dice.below(4) > 0;
    policy.idle_ttl =
        if dice.below(4) == 0 { IdleTtl::Forever } else { IdleTtl::After(Millis(dice.below(15))) };
    policy.miss_budget = u32::try_from(dice.below(2)).unwrap();
    policy.miss = Probability(policy.miss_budget * 300_000);
    policy.warm = u32::from(dice.below(4) == 0);
    policy.binding = if dice.below(4) == 0 { EnvironmentBinding::Queued } else { EnvironmentBinding::Bound };
    policy.on_exhausted = if dice.below(4) == 0 { OnExhausted::Wait } else { OnExhausted::Fail };
    policy.provision = if dice.below(5) == 0 { Provision::AtDeploy } else { Provision::OnDemand };
    policy.pick_environment =
        [PickEnvironment::NewestIdle, PickEnvironment::OldestIdle, PickEnvironment::OldestCreated]
            [usize::try_from(dice.below(3)).unwrap()];
    if dice.chance() {
        bench.policy.start = StartMode::Warm;
        bench.initial = at_start(&trace, &bench.topology, &bench.policy);
    }
    further_limits(&mut bench, &mut dice);
    (bench, trace)
}

/// A way before the search for an ENI, and what else can refuse or delay.
fn further_limits(bench: &mut Bench, dice: &mut Dice) {
    let limits = &mut bench.topology.limits;
    if dice.below(3) == 0 {
        let kind = if dice.chance() { PhaseKind::Microvm } else { PhaseKind::Plain };
        let duration = Interval::between(Millis(dice.below(3)), Millis(3 + dice.below(3)));
        let steps = &mut bench.cold_path.vpc.steps;
        steps.insert(0, PathStep { name: "before".into(), kind, duration, after: Vec::new() });
        steps[1].after = vec![0];
        limits.microvm = dice.chance().then(|| Rate::per_second(60 + dice.below(900)));
    }
    let one_in_six = |dice: &mut Dice| dice.below(6) == 0;
    if one_in_six(dice) {
        limits.vpc_quota = Some(u32::try_from(1 + dice.below(5)).unwrap());
    }
    if one_in_six(dice) {
        limits.account_concurrency = Some(u32::try_from(1 + dice.below(4)).unwrap());
    }
    let bucket = |dice: &mut Dice| TokenBucket {
        burst: u32::try_from(1 + dice.below(3)).unwrap(),
        per_second: Rate::per_second(20 + dice.below(300)),
    };
    if one_in_six(dice) {
        limits.account_scaling = Some(bucket(dice));
    }
    if one_in_six(dice) {
        limits.function_scaling = Some(bucket(dice));
    }
}

fn second_subnet(bench: &mut Bench, dice: &mut Dice) {
    let room = SubnetRoom { name: "b".into(), zone: "y".into(), vpc: 0, addresses: 3 };
    bench.topology.limits.subnets.push(room);
    bench.topology.classes.push(EniClass { subnet: 1, security_groups: vec!["default".into()] });
    let classes = if dice.chance() { vec![0, 1] } else { vec![1] };
    bench.topology.functions[1].classes = classes;
}

fn check(outcome: &Outcome, bounds: &Bounds, what: &str) {
    if let Some(bound) = bounds.cold_start_ms {
        assert!(outcome.cold_starts.max() <= bound, "{what}: cold start {bounds:?}");
    }
    assert!(outcome.enis.peak <= bounds.peak_enis, "{what}: peak {} {bounds:?}", outcome.enis.peak);
    assert!(outcome.failures() <= bounds.failures, "{what}: failures {} {bounds:?}", outcome.failures());
    for (level, bound) in outcome.subnets.iter().zip(&bounds.by_subnet) {
        assert!(level.peak <= *bound, "{what}: subnet");
    }
}

/// Replays within the budget of misses.
struct Budgeted(Random, Realization, u32);

impl Nature for Budgeted {
    fn boot(&mut self, request: u64, interval: &Interval) -> u64 {
        self.1.boot(request, interval)
    }

    fn deletion(&mut self, deletion: u64, interval: &Interval) -> u64 {
        self.0.deletion(deletion, interval)
    }

    fn phase(&mut self, environment: u64, step: usize, interval: &Interval) -> u64 {
        self.0.phase(environment, step, interval)
    }

    fn misses(&mut self, acquisition: u64, miss: Probability) -> bool {
        let missed = self.2 > 0 && self.0.misses(acquisition, miss);
        self.2 -= u32::from(missed);
        missed
    }
}

/// Holds a run against the bounds at every instant.
struct Pointwise<'a> {
    bounds: &'a Bounds,
    what: &'a str,
}

impl Recorder for Pointwise<'_> {
    fn served(&mut self, served: &ServedInvocation<'_>) {
        if served.cold {
            let Pointwise { bounds, what } = self;
            let slot = usize::try_from(served.arrival / bounds.by_slot.slot_ms).unwrap();
            let longest = bounds.by_slot.longest_ms[slot];
            let cold = served.start - served.arrival;
            assert!(
                longest.is_none_or(|longest| cold <= longest),
                "{what}: cold {cold} at {} {bounds:?}",
                served.arrival
            );
        }
    }

    fn census_changed(&mut self, at: u64, census: Census) {
        let Pointwise { bounds, what } = self;
        let held = census.enis_booting + census.enis_in_use + census.enis_idle + census.enis_deleting;
        assert!(held <= bounds.held.at(at), "{what}: {held} ENIs at {at} {bounds:?}");
    }
}

#[test]
fn no_realization_exceeds_the_bounds() {
    let worlds = std::env::var("ENIPLAN_WORLDS").ok().and_then(|text| text.parse().ok()).unwrap_or(3_000);
    for seed in 0..worlds {
        let (bench, trace) = tiny_world(seed);
        let world = World::new(&bench.topology, &bench.cold_path, &bench.policy, bench.initial.clone());
        let bounds = bounds(&world, &bench.cold_path, &trace, None);
        let mut dice = Dice::new(seed ^ 0xabcd);
        for turn in 0..40 {
            let boots_ms =
                (0..12).map(|_| bench.topology.boot.at(dice.0.draw(dice.below(1 << 40))).0).collect();
            let realization = Realization { boots_ms, ..Realization::all(End::Longest) };
            let nature = Budgeted(Random::new(turn), realization, bench.policy.miss_budget);
            let what = format!("seed {seed}, turn {turn}");
            let pointwise = Pointwise { bounds: &bounds, what: &what };
            let outcome = simulate(&world, &trace, nature, pointwise).0;
            check(&outcome, &bounds, &what);
        }
    }
}

#[test]
fn witnesses_replay_to_their_value_and_stay_within_the_bounds() {
    for seed in 0..60 {
        let (bench, trace) = tiny_world(seed);
        let world = World::new(&bench.topology, &bench.cold_path, &bench.policy, bench.initial.clone());
        let effort = SearchEffort { invocations: 2_000, seed };
        let answer = worst_case(&world, &bench.cold_path, &trace, None, effort, &Unobserved);
        let replay = simulate(&world, &trace, answer.witness.clone(), Silent).0;
        assert_eq!(replay.cold_starts.max(), answer.cold_start.witness_ms, "seed {seed}");
        let replay = simulate(&world, &trace, answer.witness_peak_enis.clone(), Silent).0;
        assert_eq!(replay.enis.peak, answer.peak_enis.peak.witness, "seed {seed}");
        let replay = simulate(&world, &trace, answer.witness_failures.clone(), Silent).0;
        assert_eq!(replay.failures(), answer.failures.witness, "seed {seed}");
        assert!(answer.cold_start.bound_ms.is_none_or(|bound| bound >= answer.cold_start.witness_ms));
        let again = worst_case(&world, &bench.cold_path, &trace, None, effort, &Unobserved);
        assert_eq!(again, answer, "the same bytes every time");
    }
}

/// Holds what is in use against what may be.
struct Within<'a>(&'a Curve, u64);

impl Recorder for Within<'_> {
    fn enis_changed(&mut self, at: u64, _class: usize, held: u32) {
        assert!(held <= self.0.at(at), "seed {}: {held} at {at}, not {}", self.1, self.0.at(at));
    }
}

#[test]
fn no_run_has_more_environments_than_the_need_allows() {
    let mut met = 0;
    for seed in 0..1_500 {
        let mut dice = Dice::new(seed);
        let (shortest, spread, cold) = (1 + dice.below(12), 1 + dice.below(6), 1 + dice.below(40));
        let mut at = 0;
        let pace = 1 + dice.below(6);
        let list: Vec<_> = (0..150)
            .map(|n| {
                // Rises and falls, so that new environments start again and again.
                at += if n % 50 < 25 { dice.below(pace) } else { dice.below(4 * pace) };
                (at, 0, 1 + u32::from(dice.below(8) == 0), shortest + dice.below(spread))
            })
            .collect();
        let trace = log(1, &list);
        let mut bench = Bench::new(1, 20 + dice.below(150));
        let boot = PathStep {
            name: "boot".into(),
            kind: PhaseKind::Plain,
            duration: Interval::between(Millis(dice.below(cold)), Millis(cold)),
            after: vec![0],
        };
        bench.cold_path.vpc.steps.push(boot);
        bench.policy.idle_ttl = IdleTtl::After(Millis::ZERO);
        bench.policy.pick_environment = [PickEnvironment::NewestIdle, PickEnvironment::OldestIdle]
            [usize::try_from(dice.below(2)).unwrap()];
        if dice.chance() {
            bench.policy.start = StartMode::Warm;
            bench.initial = at_start(&trace, &bench.topology, &bench.policy);
        }
        let stretch = 1 + dice.below(60);
        let premises = Premises { stretch: Some(stretch), ..Premises::none_fails(false) };
        let bound = vec![Millis(cold)];
        let most = environments(&trace, &bench.topology, &bench.policy, &bound, &bench.initial, &premises);
        let world = World::new(&bench.topology, &bench.cold_path, &bench.policy, bench.initial.clone());
        for end in [End::Longest, End::Shortest] {
            simulate(&world, &trace, Realization::all(end), Within(&most[0].alive, seed));
        }
        for turn in 0..10 {
            let outcome = simulate(&world, &trace, Random::new(turn), Within(&most[0].alive, seed)).0;
            assert!(outcome.cold_starts.cold <= most[0].possibly_cold(), "seed {seed}");
        }
        let Some(kept) = &most[0].kept else { continue };
        for turn in 0..10 {
            let starts = simulate(&world, &trace, Random::new(turn), Starts::default()).2.0;
            for &end in &starts {
                // All that start in the stretch live at its end, beside those that are kept.
                let within = starts.iter().filter(|&&at| end - stretch.min(end) <= at && at <= end).count();
                let (alive, kept) = (most[0].alive.at(end), kept.at(end));
                let within = u32::try_from(within).unwrap();
                assert!(within + kept <= alive, "seed {seed}: {within} and {kept} at {end}, not {alive}");
                met += u64::from(within + kept == alive && kept > 0);
            }
        }
    }
    assert!(met > 1_000, "the bound on starts is met {met} times");
}

/// When cold invocations arrive, which is when their environments start.
#[derive(Default)]
struct Starts(Vec<u64>);

impl Recorder for Starts {
    fn served(&mut self, served: &ServedInvocation<'_>) {
        if served.cold {
            self.0.push(served.arrival);
        }
    }
}
