//! What a trace contains, and what it needs.

use crate::demand::{Curve, Demand, FunctionDemand, PoolDemand};
use crate::quantity::Millis;
use crate::report::chart::largest_in_pieces;
use crate::report::format::{counted, thousands};
use crate::report::views::{
    ConcurrencyView, DemandView, FunctionNeedView, OverTimeView, PeakView, PoolNeedView, fields,
};
use crate::report::{Answer, Chart, ReportTable, Subject, TableCell};

/// The names of a pool of ENI classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolNames {
    /// The subnets of its classes.
    pub subnets: Vec<String>,
    /// The security groups of its classes.
    pub security_groups: Vec<String>,
}

/// The functions that people are shown.
const SHOWN: usize = 20;
/// The most points of a curve over time in JSON: a day of minutes.
const POINTS: u64 = 1_440;

/// What the trace needs; `pools` names those of `demand`, in its order.
pub fn demand(subject: &Subject, demand: &Demand, pools: &[PoolNames]) -> Answer {
    let mut functions: Vec<&FunctionDemand> = demand.functions.iter().collect();
    functions.sort_by_key(|function| {
        (std::cmp::Reverse((function.busy_ms, function.invocations)), &function.name)
    });
    let named: Vec<(&PoolDemand, &PoolNames)> = demand.pools.iter().zip(pools).collect();
    let mut assumptions = subject.assumptions.clone();
    assumptions.push(
        "closed form: cold starts take no time, the newest idle environment is reused, and limits are ignored"
            .into(),
    );
    Answer {
        headline: headline(subject, demand),
        tables: vec![by_function(subject, demand, &functions), by_pool(subject, &named)],
        flat: None,
        assumptions,
        json: fields(&view(subject, demand, &functions, &named)),
        clock: subject.clock,
    }
}

fn headline(subject: &Subject, demand: &Demand) -> Vec<String> {
    let clock = subject.clock;
    let source = subject.file();
    if subject.invocations == 0 {
        return vec![format!("{source} has no invocations, so no environments and no ENIs are needed.")];
    }
    let (environments, environments_at) = demand.environments.peak();
    let (enis, enis_at) = demand.enis.peak();
    let held = match enis {
        0 => "no ENIs (no function is in a VPC)".to_owned(),
        n => format!("{} ({})", counted(n.into(), "ENI", "ENIs"), clock.phrase(enis_at)),
    };
    let need = format!(
        "{source} needs at most {} ({}) and {held} under {}.",
        counted(environments.into(), "environment", "environments"),
        clock.phrase(environments_at),
        subject.setting(),
    );
    let shape = match subject.slot {
        Some(slot) => format!("{} per {slot}", subject.shape),
        None => "one row per invocation".to_owned(),
    };
    let from = match clock.origin {
        Some(_) => format!(", {}", clock.phrase(0).replacen("at", "from", 1)),
        None => String::new(),
    };
    let holds = format!(
        "It has {} of {} over {} ({shape}{from}); at most {} concurrently, {}.",
        counted(subject.invocations, "invocation", "invocations"),
        counted(subject.functions, "function", "functions"),
        subject.span,
        if demand.peak_concurrency == 1 {
            "1 runs".to_owned()
        } else {
            format!("{} run", thousands(demand.peak_concurrency.into()))
        },
        clock.phrase(demand.peak_concurrency_at),
    );
    vec![need, holds]
}

/// The mean over the span.
pub(super) fn mean(total_ms: u128, span: Millis) -> f64 {
    if span == Millis::ZERO { 0.0 } else { total_ms as f64 / span.0 as f64 }
}

/// The title and the first columns of a table of functions: what each runs at once.
pub(super) const LOAD_TITLE: &str = "By function, busiest first (mean and peak: concurrent invocations)";
pub(super) const LOAD_COLUMNS: [(&str, &str); 5] = [
    ("function", "function"),
    ("invocations", "invocations"),
    ("mean_concurrency", "mean"),
    ("peak_concurrency", "peak"),
    ("peak_concurrency_at_ms", "first at"),
];

/// The cells of [`LOAD_COLUMNS`].
pub(super) fn load_cells(function: &FunctionDemand, span: Millis) -> Vec<TableCell> {
    vec![
        TableCell::text(function.name.as_str()),
        TableCell::Count(function.invocations),
        TableCell::Decimal(mean(function.busy_ms, span), 2),
        TableCell::Count(function.peak_concurrency.into()),
        TableCell::instant(Some(function.peak_concurrency_at)),
    ]
}

fn by_function(subject: &Subject, demand: &Demand, functions: &[&FunctionDemand]) -> ReportTable {
    let mut columns = LOAD_COLUMNS.to_vec();
    columns.extend([("environments", "environments"), ("environments_at_ms", "first at")]);
    let mut table = ReportTable::new(LOAD_TITLE, &columns);
    let row = |function: &&FunctionDemand| {
        let (environments, at) = function.environments.peak();
        let mut row = load_cells(function, subject.span);
        row.extend([TableCell::Count(environments.into()), TableCell::instant(Some(at))]);
        row
    };
    table.rows = functions.iter().map(row).collect();
    table.shown = Some((SHOWN, "functions"));
    let over_time = |what: &str, curve: &Curve| {
        Chart::new(format!("{what} over time (maximum per column)"), curve.steps(), subject.span.0)
    };
    table.charts.extend(over_time("Environments", &demand.environments));
    // Where each ENI carries one environment and goes with it, one curve says it all.
    if demand.enis != demand.environments {
        table.charts.extend(over_time("ENIs", &demand.enis));
    }
    let (environments, at) = demand.environments.peak();
    let busy = demand.functions.iter().map(|function| function.busy_ms).sum();
    table.total = (functions.len() > 1).then(|| {
        vec![
            TableCell::text("(total)"),
            TableCell::Count(subject.invocations),
            TableCell::Decimal(mean(busy, subject.span), 2),
            TableCell::Count(demand.peak_concurrency.into()),
            TableCell::instant(Some(demand.peak_concurrency_at)),
            TableCell::Count(environments.into()),
            TableCell::instant(Some(at)),
        ]
    });
    table
}

fn by_pool(subject: &Subject, pools: &[(&PoolDemand, &PoolNames)]) -> ReportTable {
    let mut table = ReportTable::new(
        "ENIs by shared subnets and security groups",
        &[
            ("subnets", "subnets"),
            ("security_groups", "security groups"),
            ("functions", "functions"),
            ("enis_in_use", "peak in use"),
            ("enis", "peak held"),
            ("enis_at_ms", "first at"),
            ("mean_enis", "mean held"),
        ],
    )
    .prose(&["subnets", "security_groups"]);
    for (demand, pool) in pools {
        let (enis, at) = demand.enis.peak();
        table.push(vec![
            TableCell::text(pool.subnets.join(", ")),
            TableCell::text(pool.security_groups.join(", ")),
            TableCell::Count(demand.functions.len() as u64),
            TableCell::Count(demand.in_use.peak().0.into()),
            TableCell::Count(enis.into()),
            TableCell::instant(Some(at)),
            TableCell::Decimal(mean(demand.enis.integral(0, subject.span.0), subject.span), 1),
        ]);
    }
    table
}

fn peak(curve: &Curve, span: Millis) -> PeakView {
    let (peak, peak_at_ms) = curve.peak();
    let integral = curve.integral(0, span.0);
    PeakView { peak, peak_at_ms, mean: mean(integral, span), hours: integral as f64 / 3_600_000.0 }
}

/// The largest value in each of at most [`POINTS`] equal steps of the span.
fn over_time(subject: &Subject, demand: &Demand) -> OverTimeView {
    let slot = subject.slot.unwrap_or(Millis::minutes(1)).0.max(1);
    let slots = subject.span.0.div_ceil(slot).max(1);
    let step_ms = slot.saturating_mul(slots.div_ceil(POINTS));
    let largest = |curve: &Curve| largest_per_step(curve, step_ms, subject.span.0);
    OverTimeView { step_ms, environments: largest(&demand.environments), enis: largest(&demand.enis) }
}

fn largest_per_step(curve: &Curve, step: u64, span: u64) -> Vec<u32> {
    largest_in_pieces(curve.steps(), span.div_ceil(step), |piece| piece * step)
}

fn view<'a>(
    subject: &'a Subject,
    demand: &'a Demand,
    functions: &[&'a FunctionDemand],
    pools: &[(&'a PoolDemand, &'a PoolNames)],
) -> DemandView<'a> {
    let span = subject.span;
    let function = |function: &&'a FunctionDemand| FunctionNeedView {
        function: &function.name,
        invocations: function.invocations,
        mean_concurrency: mean(function.busy_ms, span),
        peak_concurrency: function.peak_concurrency,
        peak_concurrency_at_ms: function.peak_concurrency_at,
        environments: peak(&function.environments, span),
    };
    let pool = |(demand, pool): &(&PoolDemand, &'a PoolNames)| PoolNeedView {
        subnets: &pool.subnets,
        security_groups: &pool.security_groups,
        functions: demand.functions.len(),
        enis_in_use: peak(&demand.in_use, span),
        enis: peak(&demand.enis, span),
    };
    DemandView {
        about: subject.about(),
        concurrency: ConcurrencyView {
            mean: mean(demand.functions.iter().map(|function| function.busy_ms).sum(), span),
            peak: demand.peak_concurrency,
            peak_at_ms: demand.peak_concurrency_at,
        },
        environments: peak(&demand.environments, span),
        enis: peak(&demand.enis, span),
        functions: functions.iter().map(function).collect(),
        pools: pools.iter().map(pool).collect(),
        over_time: over_time(subject, demand),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_carry_the_value_and_keep_spikes() {
        let curve = Curve::new([(5, 3), (12, 9), (13, 1), (20, 4), (45, 7)]);
        assert_eq!(largest_per_step(&curve, 10, 40), [3, 9, 4, 4]);
        assert_eq!(largest_per_step(&curve, 10, 41), [3, 9, 4, 4, 7]);
        assert_eq!(largest_per_step(&Curve::empty(), 10, 15), [0, 0]);
    }
}
