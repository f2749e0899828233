//! Memory outside the handler: the talk's handler, the recorder against the log, and luck as a probability.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use eniplan::random::{Purpose, Stream};
use eniplan::simulation::{
    End, FunctionReuse, Random, Realization, Recorder, Reuse, ServedInvocation, World, simulate,
};
use eniplan::trace::Trace;
use serde_json::Value;

use crate::cli::run;
use crate::support::{Bench, log};

const HANDLER: u64 = 1_500;

/// What the talk's handler returns: `i` is 0 outside of it, each invocation adds 100 and returns it.
#[derive(Default)]
struct Returned(Vec<(u64, u32)>);

impl Recorder for Returned {
    fn served(&mut self, served: &ServedInvocation<'_>) {
        self.0.push((served.arrival, 100 * served.environment_invocation));
    }
}

/// How often each value is returned to the calls of each instant.
fn returned(trace: &Trace) -> Vec<(u64, u32, usize)> {
    let Bench { topology, cold_path, policy, initial } = Bench::new(1, 300_000).without_vpc();
    let world = World::new(&topology, &cold_path, &policy, initial);
    let all = simulate(&world, trace, Realization::all(End::Longest), Returned::default()).2.0;
    let mut counts: BTreeMap<(u64, u32), usize> = BTreeMap::new();
    for call in all {
        *counts.entry(call).or_default() += 1;
    }
    counts.into_iter().map(|((at, value), times)| (at, value, times)).collect()
}

#[test]
fn the_handler_of_the_talk_returns_what_the_talk_says() {
    let a = log(1, &[(0, 0, 100, HANDLER), (2_000, 0, 50, HANDLER)]);
    assert_eq!(returned(&a), [(0, 100, 100), (2_000, 200, 50)]);
    let b = log(1, &[(0, 0, 100, HANDLER), (3_000, 0, 300, HANDLER)]);
    assert_eq!(returned(&b), [(0, 100, 100), (3_000, 100, 200), (3_000, 200, 100)]);
    let c = log(1, &[(0, 0, 100, HANDLER), (1_000, 0, 100, HANDLER), (5_000, 0, 200, HANDLER)]);
    assert_eq!(returned(&c), [(0, 100, 100), (1_000, 100, 100), (5_000, 200, 200)]);
}

/// Every start of a handler: function, environment, start, whether it waited for a new environment.
#[derive(Default)]
struct Starts(Vec<(usize, u64, u64, bool)>);

impl Recorder for Starts {
    fn served(&mut self, served: &ServedInvocation<'_>) {
        self.0.push((served.function, served.environment, served.start, served.cold));
    }
}

/// Of one function, read off the log: hits, loads and the stalest value; of a shared cache the same.
fn by_hand(starts: &[(usize, u64, u64, bool)], function: usize, ttl: u64) -> [u64; 6] {
    let own: Vec<_> = starts.iter().filter(|start| start.0 == function).collect();
    let mut loaded: BTreeMap<u64, u64> = BTreeMap::new();
    let mut shared: Option<u64> = None;
    let mut out = [0; 6];
    for &&(_, environment, start, cold) in &own {
        let first = !loaded.contains_key(&environment);
        assert!(!first || cold, "with an empty start every environment begins with a cold start");
        let age = start - loaded.get(&environment).copied().unwrap_or(start);
        if first || age > ttl {
            out[1] += 1;
            loaded.insert(environment, start);
        } else {
            out[0] += 1;
            out[2] = out[2].max(age);
        }
        if let Some(then) = shared.filter(|shared| start - shared <= ttl) {
            out[3] += 1;
            out[5] = out[5].max(start - then);
        } else {
            out[4] += 1;
            shared = Some(start);
        }
    }
    out
}

#[test]
fn the_recorder_agrees_with_the_log() {
    for seed in 0..300 {
        let stream = Stream::new(seed, Purpose::Search);
        let draw = |n: u64, below: u64| stream.below(n, below);
        let count = 1 + draw(0, 40);
        let mut entries: Vec<(u64, u32, u32, u64)> = (1..=count)
            .map(|n| {
                let (at, function) = (draw(10 * n, 500), u32::try_from(draw(10 * n + 1, 2)).unwrap());
                (at, function, 1 + u32::try_from(draw(10 * n + 2, 3)).unwrap(), draw(10 * n + 3, 30))
            })
            .collect();
        entries.sort_by_key(|entry| entry.0);
        let trace = log(2, &entries);
        let mut bench = Bench::new(2, 5 + draw(1, 80));
        bench.topology.boot = eniplan::quantity::Interval::between(
            eniplan::quantity::Millis(0),
            eniplan::quantity::Millis(draw(2, 20)),
        );
        let ttl = draw(3, 60);
        let world = World::new(&bench.topology, &bench.cold_path, &bench.policy, bench.initial.clone());
        let both = (Starts::default(), Reuse::new(2, Some(ttl), None));
        let (outcome, _, (starts, reuse)) = simulate(&world, &trace, Random::new(seed), both);
        let found: Vec<FunctionReuse> = reuse.finish();
        let mut served = 0;
        for (function, found) in found.iter().enumerate() {
            let shared = &found.shared;
            let told = [found.hits, found.loads, found.stalest, shared.hits, shared.loads, shared.stalest];
            assert_eq!(told, by_hand(&starts.0, function, ttl), "seed {seed}, function {function}");
            assert_eq!(found.per_environment.sum, u128::from(found.served), "seed {seed}");
            served += found.served;
        }
        assert_eq!(served, outcome.cold_starts.served);
        let warm: u64 = found.iter().map(|row| row.warm).sum();
        assert_eq!(warm, outcome.cold_starts.served - outcome.cold_starts.cold);
    }
}

fn file(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("reuse-{name}"));
    fs::write(&path, text).unwrap();
    path
}

fn answer(words: &str, trace: &Path) -> Value {
    let mut all: Vec<&str> = words.split(' ').collect();
    let trace = trace.to_str().unwrap();
    all.insert(1, trace);
    all.extend(["--format", "json"]);
    let said = run(&all);
    assert_eq!(said.code, 0, "{}", said.out);
    serde_json::from_str(&said.out).unwrap()
}

fn generated(name: &str, words: &str) -> PathBuf {
    file(name, &run(&words.split(' ').collect::<Vec<_>>()).out)
}

/// The same number of invocations, once all the time and once in bursts: the docs' example.
#[test]
fn steady_trace_caches_well_and_bursts_do_not() {
    let steady = generated("steady.csv", "generate poisson --span 6h --rate 1/s --duration 1s");
    let bursts =
        generated("bursts.csv", "generate cron-spikes --span 6h --rate 0.22/s --peak 60 --duration 1s");
    let words = "reuse --model lambda-hyperplane --cache-ttl 1m";
    let found = |spread: &str, path: &Path| {
        let found = answer(&format!("{words} --spread {spread}"), path);
        let of = |cache: &str| found["all_functions"][cache]["hit_share"].as_f64().unwrap();
        (found["all_functions"]["served"].as_f64().unwrap(), of("environment_cache"), of("shared_cache"))
    };
    let (steady, bursts) = (found("even", &steady), found("burst", &bursts));
    assert!((steady.0 / bursts.0 - 1.0).abs() < 0.01, "{steady:?} {bursts:?}");
    assert!(steady.1 > 0.97 && bursts.1 < 0.05, "{steady:?} {bursts:?}");
    assert!(steady.2 > 0.98 && bursts.2 > 0.98, "{steady:?} {bursts:?}");
}

/// One environment outside a VPC; the second call comes as long after the first as half, a tenth and
/// nine tenths of all idle environments are kept (March 2019: 29, 44 and 59 minutes).
#[test]
fn luck_is_the_probability_that_the_model_states() {
    let scenario = file("alone.toml", "[[function]]\nname = \"f\"\nsubnets = []\n");
    for (minutes, warm) in [(29, 0.9), (44, 0.5), (59, 0.1), (24, 1.0), (63, 0.0)] {
        let mut text = "start,function,duration_ms\n0,f,1\n".to_owned();
        writeln!(text, "{},f,1", minutes * 60).unwrap();
        let path = file(&format!("two-{minutes}.csv"), &text);
        let words = format!(
            "reuse --scenario {} --keep-alive drawn --start empty --at 1m --runs 1000",
            scenario.to_str().unwrap()
        );
        let answer = answer(&words, &path);
        let at = &answer["functions"][0]["at"];
        assert_eq!((at["at_ms"].as_u64(), at["invocations"].as_u64()), (Some(minutes * 60_000), Some(1)));
        let chance = &at["warm_probability"];
        let [mean, low, high] = ["mean", "low_95", "high_95"].map(|key| chance[key].as_f64().unwrap());
        assert!(low <= mean && mean <= high && high - low < 0.07, "{chance}");
        // Four standard errors; the idle spell is shorter than its minutes by the cold start's 0.6 s.
        assert!((mean - warm).abs() < 0.065, "{minutes}: {mean}");
        assert_eq!(mean <= 0.0 || mean >= 1.0, warm <= 0.0 || warm >= 1.0, "{minutes}");
    }
}

#[test]
fn keep_alives_that_are_fixed_cannot_be_drawn() {
    for words in [
        "reuse log.csv --keep-alive drawn --policy idle-reuse:keep_alive=1m",
        "reuse log.csv --keep-alive drawn --policy scheduled",
        "reuse log.csv --keep-alive drawn --model failing.toml",
        "reuse log.csv --at yesterday",
    ] {
        let said = run(&words.split(' ').collect::<Vec<_>>());
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{words}");
        assert!(said.err.contains("E401"), "{}", said.err);
    }
}
