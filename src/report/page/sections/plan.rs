//! The plan against demand, subnet by subnet, with the capacity of each.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde_json::{Value as Json, json};

use super::chart::chart;
use crate::demand::Curve;
use crate::plan::Plan;
use crate::report::format::{name, sentence, thousands};
use crate::report::page::{PageSection, Peaks, ReportPage, TimeGrid, table};
use crate::report::{ReportTable, TableCell, answers};

pub(in crate::report::page) const SECTION: PageSection =
    PageSection { id: "plan", title: "Plan against demand, by subnet", body, data };

/// Subnets that are drawn; the table has all.
const DRAWN: usize = 8;

fn body(page: &ReportPage<'_>) -> Markup {
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
                "Demand is what the traffic needs with instant boots. The plan holds more, because it keeps the \
                 target for every boot time. A draining ENI counts as held for the longest deletion."
            }
        }
        @for (index, subnet) in subnets.iter().take(DRAWN).enumerate() {
            (chart(&format!("chart-subnet-{index}"), &caption(subnet), &says(subnet)))
        }
        @if left > 0 { p.note { (left) " more subnets are in the table." } }
        (table::table(&by_subnet(&subnets), page.subject.clock))
        @for shown in &answer.tables {
            // The schedule is long, and the chart shows it.
            @if shown.title == "Schedule" {
                details { summary { (shown.title) } (table::table(shown, page.subject.clock)) }
            } @else {
                (table::table(shown, page.subject.clock))
            }
        }
    }
}

/// What the plan and the trace make of one subnet.
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

fn grid(page: &ReportPage<'_>, plan: &Plan) -> TimeGrid {
    let first = plan.schedule.iter().map(|row| row.at_ms).min().unwrap_or(0).min(0);
    TimeGrid::new(first, page.subject.span.0, page.subject.slot)
}

/// The subnets that anything happens in, the fullest first.
fn subnets(page: &ReportPage<'_>, plan: &Plan) -> Vec<SubnetUse> {
    let grid = grid(page, plan);
    let topology = page.topology;
    let of = |(index, room): (usize, &crate::topology::SubnetRoom)| {
        let class = |class: &usize| topology.classes.get(*class).is_some_and(|class| class.subnet == index);
        let pools = || page.demand.pools.iter().filter(|pool| pool.classes.iter().any(class));
        let curves: Vec<Curve> = pools().map(|pool| pool.in_use.clone()).collect();
        let demand = Curve::combine(&curves, |values| values.iter().sum());
        let held = plan.amount.map(|_| sample_held(page, plan, &room.name, grid));
        SubnetUse {
            name: room.name.clone(),
            zone: room.zone.clone(),
            addresses: room.addresses.into(),
            held: held.unwrap_or_default(),
            demand: Peaks::sample(&demand, grid),
            shared: pools().any(|pool| pool.classes.iter().any(|other| !class(other))),
        }
    };
    let mut all: Vec<SubnetUse> = topology.limits.subnets.iter().enumerate().map(of).collect();
    all.retain(|subnet| subnet.need() > 0 || subnet.peak().is_some_and(|peak| peak > 0));
    let fullness = |subnet: &SubnetUse| {
        let most = subnet.peak().unwrap_or(0).max(subnet.need());
        u128::from(most) * 1_000_000 / u128::from(subnet.addresses.max(1))
    };
    all.sort_by_key(|subnet| std::cmp::Reverse(fullness(subnet)));
    all
}

/// What the plan holds of a subnet, each deleted ENI for the longest deletion.
fn sample_held(page: &ReportPage<'_>, plan: &Plan, subnet: &str, grid: TimeGrid) -> Vec<u64> {
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

fn caption(subnet: &SubnetUse) -> String {
    let addresses = thousands(subnet.addresses);
    format!("{} in {}: {addresses} free addresses", name(&subnet.name), name(&subnet.zone))
}

fn says(subnet: &SubnetUse) -> String {
    let held =
        subnet.peak().map_or_else(String::new, |peak| format!("at most {} planned, ", thousands(peak)));
    let shared = if subnet.shared { " from functions that may use other subnets too" } else { "" };
    format!(
        "ENIs in {}: {held}demand at most {}{shared}, {} free addresses.",
        name(&subnet.name),
        thousands(subnet.need()),
        thousands(subnet.addresses)
    )
}

fn by_subnet(subnets: &[SubnetUse]) -> ReportTable {
    let columns = [
        ("subnet", "subnet"),
        ("zone", "zone"),
        ("demand", "peak demand"),
        ("plan", "planned peak"),
        ("addresses", "free addresses"),
        ("share", "used"),
    ];
    let shared = if subnets.iter().any(|subnet| subnet.shared) {
        " (demand that several subnets can meet counts in each)"
    } else {
        ""
    };
    let mut table = ReportTable::new(format!("By subnet{shared}"), &columns);
    for subnet in subnets {
        let share = |peak: u64| peak as f64 / subnet.addresses.max(1) as f64;
        table.push(vec![
            TableCell::text(subnet.name.as_str()),
            TableCell::text(subnet.zone.as_str()),
            TableCell::Count(subnet.need()),
            TableCell::count(subnet.peak()),
            TableCell::Count(subnet.addresses),
            subnet.peak().map_or(TableCell::Missing, |peak| TableCell::Share(share(peak))),
        ]);
    }
    table
}

fn data(page: &ReportPage<'_>) -> Json {
    let Ok(plan) = &page.plan else { return Json::Null };
    let grid = grid(page, plan);
    let one = |subnet: &SubnetUse| json!({ "subnet": name(&subnet.name), "capacity": subnet.addresses, "held": subnet.held, "demand": subnet.demand });
    let subnets: Vec<Json> = subnets(page, plan).iter().take(DRAWN).map(one).collect();
    json!({
        "origin": page.subject.clock.origin, "start": grid.start, "step": grid.step, "steps": grid.steps,
        "subnets": subnets,
    })
}
