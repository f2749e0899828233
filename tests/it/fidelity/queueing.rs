//! Queueing theory: M/G/infinity and Erlang's loss formula.

use eniplan::simulation::Random;
use rayon::prelude::*;

use super::{Run, Sample, Service, poisson};
use crate::support::Bench;

/// How often each case runs, and what is then enough.
#[derive(Clone, Copy)]
struct Runs {
    count: u64,
    /// The quantile of Student's t with one degree of freedom less for 99.9%.
    student: f64,
}

const ALL: Runs = Runs { count: 100, student: 3.392 };
const FEW: Runs = Runs { count: 20, student: 3.883 };
/// Arrivals per second, and how long each run is, s.
const RATE: f64 = 3.0;
const SPAN: f64 = 5_000.0;

const SERVICES: [(&str, Service); 3] = [
    ("exponential", Service::Exponential(2.0)),
    ("constant", Service::Constant(2.0)),
    ("hyperexponential", Service::Mixed(0.5, 3.5)),
];

/// Environments end when their invocation does, so that those alive are those that are busy.
fn play(runs: Runs, service: Service, cap: Option<u32>) -> Vec<Run> {
    let mut bench = Bench::new(1, 0).without_vpc();
    bench.topology.limits.account_concurrency = cap;
    (0..runs.count)
        .into_par_iter()
        .map(|seed| {
            let trace = poisson(seed, RATE, SPAN, service);
            Run::new(&bench, &trace, Random::new(seed), 200_000)
        })
        .collect()
}

/// The share that `cap` places lose of an offered load, by Erlang's recursion.
fn erlang_b(load: f64, cap: u32) -> f64 {
    (1..=cap).fold(1.0, |lost, places| load * lost / (f64::from(places) + load * lost))
}

fn row(runs: Runs, what: String, exact: f64, ours: Sample) -> Vec<String> {
    let score = ours.exact_score(exact);
    assert!(score.abs() < runs.student, "{what}: {exact} is {score} standard errors from {ours:?}");
    vec![
        what,
        format!("{exact:.5}"),
        format!("{:.5}", ours.mean),
        format!("{:.5}", runs.student * ours.error()),
        format!("{score:+.1}"),
    ]
}

const HEADS: [&str; 5] = ["", "theory", "eniplan", "99.9% interval, ±", "apart by (standard errors)"];

#[test]
fn busy_environments_are_rate_times_service_time() {
    count_busy(FEW);
}

#[test]
fn a_cap_loses_what_erlang_says() {
    // By hand: with load 1 and 1 place half is lost; with load 2 and 2 places 2/5.
    assert!((erlang_b(1.0, 1) - 0.5).abs() < 1e-15 && (erlang_b(2.0, 2) - 0.4).abs() < 1e-15);
    // In few runs so few are lost of 12 places that the mean is skewed.
    count_lost(FEW, &[4, 8]);
}

mod long {
    use super::{ALL, HEADS, count_busy, count_lost};
    use crate::fidelity::{documented, table};

    #[test]
    #[ignore = "long proof: see CONTRIBUTING.md"]
    fn busy_environments_are_rate_times_service_time() {
        documented("busy", &table(&HEADS, &count_busy(ALL)));
    }

    #[test]
    #[ignore = "long proof: see CONTRIBUTING.md"]
    fn a_cap_loses_what_erlang_says() {
        documented("erlang", &table(&HEADS, &count_lost(ALL, &[4, 8, 12])));
    }
}

fn count_busy(runs: Runs) -> Vec<Vec<String>> {
    SERVICES
        .into_iter()
        .map(|(name, service)| {
            let busy = Sample::of(&play(runs, service, None), |run| run.steady.servers);
            row(runs, format!("{name} service"), RATE * service.mean(), busy)
        })
        .collect()
}

fn count_lost(runs: Runs, caps: &[u32]) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for &cap in caps {
        for (name, service) in SERVICES {
            let (load, played) = (RATE * service.mean(), play(runs, service, Some(cap)));
            let lost = erlang_b(load, cap);
            let what = |figure: &str| format!("cap {cap}, {name}: {figure}");
            rows.push(row(runs, what("lost"), lost, Sample::of(&played, |run| run.steady.lost)));
            let busy = Sample::of(&played, |run| run.steady.servers);
            rows.push(row(runs, what("busy"), load * (1.0 - lost), busy));
        }
    }
    rows
}
