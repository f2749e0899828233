//! Comparison: policies and models side by side on the same trace and the same worlds.

mod case;

pub use case::{Case, CaseError};

use rayon::prelude::*;
use serde::Serialize;

use crate::policy::{Policy, Provision};
use crate::quantity::Millis;
use crate::simulation::{ColdStartCounts, Outcome, Random};
use crate::worst_case::{Bracket, SearchEffort, Unobserved, WorstCase};

/// Runs that share a reading of the trace; more would leave other threads without.
const TOGETHER: usize = 3;

/// One side of the comparison.
pub struct Contender<'a> {
    /// The model's name.
    pub model: String,
    /// The case.
    pub case: Case<'a>,
    /// Its worst case, where that is known already.
    pub worst: Option<Result<WorstCase, CaseError>>,
}

impl<'a> Contender<'a> {
    /// This case on the model of this name; nothing is known of it yet.
    pub const fn new(model: String, case: Case<'a>) -> Self {
        Self { model, case, worst: None }
    }
}

/// The results of one contender. Times in ms; means over the seeded runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CompareRow {
    /// The policy, with its overrides.
    pub policy: String,
    /// The model.
    pub model: String,
    /// The worst-case cold start, ms.
    pub worst_cold_start_ms: Option<Bracket>,
    /// Peak ENIs, worst case.
    pub worst_peak_enis: Option<Bracket>,
    /// Failed invocations, worst case.
    pub worst_failures: Option<Bracket>,
    /// The results of the runs; absent if the policy has no plan to follow.
    #[serde(flatten)]
    pub runs: Option<SeededRuns>,
    /// ENI-hours above the offline optimum on the same model with ENIs of the same capacity.
    pub regret_eni_hours: Option<f64>,
    /// The same as a share of the offline optimum.
    pub regret_share: Option<f64>,
    /// Whether the row is Pareto-optimal.
    pub pareto: bool,
    /// Why there are no results.
    pub note: Option<String>,
}

/// The seeded runs of one contender.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SeededRuns {
    /// Cold starts of all served invocations at 50%, ms; a warm start counts as 0.
    pub p50_ms: u64,
    /// At 95%.
    pub p95_ms: u64,
    /// At 99%.
    pub p99_ms: u64,
    /// Cold starts per served invocation, 0 to 1.
    pub cold_share: f64,
    /// Peak ENIs over all runs.
    pub peak_enis: u64,
    /// ENIs held, mean.
    pub mean_enis: f64,
    /// ENI-hours.
    pub eni_hours: f64,
    /// Peak addresses in one subnet over all runs.
    pub peak_addresses: u64,
    /// Failed invocations per run.
    pub failures: f64,
    /// Invocations per run.
    pub invocations: u64,
}

/// The comparison.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Comparison {
    /// One row per policy and model, in the order they were named.
    pub rows: Vec<CompareRow>,
    /// The Pareto-optimal rows (`policy@model`).
    pub pareto: Vec<String>,
}

/// Compares the contenders on runs of these seeds.
pub fn compare(contenders: &[Contender<'_>], seeds: &[u64], effort: SearchEffort) -> Comparison {
    compare_observed(contenders, seeds, effort, &|| ())
}

/// The same; `step` is called `contenders x (1 + seeds)` times in all, from any thread, as work is done.
pub fn compare_observed(
    contenders: &[Contender<'_>],
    seeds: &[u64],
    effort: SearchEffort,
    step: &(dyn Fn() + Sync),
) -> Comparison {
    let mut rows: Vec<CompareRow> =
        contenders.par_iter().map(|contender| row(contender, seeds, effort, step)).collect();
    let optima = offline_optima(contenders, &rows, seeds);
    for (row, optimum) in rows.iter_mut().zip(optima) {
        if let (Some(best), Some(runs)) = (optimum, &row.runs) {
            row.regret_eni_hours = Some(runs.eni_hours - best);
            row.regret_share = (best > 0.0).then(|| (runs.eni_hours - best) / best);
        }
    }
    let unbeaten: Vec<bool> =
        rows.iter().map(|row| row.runs.is_some() && !rows.iter().any(|other| beats(other, row))).collect();
    let mut pareto = Vec::new();
    for (row, unbeaten) in rows.iter_mut().zip(unbeaten) {
        row.pareto = unbeaten;
        if unbeaten {
            pareto.push(format!("{}@{}", row.policy, row.model));
        }
    }
    Comparison { rows, pareto }
}

/// ENI-hours of the clairvoyant that each contender is measured by: the one on its model whose
/// ENIs carry as much, since no plan for ENIs of one environment each could match shared ones.
fn offline_optima(contenders: &[Contender<'_>], rows: &[CompareRow], seeds: &[u64]) -> Vec<Option<f64>> {
    let mut kinds: Vec<(&Contender<'_>, Policy)> = Vec::new();
    let mut kind_of = Vec::new();
    for contender in contenders {
        let policy = contender.case.study().scheduled(Provision::Clairvoyant);
        let same =
            |(known, like): &(&Contender<'_>, Policy)| known.model == contender.model && *like == policy;
        kind_of.push(kinds.iter().position(same).unwrap_or(kinds.len()));
        if kind_of.last() == Some(&kinds.len()) {
            kinds.push((contender, policy));
        }
    }
    let hours = |(contender, policy): &(&Contender<'_>, Policy)| {
        // Where it competes itself, its runs are known.
        let itself = |other: &Contender<'_>| other.model == contender.model && other.case.is_plain(policy);
        let runs = match contenders.iter().zip(rows).find(|(other, _)| itself(other)) {
            Some((_, row)) => row.runs.clone(),
            None => runs(&contender.case.under(policy), seeds, &|| ()).ok(),
        };
        runs.map(|runs| runs.eni_hours)
    };
    let hours: Vec<Option<f64>> = kinds.par_iter().map(hours).collect();
    kind_of.into_iter().map(|kind| hours.get(kind).copied().flatten()).collect()
}

fn row(
    contender: &Contender<'_>,
    seeds: &[u64],
    effort: SearchEffort,
    step: &(dyn Fn() + Sync),
) -> CompareRow {
    let found = || contender.case.worst_case(effort, &Unobserved);
    let worst = contender.worst.clone().unwrap_or_else(found);
    step();
    let runs = runs(&contender.case, seeds, step);
    let bracket = |of: fn(&WorstCase) -> Bracket| worst.as_ref().ok().map(of);
    let note = worst.as_ref().err().or(runs.as_ref().err()).map(ToString::to_string);
    CompareRow {
        policy: contender.case.policy().name.clone(),
        model: contender.model.clone(),
        worst_cold_start_ms: bracket(|worst| worst.cold_start.bracket()),
        worst_peak_enis: bracket(|worst| worst.peak_enis.peak),
        worst_failures: bracket(|worst| worst.failures),
        runs: runs.ok(),
        regret_eni_hours: None,
        regret_share: None,
        pareto: false,
        note,
    }
}

fn runs(case: &Case<'_>, seeds: &[u64], step: &(dyn Fn() + Sync)) -> Result<SeededRuns, CaseError> {
    let several = |seeds: &[u64]| {
        let natures = seeds.iter().map(|&seed| Random::new(seed)).collect();
        let outcomes = case.run_together(natures);
        for _ in seeds {
            step();
        }
        outcomes
    };
    let outcomes: Vec<Vec<Outcome>> =
        seeds.par_chunks(TOGETHER).map(several).collect::<Result<_, CaseError>>()?;
    let outcomes: Vec<Outcome> = outcomes.into_iter().flatten().collect();
    let mut starts = ColdStartCounts::default();
    for outcome in &outcomes {
        starts.merge(&outcome.cold_starts);
    }
    let n = outcomes.len().max(1) as f64;
    let mean = |of: fn(&Outcome) -> f64| outcomes.iter().map(of).sum::<f64>() / n;
    let most = |of: fn(&Outcome) -> u64| outcomes.iter().map(of).max().unwrap_or(0);
    let fullest = |outcome: &Outcome| outcome.subnets.iter().map(|level| level.peak).max().unwrap_or(0);
    Ok(SeededRuns {
        p50_ms: starts.quantile(500),
        p95_ms: starts.quantile(950),
        p99_ms: starts.quantile(990),
        cold_share: if starts.served == 0 { 0.0 } else { starts.cold as f64 / starts.served as f64 },
        peak_enis: most(|outcome| outcome.enis.peak),
        mean_enis: mean(|outcome| outcome.enis.mean()),
        eni_hours: mean(|outcome| outcome.enis.hours()),
        peak_addresses: most(fullest),
        failures: mean(|outcome| outcome.failures() as f64),
        invocations: outcomes.first().map_or(0, |outcome| outcome.invocations),
    })
}

/// The qualities that count, smaller is better: the proved worst cold start (the witness where no
/// bound is known counts as without end), p99, peak ENIs, ENI-hours, failures.
fn qualities(row: &CompareRow) -> Option<[f64; 5]> {
    let runs = row.runs.as_ref()?;
    let bound = row.worst_cold_start_ms.and_then(|bracket| bracket.bound);
    let worst = bound.map_or(f64::INFINITY, |ms| Millis(ms).hours());
    Some([worst, runs.p99_ms as f64, runs.peak_enis as f64, runs.eni_hours, runs.failures])
}

fn beats(one: &CompareRow, other: &CompareRow) -> bool {
    let (Some(one), Some(other)) = (qualities(one), qualities(other)) else { return false };
    let no_worse = one.iter().zip(&other).all(|(a, b)| a <= b);
    no_worse && one.iter().zip(&other).any(|(a, b)| a < b)
}
