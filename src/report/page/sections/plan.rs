//! The plan against demand, subnet by subnet, with what each has room for.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde_json::{Value as Json, json};

use super::chart::chart;
use crate::demand::Curve;
use crate::plan::Plan;
use crate::report::page::{Grid, Page, Peaks, Section, table};
use crate::report::words::{name, sentence, thousands};
use crate::report::{Table, Value, answers};

pub(in crate::report::page) const SECTION: Section =
    Section { id: "plan", title: "Plan against demand, by subnet", body, data };

/// Subnets that are drawn; the table has all.
const DRAWN: usize = 8;

fn body(page: &Page<'_>) -> Markup {
    let plan = match &page.plan {
        Ok(plan) => plan,
        Err(why) => return html! { p { (sentence(why)) "." } },
    };
    let answer = answers::plan(page.subject, plan);
    let subnets = subnets(page, plan);
    let left = subnets.len().saturating_sub(DRAWN);
    html! {
        @for line in &answer.headline { p { (line) } }
        @if plan.amount.is_some() {
            p {
                "Demand is what the traffic needs if every boot took no time; the plan holds more, because it \
                 keeps the promise over every boot time. An ENI that is being deleted is held too, for the \
                 longest deletion."
            }
        }
        @for (index, it) in subnets.iter().take(DRAWN).enumerate() {
            (chart(&format!("chart-subnet-{index}"), &caption(it), &says(it)))
        }
        @if left > 0 { p.note { "and " (left) " more subnets, in the table" } }
        (table::table(&by_subnet(&subnets), page.subject.clock))
        @for it in &answer.tables {
            // The schedule is long, and the chart shows it.
            @if it.title == "The schedule" {
                details { summary { (it.title) } (table::table(it, page.subject.clock)) }
            } @else {
                (table::table(it, page.subject.clock))
            }
        }
    }
}

/// What the plan and the traffic make of one subnet.
struct SubnetUse {
    name: String,
    zone: String,
    addresses: u64,
    /// ENIs held under the plan; nothing without one.
    held: Vec<u64>,
    /// ENIs in use by functions that may use the subnet.
    demand: Vec<u64>,
    /// Whether those functions may use other subnets too.
    shared: bool,
}

impl SubnetUse {
    fn peak(&self) -> Option<u64> {
        self.held.iter().copied().max()
    }

    fn need(&self) -> u64 {
        self.demand.iter().copied().max().unwrap_or(0)
    }
}

fn grid(page: &Page<'_>, plan: &Plan) -> Grid {
    let first = plan.schedule.iter().map(|row| row.at_ms).min().unwrap_or(0).min(0);
    Grid::new(first, page.subject.span.0, page.subject.slot)
}

/// The subnets that anything happens in, the fullest first.
fn subnets(page: &Page<'_>, plan: &Plan) -> Vec<SubnetUse> {
    let grid = grid(page, plan);
    let topology = page.topology;
    let of = |(index, room): (usize, &crate::topology::SubnetRoom)| {
        let class = |class: &usize| topology.classes.get(*class).is_some_and(|it| it.subnet == index);
        let pools = || page.demand.pools.iter().filter(|pool| pool.classes.iter().any(class));
        let curves: Vec<Curve> = pools().map(|pool| pool.in_use.clone()).collect();
        let demand = Curve::combine(&curves, |values| values.iter().sum());
        let held = plan.amount.map(|_| held(page, plan, &room.name, grid));
        SubnetUse {
            name: room.name.clone(),
            zone: room.zone.clone(),
            addresses: room.addresses.into(),
            held: held.unwrap_or_default(),
            demand: Peaks::of(&demand, grid),
            shared: pools().any(|pool| pool.classes.iter().any(|it| !class(it))),
        }
    };
    let mut all: Vec<SubnetUse> = topology.limits.subnets.iter().enumerate().map(of).collect();
    all.retain(|it| it.need() > 0 || it.peak().is_some_and(|peak| peak > 0));
    let fullness = |it: &SubnetUse| {
        let most = it.peak().unwrap_or(0).max(it.need());
        u128::from(most) * 1_000_000 / u128::from(it.addresses.max(1))
    };
    all.sort_by_key(|it| std::cmp::Reverse(fullness(it)));
    all
}

/// What the plan holds of a subnet, each deleted ENI for the longest deletion.
fn held(page: &Page<'_>, plan: &Plan, subnet: &str, grid: Grid) -> Vec<u64> {
    let drain = i64::try_from(page.topology.delete.max.0).unwrap_or(i64::MAX);
    let mut changes: BTreeMap<i64, i64> = BTreeMap::new();
    for row in plan.schedule.iter().filter(|row| row.subnet == subnet) {
        *changes.entry(row.at_ms).or_default() += i64::from(row.create);
        *changes.entry(row.at_ms.saturating_add(drain)).or_default() -= i64::from(row.delete);
    }
    let end = i64::try_from(page.subject.span.0).unwrap_or(i64::MAX);
    let (mut peaks, mut now) = (Peaks::new(grid), 0_i64);
    for (at, change) in changes.into_iter().take_while(|(at, _)| *at < end) {
        now += change;
        peaks.set(at, u64::try_from(now).unwrap_or(0));
    }
    peaks.finish()
}

fn caption(it: &SubnetUse) -> String {
    let addresses = thousands(it.addresses);
    format!("{} in {}: room for {addresses}", name(&it.name), name(&it.zone))
}

fn says(it: &SubnetUse) -> String {
    let held =
        it.peak().map_or_else(String::new, |peak| format!("the plan holds at most {}, ", thousands(peak)));
    let shared = if it.shared { " by functions that may use other subnets too" } else { "" };
    format!(
        "ENIs in {}: {held}demand is at most {}{shared}, and there is room for {}.",
        name(&it.name),
        thousands(it.need()),
        thousands(it.addresses)
    )
}

fn by_subnet(subnets: &[SubnetUse]) -> Table {
    let columns = [
        ("subnet", "subnet"),
        ("zone", "zone"),
        ("demand", "demand at most"),
        ("plan", "the plan holds"),
        ("addresses", "free addresses"),
        ("share", "used"),
    ];
    let shared = if subnets.iter().any(|it| it.shared) {
        " (a demand that several subnets can meet is counted in each)"
    } else {
        ""
    };
    let mut table = Table::new(format!("By subnet{shared}"), &columns);
    for it in subnets {
        let share = |peak: u64| peak as f64 / it.addresses.max(1) as f64;
        table.push(vec![
            Value::text(it.name.as_str()),
            Value::text(it.zone.as_str()),
            Value::Count(it.need()),
            Value::count(it.peak()),
            Value::Count(it.addresses),
            it.peak().map_or(Value::Missing, |peak| Value::Share(share(peak))),
        ]);
    }
    table
}

fn data(page: &Page<'_>) -> Json {
    let Ok(plan) = &page.plan else { return Json::Null };
    let grid = grid(page, plan);
    let one = |it: &SubnetUse| json!({ "subnet": name(&it.name), "room": it.addresses, "held": it.held, "demand": it.demand });
    let subnets: Vec<Json> = subnets(page, plan).iter().take(DRAWN).map(one).collect();
    json!({
        "origin": page.subject.clock.origin, "start": grid.start, "step": grid.step, "steps": grid.steps,
        "subnets": subnets,
    })
}
