//! Whether a saved plan keeps its cold-start target.

use crate::plan::{Breach, Verified};
use crate::quantity::Millis;
use crate::report::format::{counted, decimal, joined, name, sentence, thousands};
use crate::report::views::{VerifyView, fields};
use crate::report::{Answer, ReportTable, Subject, TableCell};

/// Rows that people are shown.
const SHOWN: usize = 20;

/// What became of the plan in the file `plan` when it was checked for the subject.
pub fn verify(subject: &Subject, plan: &str, verified: &Verified) -> Answer {
    let mut assumptions = subject.assumptions.clone();
    assumptions.extend(verified.unproved.iter().cloned());
    assumptions
        .push("checked: the plan keeps its target; not checked: no other plan needs fewer ENIs".into());
    Answer {
        headline: headline(subject, plan, verified),
        tables: vec![breaches(verified), misclaims(verified)],
        flat: Some(breaches(verified)),
        assumptions,
        json: fields(&VerifyView { about: subject.about(), plan, verified }),
        clock: subject.clock,
    }
}

fn headline(subject: &Subject, plan: &str, verified: &Verified) -> Vec<String> {
    let target = Millis(verified.max_cold_start_ms);
    let file = name(plan.rsplit(['/', '\\']).next().unwrap_or(plan));
    let found = &verified.found;
    let amount = format!(
        "{} ({} ENI-hours, {})",
        counted(found.peak_enis, "ENI", "ENIs"),
        decimal(found.eni_hours, 1),
        counted(found.creations, "creation", "creations")
    );
    let replays = counted(verified.attacks, "replay", "replays");
    let replayed = match verified.longest_replayed_ms {
        0 => format!("{replays} showed no cold start"),
        longest => format!("the longest cold start in {replays} is {}", Millis(longest)),
    };
    let setting = subject.setting();
    let mut lines = Vec::new();
    if verified.breaches.is_empty() {
        lines.push(format!(
            "{file} keeps every cold start within {target} under {setting}. It peaks at {amount}; {replayed}."
        ));
    } else {
        lines.push(format!("{file} does not keep every cold start within {target} under {setting}."));
        lines.extend(verified.breaches.iter().take(2).map(|found| breach(subject, found)));
        if verified.attacks > 0 {
            lines.push(format!("It peaks at {amount}; {replayed}."));
        }
    }
    if !verified.misclaims.is_empty() {
        let wrong: Vec<String> = verified
            .misclaims
            .iter()
            .map(|claim| format!("{} is {}, not {}", claim.field, claim.found, claim.claimed))
            .collect();
        lines.push(format!("The file contradicts its own schedule: {}.", joined(&wrong)));
    }
    lines
}

fn amounts(breach: &Breach) -> (String, String) {
    let text = |n: u64| if breach.unit == "ms" { Millis(n).to_string() } else { thousands(n) };
    let sign = if breach.available < 0 { "-" } else { "" };
    (text(breach.needed), format!("{sign}{}", text(breach.available.unsigned_abs())))
}

fn breach(subject: &Subject, breach: &Breach) -> String {
    let (needed, available) = amounts(breach);
    // A replay's breach names a function, any other one its subnets.
    let at = if breach.unit == "ms" { "of" } else { "in" };
    let place =
        if breach.place.is_empty() { String::new() } else { format!(" {at} {}", name(&breach.place)) };
    let when = breach.at_ms.map_or_else(String::new, |at| {
        format!(
            " {}",
            u64::try_from(at).map_or_else(|_| subject.clock.full(at), |at| subject.clock.phrase(at))
        )
    });
    let what = sentence(&breach.what);
    match breach.unit {
        "ms" => format!("{what}{place}: {needed}, {available} allowed{when}."),
        "invocations" => format!("{what}{place}: {needed}{when}."),
        _ => format!("{what}{place}: {needed} needed, {available} available{when}."),
    }
}

fn breaches(verified: &Verified) -> ReportTable {
    let columns = [
        ("constraint", "constraint"),
        ("place", "where"),
        ("at_ms", "from"),
        ("needed", "needed"),
        ("available", "available"),
    ];
    let mut table = ReportTable::new("Violated constraints", &columns).prose(&["constraint", "place"]);
    for breach in &verified.breaches {
        let (needed, available) = amounts(breach);
        table.push(vec![
            TableCell::text(breach.what.as_str()),
            TableCell::text(breach.place.as_str()),
            breach.at_ms.map_or(TableCell::Missing, TableCell::Instant),
            TableCell::text(needed),
            TableCell::text(available),
        ]);
    }
    table.shown = Some((SHOWN, "violations"));
    table
}

fn misclaims(verified: &Verified) -> ReportTable {
    let columns = [("field", "field"), ("stated", "stated"), ("computed", "computed")];
    let mut table = ReportTable::new("", &columns);
    for claim in &verified.misclaims {
        let number = |n: f64| TableCell::Decimal(n, if claim.field == "eni_hours" { 3 } else { 0 });
        table.push(vec![TableCell::text(claim.field), number(claim.claimed), number(claim.found)]);
    }
    table
}
