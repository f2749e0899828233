//! The worst case, between a witness that a replay reaches and a proved bound.

use super::curve;
use super::path::{ColdStartLimits, binding, bottleneck_view, path};
use crate::quantity::Millis;
use crate::report::format::{counted, joined, name, sentence, thousands};
use crate::report::views::{ColdStartView, WorstCaseView, fields};
use crate::report::{Answer, ReportTable, Subject, TableCell};
use crate::worst_case::{Bracket, CurvePoint, WorstCase};

/// What an answer about the worst case shows beside it.
#[derive(Clone, Debug, Default)]
pub struct WorstCaseContext {
    /// The limits that explain a cold start.
    pub limits: ColdStartLimits,
    /// The longest cold start by slot, and the length of a slot.
    pub curve: (Vec<CurvePoint>, Millis),
    /// Whether the curve itself is shown, and not only when the worst case can occur.
    pub with_curve: bool,
    /// What varies, in words.
    pub varies: Vec<String>,
    /// The time after which the search was stopped, if it was.
    pub stopped: Option<Millis>,
}

/// The worst case of the subject.
pub fn worst_case(subject: &Subject, worst: &WorstCase, shown: &WorstCaseContext) -> Answer {
    let mut tables = vec![objectives(worst), by_subnet(worst)];
    let (points, slot) = &shown.curve;
    if shown.with_curve {
        tables.push(curve::table(points));
    }
    if let (Some(function), Some(at)) = (&worst.cold_start.function, worst.cold_start.at_ms) {
        let title =
            format!("Longest cold start shown by replay: {} {}", name(function), subject.clock.phrase(at));
        tables.extend(path(&title, &worst.cold_start.path));
    }
    let mut headline = headline(subject, worst);
    headline.extend(curve::when(points, *slot, subject.clock));
    let cold = &worst.cold_start;
    headline.extend(binding(
        "the longest cold start shown by replay",
        cold.witness_ms,
        &cold.path,
        &shown.limits,
    ));
    Answer {
        headline,
        tables,
        flat: Some(flat(worst, shown)),
        assumptions: assumptions(subject, worst, shown),
        json: fields(&view(subject, worst, shown)),
        clock: subject.clock,
    }
}

fn view<'a>(subject: &'a Subject, worst: &'a WorstCase, shown: &'a WorstCaseContext) -> WorstCaseView<'a> {
    let cold = &worst.cold_start;
    let (points, slot) = &shown.curve;
    WorstCaseView {
        about: subject.about(),
        cold_start: ColdStartView {
            cold_start: cold,
            bottleneck: bottleneck_view(cold.witness_ms, &cold.path, &shown.limits),
        },
        peak_enis: &worst.peak_enis,
        failures: worst.failures,
        witness: &worst.witness,
        witness_peak_enis: &worst.witness_peak_enis,
        witness_failures: &worst.witness_failures,
        replays: worst.replays,
        states_explored: worst.states,
        stopped_after_ms: shown.stopped.map(|limit| limit.0),
        curve: shown.with_curve.then_some(points),
        curve_slot_ms: shown.with_curve.then_some(*slot),
    }
}

/// What the subject rests on, then the uncertainty set: what varies in it, and what is not in it.
fn assumptions(subject: &Subject, worst: &WorstCase, shown: &WorstCaseContext) -> Vec<String> {
    let mut all = subject.assumptions.clone();
    all.push(format!("varies, each independently: {}", joined(&shown.varies)));
    all.push(
        "not covered: traffic that differs from this trace, other durations of its invocations, values \
         outside these intervals, more misses, and other systems that use the same limits"
            .to_owned(),
    );
    let stopped = match shown.stopped {
        Some(limit) => {
            format!("; the search stopped after {limit}: more time or another machine may find a worse one")
        }
        None => String::new(),
    };
    all.push(format!(
        "the bound holds for every such realization; the witness is the worst of {}{stopped}",
        counted(worst.replays, "replay", "replays"),
    ));
    all
}

fn cold_start(worst: &WorstCase) -> Bracket {
    let cold = &worst.cold_start;
    Bracket { witness: cold.witness_ms, bound: cold.bound_ms, exact: cold.exact }
}

fn headline(subject: &Subject, worst: &WorstCase) -> Vec<String> {
    let setting = subject.setting();
    vec![
        cold_start_sentence(cold_start(worst), &setting),
        enis_sentence(worst.peak_enis.peak),
        failures_sentence(worst.failures),
    ]
}

fn cold_start_sentence(cold: Bracket, setting: &str) -> String {
    let span = |ms: u64| Millis(ms).to_string();
    match (cold.bound, cold.witness) {
        (Some(0), _) => format!("No invocation waits for a cold start under {setting} (proved)."),
        (Some(bound), _) if cold.exact => format!(
            "The worst-case cold start under {setting} is exactly {} (proved and shown by replay).",
            span(bound)
        ),
        (Some(bound), witness) => format!(
            "The worst-case cold start under {setting} is at most {} (proved; {} shown by replay).",
            span(bound),
            span(witness)
        ),
        (None, witness) => format!(
            "The worst-case cold start under {setting} is at least {} (shown by replay); no upper bound is \
             proved.",
            span(witness)
        ),
    }
}

fn enis_sentence(enis: Bracket) -> String {
    match enis.bound {
        Some(0) => "No ENIs are held.".to_owned(),
        Some(bound) => {
            let shown = if enis.exact { String::new() } else { format!("{} ", thousands(enis.witness)) };
            format!("At most {} held ({shown}shown by replay).", counted(bound, "ENI is", "ENIs are"))
        }
        None => format!(
            "{} held in a replay; no upper bound is proved.",
            sentence(&counted(enis.witness, "ENI is", "ENIs are"))
        ),
    }
}

fn failures_sentence(failures: Bracket) -> String {
    let fail = |n: u64| counted(n, "invocation fails", "invocations fail");
    match (failures.bound, failures.witness) {
        (Some(0), _) => "No invocations fail.".to_owned(),
        (Some(bound), _) if failures.exact => format!("At most {} (shown by replay).", fail(bound)),
        (Some(bound), 0) => format!("At most {} (none in a replay).", fail(bound)),
        (Some(bound), witness) => {
            format!("At most {} ({} shown by replay).", fail(bound), thousands(witness))
        }
        (None, witness) => {
            format!("{} in a replay; no upper bound is proved.", sentence(&fail(witness)))
        }
    }
}

fn objectives(worst: &WorstCase) -> ReportTable {
    let mut table = ReportTable::new(
        "",
        &[
            ("objective", "worst case of"),
            ("witness", "witness"),
            ("bound", "bound"),
            ("exact", "exact"),
            ("at_ms", "at"),
        ],
    );
    let cold = cold_start(worst);
    let rows = [
        ("longest cold start", cold, TableCell::Span as fn(u64) -> TableCell, worst.cold_start.at_ms),
        ("peak ENIs", worst.peak_enis.peak, TableCell::Count, Some(worst.peak_enis.at_ms)),
        ("failed invocations", worst.failures, TableCell::Count, None),
    ];
    for (objective, bracket, value, at) in rows {
        table.push(vec![
            TableCell::text(objective),
            value(bracket.witness),
            bracket.bound.map_or_else(|| TableCell::text("not proved"), value),
            TableCell::Flag(bracket.exact),
            TableCell::instant(at.filter(|_| bracket.witness > 0)),
        ]);
    }
    table
}

fn by_subnet(worst: &WorstCase) -> ReportTable {
    let mut table = ReportTable::new(
        "Peak ENIs by subnet",
        &[("subnet", "subnet"), ("witness", "witness"), ("bound", "bound"), ("exact", "exact")],
    );
    for subnet in worst.peak_enis.by_subnet.iter().filter(|subnet| subnet.peak.bound != Some(0)) {
        table.push(vec![
            TableCell::text(subnet.subnet.as_str()),
            TableCell::Count(subnet.peak.witness),
            TableCell::count(subnet.peak.bound),
            TableCell::Flag(subnet.peak.exact),
        ]);
    }
    table
}

/// One row per objective, each in one unit.
fn flat(worst: &WorstCase, shown: &WorstCaseContext) -> ReportTable {
    let columns = ["objective", "subnet", "witness", "bound", "exact", "at_ms"];
    let mut table = ReportTable::new("", &columns.map(|key| (key, key)));
    let mut push = |objective: &str, subnet: TableCell, bracket: Bracket, at: Option<u64>| {
        table.push(vec![
            TableCell::text(objective),
            subnet,
            TableCell::Count(bracket.witness),
            TableCell::count(bracket.bound),
            TableCell::Flag(bracket.exact),
            TableCell::count(at),
        ]);
    };
    push("cold_start_ms", TableCell::Missing, cold_start(worst), worst.cold_start.at_ms);
    push("peak_enis", TableCell::Missing, worst.peak_enis.peak, Some(worst.peak_enis.at_ms));
    push("failures", TableCell::Missing, worst.failures, None);
    for subnet in &worst.peak_enis.by_subnet {
        push("peak_enis", TableCell::text(subnet.subnet.as_str()), subnet.peak, None);
    }
    for point in shown.curve.0.iter().filter(|_| shown.with_curve) {
        let exact = point.bound_ms == Some(point.witness_ms);
        let bracket = Bracket { witness: point.witness_ms, bound: point.bound_ms, exact };
        push("cold_start_in_slot_ms", TableCell::Missing, bracket, Some(point.at_ms));
    }
    table
}
