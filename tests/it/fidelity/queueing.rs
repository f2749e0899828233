//! Queueing theory: M/G/infinity and Erlang's loss formula.

use eniplan::simulation::Random;

use super::{Run, Sample, Service, documented, poisson, table};
use crate::support::Bench;

/// Runs per case, and the quantile of Student's t with one degree of freedom less for 99.9%.
const RUNS: u64 = 100;
const STUDENT: f64 = 3.392;
/// Arrivals per second, and how long each run is, s.
const RATE: f64 = 3.0;
const SPAN: f64 = 5_000.0;

const SERVICES: [(&str, Service); 3] = [
    ("exponential", Service::Exponential(2.0)),
    ("constant", Service::Constant(2.0)),
    ("hyperexponential", Service::Mixed(0.5, 3.5)),
];

/// Environments end when their invocation does, so that those alive are those that are busy.
fn runs(service: Service, cap: Option<u32>) -> Vec<Run> {
    let mut bench = Bench::new(1, 0).without_vpc();
    bench.topology.limits.account_concurrency = cap;
    (0..RUNS)
        .map(|seed| {
            let traffic = poisson(seed, RATE, SPAN, service);
            Run::new(&bench, &traffic, Random::new(seed), 200_000)
        })
        .collect()
}

/// The share that `cap` places lose of an offered load, by Erlang's recursion.
fn erlang_b(load: f64, cap: u32) -> f64 {
    (1..=cap).fold(1.0, |lost, places| load * lost / (f64::from(places) + load * lost))
}

fn row(what: String, exact: f64, ours: Sample) -> Vec<String> {
    let score = ours.exact_score(exact);
    assert!(score.abs() < STUDENT, "{what}: {exact} is {score} standard errors from {ours:?}");
    vec![
        what,
        format!("{exact:.5}"),
        format!("{:.5}", ours.mean),
        format!("{:.5}", STUDENT * ours.error()),
        format!("{score:+.1}"),
    ]
}

const HEADS: [&str; 5] = ["", "theory", "eniplan", "99.9% interval, ±", "apart by (standard errors)"];

#[test]
fn busy_environments_are_rate_times_service_time() {
    let rows: Vec<Vec<String>> = SERVICES
        .into_iter()
        .map(|(name, service)| {
            let busy = Sample::of(&runs(service, None), |run| run.steady.servers);
            row(format!("{name} service"), RATE * service.mean(), busy)
        })
        .collect();
    documented("busy", &table(&HEADS, &rows));
}

#[test]
fn a_cap_loses_what_erlang_says() {
    // By hand: with load 1 and 1 place half is lost; with load 2 and 2 places 2/5.
    assert!((erlang_b(1.0, 1) - 0.5).abs() < 1e-15 && (erlang_b(2.0, 2) - 0.4).abs() < 1e-15);
    let mut rows = Vec::new();
    for cap in [4, 8, 12] {
        for (name, service) in SERVICES {
            let (load, runs) = (RATE * service.mean(), runs(service, Some(cap)));
            let lost = erlang_b(load, cap);
            let what = |figure: &str| format!("cap {cap}, {name}: {figure}");
            rows.push(row(what("lost"), lost, Sample::of(&runs, |run| run.steady.lost)));
            rows.push(row(what("busy"), load * (1.0 - lost), Sample::of(&runs, |run| run.steady.servers)));
        }
    }
    documented("erlang", &table(&HEADS, &rows));
}
