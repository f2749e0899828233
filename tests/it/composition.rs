//! Composition: closed forms against runs, pooling theory, the best grouping, and what is told of bad ones.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use eniplan::cold_path::ColdPath;
use eniplan::composition::{BestCut, Cut, CutObjective, Service, best, cuts, measure, price};
use eniplan::plan::backend;
use eniplan::platform::{self, Platform, load};
use eniplan::policy::{self, Policy, StartMode};
use eniplan::quantity::{Memory, Millis};
use eniplan::random::{Purpose, Stream};
use eniplan::scenario::{self, Observed, Scenario};
use eniplan::trace::{Entry, Shape, Trace};
use eniplan::worst_case::SearchEffort;
use serde_json::Value;

use crate::cli::run;
use crate::support::log;

const EVERY: [CutObjective; 6] = [
    CutObjective::ColdTime,
    CutObjective::ColdStarts,
    CutObjective::IdleMemory,
    CutObjective::Environments,
    CutObjective::Enis,
    CutObjective::Access,
];

const EFFORT: SearchEffort = SearchEffort { invocations: 1_000, seed: 1 };

/// A service on the model of 2018.
struct Shop {
    scenario: Scenario,
    platform: Platform,
    cold_path: ColdPath,
    policy: Policy,
    trace: Trace,
}

impl Shop {
    fn new(text: &str, trace: Trace, instant: bool) -> Self {
        let mut platform = load("m", platform::named("lambda-2018").unwrap().text).unwrap();
        if instant {
            platform.phases.clear();
        }
        platform.environment.account_concurrency = None;
        platform.environment.scaling = None;
        let raw = scenario::read("s.toml", text).unwrap_or_else(|problems| panic!("{problems}"));
        let observed: Vec<Observed> = trace
            .functions
            .iter()
            .map(|function| Observed { name: function.name.clone(), memory: None })
            .collect();
        let scenario = scenario::resolve(&raw, &platform, &observed).unwrap();
        let cold_path = ColdPath::new(&platform).unwrap();
        let policy = policy::named("idle-reuse").unwrap();
        Self { scenario, platform, cold_path, policy, trace }
    }

    fn service(&self) -> Service<'_> {
        let Self { scenario, platform, cold_path, policy, trace } = self;
        Service { scenario, platform, cold_path, policy, trace }
    }

    fn best(&self, objective: CutObjective) -> BestCut {
        best(&self.service(), objective, backend::ALL[0]).unwrap()
    }

    fn price(&self, objective: CutObjective, cut: &Cut) -> u128 {
        price(&self.service(), objective, cut).unwrap()
    }
}

/// `n` routes outside any VPC, with this keep-alive and memory that grows with their number.
fn routes(n: usize, keep_alive: u64) -> String {
    let mut text = String::new();
    for route in 0..n {
        let memory = 256 * (1 + route % 4);
        writeln!(text, "[[route]]\nname = \"f{route}\"\nsubnets = []\nmemory = \"{memory} MiB\"").unwrap();
        writeln!(text, "keep_alive = \"{keep_alive}ms\"").unwrap();
    }
    text
}

/// Invocations at random within ten seconds.
fn random(seed: u64, routes: usize) -> Trace {
    let draws = Stream::new(seed, Purpose::Search);
    let mut entries: Vec<(u64, u32, u32, u64)> = (0..20 + draws.below(0, 60))
        .map(|n| {
            let draw = |k: u64, below: u64| draws.below(10 + 8 * n + k, below);
            let function = u32::try_from(draw(1, routes as u64)).unwrap();
            (draw(0, 10_000), function, 1 + u32::try_from(draw(2, 3)).unwrap(), 1 + draw(3, 900))
        })
        .collect();
    entries.sort_by_key(|entry| entry.0);
    let mut trace = log(routes, &entries);
    trace.span = Millis(12_000);
    trace
}

/// One random way to cut `n` routes.
fn random_cut(seed: u64, n: usize) -> Cut {
    let draws = Stream::new(seed, Purpose::Arrivals);
    let mut functions: Vec<(String, Vec<usize>)> = Vec::new();
    for route in 0..n {
        let at = usize::try_from(draws.below(route as u64, functions.len() as u64 + 1)).unwrap();
        match functions.get_mut(at) {
            Some((_, routes)) => routes.push(route),
            None => functions.push((format!("g{at}"), vec![route])),
        }
    }
    Cut { name: "some".into(), functions }
}

#[test]
fn where_cold_starts_take_no_time_the_closed_form_is_the_run() {
    for seed in 0..150 {
        let n = 2 + usize::try_from(seed % 4).unwrap();
        let mut shop = Shop::new(&routes(n, 300 + 700 * (seed % 5)), random(seed, n), true);
        shop.policy.start = if seed % 2 == 0 { StartMode::Warm } else { StartMode::Empty };
        for cut in [Cut::monolith(n), Cut::singles(&shop.scenario), random_cut(seed, n)] {
            let row = measure(&shop.service(), &cut, &[1], EFFORT).unwrap();
            let cold = shop.price(CutObjective::ColdStarts, &cut);
            assert!((row.cold - cold as f64).abs() < 0.5, "seed {seed}: {} {cold} {cut:?}", row.cold);
            let idle = CutObjective::IdleMemory.human(shop.price(CutObjective::IdleMemory, &cut));
            assert!((row.idle_gb_hours - idle).abs() < 1e-9, "seed {seed}: {} {idle}", row.idle_gb_hours);
            assert!(u128::from(row.peak_environments) <= shop.price(CutObjective::Environments, &cut));
        }
    }
}

/// Pooled, the largest sum is at most the sum of the largest: for every traffic, at every instant.
#[test]
fn the_monolith_never_has_more_environments_than_the_single_ones() {
    for seed in 0..200 {
        let n = 2 + usize::try_from(seed % 5).unwrap();
        let shop = Shop::new(&routes(n, 200 + 1_000 * (seed % 4)), random(seed, n), true);
        let of = |cut: &Cut| shop.price(CutObjective::Environments, cut);
        let (one, each) = (of(&Cut::monolith(n)), of(&Cut::singles(&shop.scenario)));
        let between = of(&random_cut(seed, n));
        assert!(one <= between && between <= each, "seed {seed}: {one} {between} {each}");
        for objective in EVERY {
            let best = shop.best(objective);
            let cuts = [Cut::monolith(n), Cut::singles(&shop.scenario), random_cut(seed, n)];
            assert!(cuts.iter().all(|cut| best.cost <= shop.price(objective, cut)), "{seed} {objective:?}");
            assert_eq!(best.cost, shop.price(objective, &best.cut), "{seed} {objective:?}");
        }
    }
}

/// Exponential gaps of a mean of `gap` ms, for an hour.
fn poisson(seed: u64, routes: u32, gap: f64) -> Trace {
    let mut entries: Vec<(u64, u32, u32, u64)> = Vec::new();
    for route in 0..routes {
        let draws = Stream::new(seed, Purpose::Arrivals).fork(route.into());
        let (mut at, mut n) = (0.0, 0);
        loop {
            at += -draws.fraction(n).ln() * gap;
            n += 1;
            if at >= 3_600_000.0 {
                break;
            }
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            entries.push((at as u64, route, 1, 400));
        }
    }
    entries.sort_by_key(|entry| entry.0);
    log(usize::try_from(routes).unwrap(), &entries)
}

/// With equal inits, over 20 seeded hours together, at rates from idle to busy.
#[test]
fn the_monolith_of_poisson_routes_has_fewer_cold_starts() {
    for gap in [300.0, 3_000.0, 30_000.0, 300_000.0] {
        let (mut one, mut each) = (0, 0);
        for seed in 0..20 {
            let mut shop = Shop::new(&routes(4, 60_000), poisson(seed, 4, gap), true);
            shop.policy.start = StartMode::Empty;
            one += shop.price(CutObjective::ColdStarts, &Cut::monolith(4));
            each += shop.price(CutObjective::ColdStarts, &Cut::singles(&shop.scenario));
        }
        assert!(one < each, "gap {gap}: {one} {each}");
    }
}

/// Not so for every traffic: f at 0, 10, 20, ... and g at 5, 15, 25, ... s each keep one environment
/// for ever. Pooled they share one, and every time both come at once another starts.
#[test]
fn coincidences_can_cost_the_monolith_more_cold_starts() {
    let mut entries: Vec<(u64, u32, u32, u64)> = Vec::new();
    for n in 0..100 {
        entries.push((10_000 * n, 0, 1, 1_000));
        let together = n % 10 == 9;
        entries.push((10_000 * n + if together { 0 } else { 5_000 }, 1, 1, 1_000));
    }
    entries.sort_by_key(|entry| entry.0);
    let mut shop = Shop::new(&routes(2, 20_000), log(2, &entries), true);
    shop.policy.start = StartMode::Empty;
    let of = |cut: &Cut| shop.price(CutObjective::ColdStarts, cut);
    assert_eq!((of(&Cut::monolith(2)), of(&Cut::singles(&shop.scenario))), (11, 2));
    let row = measure(&shop.service(), &Cut::monolith(2), &[1], EFFORT).unwrap();
    assert!((row.cold - 11.0).abs() < 1e-9);
}

const HEAVY: &str = "[[route]]\nname = \"f0\"\nsubnets = []\ncode = \"1 MiB\"\ninit = \"10ms\"\n\
     [[route]]\nname = \"f1\"\nsubnets = []\ncode = \"2 MiB\"\ninit = \"20ms\"\n\
     [[route]]\nname = \"f2\"\nsubnets = []\ncode = \"100 MiB\"\ninit = \"9s\"\nmemory = \"8 GiB\"\n";

/// Two busy light routes whose bursts grow in turn, and a rare heavy one.
fn heavy() -> Shop {
    let burst = |n: u64| if n.is_multiple_of(25) { 1 + u32::try_from(n / 50).unwrap() } else { 1 };
    let mut entries: Vec<(u64, u32, u32, u64)> =
        (0..600).map(|n| (6_000 * n, u32::try_from(n % 2).unwrap(), burst(n), 300)).collect();
    entries.push((1_800_000, 2, 1, 2_000));
    entries.sort_by_key(|entry| entry.0);
    Shop::new(HEAVY, log(3, &entries), false)
}

#[test]
fn a_heavy_route_that_is_rare_stands_apart() {
    let shop = heavy();
    for objective in [CutObjective::ColdTime, CutObjective::IdleMemory] {
        let best = shop.best(objective);
        let sets: Vec<&Vec<usize>> = best.cut.functions.iter().map(|(_, routes)| routes).collect();
        assert_eq!(sets, [&vec![0, 1], &vec![2]], "{objective:?}");
        assert!(best.cost < shop.price(objective, &Cut::monolith(3)), "{objective:?}");
        assert!(best.gap() < 1e-12);
    }
    // Code and init of all three, on top of the model's 50 + 125 + 445 ms: 1,030 and 9,030 ms.
    let monolith = measure(&shop.service(), &Cut::monolith(3), &[1], EFFORT).unwrap();
    assert_eq!(monolith.functions[0].cold_path_ms, 620 + 1_030 + 9_030);
    assert_eq!(monolith.functions[0].memory_bytes, Memory::mib(8_192).0);
    assert!(monolith.worst_cold_start_ms.witness <= 10_680);
    assert!(
        monolith.worst_cold_start_ms.bound.is_some_and(|bound| bound >= monolith.worst_cold_start_ms.witness)
    );
    let cut = shop.best(CutObjective::ColdTime).cut;
    let apart = measure(&shop.service(), &cut, &[1, 2], EFFORT).unwrap();
    assert!(apart.cold_time_ms < monolith.cold_time_ms && apart.idle_gb_hours < monolith.idle_gb_hours);
    // The light routes no longer wait for the heavy one's init.
    assert!(apart.routes[0].max_ms < 1_000 && monolith.routes[0].max_ms > 9_000);
}

#[test]
fn no_grouping_is_below_the_bound_of_the_search() {
    for seed in 0..6 {
        // 13 routes: beyond what is exact; the same trace on 6 of them is exact.
        let shop = Shop::new(&routes(13, 1_500), random(seed, 13), true);
        for objective in EVERY {
            let found = shop.best(objective);
            assert!(found.bound <= found.cost && found.gap() <= 1.0, "{objective:?}");
            assert_eq!(found.cost, shop.price(objective, &found.cut));
            for cut in [Cut::monolith(13), Cut::singles(&shop.scenario), random_cut(seed, 13)] {
                assert!(found.bound <= shop.price(objective, &cut), "{seed} {objective:?}");
            }
            assert!(found.cost <= shop.price(objective, &Cut::monolith(13)));
            assert!(found.cost <= shop.price(objective, &Cut::singles(&shop.scenario)));
        }
    }
}

/// The bound of the search is below what is exactly the best, where that is known.
#[test]
fn the_bound_is_below_the_best() {
    for seed in 0..60 {
        let n = 2 + usize::try_from(seed % 5).unwrap();
        let mut shop = Shop::new(&routes(n, 300 + 800 * (seed % 3)), random(seed, n), true);
        shop.policy.start = if seed % 2 == 0 { StartMode::Warm } else { StartMode::Empty };
        for objective in EVERY {
            let (exact, bound) =
                (shop.best(objective), eniplan::composition::bound(&shop.service(), objective));
            assert!(bound <= exact.cost, "seed {seed} {objective:?}: {bound} {}", exact.cost);
        }
    }
}

const REACH: &str = "[[subnet]]\nname = \"a\"\n[[subnet]]\nname = \"b\"\nvpc = \"other\"\n\
     [[target]]\nname = \"x\"\nsubnet = \"a\"\nsecurity_groups = [\"x\"]\n\
     [[target]]\nname = \"y\"\nsubnet = \"a\"\nsecurity_groups = [\"y\"]\n\
     [[allow]]\nfrom = \"to-x\"\nto = \"x\"\n[[allow]]\nfrom = \"to-y\"\nto = \"y\"\n\
     [[route]]\nname = \"f0\"\nsubnets = [\"a\"]\nsecurity_groups = [\"to-x\"]\nreaches = [\"x\"]\n\
     [[route]]\nname = \"f1\"\nsubnets = [\"a\"]\nsecurity_groups = [\"to-y\"]\nreaches = [\"y\"]\n";

#[test]
fn a_function_has_the_groups_and_the_reach_of_all_its_routes() {
    let shop = Shop::new(REACH, log(2, &[(0, 0, 1, 10), (5, 1, 1, 10)]), false);
    let row = |cut: &Cut| measure(&shop.service(), cut, &[1], EFFORT).unwrap();
    let (one, each) = (row(&Cut::monolith(2)), row(&Cut::singles(&shop.scenario)));
    assert_eq!(one.functions[0].security_groups, ["to-x", "to-y"]);
    assert_eq!((one.excess_access, each.excess_access), (2, 0));
    let classes = |row: &eniplan::composition::CutRow| -> Vec<String> {
        row.enis_by_class.iter().map(|row| row.class.clone()).collect()
    };
    assert_eq!(classes(&one), ["a (to-x, to-y)"]);
    assert_eq!(classes(&each), ["a (to-x)", "a (to-y)"]);
    assert_eq!(shop.best(CutObjective::Access).cut.functions.len(), 2);
}

#[test]
fn routes_of_two_vpcs_are_never_one_function() {
    let torn = format!("{REACH}[[route]]\nname = \"f2\"\nsubnets = [\"b\"]\n");
    let shop = Shop::new(&torn, log(3, &[(0, 0, 1, 10), (5, 1, 1, 10), (9, 2, 1, 10)]), false);
    let why = measure(&shop.service(), &Cut::monolith(3), &[1], EFFORT).unwrap_err();
    assert_eq!(why, "one function would be in both vpc vpc and vpc other");
    assert_eq!(price(&shop.service(), CutObjective::ColdStarts, &Cut::monolith(3)), None);
    for objective in EVERY {
        let best = shop.best(objective);
        assert!(best.cut.functions.iter().all(|(_, routes)| !routes.contains(&2) || routes.len() == 1));
    }
}

#[test]
fn every_route_of_a_cut_is_served_as_often_as_it_is_invoked() {
    let shop = heavy();
    let mut wanted = [0; 3];
    let count = |entry: Entry| (entry.function as usize, u64::from(entry.count));
    shop.trace.arrivals().map(count).for_each(|(route, count)| wanted[route] += count);
    assert!(matches!(shop.trace.shape, Shape::Log(_)));
    for cut in cuts(&shop.scenario) {
        let row = measure(&shop.service(), &cut, &[3], EFFORT).unwrap();
        let served: Vec<u64> = row.routes.iter().map(|route| route.served).collect();
        assert_eq!(served, wanted, "{}", cut.name);
    }
}

fn sample(words: &str) -> Value {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let file = |name: &str| data.join(name).to_str().unwrap().to_owned();
    let mut all = vec!["compose".to_owned(), file("routes.csv"), "--scenario".into(), file("routes.toml")];
    all.extend(words.split_whitespace().map(str::to_owned));
    let said = run(&all);
    assert_eq!(said.code, 0, "{}", said.err);
    serde_json::from_str(&said.out).unwrap()
}

#[test]
fn the_sample_is_best_with_its_heavy_routes_apart() {
    let answer = sample("--format json --runs 1 --effort 1000");
    let names: Vec<&str> =
        answer["groupings"].as_array().unwrap().iter().map(|row| row["grouping"].as_str().unwrap()).collect();
    assert_eq!(&names[..4], ["monolith", "one-per-route", "by-team", "heavy-apart"]);
    assert_eq!(answer["best"]["method"], "exact_verified");
    assert_eq!(answer["best"]["gap"].as_f64(), Some(0.0));
    let waited = |name: &Value| {
        let rows = answer["groupings"].as_array().unwrap();
        rows.iter().find(|row| row["grouping"] == *name).unwrap()["cold_time_ms"].as_f64().unwrap()
    };
    assert!(waited(&answer["best"]["grouping"]) < waited(&"monolith".into()));
}

#[test]
fn what_does_not_fit_the_trace_is_told() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let scenario = folder.join("compose-short.toml");
    fs::write(
        &scenario,
        "[[route]]\nname = \"checkout\"\n[[grouping]]\nname = \"a\"\nfunctions = { c = [\"checkout\"] }\n",
    )
    .unwrap();
    let said = run(&["compose", "counts.csv", "--scenario", scenario.to_str().unwrap()]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(
        said.err.contains("E204") && said.err.contains("`search` is in the trace but not a route"),
        "{}",
        said.err
    );
    fs::write(
        &scenario,
        "[[function]]\nname = \"checkout\"\n[[grouping]]\nname = \"a\"\nfunctions = { c = [\"checkout\"] }\n",
    )
    .unwrap();
    let said = run(&["compose", "counts.csv", "--scenario", scenario.to_str().unwrap()]);
    assert!(
        said.code == 2 && said.err.contains(":4:8") && said.err.contains("leaves out search"),
        "{}",
        said.err
    );
    let said = run(&["compose", "counts.csv", "--policy", "scheduled"]);
    assert!(said.code == 2 && said.err.contains("E401"), "{}", said.err);
    let said = run(&["compose", "counts.csv", "--scenario", "routes.toml", "--model", "failing.toml"]);
    assert!(said.code == 2 && said.err.contains("[grouping]"), "{}", said.err);
}
