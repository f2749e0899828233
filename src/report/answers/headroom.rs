//! How far the traffic can grow before a promise breaks, and what breaks then.

use crate::plan::{Headroom, Probe, ProbeShortage};
use crate::quantity::Millis;
use crate::report::format::{counted, joined, name, thousands};
use crate::report::views::{HeadroomView, fields};
use crate::report::{Answer, ReportTable, Subject, TableCell};

/// The headroom of the subject.
pub fn headroom(subject: &Subject, headroom: &Headroom) -> Answer {
    let mut assumptions = subject.assumptions.clone();
    assumptions.push(
        "scaled: the first n invocations of a function become the first floor(n x factor), concurrency is \
         rounded up; durations, and when in the day, stay as they are"
            .to_owned(),
    );
    for probe in headroom.holds.iter().chain(&headroom.breaks) {
        assumptions.extend(probe.unproved.iter().map(|line| format!("at {}: {line}", probe.factor)));
    }
    Answer {
        headline: vec![holds(subject, headroom), breaks(subject, headroom), order(headroom)],
        tables: vec![probes(headroom)],
        assumptions,
        json: fields(&HeadroomView { about: subject.about(), headroom }),
        clock: subject.clock,
        ..Answer::default()
    }
}

fn keeper(subject: &Subject, headroom: &Headroom) -> String {
    let who = if headroom.kept_by == "plan" { "with a plan made for it" } else { "by the policy alone" };
    format!("{} {who}", subject.setting())
}

fn holds(subject: &Subject, headroom: &Headroom) -> String {
    let promise = Millis(headroom.max_cold_start_ms);
    let what = match headroom.grown.as_slice() {
        [] => "the traffic".to_owned(),
        grown => format!(
            "the traffic of {}",
            joined(&grown.iter().map(|function| name(function)).collect::<Vec<_>>())
        ),
    };
    let setting = keeper(subject, headroom);
    let Some(probe) = &headroom.holds else {
        let at = match headroom.grown.as_slice() {
            [] => String::new(),
            _ => format!(" of {what}"),
        };
        let smallest = headroom.probes.first().map(|probe| probe.factor.to_string()).unwrap_or_default();
        return format!(
            "Every cold start within {promise}, under {setting}: the promise does not hold as it is, nor at \
             any smaller factor{at} down to {smallest}."
        );
    };
    let enis = probe.peak_enis.map_or_else(String::new, |enis| {
        let most = if headroom.kept_by == "plan" { "" } else { "at most " };
        format!(", with {most}{} held at once", counted(enis, "ENI", "ENIs"))
    });
    let verb = if headroom.breaks.is_none() {
        "can grow at least to"
    } else if probe.factor < crate::trace::Factor::ONE {
        "must shrink to"
    } else {
        "can grow to"
    };
    format!(
        "{} {verb} {}, every cold start within {promise}, under {setting}{enis}.",
        up(&what),
        probe.factor
    )
}

fn up(text: &str) -> String {
    crate::report::format::sentence(text)
}

fn breaks(subject: &Subject, headroom: &Headroom) -> String {
    let Some(probe) = &headroom.breaks else {
        let why = headroom.stopped.as_deref().unwrap_or("no factor that was tried breaks it");
        return format!("Nothing was found that breaks it: {why}.");
    };
    let found = if probe.proved { "no plan keeps it" } else { "nothing was found that provably keeps it" };
    let short: Vec<String> = probe.shortages.iter().take(3).map(|short| shortage(subject, short)).collect();
    if short.is_empty() {
        return format!("At {} {found}.", probe.factor);
    }
    format!("At {} {found}: short is the {}.", probe.factor, joined(&short))
}

fn shortage(subject: &Subject, shortage: &ProbeShortage) -> String {
    let text = |n: u64| if shortage.unit == "ms" { Millis(n).to_string() } else { thousands(n) };
    let when = shortage.from_ms.map_or_else(String::new, |at| format!(", {}", subject.clock.phrase(at)));
    match (shortage.needed, shortage.unit) {
        (Some(fails), "invocations") => {
            format!("{} ({}{when})", shortage.limit, counted(fails, "invocation fails", "invocations fail"))
        }
        (_, "plans") => shortage.limit.clone(),
        (Some(needed), _) => {
            let short = text(needed.saturating_sub(shortage.available));
            let there = text(shortage.available);
            format!("{} ({} needed, {there} there, {short} short{when})", shortage.limit, text(needed))
        }
        (None, _) => format!("{} (none is proved, {} asked{when})", shortage.limit, text(shortage.available)),
    }
}

fn order(headroom: &Headroom) -> String {
    let probes = counted(headroom.probes.len() as u64, "factor was", "factors were");
    if headroom.monotone {
        let what = match (&headroom.holds, &headroom.breaks) {
            (Some(holds), Some(breaks)) => {
                format!("all up to {} hold, all from {} on break", holds.factor, breaks.factor)
            }
            (Some(_), None) => "all hold".to_owned(),
            (None, _) => "all break".to_owned(),
        };
        return format!("{probes} asked about: {what}.");
    }
    let breaks = headroom.breaks.as_ref().map(|probe| probe.factor);
    let above = headroom
        .probes
        .iter()
        .filter(|probe| probe.holds && breaks.is_some_and(|factor| probe.factor > factor));
    let above: Vec<String> = above.map(|probe| probe.factor.to_string()).take(3).collect();
    format!(
        "{probes} asked about, and growth is not in order here: it also holds at {}, though it breaks below.",
        joined(&above)
    )
}

fn probes(headroom: &Headroom) -> ReportTable {
    let columns = [
        ("factor", "factor"),
        ("holds", "holds"),
        ("peak_enis", "ENIs"),
        ("eni_hours", "ENI-hours"),
        ("shortage", "what is short"),
        ("needed", "needed"),
        ("available", "available"),
        ("from_ms", "from"),
    ];
    let mut table = ReportTable::new("The factors asked about", &columns).prose(&["shortage"]);
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
