//! The worst case, between what a replay has shown and what is proved.

use super::curve;
use super::path::{ColdStartLimits, binding, binding_view, path};
use crate::quantity::Millis;
use crate::report::format::{counted, joined, name, thousands};
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
    /// Whether the curve itself is asked for, and not only when the longest can happen.
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
        let title = format!(
            "The longest cold start that a replay has shown, of {} {}",
            name(function),
            subject.clock.phrase(at)
        );
        tables.extend(path(&title, &worst.cold_start.path));
    }
    let mut headline = vec![headline(subject, worst)];
    headline.extend(curve::when(points, *slot, subject.clock));
    let cold = &worst.cold_start;
    headline.extend(binding("the longest cold start shown", cold.witness_ms, &cold.path, &shown.limits));
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
            binding: binding_view(cold.witness_ms, &cold.path, &shown.limits),
        },
        peak_enis: &worst.peak_enis,
        failures: worst.failures,
        witness: &worst.witness,
        witness_peak_enis: &worst.witness_peak_enis,
        witness_failures: &worst.witness_failures,
        replays: worst.replays,
        states: worst.states,
        stopped_after_ms: shown.stopped.map(|limit| limit.0),
        curve: shown.with_curve.then_some(points),
        curve_slot_ms: shown.with_curve.then_some(*slot),
    }
}

/// What the subject rests on, then the set of assignments: what varies in it, and what is not in it.
fn assumptions(subject: &Subject, worst: &WorstCase, shown: &WorstCaseContext) -> Vec<String> {
    let mut all = subject.assumptions.clone();
    all.push(format!("what varies, each on its own: {}", joined(&shown.varies)));
    all.push(
        "not looked at, so not promised: other traffic than this file, other durations of its invocations, \
         anything outside those intervals, more misses than that, and other systems that use up the same \
         limits"
            .to_owned(),
    );
    let stopped = match shown.stopped {
        Some(limit) => {
            format!("; the search was stopped after {limit}, and more time or another machine may show more")
        }
        None => String::new(),
    };
    all.push(format!(
        "what is proved holds for every such assignment; {} were replayed to come near it{stopped}",
        counted(worst.replays, "assignment", "assignments"),
    ));
    all
}

fn cold_start(worst: &WorstCase) -> Bracket {
    let cold = &worst.cold_start;
    Bracket { witness: cold.witness_ms, bound: cold.bound_ms, exact: cold.exact }
}

fn headline(subject: &Subject, worst: &WorstCase) -> String {
    let (cold, enis, failures) = (cold_start(worst), worst.peak_enis.peak, worst.failures);
    let span = |ms: u64| Millis(ms).to_string();
    let cold = match (cold.bound, cold.witness) {
        (Some(0), _) => "no invocation waits for a cold start (proved)".to_owned(),
        (Some(bound), _) if cold.exact => {
            format!("a cold start can take {}, and no longer (proved, and shown by a replay)", span(bound))
        }
        (Some(bound), witness) => {
            format!("a cold start can take up to {} (proved; a replay shows {})", span(bound), span(witness))
        }
        (None, witness) => {
            format!(
                "a cold start can take {} (shown by a replay), and how much longer is not proved",
                span(witness)
            )
        }
    };
    let enis = match enis.bound {
        Some(0) => "no ENI is held".to_owned(),
        Some(bound) => {
            let held =
                if bound == 1 { "1 ENI is".to_owned() } else { format!("{} ENIs are", thousands(bound)) };
            let shown = if enis.exact {
                "a replay shows it".to_owned()
            } else {
                format!("a replay shows {}", thousands(enis.witness))
            };
            format!("at most {held} held ({shown})")
        }
        None => format!(
            "{} held in a replay, and how many more is not proved",
            counted(enis.witness, "ENI is", "ENIs are")
        ),
    };
    let fail = |n: u64| if n == 1 { "invocation fails" } else { "invocations fail" };
    let failures = match (failures.bound, failures.witness) {
        (Some(0), _) => "no invocation fails".to_owned(),
        (Some(bound), _) if failures.exact => {
            format!("{} {} in the worst case", thousands(bound), fail(bound))
        }
        (Some(bound), 0) => {
            format!("no replay fails an invocation, but only {} is proved as the most", thousands(bound))
        }
        (Some(bound), witness) => {
            format!("up to {} {} (a replay shows {})", thousands(bound), fail(bound), thousands(witness))
        }
        (None, witness) => {
            format!("{} {} in a replay, and how many more is not proved", thousands(witness), fail(witness))
        }
    };
    format!("Under {}, {cold}; {enis}; {failures}.", subject.setting())
}

fn objectives(worst: &WorstCase) -> ReportTable {
    let mut table = ReportTable::new(
        "",
        &[
            ("objective", "worst case of"),
            ("witness", "a replay shows"),
            ("bound", "proved at most"),
            ("exact", "exact"),
            ("at_ms", "at"),
        ],
    );
    let cold = cold_start(worst);
    let rows = [
        ("longest cold start", cold, TableCell::Span as fn(u64) -> TableCell, worst.cold_start.at_ms),
        ("ENIs held", worst.peak_enis.peak, TableCell::Count, Some(worst.peak_enis.at_ms)),
        ("failed invocations", worst.failures, TableCell::Count, None),
    ];
    for (objective, bracket, value, at) in rows {
        table.push(vec![
            TableCell::text(objective),
            value(bracket.witness),
            bracket.bound.map_or_else(|| TableCell::text("none found"), value),
            TableCell::Flag(bracket.exact),
            TableCell::instant(at.filter(|_| bracket.witness > 0)),
        ]);
    }
    table
}

fn by_subnet(worst: &WorstCase) -> ReportTable {
    let mut table = ReportTable::new(
        "Most ENIs held at once, by subnet",
        &[
            ("subnet", "subnet"),
            ("witness", "a replay shows"),
            ("bound", "proved at most"),
            ("exact", "exact"),
        ],
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
