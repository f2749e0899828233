//! The models' cold starts against those measured from outside, by real simulation.

use eniplan::cold_path::ColdPath;
use eniplan::platform::{self, load};
use eniplan::policy;
use eniplan::scenario::{self, Observed, Raw};
use eniplan::simulation::{Random, Recorder, ServedInvocation, World, simulate};
use eniplan::topology::Topology;
use eniplan::trace::Entry;

use super::{documented, listed, table};

/// Invocations, and the time between two: longer than an environment, then its ENI, can stand idle
/// and the deletion can take, so that each finds what the policy keeps ready and nothing else.
const INVOCATIONS: u64 = 20_000;
const APART: u64 = 2 * 3_600_000;

/// Quantiles that are compared, in parts per thousand.
const QUANTILES: [usize; 5] = [500, 750, 900, 950, 990];

/// One measurement: quantiles in s, and the share of those above 3 s with their median.
struct Month {
    name: &'static str,
    quantiles: [f64; 5],
    slow: Option<(f64, f64)>,
    /// Largest error allowed of each quantile, in parts of the measured; none where it lies in the
    /// gap between the two modes.
    allowed: [Option<f64>; 5],
}

/// The cold starts of a run, ms.
#[derive(Clone, Debug, Default)]
struct Lengths(Vec<u64>);

impl Recorder for Lengths {
    fn served(&mut self, served: &ServedInvocation<'_>) {
        assert!(served.cold, "every invocation comes after the environment before has ended");
        self.0.push(served.start - served.arrival);
    }
}

/// The sorted cold starts of one function in a VPC under this model and policy, ms.
fn cold_starts(model: &str, policy: &str) -> Vec<u64> {
    let platform = load(model, platform::named(model).unwrap().text).unwrap();
    let observed = Observed { name: "f".into(), memory: None };
    let scenario = scenario::resolve(&Raw::default(), &platform, &[observed]).unwrap();
    let topology = Topology::build(&scenario, &platform).unwrap();
    let cold_path = ColdPath::new(&platform).unwrap();
    let policy = policy::parse(policy).unwrap();
    let entries =
        (1..=INVOCATIONS).map(|n| Entry { at: n * APART, duration: 100, function: 0, count: 1 }).collect();
    let trace = listed(entries, (INVOCATIONS + 1) * APART);
    let world = World::new(&topology, &cold_path, &policy, vec![0]);
    let (outcome, _, Lengths(mut lengths)) = simulate(&world, &trace, Random::new(1), Lengths::default());
    assert_eq!((lengths.len() as u64, outcome.failures()), (INVOCATIONS, 0));
    lengths.sort_unstable();
    lengths
}

/// The smallest length that so many parts per thousand do not exceed, s.
fn quantile(sorted: &[u64], share: usize) -> f64 {
    sorted[(sorted.len() * share).div_ceil(1_000).max(1) - 1] as f64 / 1_000.0
}

/// Rows of measured, simulated and error for each month; holds each error to what is allowed.
fn compare(months: &[Month], sorted: &[u64]) -> Vec<Vec<String>> {
    let slow = &sorted[sorted.partition_point(|&length| length <= 3_000)..];
    let ours = QUANTILES.map(|share| quantile(sorted, share));
    let mut own = vec!["simulated".to_owned()];
    own.extend(ours.map(|figure| format!("{figure:.2}")));
    own.push(format!("{:.1}%", 100.0 * slow.len() as f64 / sorted.len() as f64));
    own.push(if slow.is_empty() { "-".to_owned() } else { format!("{:.1}", quantile(slow, 500)) });
    let mut rows = vec![own];
    for month in months {
        let mut row = vec![month.name.to_owned()];
        for ((measured, ours), allowed) in month.quantiles.into_iter().zip(ours).zip(month.allowed) {
            let error = (ours - measured) / measured;
            row.push(match allowed {
                Some(most) => format!("{measured:.2} ({:+.0}%, ≤ {:.0}%)", 100.0 * error, 100.0 * most),
                None => format!("{measured:.2} (gap)"),
            });
            assert!(allowed.is_none_or(|most| error.abs() <= most), "{}: {measured}, {ours}", month.name);
        }
        row.push(month.slow.map_or("-".to_owned(), |(share, _)| format!("{:.1}%", 100.0 * share)));
        row.push(month.slow.map_or("-".to_owned(), |(_, median)| format!("{median:.1}")));
        rows.push(row);
    }
    rows
}

const HEADS: [&str; 8] = ["", "p50", "p75", "p90", "p95", "p99", "above 3 s", "median of those"];

#[test]
fn two_modes_in_2019_when_half_find_an_eni() {
    // One free ENI stands ready; half of the environments miss it.
    let sorted = cold_starts("lambda-2019-measured", "shared-slots:warm=1,miss=0.5");
    let months = [
        Month {
            name: "2019-03-24",
            quantiles: [0.44, 8.79, 9.86, 11.3, 15.4],
            slow: Some((0.48, 8.8)),
            allowed: [None, Some(0.05), Some(0.05), Some(0.25), Some(0.25)],
        },
        Month {
            name: "2019-04-23",
            quantiles: [6.76, 9.00, 10.1, 13.5, 18.5],
            slow: Some((0.50, 9.0)),
            allowed: [None, Some(0.05), Some(0.05), Some(0.05), Some(0.05)],
        },
        Month {
            name: "2019-06-28",
            quantiles: [8.27, 9.48, 11.0, 15.8, 20.8],
            slow: Some((0.51, 9.5)),
            allowed: [None, Some(0.1), Some(0.15), Some(0.2), Some(0.2)],
        },
    ];
    let rows = compare(&months, &sorted);
    // The median falls where half of the cold starts end: between the modes.
    let (below, above) = (quantile(&sorted, 480), quantile(&sorted, 520));
    assert!(below < 1.2 && above > 6.0, "{below} {above}");
    let between = sorted.iter().filter(|&&length| (1_300..6_000).contains(&length)).count();
    assert_eq!(between, 0, "nothing lies between the modes");
    documented("lambda 2019", &table(&HEADS, &rows));
}

#[test]
fn hyperplane_has_one_mode() {
    let first_weeks = [Month {
        name: "2019-09-27",
        quantiles: [0.28, 0.32, 0.39, 0.50, 1.24],
        slow: Some((0.004, 10.9)),
        allowed: [0.05; 5].map(Some),
    }];
    let sorted = cold_starts("lambda-hyperplane-2019", "shared-at-deploy");
    documented("lambda hyperplane 2019", &table(&HEADS, &compare(&first_weeks, &sorted)));
    let january = [Month {
        name: "2021-01-07",
        quantiles: [0.50, 0.54, 0.62, 0.72, 0.90],
        slow: None,
        allowed: [Some(0.03), Some(0.03), Some(0.03), Some(0.03), Some(0.08)],
    }];
    let sorted = cold_starts("lambda-hyperplane", "shared-at-deploy");
    documented("lambda hyperplane", &table(&HEADS, &compare(&january, &sorted)));
}
