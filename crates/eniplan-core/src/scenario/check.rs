//! What must hold between the parts of a scenario file.

use std::collections::{BTreeMap, BTreeSet};

use super::raw::RawSubnet;
use super::{MOST_GROUPS, MOST_SUBNETS, Raw};
use crate::document::{DocumentReader, Place, Placed};

/// Reports every contradiction.
pub(super) fn check_all(reader: &mut DocumentReader<'_>, raw: &Raw) {
    unique(reader, "subnet", raw.subnets.iter().map(|subnet| &subnet.name));
    unique(reader, "function", raw.functions.iter().map(|function| &function.name));
    unique(reader, "destination", raw.destinations.iter().map(|destination| &destination.name));
    addresses(reader, raw);
    overlaps(reader, &raw.subnets);
    subnets_of_functions(reader, raw);
    names(reader, raw);
}

fn unique<'r>(reader: &mut DocumentReader<'_>, what: &str, names: impl Iterator<Item = &'r Placed<String>>) {
    let mut first: BTreeMap<&str, Place> = BTreeMap::new();
    for name in names {
        if let Some(place) = first.get(name.value.as_str()) {
            let message = format!("{what} `{}` is already defined on line {}", name.value, place.line);
            reader.bad(name, message, format!("give each {what} a unique name"));
        } else {
            first.insert(&name.value, name.place);
        }
    }
}

fn addresses(reader: &mut DocumentReader<'_>, raw: &Raw) {
    for subnet in &raw.subnets {
        let Some(in_use) = subnet.in_use.as_ref().filter(|in_use| in_use.value > subnet.usable()) else {
            continue;
        };
        let message = format!("subnet `{}` has only {} usable addresses", subnet.name.value, subnet.usable());
        reader.bad(in_use, message, "reduce in_use, or use a larger block");
    }
}

/// Blocks are nested or disjoint: in order of their starts, the larger first, those that
/// enclose the next one stand on a stack, the nearest on top.
fn overlaps(reader: &mut DocumentReader<'_>, subnets: &[RawSubnet]) {
    let mut blocks: Vec<_> =
        subnets.iter().filter_map(|subnet| Some((subnet.vpc(), subnet.cidr.as_ref()?, subnet))).collect();
    blocks.sort_by_key(|(vpc, cidr, _)| (*vpc, cidr.value.network(), cidr.value.prefix_len(), cidr.place));
    let mut around: Vec<(&str, &Placed<ipnet::Ipv4Net>, &RawSubnet)> = Vec::new();
    for block in blocks {
        while around.last().is_some_and(|(vpc, outer, _)| {
            *vpc != block.0 || outer.value.broadcast() < block.1.value.network()
        }) {
            around.pop();
        }
        if let Some(outer) = around.last() {
            let (first, second) =
                if outer.1.place < block.1.place { (outer, &block) } else { (&block, outer) };
            let names = (&second.2.name.value, &first.2.name.value);
            let message = format!("subnets `{}` and `{}` of vpc `{}` overlap", names.0, names.1, block.0);
            reader.bad(second.1, message, "use disjoint blocks, or different VPCs");
        }
        around.push(block);
    }
}

fn subnets_of_functions(reader: &mut DocumentReader<'_>, raw: &Raw) {
    let known: BTreeMap<&str, &RawSubnet> =
        raw.subnets.iter().map(|subnet| (subnet.name.value.as_str(), subnet)).collect();
    for function in &raw.functions {
        let count = function.subnets.as_ref().map_or(0, Vec::len);
        if count > MOST_SUBNETS {
            let message = format!("function `{}` has too many subnets: {count}", function.name.value);
            reader.bad(&function.name, message, format!("list at most {MOST_SUBNETS}"));
        }
        let count = function.security_groups.as_ref().map_or(0, Vec::len);
        if count > MOST_GROUPS {
            let message = format!("function `{}` has too many security groups: {count}", function.name.value);
            reader.bad(&function.name, message, format!("list at most {MOST_GROUPS}"));
        }
        let mut seen = BTreeSet::new();
        let mut vpc: Option<&str> = None;
        let mut torn = false;
        for name in function.subnets.iter().flatten() {
            let Some(subnet) = known.get(name.value.as_str()) else {
                reader.unknown(name, "subnet", known.keys().copied());
                continue;
            };
            if !seen.insert(&name.value) {
                reader.bad(name, format!("subnet `{}` is listed twice", name.value), "list it once");
            }
            let first = *vpc.get_or_insert(subnet.vpc());
            if first != subnet.vpc() && !torn {
                torn = true;
                let message = format!(
                    "function `{}` has subnets in both vpc `{first}` and vpc `{}`",
                    function.name.value,
                    subnet.vpc()
                );
                reader.bad(name, message, "use subnets of a single VPC");
            }
        }
    }
}

fn names(reader: &mut DocumentReader<'_>, raw: &Raw) {
    let subnets: BTreeSet<&str> = raw.subnets.iter().map(|subnet| subnet.name.value.as_str()).collect();
    for subnet in raw.destinations.iter().filter_map(|destination| destination.subnet.as_ref()) {
        if !subnets.contains(subnet.value.as_str()) {
            reader.unknown(subnet, "subnet", subnets.iter().copied());
        }
    }
    let destinations: BTreeSet<&str> =
        raw.destinations.iter().map(|destination| destination.name.value.as_str()).collect();
    for reach in raw.functions.iter().flat_map(|function| &function.reaches) {
        if !destinations.contains(reach.value.as_str()) {
            reader.unknown(reach, "destination", destinations.iter().copied());
        }
    }
}
