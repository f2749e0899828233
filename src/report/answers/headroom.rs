//! How far traffic can grow before a target is missed, and which limit is exceeded then.

use super::shortage;
use crate::plan::{Headroom, Probe};
use crate::quantity::Millis;
use crate::report::format::{counted, joined, name};
use crate::report::views::{HeadroomView, fields};
use crate::report::{Answer, ReportTable, Subject, TableCell};

/// The headroom of the subject.
pub fn headroom(subject: &Subject, headroom: &Headroom) -> Answer {
    let mut assumptions = subject.assumptions.clone();
    assumptions.push(
        "scaling: the first n invocations of a function become the first floor(n x factor), concurrency is \
         rounded up; durations and times of day stay the same"
            .to_owned(),
    );
    for probe in headroom.holds.iter().chain(&headroom.breaks) {
        assumptions.extend(probe.unproved.iter().map(|line| format!("at {}: {line}", probe.factor)));
    }
    let mut headline = vec![holds(subject, headroom)];
    headline.extend(breaks(subject, headroom));
    headline.push(order(headroom));
    Answer {
        headline,
        tables: vec![probes(headroom)],
        assumptions,
        json: fields(&HeadroomView { about: subject.about(), headroom }),
        clock: subject.clock,
        ..Answer::default()
    }
}

fn keeper(subject: &Subject, headroom: &Headroom) -> String {
    let who = if headroom.kept_by == "plan" { "with a new plan" } else { "without a plan" };
    format!("{} {who}", subject.setting())
}

fn holds(subject: &Subject, headroom: &Headroom) -> String {
    let target = Millis(headroom.max_cold_start_ms);
    let grown: Vec<String> = headroom.grown.iter().map(|function| name(function)).collect();
    let what = if grown.is_empty() { "Traffic".to_owned() } else { format!("Traffic of {}", joined(&grown)) };
    let setting = keeper(subject, headroom);
    let Some(probe) = &headroom.holds else {
        let smallest = headroom.probes.first().map(|probe| probe.factor.to_string()).unwrap_or_default();
        return format!(
            "{what} cannot grow: the cold-start target of {target} is missed now, and at every smaller factor \
             down to {smallest}, under {setting}."
        );
    };
    let enis = probe.peak_enis.map_or_else(String::new, |enis| {
        let most = if headroom.kept_by == "plan" { "" } else { "at most " };
        format!(" ({most}{} at peak)", counted(enis, "ENI", "ENIs"))
    });
    let verb = if headroom.breaks.is_none() {
        "can grow at least to"
    } else if probe.factor < crate::trace::Factor::ONE {
        "must shrink to"
    } else {
        "can grow to"
    };
    format!("{what} {verb} {} with every cold start within {target} under {setting}{enis}.", probe.factor)
}

fn breaks(subject: &Subject, headroom: &Headroom) -> Vec<String> {
    let Some(probe) = &headroom.breaks else {
        let why = headroom.stopped.as_deref().unwrap_or("no factor that was tried misses the target");
        return vec![format!("No larger factor was tried: {why}.")];
    };
    let found = match (headroom.kept_by, probe.proved) {
        ("plan", true) => "No plan keeps the target",
        ("plan", false) => "No plan was found",
        (_, true) => "The target is missed",
        (_, false) => "The target is not proved to be kept",
    };
    let shortages = probe.shortages.iter().take(3).map(|short| shortage::of_probe(subject.clock, short));
    std::iter::once(format!("{found} at {}.", probe.factor)).chain(shortages).collect()
}

fn order(headroom: &Headroom) -> String {
    let probes = counted(headroom.probes.len() as u64, "factor", "factors");
    if headroom.monotone {
        let what = match (&headroom.holds, &headroom.breaks) {
            (Some(holds), Some(breaks)) => {
                format!("all up to {} keep the target, all from {} on miss it", holds.factor, breaks.factor)
            }
            (Some(_), None) => "all keep the target".to_owned(),
            (None, _) => "all miss the target".to_owned(),
        };
        return format!("{probes} tried: {what}.");
    }
    let breaks = headroom.breaks.as_ref().map(|probe| probe.factor);
    let above = headroom
        .probes
        .iter()
        .filter(|probe| probe.holds && breaks.is_some_and(|factor| probe.factor > factor));
    let above: Vec<String> = above.map(|probe| probe.factor.to_string()).take(3).collect();
    format!(
        "{probes} tried: the target is also kept at {}, although a smaller factor misses it.",
        joined(&above)
    )
}

fn probes(headroom: &Headroom) -> ReportTable {
    let columns = [
        ("factor", "factor"),
        ("holds", "kept"),
        ("peak_enis", "peak ENIs"),
        ("eni_hours", "ENI-hours"),
        ("shortage", "limit"),
        ("needed", "needed"),
        ("available", "available"),
        ("from_ms", "from"),
    ];
    let mut table = ReportTable::new("Factors tried", &columns).prose(&["shortage"]);
    let value = |unit: &str, n: u64| if unit == "ms" { TableCell::Span(n) } else { TableCell::Count(n) };
    for Probe { factor, holds, peak_enis, eni_hours, shortages, .. } in &headroom.probes {
        let first = shortages.first();
        table.push(vec![
            TableCell::Decimal(factor.number(), 6),
            TableCell::Flag(*holds),
            TableCell::count(*peak_enis),
            eni_hours.map_or(TableCell::Missing, |hours| TableCell::Decimal(hours, 1)),
            first.map_or(TableCell::Missing, |short| TableCell::text(short.limit.as_str())),
            first.and_then(|short| Some(value(short.unit, short.needed?))).unwrap_or(TableCell::Missing),
            first.map_or(TableCell::Missing, |short| value(short.unit, short.available)),
            TableCell::instant(first.and_then(|short| short.from_ms)),
        ]);
    }
    table
}
