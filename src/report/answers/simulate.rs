//! What happens under one policy.

use std::collections::BTreeMap;

use super::path::{ColdStartLimits, binding, bottleneck_view, path};
use super::runs::{ESTIMATED, Estimate, Estimated, SimulatedRun, SimulatedRuns, cold_quantiles, quantiles};
use crate::quantity::Millis;
use crate::report::format::{counted, decimal, name, percent, sentence, thousands};
use crate::report::views::{
    ColdStartsView, EnvironmentsView, EstimateView, HeldEnisView, LongestColdStartView, RunEnisView, RunView,
    SimulateView, SubnetPeakView, fields,
};
use crate::report::{Answer, ReportTable, Subject, TableCell};
use crate::simulation::Failure;

/// What happened in `runs`; `functions` and `subnets` are the names of the world's, `limits` its limits.
pub fn simulate(
    subject: &Subject,
    runs: &SimulatedRuns,
    functions: &[String],
    subnets: &[String],
    limits: &ColdStartLimits,
) -> Answer {
    let mut tables = vec![measures(runs)];
    tables.extend(failures(runs));
    tables.extend(longest(subject, runs, functions));
    tables.push(by_subnet(runs, subnets));
    if runs.all.len() > 1 {
        tables.push(estimates(runs));
        tables.push(some_runs(runs));
    }
    Answer {
        headline: headline(subject, runs).into_iter().chain(binds(runs, limits)).collect(),
        tables,
        flat: Some(by_run(runs)),
        assumptions: subject.assumptions.clone(),
        json: fields(&view(subject, runs, functions, subnets, limits)),
        clock: subject.clock,
    }
}

fn headline(subject: &Subject, runs: &SimulatedRuns) -> Vec<String> {
    let starts = &runs.cold_starts;
    let setting = subject.setting();
    let over = match runs.all.len() {
        1 => String::new(),
        n => format!(", {} runs", thousands(n as u64)),
    };
    let cold = match (runs.invocations(), starts.cold) {
        (0, _) => "No invocations, so no cold starts.".to_owned(),
        (_, 0) => format!(
            "No cold starts under {setting} ({} served{over}).",
            counted(starts.served, "invocation", "invocations")
        ),
        (_, n) => format!(
            "{} of invocations start cold under {setting} ({} of {} served{over}). The longest cold start is \
             {}; 99% of invocations {}.",
            percent(runs.cold_share()),
            thousands(n),
            thousands(starts.served),
            Millis(starts.max()),
            at_most(starts.quantile(990)),
        ),
    };
    let failed: u64 = runs.failed.values().sum();
    let failed = match failed {
        0 => "no invocations fail".to_owned(),
        n => {
            let most = runs.failed.iter().max_by_key(|(_, count)| **count);
            let why = most.map_or("", |(failure, _)| reason(*failure));
            let fail = if n == 1 { "fails" } else { "fail" };
            let most = if runs.failed.len() > 1 { ", most" } else { "" };
            format!("{} {fail}{most} because {why}", counted(n, "invocation", "invocations"))
        }
    };
    let (peak, at) = runs.peak_enis();
    let held = match peak {
        0 => "no ENIs are held".to_owned(),
        n => format!(
            "at most {} held ({}), {} on average",
            counted(n, "ENI is", "ENIs are"),
            subject.clock.phrase(at),
            decimal(runs.mean(|run| run.enis.1), 1),
        ),
    };
    vec![cold, format!("{}; {failed}.", sentence(&held))]
}

fn at_most(wait: u64) -> String {
    if wait == 0 { "do not wait".to_owned() } else { format!("wait at most {}", Millis(wait)) }
}

/// What failed an invocation, to follow "because".
fn reason(failure: Failure) -> &'static str {
    match failure {
        Failure::AccountConcurrency => "the account's concurrency limit was reached",
        Failure::Scaling => "the scaling limit on new environments was reached",
        Failure::SubnetAddresses => "the subnets had no free address",
        Failure::VpcQuota => "the VPC's ENI quota was exhausted",
        Failure::RegionQuota => "the Region's ENI quota was exhausted",
        Failure::Starved => "no ENI became available",
    }
}

fn measures(runs: &SimulatedRuns) -> ReportTable {
    let starts = &runs.cold_starts;
    let mut table = ReportTable::new(
        "Cold starts",
        &[
            ("of", ""),
            ("n", "invocations"),
            ("p50", "p50"),
            ("p90", "p90"),
            ("p95", "p95"),
            ("p99", "p99"),
            ("max", "longest"),
        ],
    );
    let rows = [
        ("all served", starts.served, quantiles(starts)),
        ("cold only", starts.cold, cold_quantiles(starts)),
    ];
    for (of, count, lengths) in rows {
        let mut row = vec![TableCell::text(of), TableCell::Count(count)];
        row.extend(lengths.map(|length| TableCell::span((count > 0).then_some(length))));
        table.push(row);
    }
    table
}

/// Means over the runs with their confidence intervals.
fn estimates(runs: &SimulatedRuns) -> ReportTable {
    let columns = [("what", "per run"), ("mean", "mean"), ("low", "95% from"), ("high", "to")];
    let mut table = ReportTable::new("Means per run with 95% confidence intervals", &columns);
    for (_, what, of) in ESTIMATED {
        let Some(Estimate { mean, half_width }) = runs.estimate(of) else { continue };
        let ends = [mean, (mean - half_width).max(0.0), mean + half_width];
        let mut row = vec![TableCell::text(what)];
        row.extend(ends.map(|value| {
            if value < 1.0 { TableCell::Decimal(value, 6) } else { TableCell::Decimal(value, 2) }
        }));
        table.push(row);
    }
    table
}

fn failures(runs: &SimulatedRuns) -> Option<ReportTable> {
    let mut table = ReportTable::new("Failed invocations", &[("reason", "reason"), ("n", "invocations")])
        .prose(&["reason"]);
    for (failure, &count) in &runs.failed {
        table.push(vec![TableCell::text(reason(*failure)), TableCell::Count(count)]);
    }
    (!table.rows.is_empty()).then_some(table)
}

/// The longest part of the longest cold start.
fn binds(runs: &SimulatedRuns, limits: &ColdStartLimits) -> Option<String> {
    let longest = runs.longest.as_ref()?;
    binding("the longest cold start", longest.length, &longest.path, limits)
}

fn longest(subject: &Subject, runs: &SimulatedRuns, functions: &[String]) -> Option<ReportTable> {
    let longest = runs.longest.as_ref().filter(|longest| longest.length > 0)?;
    let function = functions.get(longest.function).map_or("?", String::as_str);
    let title = format!("Longest cold start: {} {}", name(function), subject.clock.phrase(longest.arrival));
    path(&title, &longest.path)
}

fn by_subnet(runs: &SimulatedRuns, subnets: &[String]) -> ReportTable {
    let mut table = ReportTable::new("Peak ENIs by subnet", &[("subnet", "subnet"), ("peak_enis", "ENIs")]);
    for (subnet, &peak) in subnets.iter().zip(&runs.subnets).filter(|(_, peak)| **peak > 0) {
        table.push(vec![TableCell::text(subnet.as_str()), TableCell::Count(peak)]);
    }
    table
}

fn some_runs(runs: &SimulatedRuns) -> ReportTable {
    let mut table = ReportTable::new(
        "By run",
        &[
            ("seed", "seed"),
            ("cold", "cold"),
            ("p99", "p99"),
            ("max", "longest"),
            ("failed", "failed"),
            ("enis", "peak ENIs"),
            ("mean", "mean ENIs"),
            ("environments", "peak environments"),
        ],
    );
    for run in &runs.all {
        let [.., p99, max] = run.quantiles;
        table.push(vec![
            TableCell::count(run.seed),
            TableCell::Count(run.cold),
            TableCell::Span(p99),
            TableCell::Span(max),
            TableCell::Count(run.failed),
            TableCell::Count(run.enis.0),
            TableCell::Decimal(run.enis.1, 1),
            TableCell::Count(run.environments.0),
        ]);
    }
    table.shown = Some((20, "runs"));
    table
}

/// One row per run with every number, for programs.
fn by_run(runs: &SimulatedRuns) -> ReportTable {
    let keys = [
        "seed",
        "invocations",
        "served",
        "cold",
        "cold_share",
        "p50_ms",
        "p90_ms",
        "p95_ms",
        "p99_ms",
        "max_ms",
        "failed",
        "peak_enis",
        "mean_enis",
        "eni_hours",
        "peak_environments",
        "mean_environments",
        "creations",
    ];
    let mut table = ReportTable::new("", &keys.map(|key| (key, key)));
    for run in &runs.all {
        let mut row = vec![TableCell::count(run.seed)];
        row.extend([run.invocations, run.served, run.cold].map(TableCell::Count));
        row.push(TableCell::Share(run.cold_share()));
        row.extend(run.quantiles.map(TableCell::Span));
        row.extend([run.failed, run.enis.0].map(TableCell::Count));
        row.extend([run.enis.1, run.enis.2].map(|number| TableCell::Decimal(number, 3)));
        row.extend([TableCell::Count(run.environments.0), TableCell::Decimal(run.environments.1, 3)]);
        row.push(TableCell::Count(run.creations));
        table.push(row);
    }
    table
}

fn view<'a>(
    subject: &'a Subject,
    runs: &'a SimulatedRuns,
    functions: &'a [String],
    subnets: &'a [String],
    limits: &ColdStartLimits,
) -> SimulateView<'a> {
    let starts = &runs.cold_starts;
    let longest = runs.longest.as_ref().map(|longest| LongestColdStartView {
        duration_ms: longest.length,
        at_ms: longest.arrival,
        function: functions.get(longest.function).map(String::as_str),
        path: &longest.path,
        bottleneck: bottleneck_view(longest.length, &longest.path, limits),
    });
    let (peak, peak_at_ms) = runs.peak_enis();
    SimulateView {
        about: subject.about(),
        runs: runs.all.len(),
        invocations: runs.invocations(),
        served: starts.served,
        cold: starts.cold,
        cold_share: runs.cold_share(),
        cold_start_ms: ColdStartsView {
            all: quantiles(starts).into(),
            cold_only: cold_quantiles(starts).into(),
        },
        longest_cold_start: longest,
        failed: runs.failed.iter().map(|(failure, &count)| (failure.name(), count)).collect(),
        enis: HeldEnisView {
            peak,
            peak_at_ms,
            mean: runs.mean(|run| run.enis.1),
            hours: runs.mean(|run| run.enis.2),
            by_subnet: subnets
                .iter()
                .zip(&runs.subnets)
                .map(|(subnet, &peak)| SubnetPeakView { subnet, peak })
                .collect(),
        },
        environments: EnvironmentsView {
            peak: runs.all.iter().map(|run| run.environments.0).max().unwrap_or(0),
            mean: runs.mean(|run| run.environments.1),
        },
        estimates: estimated(runs),
        by_run: runs.all.iter().map(one).collect(),
    }
}

fn one(run: &SimulatedRun) -> RunView {
    let ((peak, mean, hours), environments) = (run.enis, run.environments);
    RunView {
        seed: run.seed,
        invocations: run.invocations,
        cold: run.cold,
        failed: run.failed,
        cold_start_ms: run.quantiles.into(),
        creations: run.creations,
        enis: RunEnisView { peak, mean, hours },
        environments: EnvironmentsView { peak: environments.0, mean: environments.1 },
    }
}

/// Means over the runs with half the width of their 95% confidence intervals; empty for one run.
fn estimated(runs: &SimulatedRuns) -> BTreeMap<&'static str, EstimateView> {
    let field = |(key, _, of): Estimated| {
        let estimate = runs.estimate(of)?;
        Some((key, EstimateView { mean: estimate.mean, half_width_95: estimate.half_width }))
    };
    ESTIMATED.into_iter().filter_map(field).collect()
}
