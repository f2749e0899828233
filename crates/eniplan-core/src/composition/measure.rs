//! What a cut comes to: seeded runs, the worst case, and what its functions reach.

use rayon::prelude::*;
use serde::Serialize;

use super::build::{Built, Service};
use super::cut::Cut;
use super::tally::{Numbers, RouteTally};
use crate::quantity::{Memory, Millis};
use crate::simulation::{ColdStartCounts, Outcome, Random, simulate};
use crate::worst_case::{Bracket, SearchEffort, Unobserved, worst_case};

/// One function of a cut.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FunctionRow {
    /// Its name.
    pub function: String,
    /// Its routes.
    pub routes: Vec<String>,
    /// Its memory, bytes.
    pub memory_bytes: u64,
    /// Its security groups; none outside a VPC.
    pub security_groups: Vec<String>,
    /// Its longest cold path with a ready ENI, ms.
    pub cold_path_ms: u64,
    /// Pairs of one of its routes and a destination that the route can reach but does not need.
    pub excess_access: u64,
}

/// One route under a grouping, all runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RouteRow {
    /// Its name.
    pub route: String,
    /// The function it is in.
    pub function: String,
    /// Invocations served.
    pub served: u64,
    /// Those that started cold.
    pub cold: u64,
    /// The cold start at 99% of all served invocations, ms; a warm start counts as 0.
    pub p99_ms: u64,
    /// The longest, ms.
    pub max_ms: u64,
}

/// The most ENIs held of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClassPeak {
    /// Its subnet and security groups.
    pub class: String,
    /// The peak.
    pub peak: u64,
}

/// The results of one grouping. Means over the runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CutRow {
    /// The name of the grouping.
    pub grouping: String,
    /// Its functions.
    pub functions: Vec<FunctionRow>,
    /// Its routes.
    pub routes: Vec<RouteRow>,
    /// Cold starts.
    pub cold: f64,
    /// Cold starts per served invocation, 0 to 1.
    pub cold_share: f64,
    /// Total cold-start time, ms.
    pub cold_time_ms: f64,
    /// The cold start at 99% of all served, ms.
    pub p99_ms: u64,
    /// The worst-case cold start, ms.
    pub worst_cold_start_ms: Bracket,
    /// Failed invocations.
    pub failed: f64,
    /// Peak environments over all runs.
    pub peak_environments: u64,
    /// Environments, mean.
    pub mean_environments: f64,
    /// Memory of idle environments, GiB-hours.
    pub idle_gb_hours: f64,
    /// Peak ENIs over all runs.
    pub peak_enis: u64,
    /// Peak ENIs by class.
    pub enis_by_class: Vec<ClassPeak>,
    /// Pairs of a route and a destination that the route can reach but does not need.
    pub excess_access: u64,
}

/// One run: its outcome and its tally.
type Done<'a> = (Outcome, RouteTally<'a>);

/// Runs `cut` under each of `seeds`, and looks for its worst case.
pub fn measure(
    service: &Service<'_>,
    cut: &Cut,
    seeds: &[u64],
    effort: SearchEffort,
) -> Result<CutRow, String> {
    let built = service.build(cut)?;
    let world = built.world(service.policy);
    let numbers = Numbers::count_in(service.trace);
    let (routes, classes) = (service.scenario.functions.len(), built.topology.classes.len());
    let span = service.trace.span.0;
    let runs: Vec<Done<'_>> = seeds
        .par_iter()
        .map(|&seed| {
            let tally = RouteTally::new(&numbers, span, routes, built.functions.len(), classes);
            let (outcome, _, tally) = simulate(&world, &built.trace, Random::new(seed), tally);
            (outcome, tally.finish())
        })
        .collect();
    // Every path lies inside the one around them, so that what is proved there holds here.
    let worst = worst_case(&world, &built.around, &built.trace, None, effort, &Unobserved);
    let functions = functions(service, cut, &built);
    Ok(row(service, cut, &built, functions, &runs, worst.cold_start.bracket()))
}

fn row(
    service: &Service<'_>,
    cut: &Cut,
    built: &Built,
    functions: Vec<FunctionRow>,
    runs: &[Done<'_>],
    worst: Bracket,
) -> CutRow {
    let n = runs.len().max(1) as f64;
    let mean = |of: &dyn Fn(&Done<'_>) -> f64| runs.iter().map(of).sum::<f64>() / n;
    let most = |of: &dyn Fn(&Outcome) -> u64| runs.iter().map(|(outcome, _)| of(outcome)).max().unwrap_or(0);
    let mut all = ColdStartCounts::default();
    for (outcome, _) in runs {
        all.merge(&outcome.cold_starts);
    }
    let gib = |function: usize| {
        let memory = built.functions.get(function).map_or(Memory(0), |function| function.memory);
        memory.0 as f64 / Memory::mib(1_024).0 as f64
    };
    let idle = |(_, tally): &Done<'_>| {
        let hours = tally.idle.iter().enumerate().map(|(f, ms)| gib(f) * *ms as f64 / 3_600_000.0);
        hours.sum::<f64>()
    };
    let held = |class: usize| runs.iter().filter_map(|(_, tally)| tally.classes.get(class)).max();
    let classes = built.topology.classes.iter().enumerate().map(|(index, class)| {
        let subnet = built.topology.limits.subnets.get(class.subnet).map_or("?", |room| room.name.as_str());
        let name = format!("{subnet} ({})", class.security_groups.join(", "));
        ClassPeak { class: name, peak: held(index).map_or(0, |most| u64::from(*most)) }
    });
    CutRow {
        grouping: cut.name.clone(),
        routes: routes(service, cut, runs),
        cold: mean(&|(outcome, _)| outcome.cold_starts.cold as f64),
        cold_share: if all.served == 0 { 0.0 } else { all.cold as f64 / all.served as f64 },
        cold_time_ms: mean(&|(_, tally)| tally.waited.iter().map(|ms| *ms as f64).sum()),
        p99_ms: all.quantile(990),
        worst_cold_start_ms: worst,
        failed: mean(&|(outcome, _)| outcome.failures() as f64),
        peak_environments: most(&|outcome| outcome.environments.peak),
        mean_environments: mean(&|(outcome, _)| outcome.environments.mean()),
        idle_gb_hours: mean(&idle),
        peak_enis: most(&|outcome| outcome.enis.peak),
        enis_by_class: classes.collect(),
        excess_access: functions.iter().map(|function| function.excess_access).sum(),
        functions,
    }
}

fn routes(service: &Service<'_>, cut: &Cut, runs: &[Done<'_>]) -> Vec<RouteRow> {
    let function = |route: usize| {
        let found = cut.functions.iter().find(|(_, routes)| routes.contains(&route));
        found.map_or_else(String::new, |(name, _)| name.clone())
    };
    let one = |(index, route): (usize, &crate::scenario::Function)| {
        let mut starts = ColdStartCounts::default();
        runs.iter().filter_map(|(_, tally)| tally.routes.get(index)).for_each(|counts| starts.merge(counts));
        RouteRow {
            route: route.name.clone(),
            function: function(index),
            served: starts.served,
            cold: starts.cold,
            p99_ms: starts.quantile(990),
            max_ms: starts.max(),
        }
    };
    service.scenario.functions.iter().enumerate().map(one).collect()
}

fn functions(service: &Service<'_>, cut: &Cut, built: &Built) -> Vec<FunctionRow> {
    let name = |route: &usize| service.scenario.functions.get(*route).map(|function| function.name.clone());
    let functions = built.functions.iter().zip(&built.paths).zip(&cut.functions);
    functions
        .map(|((function, path), (_, routes))| FunctionRow {
            function: function.name.clone(),
            routes: routes.iter().filter_map(name).collect(),
            memory_bytes: function.memory.0,
            security_groups: function.security_groups.clone(),
            cold_path_ms: path.longest(Millis::ZERO, Millis::ZERO).0,
            excess_access: excess_access(
                service,
                &built.topology.reachable_destinations(&function.name),
                routes,
            ),
        })
        .collect()
}

/// Pairs of one of `routes` and a destination among `reached` that it does not need.
pub(super) fn excess_access(service: &Service<'_>, reached: &[&str], routes: &[usize]) -> u64 {
    let needs = |route: &usize| service.scenario.functions.get(*route).map(|function| &function.reaches);
    let unneeded = |needs: &Vec<String>| {
        reached.iter().filter(|destination| !needs.iter().any(|need| need == *destination)).count()
    };
    routes.iter().filter_map(needs).map(|needs| unneeded(needs) as u64).sum()
}
