//! How many ENIs a cold-start target needs, and when to create them; or why there is no plan.

use super::explanation;
use super::plan_chart;
use super::shortage;
use crate::plan::{COLUMNS, NoPlan, Plan, PlanVerdict, Shortfall, TargetBracket};
use crate::quantity::Millis;
use crate::report::format::{counted, decimal, thousands};
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
            .push(format!("an environment waits up to {wait} for an ENI, which the target leaves room for"));
    }
    if plan.attacks > 0 {
        let replayed = counted(plan.attacks, "realization", "realizations");
        let learned = match plan.counterexamples {
            0 => String::new(),
            n => {
                let found = counted(n, "earlier counterexample", "earlier counterexamples");
                format!("; {found} became {}", if n == 1 { "a constraint" } else { "constraints" })
            }
        };
        assumptions
            .push(format!("the plan passed its check and a counterexample search over {replayed}{learned}"));
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
    let target = Millis(plan.max_cold_start_ms);
    if let Some(none) = &plan.infeasible {
        return refusal(subject, target, none);
    }
    let Some(amount) = plan.amount else { return Vec::new() };
    let mut lines = Vec::new();
    if amount.peak_enis == 0 {
        lines.push("No ENIs are needed.".to_owned());
    } else {
        lines.push(format!(
            "The plan peaks at {} ({} ENI-hours, {}){}.",
            counted(amount.peak_enis, "ENI", "ENIs"),
            decimal(amount.eni_hours, 1),
            counted(amount.creations, "creation", "creations"),
            lower(plan, amount.peak_enis),
        ));
    }
    lines.push(format!("Every cold start stays within {target} under {}.", subject.setting()));
    lines.extend(plan.minimised.as_ref().and_then(explanation::objective));
    lines.push(constant_pool(subject, &plan.constant_pool));
    lines.push(warm_target(subject, &plan.warm_target));
    lines.extend(plan.explanation.iter().flat_map(|explanation| explanation::binds(subject, explanation)));
    lines
}

/// What no plan can beat, to follow the plan's peak.
fn lower(plan: &Plan, peak: u64) -> String {
    let others = plan.minimised.is_some();
    match plan.lower_bound.peak_enis {
        bound if others && bound < peak => String::new(),
        _ if plan.status == PlanVerdict::Optimal && !others => {
            "; no plan has a lower peak or fewer ENI-hours".to_owned()
        }
        bound if bound == peak => "; no plan can peak lower".to_owned(),
        bound => format!("; no plan can peak below {}", thousands(bound)),
    }
}

fn refusal(subject: &Subject, target: Millis, none: &NoPlan) -> Vec<String> {
    let verdict = if none.proved { "No plan keeps" } else { "No plan is proved to keep" };
    let mut lines = vec![format!("{verdict} every cold start within {target} under {}.", subject.setting())];
    let shortages = none.shortages.iter().take(3);
    lines.extend(shortages.map(|shortfall| shortage::of_plan(subject.clock, shortfall)));
    lines.extend(explanation::refusal(none));
    lines
}

/// Needed and available, in the unit of the limit.
fn amounts_of(shortfall: &Shortfall) -> (String, String) {
    let text = |n: u64| if shortfall.unit == "ms" { Millis(n).to_string() } else { thousands(n) };
    (text(shortfall.needed), text(shortfall.available))
}

/// The constant pool that would do instead of the plan.
fn constant_pool(subject: &Subject, pool: &TargetBracket) -> String {
    let fails = fails(subject, pool);
    let enis = |n: u32| counted(n.into(), "ENI", "ENIs");
    match pool.enough {
        Some(0) => "No constant pool is needed.".to_owned(),
        Some(enough) if enough == pool.at_least => format!("A constant pool needs {}{fails}.", enis(enough)),
        Some(enough) => {
            format!("A constant pool needs {} to {}{fails}.", thousands(pool.at_least.into()), enis(enough))
        }
        None if pool.at_least == 0 => "No constant pool is proved sufficient.".to_owned(),
        None => format!(
            "A constant pool needs at least {}{fails}; no size is proved sufficient.",
            enis(pool.at_least)
        ),
    }
}

/// The warm target that would do instead of the plan.
fn warm_target(subject: &Subject, warm: &TargetBracket) -> String {
    let (least, fails) = (thousands(warm.at_least.into()), fails(subject, warm));
    match warm.enough {
        Some(enough) if enough == warm.at_least => {
            format!("The warm-pool policy needs a warm target of {least}{fails}.")
        }
        Some(enough) => format!(
            "The warm-pool policy needs a warm target of {least} to {}{fails}.",
            thousands(enough.into())
        ),
        None if warm.at_least == 0 => {
            "No warm target is proved sufficient for the warm-pool policy.".to_owned()
        }
        None => format!(
            "The warm-pool policy needs a warm target of at least {least}{fails}; none is proved sufficient."
        ),
    }
}

/// When one fewer than the lower bound fails, to follow it: ` (7 fail at 19:00)`.
fn fails(subject: &Subject, target: &TargetBracket) -> String {
    match (target.at_least.checked_sub(1), target.fails_at_ms) {
        (Some(fewer), Some(at)) => {
            let fail = if fewer == 1 { "fails" } else { "fail" };
            format!(" ({} {fail} {})", thousands(fewer.into()), subject.clock.phrase(at))
        }
        _ => String::new(),
    }
}

fn amounts(plan: &Plan) -> ReportTable {
    let columns = [("what", ""), ("plan", "plan"), ("lower_bound", "lower bound")];
    let mut table = ReportTable::new("", &columns);
    let (least, amount) = (&plan.lower_bound, plan.amount.as_ref());
    let mut push =
        |what: &str, plan: TableCell, bound: TableCell| table.push(vec![TableCell::text(what), plan, bound]);
    let held = TableCell::count(amount.map(|amount| amount.peak_enis));
    push("peak ENIs", held, TableCell::Count(least.peak_enis));
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
        ("creations, at minimum ENI-hours", TableCell::Count(least.creations))
    } else {
        ("creations", TableCell::Missing)
    };
    push(what, TableCell::count(amount.map(|amount| amount.creations)), bound);
    let targets = [("constant pool", &plan.constant_pool), ("warm target", &plan.warm_target)];
    // Without a plan there is nothing that they could replace.
    for (what, target) in targets.into_iter().filter(|_| amount.is_some()) {
        push(what, TableCell::count(target.enough.map(u64::from)), TableCell::Count(target.at_least.into()));
    }
    table
}

/// The ENIs of a constant pool by class, if there are several.
fn constant_pools(plan: &Plan) -> Option<ReportTable> {
    let classes = || plan.constant_pools.iter().flat_map(|pool| &pool.classes);
    if plan.amount.is_none() || classes().count() < 2 {
        return None;
    }
    let columns = [("subnet", "subnet"), ("security_groups", "security groups"), ("enis", "ENIs")];
    let mut table = ReportTable::new("Constant pool", &columns);
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
        ("limit", "limit"),
        ("from_ms", "from"),
        ("to_ms", "to"),
        ("needed", "needed"),
        ("available", "available"),
    ];
    let mut table = ReportTable::new("Limits that are exceeded", &columns).prose(&["limit"]);
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
    let columns = [("limit", "tightest limits"), ("used", "used"), ("available", "available")];
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
    let mut table = ReportTable::new("Schedule", &columns).prose(&["security_groups"]);
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

/// The schedule for programs: wall-clock times where the trace has them, else ms.
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
