//! How many ENIs are needed to keep a promise, and when to make them; or why none are enough.

use super::explanation;
use super::plan_chart;
use crate::plan::{COLUMNS, NoPlan, Plan, PlanVerdict, Shortfall, TargetBracket};
use crate::quantity::Millis;
use crate::report::format::{counted, decimal, joined, thousands};
use crate::report::views::{PlanView, fields};
use crate::report::{Answer, ReportTable, Subject, TableCell};

/// Rows of the schedule that people are shown.
const SHOWN: usize = 20;

/// The plan of the subject.
pub fn plan(subject: &Subject, plan: &Plan) -> Answer {
    let mut assumptions = subject.assumptions.clone();
    assumptions.extend(plan.unproved.iter().cloned());
    if plan.eni_wait_ms > 0 {
        let wait = Millis(plan.eni_wait_ms);
        assumptions
            .push(format!("the promise leaves room to wait for an ENI, of which up to {wait} is used"));
    }
    if plan.attacks > 0 {
        let replayed = counted(plan.attacks, "assignment", "assignments");
        let mended = match plan.counterexamples {
            0 => String::new(),
            n => {
                format!(", after {} had become constraints", counted(n, "counterexample", "counterexamples"))
            }
        };
        assumptions
            .push(format!("the plan was checked, then attacked by replays of {replayed}; it held{mended}"));
    }
    Answer {
        headline: headline(subject, plan),
        tables: tables(subject, plan),
        flat: Some(flat(subject, plan)),
        assumptions,
        json: fields(&PlanView { about: subject.about(), plan }),
        clock: subject.clock,
    }
}

fn tables(subject: &Subject, plan: &Plan) -> Vec<ReportTable> {
    let prices = plan.explanation.as_ref().map(|explanation| explanation::prices(subject.clock, explanation));
    // Without a plan there is nothing to show of one.
    let of_plan = plan.amount.map(|_| {
        [prices.unwrap_or_else(|| limits(plan)), plan_chart::chart_above(schedule(plan), subject, plan)]
    });
    let why = [shortages(plan), explanation::fixes(plan)].into_iter().flatten();
    let pools = constant_pools(plan);
    [amounts(plan)].into_iter().chain(why).chain(pools).chain(of_plan.into_iter().flatten()).collect()
}

fn headline(subject: &Subject, plan: &Plan) -> Vec<String> {
    let promise = Millis(plan.max_cold_start_ms);
    if let Some(none) = &plan.infeasible {
        return refusal(subject, promise, none);
    }
    let Some(amount) = plan.amount else { return Vec::new() };
    let others = plan.minimised.is_some();
    let fewer = match plan.status {
        _ if others && plan.lower_bound.peak_enis < amount.peak_enis => String::new(),
        PlanVerdict::Optimal if !others => {
            ", and no plan does it with fewer, or with fewer ENI-hours".to_owned()
        }
        _ if plan.lower_bound.peak_enis == amount.peak_enis => ", and no plan holds fewer".to_owned(),
        _ => format!("; any plan needs at least {}", thousands(plan.lower_bound.peak_enis)),
    };
    let pools = [
        instead(subject, "a pool that never changes needs", "pool that never changes", &plan.constant_pool),
        instead(
            subject,
            "the warm-pool policy needs a target of",
            "target of the warm-pool policy",
            &plan.warm_target,
        ),
    ];
    let mut lines = vec![
        format!(
            "{} held at once {} enough to keep every cold start within {promise} under {}{fewer} ({} \
             ENI-hours, {}).",
            counted(amount.peak_enis, "ENI", "ENIs"),
            if amount.peak_enis == 1 { "is" } else { "are" },
            subject.setting(),
            decimal(amount.eni_hours, 1),
            counted(amount.creations, "creation", "creations"),
        ),
        format!("Instead, {}.", joined(&pools)),
    ];
    if let Some(minimised) = plan.minimised.as_ref().and_then(explanation::objective) {
        lines.insert(1, minimised);
    }
    lines.extend(plan.explanation.iter().flat_map(|explanation| explanation::binds(subject, explanation)));
    lines
}

fn refusal(subject: &Subject, promise: Millis, none: &NoPlan) -> Vec<String> {
    let verdict = if none.proved { "No plan keeps" } else { "No plan was found that provably keeps" };
    let short = |shortfall: &Shortfall| {
        let (needed, available) = amounts_of(shortfall);
        format!(
            "{} ({needed} needed, {available} there, {})",
            shortfall.limit,
            subject.clock.phrase(shortfall.from_ms)
        )
    };
    let shortages: Vec<String> = none.shortages.iter().take(3).map(short).collect();
    let mut lines = vec![format!(
        "{verdict} every cold start within {promise} under {}: short is the {}.",
        subject.setting(),
        joined(&shortages)
    )];
    lines.extend(explanation::refusal(none));
    lines
}

/// Needed and available, in the unit of the limit.
fn amounts_of(shortfall: &Shortfall) -> (String, String) {
    let text = |n: u64| if shortfall.unit == "ms" { Millis(n).to_string() } else { thousands(n) };
    (text(shortfall.needed), text(shortfall.available))
}

/// What would do instead of the plan: between what fails and what is proved.
fn instead(subject: &Subject, needs: &str, what: &str, target: &TargetBracket) -> String {
    let least = thousands(target.at_least.into());
    let fails = |at| format!(" (one fewer fails {})", subject.clock.phrase(at));
    let fails = target.fails_at_ms.map_or_else(String::new, fails);
    match target.enough {
        Some(enough) if enough == target.at_least => format!("{needs} {least}{fails}"),
        Some(enough) => format!("{needs} {least} to {}{fails}", thousands(enough.into())),
        None if target.at_least == 0 => format!("no {what} is proved to be enough"),
        None => format!("{needs} at least {least}{fails}, and no {what} is proved to be enough"),
    }
}

fn amounts(plan: &Plan) -> ReportTable {
    let columns = [("what", "what"), ("plan", "the plan"), ("lower_bound", "no plan does with less than")];
    let mut table = ReportTable::new("", &columns);
    let (least, amount) = (&plan.lower_bound, plan.amount.as_ref());
    let mut push =
        |what: &str, plan: TableCell, bound: TableCell| table.push(vec![TableCell::text(what), plan, bound]);
    let held = TableCell::count(amount.map(|amount| amount.peak_enis));
    push("ENIs held at once", held, TableCell::Count(least.peak_enis));
    let hours = amount.map_or(TableCell::Missing, |amount| TableCell::Decimal(amount.eni_hours, 1));
    push("ENI-hours", hours, TableCell::Decimal(least.eni_hours, 1));
    if let Some(minimised) = &plan.minimised {
        let what = if minimised.what == "cost" { "cost" } else { "addresses" };
        let text = |value: f64| TableCell::Decimal(value, if minimised.what == "cost" { 4 } else { 0 });
        push(what, minimised.value.map_or(TableCell::Missing, text), text(minimised.lower_bound));
    }
    // Holding ENIs longer can spare creations: the bound is that of plans that do not.
    let fewest = plan.minimised.is_none() && amount.is_none_or(|amount| amount.eni_hours <= least.eni_hours);
    let (what, bound) = if fewest {
        ("creations, where ENI-hours are fewest", TableCell::Count(least.creations))
    } else {
        ("creations", TableCell::Missing)
    };
    push(what, TableCell::count(amount.map(|amount| amount.creations)), bound);
    let targets = [("constant pool", &plan.constant_pool), ("warm target of warm-pool", &plan.warm_target)];
    // Without a plan they would promise what nothing keeps.
    for (what, target) in targets.into_iter().filter(|_| amount.is_some()) {
        push(what, TableCell::count(target.enough.map(u64::from)), TableCell::Count(target.at_least.into()));
    }
    table
}

/// Where the ENIs of a pool that never changes stand, if that is not one class.
fn constant_pools(plan: &Plan) -> Option<ReportTable> {
    let classes = || plan.constant_pools.iter().flat_map(|pool| &pool.classes);
    if plan.amount.is_none() || classes().count() < 2 {
        return None;
    }
    let columns = [("subnet", "subnet"), ("security_groups", "security groups"), ("enis", "ENIs")];
    let mut table = ReportTable::new("A pool that never changes", &columns);
    for class in classes() {
        let groups = class.security_groups.join(" ");
        let enis = TableCell::Count(class.enis.into());
        table.push(vec![TableCell::text(class.subnet.as_str()), TableCell::text(groups), enis]);
    }
    Some(table)
}

fn shortages(plan: &Plan) -> Option<ReportTable> {
    let none = plan.infeasible.as_ref()?;
    let columns = [
        ("limit", "what is short"),
        ("from_ms", "from"),
        ("to_ms", "to"),
        ("needed", "needed"),
        ("available", "available"),
    ];
    let mut table = ReportTable::new("Why there is none", &columns).prose(&["limit"]);
    for shortfall in &none.shortages {
        let (needed, available) = amounts_of(shortfall);
        table.push(vec![
            TableCell::text(shortfall.limit.as_str()),
            TableCell::instant(Some(shortfall.from_ms)),
            TableCell::instant(Some(shortfall.to_ms)),
            TableCell::text(needed),
            TableCell::text(available),
        ]);
    }
    Some(table)
}

fn limits(plan: &Plan) -> ReportTable {
    let columns = [("limit", "the closest limit"), ("used", "used"), ("available", "available")];
    let mut table = ReportTable::new("", &columns).prose(&["limit"]);
    for binding in &plan.binding {
        table.push(vec![
            TableCell::text(binding.limit.as_str()),
            TableCell::Count(binding.used),
            TableCell::Count(binding.available),
        ]);
    }
    table
}

fn schedule(plan: &Plan) -> ReportTable {
    let columns = [
        ("at_ms", "at"),
        ("subnet", "subnet"),
        ("security_groups", "security groups"),
        ("create", "create"),
        ("delete", "delete"),
    ];
    let mut table = ReportTable::new("The schedule", &columns).prose(&["security_groups"]);
    for row in &plan.schedule {
        table.push(vec![
            TableCell::Instant(row.at_ms),
            TableCell::text(row.subnet.as_str()),
            TableCell::text(row.security_groups.join(" ")),
            TableCell::Count(row.create.into()),
            TableCell::Count(row.delete.into()),
        ]);
    }
    table.shown = Some((SHOWN, "entries"));
    table
}

/// The schedule for programs: wall-clock times where the traffic has them, else ms.
fn flat(subject: &Subject, plan: &Plan) -> ReportTable {
    let mut table = ReportTable::new("", &COLUMNS.map(|key| (key, key)));
    for row in &plan.schedule {
        let wall = subject.clock.stamp(row.at_ms);
        table.push(vec![
            wall.map_or(TableCell::Instant(row.at_ms), TableCell::text),
            TableCell::text(row.subnet.as_str()),
            TableCell::text(row.security_groups.join("+")),
            TableCell::Count(row.create.into()),
            TableCell::Count(row.delete.into()),
        ]);
    }
    table
}
