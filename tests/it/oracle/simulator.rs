//! The fast simulator against the one written to be read: the same log on 10,000 small worlds.

use std::collections::BTreeMap;

use eniplan::cold_path::Cause;
use eniplan::platform::PhaseKind;
use eniplan::policy::{Capacity, IdleTtl, Provision, StartMode};
use eniplan::quantity::{Interval, Millis, Rate};
use eniplan::simulation::{
    End, EniAction, Failure, Gauge, Longest, Nature, Outcome, Realization, Recorder, ServedInvocation, World,
    simulate as fast,
};
use eniplan::topology::TokenBucket;

use crate::oracle::naive::worlds::{nature, scene};
use crate::oracle::naive::{Account, Scene, Told, simulate};
use crate::support::{Bench, log};

/// How many worlds are compared.
const WORLDS: u64 = 10_000;

/// How often each rule must have been at work over all worlds.
const AT_LEAST: u64 = 100;

/// Every rule that the naive simulator notes when it is at work.
const RULES: &[&str] = &[
    "ENI expires",
    "ENI expires as soon as it is idle",
    "ENI expires in the millisecond of an arrival",
    "ENI idle for ever",
    "ENIs of equal room: the lowest id",
    "a cold path of its own",
    "account scaling refuses",
    "account_concurrency",
    "booting ENI with unreserved room",
    "cold start",
    "cold start of nothing",
    "different environments on an ENI, by connections",
    "different environments on an ENI, by memory",
    "earliest of several booting ENIs",
    "emptiest of several",
    "environment expires",
    "environment expires in the millisecond of an arrival",
    "expires in its own time in the millisecond of an arrival",
    "fullest of several",
    "function scaling refuses",
    "function scaling refuses what the account's allows",
    "given up while a parallel branch runs",
    "idle for exactly its keep-alive and still serves",
    "invocation of no duration",
    "keep-alive drawn",
    "keep-alive of nothing",
    "larger than an ENI: takes a whole one",
    "miss",
    "more than the deployment's ENIs",
    "newest of several",
    "newest-created of several",
    "newest-idle of several",
    "no miss",
    "oldest of several",
    "oldest-created of several",
    "oldest-idle of several",
    "phase of no length",
    "phases side by side",
    "plan: before the first instant",
    "plan: creation",
    "plan: creation that is ready at a known instant",
    "plan: creation that is ready at once",
    "plan: deletion",
    "plan: deletion must wait",
    "plan: falls back to an ENI of its own",
    "plan: the limits refuse a creation",
    "plan: the newest of several idle ENIs is deleted",
    "pool replenished",
    "queued: given up and nobody fails",
    "queued: nobody waits for a new environment any more",
    "queued: served by an environment that another had started",
    "region_quota",
    "requested while another is deleted",
    "scaling",
    "scheduled deletion takes the next to become idle",
    "served outside a VPC",
    "several arrive at once",
    "several environments on an ENI, by count",
    "several wait for one boot",
    "stands from deployment",
    "start = warm: an environment stands idle",
    "start = warm: no ENI for an environment",
    "start = warm: the pool stands ready",
    "starved",
    "stays in the pool past its ttl",
    "subnet_addresses",
    "subnets with equally many: declared order",
    "the subnet with the most free addresses",
    "vpc_quota",
    "waited and found an ENI",
    "waited for a host",
    "waited for an API token",
    "waits for room or a slot",
    "warm start",
];

/// Writes down what the fast simulator tells.
#[derive(Default)]
struct Scribe(Vec<Told>);

impl Recorder for Scribe {
    fn served(&mut self, served: &ServedInvocation<'_>) {
        self.0.push(Told::Served {
            arrival: served.arrival,
            start: served.start,
            duration: served.duration,
            function: served.function,
            environment: served.environment,
            environment_invocation: served.environment_invocation,
            eni: served.eni,
            class: served.class,
            cold: served.cold,
            stretches: served.timings.to_vec(),
        });
    }

    fn failed(&mut self, arrival: u64, function: usize, failure: Failure) {
        self.0.push(Told::Failed { arrival, function, failure });
    }

    fn enis_changed(&mut self, at: u64, class: usize, held: u32) {
        self.0.push(Told::Held { at, class, held });
    }
}

fn run_fast(scene: &Scene, nature: impl Nature) -> (Outcome, Vec<Told>) {
    let Scene { topology, cold_path, policy, initial, schedule, trace, lives, own_paths } = scene;
    let lives: Vec<_> = lives.iter().map(Option::as_ref).collect();
    let own_paths: Vec<_> = own_paths.iter().map(Option::as_ref).collect();
    let world = World::new(topology, cold_path, policy, initial.clone())
        .with_schedule(schedule.clone())
        .drawing_keep_alive(&lives)
        .taking_paths(&own_paths);
    let (outcome, _, scribe) = fast(&world, trace, nature, Scribe::default());
    (outcome, scribe.0)
}

/// The largest value of a curve, the first instant of it, and its integral up to `horizon`.
fn summary(curve: &[(u64, u64)], horizon: u64) -> (u64, u64, u128) {
    let peak = curve.iter().map(|(_, value)| *value).max().unwrap_or(0);
    let peak_at = curve.iter().find(|(_, value)| *value == peak && peak > 0).map_or(0, |(at, _)| *at);
    let mut integral = 0;
    for (n, &(at, value)) in curve.iter().enumerate() {
        let until = curve.get(n + 1).map_or(horizon, |(next, _)| *next).min(horizon);
        integral += u128::from(until.saturating_sub(at)) * u128::from(value);
    }
    (peak, peak_at, integral)
}

/// The ENIs held in these classes together, from the changes in each.
fn held(log: &[Told], counts: impl Fn(usize) -> bool) -> Vec<(u64, u64)> {
    let mut by_class: BTreeMap<usize, u64> = BTreeMap::new();
    let mut curve = Vec::new();
    for told in log {
        if let Told::Held { at, class, held } = told
            && counts(*class)
        {
            by_class.insert(*class, u64::from(*held));
            curve.push((*at, by_class.values().sum()));
        }
    }
    curve
}

/// What a run amounts to: of curves the peak, its first instant and the integral.
#[derive(Debug, PartialEq, Eq)]
struct Totals {
    creations: u64,
    environments: (u64, u64, u128),
    enis: (u64, u64, u128),
    subnets: Vec<(u64, u64, u128)>,
    failed: BTreeMap<Failure, u64>,
    served: u64,
    cold: u64,
    /// Arrival, function and length of the first of the longest cold starts.
    longest: Option<(u64, usize, u64)>,
}

impl Totals {
    fn of_outcome(outcome: &Outcome) -> Self {
        let level = |level: &Gauge| (level.peak, level.peak_at, level.integral);
        Self {
            creations: outcome.creations,
            environments: level(&outcome.environments),
            enis: level(&outcome.enis),
            subnets: outcome.subnets.iter().map(level).collect(),
            failed: outcome.failed.clone(),
            served: outcome.cold_starts.served,
            cold: outcome.cold_starts.cold,
            longest: outcome
                .longest
                .as_ref()
                .map(|longest| (longest.arrival, longest.function, longest.length)),
        }
    }

    fn of_account(scene: &Scene, account: &Account) -> Self {
        let (log, horizon) = (&account.log, scene.trace.span.0);
        let of_subnet =
            |subnet| summary(&held(log, |class| scene.topology.classes[class].subnet == subnet), horizon);
        let mut totals = Self {
            creations: account.creations,
            environments: summary(&account.alive, horizon),
            enis: summary(&held(log, |_| true), horizon),
            subnets: (0..scene.topology.limits.subnets.len()).map(of_subnet).collect(),
            failed: BTreeMap::new(),
            served: 0,
            cold: 0,
            longest: None,
        };
        for told in log {
            totals.count(told);
        }
        totals
    }

    fn count(&mut self, told: &Told) {
        match *told {
            Told::Served { arrival, start, function, cold, .. } => {
                self.served += 1;
                self.cold += u64::from(cold);
                let length = start - arrival;
                if cold && self.longest.is_none_or(|(_, _, longest)| length > longest) {
                    self.longest = Some((arrival, function, length));
                }
            }
            Told::Failed { failure, .. } => *self.failed.entry(failure).or_default() += 1,
            Told::Held { .. } => {}
        }
    }
}

/// What the two tell differently.
fn difference(scene: &Scene, account: &Account, outcome: &Outcome, told: &[Told]) -> Option<String> {
    let line =
        |log: &[Told], n: usize| log.get(n).map_or_else(|| "nothing".to_owned(), |line| format!("{line:?}"));
    if let Some(n) = (0..account.log.len().max(told.len())).find(|&n| account.log.get(n) != told.get(n)) {
        return Some(format!("line {n}:\nnaive {}\nfast  {}", line(&account.log, n), line(told, n)));
    }
    let (naive, fast) = (Totals::of_account(scene, account), Totals::of_outcome(outcome));
    (naive != fast).then(|| format!("totals:\nnaive {naive:?}\nfast  {fast:?}"))
}

#[test]
fn both_simulators_tell_the_same() {
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    let mut differ: Vec<(u64, u64, String)> = Vec::new();
    for seed in 0..WORLDS {
        let scene = scene(seed);
        let account = simulate(&scene, nature(seed));
        let (outcome, told) = run_fast(&scene, nature(seed));
        if let Some(difference) = difference(&scene, &account, &outcome, &told) {
            differ.push((scene.trace.invocations(), seed, difference));
        }
        for (rule, times) in &account.seen {
            *seen.entry(rule).or_default() += times;
        }
    }
    if let Some((_, seed, difference)) = differ.iter().min() {
        let all = differ.len();
        panic!("{all} worlds differ; the smallest is {seed}: {difference}\n{:?}", scene(*seed));
    }
    let rare: Vec<_> = seen.iter().filter(|(_, times)| **times < AT_LEAST).collect();
    assert!(rare.is_empty(), "the worlds have grown poor: {rare:?}");
    assert_eq!(seen.into_keys().collect::<Vec<_>>(), RULES, "rules at work");
}

/// The waits of the first of the longest cold starts, as the naive simulator has them, if it has the step.
fn waits(scene: &Scene, account: &Account, longest: &Longest) -> Option<Vec<(Cause, u64)>> {
    let is_longest = |told: &&Told| match told {
        Told::Served { arrival, start, function, cold: true, .. } => {
            (*arrival, *function, start - arrival) == (longest.arrival, longest.function, longest.length)
        }
        _ => false,
    };
    let Some(Told::Served { environment, stretches, .. }) = account.log.iter().find(is_longest) else {
        return None;
    };
    // Served by an environment that another invocation had started, it has no path of its own.
    if stretches.is_empty() || scene.topology.functions[longest.function].classes.is_empty() {
        return None;
    }
    let split = account.splits.get(environment)?;
    let boot = if split.requested { Cause::Boot } else { Cause::Join };
    let parts = [(Cause::Room, split.room), (Cause::Token, split.token), (boot, split.boot)];
    Some(parts.into_iter().filter(|(_, ms)| *ms > 0).collect())
}

#[test]
fn both_simulators_split_the_wait_for_an_eni_alike() {
    let mut seen: BTreeMap<Cause, u64> = BTreeMap::new();
    for seed in 0..WORLDS {
        let scene = scene(seed);
        let (outcome, _) = run_fast(&scene, nature(seed));
        let Some(longest) = outcome.longest.as_ref() else { continue };
        let path = scene.own_paths[longest.function].as_ref().unwrap_or(&scene.cold_path.vpc);
        let eni = path.steps.iter().find(|step| step.kind == PhaseKind::Eni);
        let told = longest.path.iter().find(|phase| eni.is_some_and(|step| step.name == phase.phase));
        let Some(told) = told else { continue };
        let account = simulate(&scene, nature(seed));
        let Some(expected) = waits(&scene, &account, longest) else { continue };
        let found: Vec<(Cause, u64)> = told.waits.iter().map(|wait| (wait.cause, wait.ms)).collect();
        assert_eq!(found, expected, "seed {seed}: {told:?}");
        assert_eq!(found.iter().map(|(_, ms)| ms).sum::<u64>(), told.wait_ms, "seed {seed}");
        for (cause, _) in found {
            *seen.entry(cause).or_default() += 1;
        }
    }
    let often = |cause| seen.get(&cause).is_some_and(|&times| times >= AT_LEAST);
    let all = [Cause::Room, Cause::Token, Cause::Boot, Cause::Join];
    assert!(all.into_iter().all(often), "the worlds have grown poor: {seen:?}");
}

/// What both simulators tell, and the naive one's word on everything else.
fn agreed(scene: &Scene, nature: &Realization) -> Account {
    let account = simulate(scene, nature.clone());
    let (outcome, told) = run_fast(scene, nature.clone());
    assert_eq!(difference(scene, &account, &outcome, &told), None);
    account
}

/// `(arrival, start)` of every invocation in the order of the log; a failed one has no start.
fn starts(account: &Account) -> Vec<(u64, Option<u64>)> {
    let start = |told: &Told| match told {
        Told::Served { arrival, start, .. } => Some((*arrival, Some(*start))),
        Told::Failed { arrival, .. } => Some((*arrival, None)),
        Told::Held { .. } => None,
    };
    account.log.iter().filter_map(start).collect()
}

fn boots(boots_ms: &[u64]) -> Realization {
    Realization { boots_ms: boots_ms.to_vec(), ..Realization::all(End::Longest) }
}

/// An empty start of `functions` functions whose keep-alive is 10 ms, and these invocations.
fn by_hand(functions: usize, entries: &[(u64, u32, u32, u64)]) -> Scene {
    let Bench { mut topology, cold_path, policy, initial } = Bench::new(functions, 10);
    topology.boot = Interval::between(Millis(0), Millis(15));
    let (lives, own_paths) = (vec![None; functions], vec![None; functions]);
    Scene {
        topology,
        cold_path,
        policy,
        initial,
        schedule: Vec::new(),
        trace: log(functions, entries),
        lives,
        own_paths,
    }
}

fn act(at: i64, create: u32, delete: u32) -> EniAction {
    EniAction { at, class: 0, create, delete }
}

/// The example of the design's semantics: the longest boots are not the worst ones.
#[test]
fn the_example_of_the_semantics_comes_out_as_it_says() {
    let mut scene = by_hand(2, &[(2, 0, 1, 5), (30, 0, 1, 4), (32, 1, 1, 5), (37, 0, 1, 4)]);
    scene.topology.delete = Interval::exactly(Millis(5));
    scene.topology.limits.region_quota = Some(2);
    scene.topology.limits.api = Some(TokenBucket { burst: 1, per_second: Rate::per_second(125) });
    scene.policy.capacity = Some(Capacity::Count(2));
    scene.policy.idle_ttl = IdleTtl::After(Millis(5));
    for (boots_ms, longest, enis, failed) in
        [([15, 15, 15], 15, 1, 0), ([5, 5, 5], 11, 2, 0), ([5, 15, 15], 21, 2, 1)]
    {
        let account = agreed(&scene, &boots(&boots_ms));
        let found = starts(&account);
        let waits = found.iter().filter_map(|(arrival, start)| Some((*start)? - arrival));
        let failures = found.iter().filter(|(_, start)| start.is_none()).count();
        let peak = summary(&held(&account.log, |_| true), 100).0;
        assert_eq!((waits.max(), peak, failures), (Some(longest), enis, failed), "{boots_ms:?}");
    }
}

/// The plan requests one ENI at 0 for the arrival at 1; a pool of two would take addresses beside it.
#[test]
fn nothing_but_the_plan_creates_under_a_plan() {
    for provision in [Provision::Scheduled, Provision::Clairvoyant] {
        for start in [StartMode::Empty, StartMode::Warm] {
            let mut scene = by_hand(1, &[(1, 0, 1, 4)]);
            (scene.policy.provision, scene.policy.start, scene.policy.warm) = (provision, start, 2);
            scene.schedule = vec![act(if provision == Provision::Scheduled { 0 } else { 3 }, 1, 0)];
            let account = agreed(&scene, &boots(&[3]));
            assert_eq!(starts(&account), [(1, Some(3))]);
            assert_eq!((account.creations, held(&account.log, |_| true)), (1, vec![(0, 1)]));
        }
    }
}

/// The ENI that is requested and ready at 4 serves the invocation that has waited since 0, and the
/// deletion of 2, for which nothing was idle, takes it when the environment has expired: 4 + 5 + 5.
#[test]
fn a_planned_eni_that_is_ready_at_once_serves_who_waits() {
    let mut scene = by_hand(1, &[(0, 0, 1, 5), (15, 0, 1, 5)]);
    scene.policy.provision = Provision::Clairvoyant;
    scene.policy.keep_alive = Some(Millis(5));
    scene.schedule = vec![act(2, 0, 1), act(4, 1, 0)];
    let account = agreed(&scene, &boots(&[0]));
    assert_eq!(starts(&account), [(0, Some(4)), (15, None)]);
    assert_eq!(held(&account.log, |_| true), [(4, 1), (14, 0)]);
}

/// One ENI for one environment, requested at 5 and ready at 15: the invocation of 0 has it before
/// that of 6, which comes when the first environment expires: 15 + 5 + 10.
#[test]
fn who_waits_joins_a_planned_eni_before_who_comes_later() {
    let mut scene = by_hand(2, &[(0, 0, 1, 5), (6, 1, 1, 5)]);
    (scene.policy.provision, scene.policy.join_booting) = (Provision::Scheduled, true);
    scene.schedule = vec![act(5, 1, 0)];
    let account = agreed(&scene, &boots(&[10]));
    assert_eq!(starts(&account), [(0, Some(15)), (6, Some(30))]);
}

/// The second environment of f is refused by its own bucket and leaves the account's second token to g.
#[test]
fn who_is_refused_by_one_scaling_bucket_takes_no_token_of_the_other() {
    let mut scene = by_hand(2, &[(0, 0, 1, 9), (1, 0, 1, 9), (2, 1, 1, 9), (3, 1, 1, 9)]);
    let bucket = |burst| Some(TokenBucket { burst, per_second: Rate(0) });
    (scene.topology.limits.account_scaling, scene.topology.limits.function_scaling) = (bucket(2), bucket(1));
    let account = agreed(&scene, &boots(&[0, 0, 0]));
    assert_eq!(starts(&account), [(0, Some(0)), (1, None), (2, Some(2)), (3, None)]);
}
