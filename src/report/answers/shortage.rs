//! A shortage: a limit that is exceeded, with what is needed and what is available, in one sentence.

use crate::plan::{ProbeShortage, Shortfall};
use crate::quantity::Millis;
use crate::report::ReportClock;
use crate::report::format::{counted, sentence, thousands};

/// One of a plan: `Private-a runs out of addresses: 47 needed, 8 free at 19:00.`
pub(super) fn of_plan(clock: ReportClock, shortfall: &Shortfall) -> String {
    let Shortfall { summary, needed, available, unit, from_ms, .. } = shortfall;
    in_words(clock, summary, *needed, *available, unit, Some(*from_ms))
}

/// One of a headroom probe, with what is missing.
pub(super) fn of_probe(clock: ReportClock, shortage: &ProbeShortage) -> String {
    let ProbeShortage { summary, needed, available, unit, from_ms, .. } = shortage;
    match needed {
        Some(_) if *unit == "plans" => format!("{}.", sentence(summary)),
        Some(needed) => in_words(clock, summary, *needed, *available, unit, *from_ms),
        None => format!("{}: none; the target is {}.", sentence(summary), Millis(*available)),
    }
}

fn in_words(
    clock: ReportClock,
    summary: &str,
    needed: u64,
    available: u64,
    unit: &str,
    from_ms: Option<u64>,
) -> String {
    let when = from_ms.map_or_else(String::new, |at| format!(" {}", clock.phrase(at)));
    let (n, there) = (thousands(needed), thousands(available));
    let amounts = match unit {
        "ms" => format!("{}, {} allowed", Millis(needed), Millis(available)),
        "invocations" => counted(needed, "invocation fails", "invocations fail"),
        "addresses" => format!("{n} needed, {there} free"),
        _ => format!("{n} needed, {there} available"),
    };
    // A subnet's name begins the sentence as the user writes it.
    let summary = if unit == "addresses" { summary.to_owned() } else { sentence(summary) };
    format!("{summary}: {amounts}{when}.")
}
