//! Experiments on AWS Lambda in 2020: Poisson load on one function of about 2 s.
//!
//! Sixteen are published as a row of means; of seven of those the log is at hand.
//! Inputs are the rate, the service time and the threshold, nothing else.

use std::path::Path;

use eniplan::simulation::{Random, Recorder, ServedInvocation, World, simulate};
use eniplan::trace::Entry;

use super::habits::Habits;
use super::{Run, Sample, Service, documented, listed, millis, poisson, real, table};
use crate::support::Bench;

/// The numbers of the published experiments, slowest first, and their logs.
const EXPERIMENTS: [(u32, Option<&str>); 16] = [
    (13, Some("res-01-2020-05-28_01-57-40.csv")),
    (15, Some("res-01-2020-06-06_22-39-19.csv")),
    (17, Some("res-01-2020-06-10_22-20-08.csv")),
    (18, Some("res-01-2020-06-18_23-36-37.csv")),
    (12, Some("res-01-2020-05-26_01-31-35.csv")),
    (10, Some("res-01-2020-05-17_04-13-06.csv")),
    (0, Some("res-01-2020-04-24_17-53-33.csv")),
    (5, None),
    (1, None),
    (6, None),
    (2, None),
    (7, None),
    (3, None),
    (8, None),
    (4, None),
    (9, None),
];
const FOLDER: &str = "lambda_cold_starts";
/// Idle environments end after this long, s.
const THRESHOLD: f64 = 600.0;
/// Runs per prediction, and invocations in each.
const RUNS: u64 = 8;
const INVOCATIONS: f64 = 60_000.0;

/// One row of the published table.
struct Published {
    rate: f64,
    service: f64,
    cold: f64,
    error: f64,
    servers: f64,
}

/// One invocation of a log: the client's clock in s.
#[derive(Clone, Copy, Debug)]
struct Invocation {
    cold: bool,
    start: f64,
    elapsed: f64,
}

/// Every record of a file, the named columns of each.
pub(super) fn columns<const N: usize>(path: &Path, names: [&str; N]) -> Vec<[String; N]> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let heads = reader.headers().unwrap().clone();
    let at = names.map(|name| heads.iter().position(|head| head == name).unwrap());
    reader.records().map(|record| at.map(|at| record.as_ref().unwrap()[at].to_owned())).collect()
}

pub(super) fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

fn published(folder: &Path, experiment: u32) -> Published {
    let names = [
        "experiment",
        "ArrivalRate",
        "ServiceTimeWarm",
        "ColdStartProbability",
        "ColdStartProbabilitySE",
        "AverageInstanceCount",
        "IdleMinutesBeforeKill",
    ];
    let rows = columns(&folder.join("published_results.csv"), names);
    let row = rows.iter().find(|row| row[0] == format!("experiment_{experiment}")).unwrap();
    assert!((number(&row[6]) * 60.0 - THRESHOLD).abs() < 1e-9, "{experiment}");
    Published {
        rate: number(&row[1]),
        service: number(&row[2]) / 1_000.0,
        cold: number(&row[3]),
        error: number(&row[4]),
        servers: number(&row[5]),
    }
}

fn invocations(path: &Path) -> Vec<Invocation> {
    columns(path, ["is_cold", "client_start_time", "client_elapsed_time"])
        .iter()
        .map(|[cold, start, elapsed]| Invocation {
            cold: cold == "True",
            start: number(start),
            elapsed: number(elapsed),
        })
        .collect()
}

/// The published statistic: ten equal pieces, the last row of each left out; in each the share of
/// cold ones after the first quarter of its time; their mean.
fn statistic(log: &[Invocation], cold: &[bool]) -> f64 {
    let step = log.len() / 10;
    let share = |piece: usize| {
        let rows = piece * step..(piece + 1) * step - 1;
        let (first, last) = (log[rows.start].start, log[rows.end - 1].start);
        let from = first + (last - first) / 4.0;
        let late: Vec<usize> = rows.filter(|&row| log[row].start > from).collect();
        late.iter().filter(|&&row| cold[row]).count() as f64 / late.len() as f64
    };
    (0..10).map(share).sum::<f64>() / 10.0
}

fn function() -> Bench {
    Bench::new(1, millis(THRESHOLD)).without_vpc()
}

fn predicted(experiment: &Published) -> Vec<Run> {
    (0..RUNS)
        .map(|seed| {
            let trace = poisson(
                seed,
                experiment.rate,
                INVOCATIONS / experiment.rate,
                Service::Exponential(experiment.service),
            );
            Run::new(&function(), &trace, Random::new(seed), millis(10.0 * THRESHOLD))
        })
        .collect()
}

/// Which of the invocations, in the order of arrival, are cold.
#[derive(Clone, Debug, Default)]
struct Coldness(Vec<bool>);

impl Recorder for Coldness {
    fn served(&mut self, served: &ServedInvocation<'_>) {
        self.0.push(served.cold);
    }
}

/// The measured arrivals and response times through the simulator: the statistic, and the share of
/// invocations in whose coldness the two agree.
fn replayed(log: &[Invocation]) -> (f64, f64) {
    let mut order: Vec<usize> = (0..log.len()).collect();
    order.sort_by(|&a, &b| log[a].start.total_cmp(&log[b].start));
    let first = log[order[0]].start;
    let entries: Vec<Entry> = order
        .iter()
        .map(|&row| Entry {
            at: millis(log[row].start - first),
            duration: millis(log[row].elapsed),
            function: 0,
            count: 1,
        })
        .collect();
    let span = entries.last().unwrap().at + 1;
    let (bench, trace) = (function(), listed(entries, span));
    let world = World::new(&bench.topology, &bench.cold_path, &bench.policy, vec![0]);
    let (_, _, found) = simulate(&world, &trace, Random::new(0), Coldness::default());
    let mut cold = vec![false; log.len()];
    order.iter().zip(found.0).for_each(|(&row, is_cold)| cold[row] = is_cold);
    let same = log.iter().zip(&cold).filter(|(log, cold)| log.cold == **cold).count();
    (statistic(log, &cold), same as f64 / log.len() as f64)
}

/// The published statistic of a log is the published number; what a replay of the log says.
fn replay(path: &Path, experiment: &Published) -> (f64, f64) {
    let log = invocations(path);
    let cold: Vec<bool> = log.iter().map(|row| row.cold).collect();
    let ours = statistic(&log, &cold);
    assert!(
        (ours - experiment.cold).abs() < 1e-10,
        "{}: {ours} is not the published {}",
        path.display(),
        experiment.cold
    );
    replayed(&log)
}

/// The mean absolute percentage error of some rows.
fn mean_error<'a>(pairs: impl Iterator<Item = &'a (f64, f64)>) -> f64 {
    let errors: Vec<f64> = pairs.map(|(predicted, measured)| percent(*predicted, *measured).abs()).collect();
    errors.iter().sum::<f64>() / errors.len() as f64
}

fn percent(predicted: f64, measured: f64) -> f64 {
    100.0 * (predicted - measured) / measured
}

const HEADS: [&str; 9] = [
    "rate, 1/s",
    "measured cold probability",
    "predicted",
    "error",
    "in standard errors",
    "log replayed",
    "same invocations cold",
    "measured servers",
    "predicted",
];

#[test]
fn experiments_on_lambda() {
    let Some(folder) = real(FOLDER) else { return };
    let (mut rows, mut cold, mut servers, mut replays) = (vec![], vec![], vec![], vec![]);
    for (experiment, log) in EXPERIMENTS {
        let experiment = published(&folder, experiment);
        let runs = predicted(&experiment);
        let p = Sample::of(&runs, |run| run.steady.cold);
        let n = Sample::of(&runs, |run| run.steady.servers);
        let replay = log.map(|file| replay(&folder.join(file), &experiment));
        cold.push((p.mean, experiment.cold));
        servers.push((n.mean, experiment.servers));
        replays.extend(replay.map(|(replayed, _)| (replayed, experiment.cold)));
        rows.push(vec![
            format!("{:.5}", experiment.rate),
            format!("{:.5} ± {:.5}", experiment.cold, experiment.error),
            format!("{:.5} ± {:.5}", p.mean, p.error()),
            format!("{:+.1}%", percent(p.mean, experiment.cold)),
            format!("{:+.1}", (p.mean - experiment.cold) / libm::hypot(experiment.error, p.error())),
            replay.map_or("-".to_owned(), |(replayed, _)| format!("{replayed:.5}")),
            replay.map_or("-".to_owned(), |(_, same)| format!("{:.1}%", 100.0 * same)),
            format!("{:.2}", experiment.servers),
            format!("{:.2}", n.mean),
        ]);
    }
    let seven = replays.len();
    let means = [
        ("the seven with a log, cold probability", mean_error(cold[..seven].iter())),
        ("the seven, servers", mean_error(servers[..seven].iter())),
        ("the seven, cold probability of the log replayed", mean_error(replays.iter())),
        ("all sixteen, cold probability", mean_error(cold.iter())),
        ("all sixteen, servers", mean_error(servers.iter())),
    ];
    let means = means.map(|(what, error)| vec![what.to_owned(), format!("{error:.1}%")]);
    let heads = ["mean absolute percentage error", ""];
    documented("lambda", &format!("{}\n{}", table(&HEADS, &rows), table(&heads, &means)));
}

#[test]
fn what_the_logs_show_of_the_mechanism() {
    let Some(folder) = real(FOLDER) else { return };
    let rows: Vec<Vec<String>> = EXPERIMENTS
        .into_iter()
        .filter_map(|(experiment, file)| {
            let seen = Habits::of(&folder.join(file?));
            Some(seen.row(published(&folder, experiment).rate))
        })
        .collect();
    documented("lambda logs", &table(&Habits::HEADS, &rows));
}
