//! Policies and models side by side.

use crate::comparison::{CompareRow, Comparison, SeededRuns};
use crate::quantity::Millis;
use crate::report::format::{brief, joined, name, thousands};
use crate::report::views::{CompareView, fields};
use crate::report::{Answer, ReportTable, Subject, TableCell};
use crate::worst_case::Bracket;

/// The comparison of what the subject's traffic comes to; `runs` is how many runs stand behind each row.
pub fn compare(subject: &Subject, comparison: &Comparison, runs: u64) -> Answer {
    let rows = &comparison.rows;
    let several = rows.iter().any(|row| rows.first().is_some_and(|first| first.model != row.model));
    let mut assumptions = subject.assumptions.clone();
    assumptions.push(format!(
        "percentiles, shares and means over {}; a worst case is over every boot, deletion, phase and miss",
        if runs == 1 { "one run".to_owned() } else { format!("{} runs", thousands(runs)) },
    ));
    if rows.iter().any(|row| row.regret_share.is_some_and(|share| share < 0.0)) {
        assumptions.push(
            "a regret below zero: fewer ENI-hours than the optimum that lets no environment wait for an ENI"
                .to_owned(),
        );
    }
    Answer {
        headline: headline(subject, rows, several),
        tables: tables(rows, several),
        flat: Some(flat(rows)),
        assumptions,
        // Model and policy are columns of the rows here.
        json: fields(&CompareView { of: subject.traffic_view(), comparison, runs }),
        clock: subject.clock,
    }
}

fn label(row: &CompareRow, several: bool) -> String {
    if several { format!("{} on {}", name(&row.policy), name(&row.model)) } else { name(&row.policy) }
}

fn headline(subject: &Subject, rows: &[CompareRow], several: bool) -> Vec<String> {
    let bound = |row: &&CompareRow| row.worst_cold_start_ms.and_then(|bracket| bracket.bound);
    let proved: Vec<&CompareRow> = rows.iter().filter(|row| bound(row).is_some()).collect();
    let ends = (proved.iter().min_by_key(|row| bound(row)), proved.iter().max_by_key(|row| bound(row)));
    let source = subject.file();
    let first = match ends {
        (Some(best), Some(worst)) if bound(best) != bound(worst) => format!(
            "For {source} the worst cold start is proved shortest under {} ({}) and longest under {} ({}).",
            label(best, several),
            Millis(bound(best).unwrap_or(0)),
            label(worst, several),
            Millis(bound(worst).unwrap_or(0)),
        ),
        (Some(best), _) => format!(
            "For {source} the worst cold start is {} under every option (proved).",
            Millis(bound(best).unwrap_or(0))
        ),
        _ => format!("For {source} no bound on the worst cold start is proved under any option."),
    };
    let unbeaten: Vec<String> = rows.iter().filter(|row| row.pareto).map(|row| label(row, several)).collect();
    let figures = rows.iter().filter_map(|row| row.runs.as_ref());
    let none = figures.filter(|runs| runs.failures <= 0.0).count();
    let without = rows.iter().filter(|row| row.runs.is_none()).count();
    let without =
        if without == 0 { String::new() } else { format!(", and {without} have no plan to follow") };
    let mut lines = vec![first];
    if !unbeaten.is_empty() {
        lines.push(format!("Not beaten by any other option: {}.", joined(&unbeaten)));
    }
    lines.push(format!("Of {} options, {none} fail no invocation in the runs{without}.", rows.len()));
    lines
}

/// Two tables for each model, and what has no figures.
fn tables(rows: &[CompareRow], several: bool) -> Vec<ReportTable> {
    let mut tables = Vec::new();
    for (index, first) in rows.iter().enumerate() {
        if rows.iter().take(index).any(|row| row.model == first.model) {
            continue;
        }
        let of_model: Vec<&CompareRow> = rows.iter().filter(|row| row.model == first.model).collect();
        let on = if several { format!(" on {}", name(&first.model)) } else { String::new() };
        tables.extend([waits(&of_model, &on), holdings(&of_model, &on), notes(&of_model, &on)]);
    }
    tables
}

/// A row that begins with its policy.
fn named(row: &CompareRow, cells: Vec<TableCell>) -> Vec<TableCell> {
    std::iter::once(TableCell::text(row.policy.as_str())).chain(cells).collect()
}

fn bound(bracket: Option<Bracket>, value: fn(u64) -> TableCell) -> TableCell {
    bracket.and_then(|bracket| bracket.bound).map_or(TableCell::Missing, value)
}

fn shown(bracket: Option<Bracket>, value: fn(u64) -> TableCell) -> TableCell {
    bracket.map_or(TableCell::Missing, |bracket| value(bracket.witness))
}

fn run_cell(row: &CompareRow, value: impl Fn(&SeededRuns) -> TableCell) -> TableCell {
    row.runs.as_ref().map_or(TableCell::Missing, value)
}

fn waits(rows: &[&CompareRow], on: &str) -> ReportTable {
    let columns = [
        ("policy", "policy"),
        ("bound", "worst case"),
        ("witness", "shown"),
        ("p50", "p50"),
        ("p95", "p95"),
        ("p99", "p99"),
        ("cold", "cold"),
        ("failures", "failed"),
        ("worst", "worst case"),
    ];
    let mut table = ReportTable::new(
        format!("Cold starts and failures{on} (worst case: proved; shown: by a replay)"),
        &columns,
    );
    for row in rows {
        let cells = vec![
            bound(row.worst_cold_start_ms, TableCell::Span),
            shown(row.worst_cold_start_ms, TableCell::Span),
            run_cell(row, |runs| TableCell::Span(brief(runs.p50_ms))),
            run_cell(row, |runs| TableCell::Span(brief(runs.p95_ms))),
            run_cell(row, |runs| TableCell::Span(brief(runs.p99_ms))),
            run_cell(row, |runs| TableCell::Share(runs.cold_share)),
            run_cell(row, |runs| TableCell::Decimal(runs.failures, 1)),
            bound(row.worst_failures, TableCell::Count),
        ];
        table.push(named(row, cells));
    }
    table
}

fn holdings(rows: &[&CompareRow], on: &str) -> ReportTable {
    let columns = [
        ("policy", "policy"),
        ("bound", "worst case"),
        ("witness", "shown"),
        ("peak", "peak"),
        ("mean", "mean"),
        ("hours", "ENI-hours"),
        ("addresses", "addresses"),
        ("regret", "regret"),
        ("pareto", "unbeaten"),
    ];
    let title = format!(
        "ENIs{on} (regret: ENI-hours beyond those of a clairvoyant with the same kind of ENIs, as a share)"
    );
    let mut table = ReportTable::new(title, &columns);
    for row in rows {
        let cells = vec![
            bound(row.worst_peak_enis, TableCell::Count),
            shown(row.worst_peak_enis, TableCell::Count),
            run_cell(row, |runs| TableCell::Count(runs.peak_enis)),
            run_cell(row, |runs| TableCell::Decimal(runs.mean_enis, 1)),
            run_cell(row, |runs| TableCell::Decimal(runs.eni_hours, 1)),
            run_cell(row, |runs| TableCell::Count(runs.peak_addresses)),
            row.regret_share.map_or(TableCell::Missing, TableCell::Share),
            TableCell::Flag(row.pareto),
        ];
        table.push(named(row, cells));
    }
    table
}

fn notes(rows: &[&CompareRow], on: &str) -> ReportTable {
    let columns = [("policy", "policy"), ("note", "because")];
    let mut table = ReportTable::new(format!("Without figures{on}"), &columns).prose(&["note"]);
    for (row, note) in rows.iter().filter_map(|row| Some((row, row.note.as_ref()?))) {
        table.push(named(row, vec![TableCell::text(note.as_str())]));
    }
    table
}

/// One row per option with every number, for programs.
fn flat(rows: &[CompareRow]) -> ReportTable {
    let keys = [
        "policy",
        "model",
        "worst_cold_start_witness_ms",
        "worst_cold_start_bound_ms",
        "p50_ms",
        "p95_ms",
        "p99_ms",
        "cold_share",
        "failures",
        "worst_failures_witness",
        "worst_failures_bound",
        "worst_peak_enis_witness",
        "worst_peak_enis_bound",
        "peak_enis",
        "mean_enis",
        "eni_hours",
        "peak_addresses",
        "regret_eni_hours",
        "regret_share",
        "pareto",
        "note",
    ];
    let mut table = ReportTable::new("", &keys.map(|key| (key, key)));
    for row in rows {
        let hours =
            |hours: Option<f64>| hours.map_or(TableCell::Missing, |hours| TableCell::Decimal(hours, 3));
        table.push(vec![
            TableCell::text(row.policy.as_str()),
            TableCell::text(row.model.as_str()),
            shown(row.worst_cold_start_ms, TableCell::Span),
            bound(row.worst_cold_start_ms, TableCell::Span),
            run_cell(row, |runs| TableCell::Span(runs.p50_ms)),
            run_cell(row, |runs| TableCell::Span(runs.p95_ms)),
            run_cell(row, |runs| TableCell::Span(runs.p99_ms)),
            run_cell(row, |runs| TableCell::Share(runs.cold_share)),
            run_cell(row, |runs| TableCell::Decimal(runs.failures, 3)),
            shown(row.worst_failures, TableCell::Count),
            bound(row.worst_failures, TableCell::Count),
            shown(row.worst_peak_enis, TableCell::Count),
            bound(row.worst_peak_enis, TableCell::Count),
            run_cell(row, |runs| TableCell::Count(runs.peak_enis)),
            run_cell(row, |runs| TableCell::Decimal(runs.mean_enis, 3)),
            run_cell(row, |runs| TableCell::Decimal(runs.eni_hours, 3)),
            run_cell(row, |runs| TableCell::Count(runs.peak_addresses)),
            hours(row.regret_eni_hours),
            row.regret_share.map_or(TableCell::Missing, TableCell::Share),
            TableCell::Flag(row.pareto),
            row.note.as_deref().map_or(TableCell::Missing, TableCell::text),
        ]);
    }
    table
}
