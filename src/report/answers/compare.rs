//! Policies and models side by side.

use crate::comparison::{CompareRow, Comparison, SeededRuns};
use crate::quantity::Millis;
use crate::report::format::{brief, joined, name, thousands};
use crate::report::views::{CompareView, fields};
use crate::report::{Answer, ReportTable, Subject, TableCell};
use crate::worst_case::Bracket;

/// The comparison for the subject's trace, over so many `runs` a row.
pub fn compare(subject: &Subject, comparison: &Comparison, runs: u64) -> Answer {
    let rows = &comparison.rows;
    let several = rows.iter().any(|row| rows.first().is_some_and(|first| first.model != row.model));
    let mut assumptions = subject.assumptions.clone();
    assumptions.push(format!(
        "percentiles, shares and means are over {}; worst cases are over every boot, deletion, phase and miss",
        if runs == 1 { "one run".to_owned() } else { format!("{} runs", thousands(runs)) },
    ));
    if rows.iter().any(|row| row.regret_share.is_some_and(|share| share < 0.0)) {
        assumptions.push(
            "negative regret: fewer ENI-hours than the offline optimum, in which no environment waits for an ENI"
                .to_owned(),
        );
    }
    Answer {
        headline: headline(subject, rows, several),
        tables: tables(rows, several),
        flat: Some(flat(rows)),
        assumptions,
        // Model and policy are columns of the rows here.
        json: fields(&CompareView { of: subject.trace_view(), comparison, runs }),
        clock: subject.clock,
    }
}

fn label(row: &CompareRow, several: bool) -> String {
    let policy = name(&row.policy);
    if several { format!("`{policy}` on {}", name(&row.model)) } else { format!("`{policy}`") }
}

fn headline(subject: &Subject, rows: &[CompareRow], several: bool) -> Vec<String> {
    let bound = |row: &&CompareRow| row.worst_cold_start_ms.and_then(|bracket| bracket.bound);
    let proved: Vec<&CompareRow> = rows.iter().filter(|row| bound(row).is_some()).collect();
    let ends = (proved.iter().min_by_key(|row| bound(row)), proved.iter().max_by_key(|row| bound(row)));
    let source = subject.file();
    let options = if several { "options" } else { "policies" };
    let first = match ends {
        (Some(best), Some(worst)) if bound(best) != bound(worst) => format!(
            "{} has the shortest worst-case cold start for {source} ({}), {} the longest ({}).",
            label(best, several),
            Millis(bound(best).unwrap_or(0)),
            label(worst, several),
            Millis(bound(worst).unwrap_or(0)),
        ),
        (Some(best), _) => format!(
            "All {options} have the same worst-case cold start for {source}: {} (proved).",
            Millis(bound(best).unwrap_or(0))
        ),
        _ => format!("No bound on the worst-case cold start for {source} is proved under any policy."),
    };
    let pareto: Vec<String> = rows.iter().filter(|row| row.pareto).map(|row| label(row, several)).collect();
    let mut lines = vec![first];
    if !pareto.is_empty() {
        lines.push(format!("Pareto-optimal: {}.", joined(&pareto)));
    }
    lines.push(failures(rows, several));
    lines
}

/// Which options had no failures, and how many have no results.
fn failures(rows: &[CompareRow], several: bool) -> String {
    let options = if several { "options" } else { "policies" };
    let clean = |row: &&CompareRow| row.runs.as_ref().is_some_and(|runs| runs.failures <= 0.0);
    let clean: Vec<&CompareRow> = rows.iter().filter(clean).collect();
    let of = rows.len();
    let without = match rows.iter().filter(|row| row.runs.is_none()).count() {
        0 => String::new(),
        1 => "; 1 has no plan to follow".to_owned(),
        n => format!("; {n} have no plan to follow"),
    };
    match clean.as_slice() {
        [] => format!("None of {of} {options} was free of failures{without}."),
        [one] => format!("Only {} had no failures ({of} {options} compared{without}).", label(one, several)),
        several => format!("{} of {of} {options} had no failures{without}.", several.len()),
    }
}

/// Two tables for each model, and what has no results.
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
        ("witness", "witness"),
        ("p50", "p50"),
        ("p95", "p95"),
        ("p99", "p99"),
        ("cold", "cold"),
        ("failures", "failed"),
        ("worst", "worst case"),
    ];
    let mut table = ReportTable::new(
        format!("Cold starts and failures{on} (worst case: proved bound; witness: shown by replay)"),
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
        ("witness", "witness"),
        ("peak", "peak"),
        ("mean", "mean"),
        ("hours", "ENI-hours"),
        ("addresses", "addresses"),
        ("regret", "regret"),
        ("pareto", "Pareto"),
    ];
    let title = format!(
        "ENIs{on} (regret: ENI-hours above the offline optimum with the same kind of ENI, as a share)"
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
    let columns = [("policy", "policy"), ("note", "reason")];
    let mut table = ReportTable::new(format!("Without results{on}"), &columns).prose(&["note"]);
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
