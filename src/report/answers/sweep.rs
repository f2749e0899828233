//! The trade-off between the cold-start target and the ENIs it takes.

use crate::plan::{PlanVerdict, SweepStep};
use crate::quantity::Millis;
use crate::report::format::{counted, joined, name, thousands};
use crate::report::views::{SweepView, fields};
use crate::report::{Answer, ReportTable, Subject, TableCell};

/// The plans of the subject for several targets, the tightest first.
pub fn sweep(subject: &Subject, steps: &[SweepStep]) -> Answer {
    let mut assumptions = subject.assumptions.clone();
    for line in steps.iter().flat_map(|step| &step.plan.unproved) {
        if !assumptions.contains(line) {
            assumptions.push(line.clone());
        }
    }
    let attacks: u64 = steps.iter().map(|step| step.plan.attacks).sum();
    if attacks > 0 {
        let replayed = counted(attacks, "realization", "realizations");
        assumptions.push(format!(
            "each plan passed its check and a counterexample search, over {replayed} in total"
        ));
    }
    assumptions.push(
        "a plan that keeps a target keeps every looser one: where a looser target's own plan costs more, the \
         tighter target's plan is used"
            .to_owned(),
    );
    Answer {
        headline: headline(subject, steps),
        tables: vec![table(steps)],
        assumptions,
        json: fields(&SweepView { about: subject.about(), sweep: steps }),
        clock: subject.clock,
        ..Answer::default()
    }
}

fn headline(subject: &Subject, steps: &[SweepStep]) -> Vec<String> {
    let mut lines = vec![needs(subject, steps)];
    let planned: Vec<&SweepStep> = steps.iter().filter(|step| step.plan.amount.is_some()).collect();
    let same = planned.windows(2).all(|pair| pair[0].plan.amount == pair[1].plan.amount);
    if let (Some(last), true) = (planned.last(), same && planned.len() > 1) {
        lines.push(format!("Longer targets, up to {}, save no ENIs.", target(last)));
    }
    let none: Vec<&SweepStep> = steps.iter().filter(|step| step.plan.amount.is_none()).collect();
    if let (Some(last), false) = (none.last(), planned.is_empty()) {
        let or_less = if none.len() > 1 { " or less" } else { "" };
        lines.push(format!("{} {}{or_less}.", verdict(&none), target(last)));
    }
    if let Some(step) = steps.iter().find(|step| step.policy_alone) {
        lines.push(format!(
            "From {} on, {} keeps the target without a plan.",
            target(step),
            name(&subject.policy)
        ));
    }
    lines
}

/// The ENIs that each target needs, where that is fewer than a tighter one does.
fn needs(subject: &Subject, steps: &[SweepStep]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut before: Option<u64> = None;
    for step in steps {
        let Some(amount) = step.plan.amount else { continue };
        match before {
            None => parts.push(format!(
                "a cold-start target of {} needs {}",
                target(step),
                counted(amount.peak_enis, "ENI", "ENIs")
            )),
            Some(peak) if amount.peak_enis < peak => parts.push(format!(
                "{} needs {} ({} fewer)",
                target(step),
                thousands(amount.peak_enis),
                thousands(peak - amount.peak_enis)
            )),
            Some(_) => {}
        }
        before = Some(amount.peak_enis);
    }
    if parts.is_empty() {
        let all: Vec<&SweepStep> = steps.iter().collect();
        let longest = steps.last().map(target).unwrap_or_default();
        return format!("{} {longest} or less under {}.", verdict(&all), subject.setting());
    }
    format!("Under {}, {}.", subject.setting(), parts.join("; "))
}

fn target(step: &SweepStep) -> String {
    Millis(step.plan.max_cold_start_ms).to_string()
}

/// What is known of targets without a plan.
fn verdict(none: &[&SweepStep]) -> &'static str {
    let proved = none.iter().all(|step| step.plan.infeasible.as_ref().is_some_and(|none| none.proved));
    if proved { "No plan keeps a target of" } else { "No plan was found for a target of" }
}

fn table(steps: &[SweepStep]) -> ReportTable {
    let columns = [
        ("max_cold_start_ms", "target"),
        ("status", "status"),
        ("peak_enis", "peak ENIs"),
        ("lower_bound", "lower bound"),
        ("eni_hours", "ENI-hours"),
        ("creations", "creations"),
        ("policy_suffices", "policy alone"),
        ("note", "note"),
    ];
    let mut table = ReportTable::new("", &columns).prose(&["note"]);
    for step in steps {
        let (plan, amount) = (&step.plan, step.plan.amount);
        let short = |none: &crate::plan::NoPlan| {
            let limits: Vec<String> =
                none.shortages.iter().take(3).map(|shortfall| shortfall.limit.clone()).collect();
            format!("limited by the {}", joined(&limits))
        };
        let note = plan.infeasible.as_ref().map(short);
        let reused = step.plan_of_ms.map(|ms| format!("plan for {}", Millis(ms)));
        let status = match plan.status {
            PlanVerdict::Optimal => "optimal",
            PlanVerdict::Feasible => "feasible",
            PlanVerdict::Infeasible => "infeasible",
        };
        table.push(vec![
            TableCell::Span(plan.max_cold_start_ms),
            TableCell::text(status),
            TableCell::count(amount.map(|amount| amount.peak_enis)),
            TableCell::Count(plan.lower_bound.peak_enis),
            amount.map_or(TableCell::Missing, |amount| TableCell::Decimal(amount.eni_hours, 1)),
            TableCell::count(amount.map(|amount| amount.creations)),
            TableCell::Flag(step.policy_alone),
            note.or(reused).map_or(TableCell::Missing, TableCell::text),
        ]);
    }
    table
}
