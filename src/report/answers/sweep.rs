//! The trade-off between the promise and the ENIs it takes.

use crate::plan::{PlanVerdict, SweepStep};
use crate::quantity::Millis;
use crate::report::format::{counted, joined, name, sentence, thousands};
use crate::report::views::{SweepView, fields};
use crate::report::{Answer, ReportTable, Subject, TableCell};

/// The plans of the subject for several promises, the tightest first.
pub fn sweep(subject: &Subject, steps: &[SweepStep]) -> Answer {
    let mut assumptions = subject.assumptions.clone();
    for line in steps.iter().flat_map(|step| &step.plan.unproved) {
        if !assumptions.contains(line) {
            assumptions.push(line.clone());
        }
    }
    let attacks: u64 = steps.iter().map(|step| step.plan.attacks).sum();
    if attacks > 0 {
        let replayed = counted(attacks, "assignment", "assignments");
        assumptions.push(format!("each plan was checked, then attacked, {replayed} in all; each held"));
    }
    assumptions.push(
        "a plan that keeps a promise keeps every looser one: where a looser promise's own plan costs more, \
         the tighter one's stands"
            .to_owned(),
    );
    Answer {
        headline: vec![headline(subject, steps)],
        tables: vec![table(steps)],
        assumptions,
        json: fields(&SweepView { about: subject.about(), sweep: steps }),
        clock: subject.clock,
        ..Answer::default()
    }
}

fn headline(subject: &Subject, steps: &[SweepStep]) -> String {
    let promise = |step: &SweepStep| Millis(step.plan.max_cold_start_ms).to_string();
    let mut parts: Vec<String> = Vec::new();
    let none: Vec<&SweepStep> = steps.iter().filter(|step| step.plan.amount.is_none()).collect();
    if let Some(last) = none.last() {
        let proved = none.iter().all(|step| step.plan.infeasible.as_ref().is_some_and(|none| none.proved));
        let verdict = if proved { "no plan keeps" } else { "no plan was found that provably keeps" };
        parts.push(match none.as_slice() {
            [one] => format!("{verdict} {}", promise(one)),
            _ => format!("{verdict} {} or less", promise(last)),
        });
    }
    let mut before: Option<u64> = None;
    for step in steps {
        let Some(amount) = step.plan.amount else { continue };
        match before {
            None => {
                parts.push(format!("{} needs {}", promise(step), counted(amount.peak_enis, "ENI", "ENIs")));
            }
            Some(peak) if amount.peak_enis < peak => {
                parts.push(format!(
                    "waiting up to {} saves {}",
                    promise(step),
                    thousands(peak - amount.peak_enis)
                ));
            }
            Some(_) => {}
        }
        before = Some(amount.peak_enis);
    }
    let planned: Vec<&SweepStep> = steps.iter().filter(|step| step.plan.amount.is_some()).collect();
    let same = planned.windows(2).all(|pair| pair[0].plan.amount == pair[1].plan.amount);
    if let (Some(last), true) = (planned.last(), same && planned.len() > 1) {
        parts.push(format!("waiting longer, up to {}, saves none", promise(last)));
    }
    if let Some(step) = steps.iter().find(|step| step.policy_alone) {
        parts.push(format!(
            "from {} on none need be kept ready, as {} keeps it without a plan",
            promise(step),
            name(&subject.policy)
        ));
    }
    format!("Under {}: {}.", subject.setting(), parts.join("; "))
}

fn table(steps: &[SweepStep]) -> ReportTable {
    let columns = [
        ("max_cold_start_ms", "promise"),
        ("status", "status"),
        ("peak_enis", "ENIs"),
        ("lower_bound", "at least"),
        ("eni_hours", "ENI-hours"),
        ("creations", "creations"),
        ("policy_alone", "policy alone"),
        ("note", "note"),
    ];
    let mut table = ReportTable::new("", &columns).prose(&["note"]);
    for step in steps {
        let (plan, amount) = (&step.plan, step.plan.amount);
        let short = |none: &crate::plan::NoPlan| {
            let limits: Vec<String> =
                none.shortages.iter().take(3).map(|shortfall| shortfall.limit.clone()).collect();
            format!("short is the {}", joined(&limits))
        };
        let note = plan.infeasible.as_ref().map(short);
        let reused = step.plan_of_ms.map(|ms| sentence(&format!("the plan of {}", Millis(ms))));
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
