//! Which functions use which ENIs, where the ENIs are, and what they reach.

use std::collections::BTreeMap;

use maud::{Markup, PreEscaped, html};

use super::no_data;
use crate::report::format::{counted, name, thousands};
use crate::report::graph;
use crate::report::page::{PageSection, ReportPage, table};
use crate::report::{ReportTable, TableCell};

pub(in crate::report::page) const SECTION: PageSection =
    PageSection { id: "topology", title: "Topology", body, data: no_data };

/// Names of functions in one cell.
const NAMED: usize = 6;

fn body(page: &ReportPage<'_>) -> Markup {
    let topology = page.topology;
    let outside = topology.functions.iter().filter(|function| function.classes.is_empty()).count() as u64;
    let inside = topology.functions.len() as u64 - outside;
    html! {
        p {
            (counted(inside, "function uses", "functions use")) " "
            (counted(topology.classes.len() as u64, "ENI class", "ENI classes")) " in "
            (counted(topology.limits.subnets.len() as u64, "subnet", "subnets"))
            @if outside > 0 { "; " (counted(outside, "function is", "functions are")) " outside any VPC" } "."
        }
        div.scroll.picture tabindex="0" role="region" aria-label="Topology" { (PreEscaped(picture(page))) }
        (table::table(&classes(page), page.subject.clock))
        (table::table(&limits(page), page.subject.clock))
    }
}

/// The drawing as SVG, in which every name is escaped.
fn picture(page: &ReportPage<'_>) -> String {
    let of = (page.scenario, page.topology);
    graph::svg(&graph::topology::topology(&page.subject.model, of.0, of.1, Some(page.demand)))
}

/// The style rules of the drawing.
pub(in crate::report::page) fn style(page: &ReportPage<'_>) -> String {
    let picture = picture(page);
    let inside = picture.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>"));
    inside.map(|(style, _)| style.to_owned()).unwrap_or_default()
}

fn classes(page: &ReportPage<'_>) -> ReportTable {
    let topology = page.topology;
    let columns = [
        ("subnet", "subnet"),
        ("zone", "zone"),
        ("security_groups", "security groups"),
        ("addresses", "free addresses"),
        ("count", "functions"),
        ("functions", "names"),
    ];
    let mut table = ReportTable::new("ENI classes: one subnet, one set of security groups", &columns)
        .prose(&["security_groups", "functions"]);
    let mut users: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for function in &topology.functions {
        function.classes.iter().for_each(|&class| users.entry(class).or_default().push(&function.name));
    }
    for (index, class) in topology.classes.iter().enumerate() {
        let Some(subnet) = topology.limits.subnets.get(class.subnet) else { continue };
        let of = users.get(&index).map_or(&[][..], Vec::as_slice);
        let mut names: Vec<String> = of.iter().take(NAMED).map(|function| name(function)).collect();
        if of.len() > NAMED {
            names.push(format!("and {} more", of.len() - NAMED));
        }
        table.push(vec![
            TableCell::text(subnet.name.as_str()),
            TableCell::text(subnet.zone.as_str()),
            TableCell::text(class.security_groups.join(", ")),
            TableCell::Count(subnet.addresses.into()),
            TableCell::Count(of.len() as u64),
            TableCell::text(names.join(", ")),
        ]);
    }
    table
}

fn limits(page: &ReportPage<'_>) -> ReportTable {
    let limits = &page.topology.limits;
    let mut table = ReportTable::new("Limits", &[("limit", "limit"), ("value", "value")]);
    let mut push = |limit: &str, value: Option<TableCell>| {
        if let Some(value) = value {
            table.push(vec![TableCell::text(limit), value]);
        }
    };
    let count = |n: Option<u32>| n.map(|n| TableCell::text(thousands(n.into())));
    push("ENIs per VPC", count(limits.vpc_quota));
    push("ENIs per Region", count(limits.region_quota));
    let bucket = |bucket: crate::topology::TokenBucket| {
        TableCell::text(format!("{}, burst {}", bucket.per_second, bucket.burst))
    };
    push("ENI creation requests (API)", limits.api.map(bucket));
    push("concurrent invocations in the account", count(limits.account_concurrency));
    push("new environments in the account", limits.account_scaling.map(bucket));
    push("new environments per function", limits.function_scaling.map(bucket));
    push("microVM starts", limits.microvm.map(|rate| TableCell::text(rate.to_string())));
    push("ENI boot time", Some(TableCell::text(page.topology.boot.to_string())));
    push("ENI deletion time", Some(TableCell::text(page.topology.delete.to_string())));
    table
}
