//! Unite: what all files found, each thing once: the live one wins over the state, that over the plan.

use std::collections::{BTreeMap, BTreeSet};

use super::estate::{Estate, EstateEni, EstateFunction, EstateSubnet};
use super::found::{
    FactOrigin, FoundEni, FoundFunction, FoundSubnet, FunctionNetwork, Id, InventoryFacts, ListingPage, Quota,
};
use super::reconcile::functions;
use super::vpc;
use eniplan_core::diagnostic::Diagnostics;
use eniplan_core::quantity::Memory;

/// One estate of everything found; `kinds` are the files with what prints them.
pub(super) fn unite(
    found: InventoryFacts,
    kinds: Vec<(String, &'static str)>,
    problems: &mut Diagnostics,
) -> Estate {
    let mut notes = found.notes;
    let functions_listed =
        found.pages.get("Functions").is_some_and(|pages| pages.iter().any(|page| !page.more));
    let (functions, versions) = functions(found.functions, &mut notes, problems);
    let described = subnets(found.subnets, &mut notes);
    let networks = functions.iter().chain(&versions).filter_map(|function| function.network.as_ref());
    let (subnets, index) = placed(described, networks, &mut notes);
    let groups = group_names(functions.iter().chain(&versions));
    let names = function_names(&functions);
    let make = |(function, name): (&FoundFunction, String)| made(function, name, &index, &groups);
    let version_name = |version: &FoundFunction| {
        format!("{}:{}", version.name, version.version.as_deref().unwrap_or_default())
    };
    let mut estate = Estate {
        functions: functions.iter().zip(names).map(make).collect(),
        versions: versions.iter().map(|version| (version, version_name(version))).map(make).collect(),
        subnets,
        enis_listed: found.pages.contains_key("NetworkInterfaces"),
        incomplete: incomplete(&found.pages),
        enis: enis(found.enis),
        quotas: quotas(found.quotas, &mut notes),
        group_labels: found.group_labels,
        rules: found.rules,
        sources: kinds,
        functions_listed,
        notes,
    };
    estate.functions.sort_by(|a, b| a.name.cmp(&b.name));
    estate.versions.sort_by(|a, b| a.name.cmp(&b.name));
    let users: Vec<&EstateFunction> = estate.functions.iter().chain(&estate.versions).collect();
    vpc::fill(&mut estate.subnets, &users, problems);
    more_notes(&mut estate);
    estate
}

fn more_notes(estate: &mut Estate) {
    let regions: BTreeSet<&str> =
        estate.functions.iter().filter_map(|function| function.region.as_deref()).collect();
    let mut notes = Vec::new();
    if regions.len() > 1 {
        let regions = regions.into_iter().collect::<Vec<_>>().join(", ");
        notes.push(format!("functions from several Regions or accounts are combined: {regions}"));
    }
    let unplaced = estate
        .functions
        .iter()
        .filter(|function| !function.subnets.is_empty() && function.security_groups.is_empty());
    let unplaced: Vec<&str> = unplaced.map(|function| function.name.as_str()).collect();
    if !unplaced.is_empty() {
        let names = eniplan_core::document::listed(&unplaced);
        notes.push(format!("no security group given, so `default` is assumed: {names}"));
    }
    for kind in &estate.incomplete {
        notes.push(format!("{kind}: the last page is missing, and what is on it is not counted"));
    }
    estate.notes.extend(notes);
    estate.notes.sort();
    estate.notes.dedup();
    for function in estate.functions.iter_mut().chain(&mut estate.versions) {
        if !function.subnets.is_empty() && function.security_groups.is_empty() {
            function.security_groups.push("default".to_owned());
        }
    }
}

/// The listings of which no page is the last one.
fn incomplete(pages: &BTreeMap<&'static str, Vec<ListingPage>>) -> Vec<&'static str> {
    pages.iter().filter(|(_, pages)| pages.iter().all(|page| page.more)).map(|(kind, _)| *kind).collect()
}

/// Each described subnet once; the live one wins, and of two live ones the one with fewer free addresses.
fn subnets(mut found: Vec<FoundSubnet>, notes: &mut Vec<String>) -> Vec<FoundSubnet> {
    found.sort_by(|a, b| {
        (&a.id, &a.origin.authority, a.free, &a.origin).cmp(&(&b.id, &b.origin.authority, b.free, &b.origin))
    });
    let mut kept: Vec<FoundSubnet> = Vec::new();
    for subnet in found {
        let Some(last) = kept.last_mut().filter(|last| last.id == subnet.id) else {
            kept.push(subnet);
            continue;
        };
        if last.cidr.is_some() && subnet.cidr.is_some() && last.cidr != subnet.cidr {
            let (here, there) = (last.origin.words(), subnet.origin.words());
            notes.push(format!(
                "subnet {}: {here} and {there} give different CIDR blocks; the first is used",
                subnet.id.name
            ));
        }
        last.label = last.label.take().or(subnet.label);
        last.zone = last.zone.take().or(subnet.zone);
        last.vpc = last.vpc.take().or(subnet.vpc);
        last.cidr = last.cidr.or(subnet.cidr);
        last.free = last.free.or(subnet.free);
    }
    kept
}

/// The subnets by name, also those that only functions name, and where each id stands;
/// subnets without IPv4 are left out.
fn placed<'f>(
    described: Vec<FoundSubnet>,
    networks: impl Iterator<Item = &'f FunctionNetwork>,
    notes: &mut Vec<String>,
) -> (Vec<EstateSubnet>, BTreeMap<Id, usize>) {
    let mut all: BTreeMap<Id, Option<FoundSubnet>> = BTreeMap::new();
    let mut vpcs: BTreeMap<&Id, &String> = BTreeMap::new();
    for network in networks {
        for id in &network.subnets {
            all.entry(id.clone()).or_default();
            vpcs.extend(network.vpc.as_ref().map(|vpc| (id, vpc)));
        }
    }
    for subnet in described {
        if subnet.ipv6_only {
            let used = if all.remove(&subnet.id).is_some() { ", although functions use it" } else { "" };
            notes.push(format!("subnet {} has no IPv4 addresses and is ignored{used}", subnet.id.name));
            continue;
        }
        all.insert(subnet.id.clone(), Some(subnet));
    }
    let names = unique_names(all.keys());
    let mut subnets: Vec<(Id, EstateSubnet)> = all
        .into_iter()
        .map(|(id, found)| {
            let vpc = vpcs.get(&id).map(|vpc| (*vpc).clone());
            let name = names.get(&id).cloned().unwrap_or_default();
            let subnet = EstateSubnet {
                name,
                label: found.as_ref().and_then(|subnet| subnet.label.clone()),
                zone: found.as_ref().and_then(|subnet| subnet.zone.clone()),
                vpc: found.as_ref().and_then(|subnet| subnet.vpc.clone()).or(vpc),
                cidr: found.as_ref().and_then(|subnet| subnet.cidr),
                free: found.as_ref().and_then(|subnet| subnet.free),
                origin: found.map(|subnet| subnet.origin),
            };
            (id, subnet)
        })
        .collect();
    subnets.sort_by(|a, b| a.1.name.cmp(&b.1.name));
    let index = subnets.iter().enumerate().map(|(at, (id, _))| (id.clone(), at)).collect();
    (subnets.into_iter().map(|(_, subnet)| subnet).collect(), index)
}

/// A name of its own for each id: with the file where several files mean different things by one.
fn unique_names<'i>(ids: impl Iterator<Item = &'i Id>) -> BTreeMap<Id, String> {
    let mut by_name: BTreeMap<&str, Vec<&Id>> = BTreeMap::new();
    for id in ids {
        by_name.entry(&id.name).or_default().push(id);
    }
    let named = |(name, ids): (&str, Vec<&Id>)| {
        let several = ids.len() > 1;
        let own = move |id: &Id| match &id.scope {
            Some(file) if several => format!("{name} ({file})"),
            _ => name.to_owned(),
        };
        ids.into_iter().map(|id| (id.clone(), own(id))).collect::<Vec<_>>()
    };
    by_name.into_iter().flat_map(named).collect()
}

fn group_names<'f>(users: impl Iterator<Item = &'f FoundFunction>) -> BTreeMap<Id, String> {
    let ids: BTreeSet<&Id> =
        users.filter_map(|function| function.network.as_ref()).flat_map(|network| &network.groups).collect();
    unique_names(ids.into_iter())
}

/// A name of its own for each function: with Region, account or file where several have the same.
fn function_names(functions: &[FoundFunction]) -> Vec<String> {
    let part = |function: &FoundFunction, n: usize| arn_part(function.arn.as_deref(), n);
    let forms: [&dyn Fn(&FoundFunction) -> String; 4] = [
        &|group| group.name.clone(),
        &|group| format!("{}/{}", part(group, 3).or(group.scope.clone()).unwrap_or_default(), group.name),
        &|group| format!("{}/{}", group.arn.clone().or(group.scope.clone()).unwrap_or_default(), group.name),
        &|group| format!("{}/{}", group.origin.words(), group.name),
    ];
    let mut names: Vec<String> = functions.iter().map(forms[0]).collect();
    for form in forms.iter().skip(1) {
        let mut count: BTreeMap<String, u32> = BTreeMap::new();
        for name in &names {
            *count.entry(name.clone()).or_default() += 1;
        }
        for (name, function) in names.iter_mut().zip(functions) {
            if count.get(name).is_some_and(|count| *count > 1) {
                *name = form(function);
            }
        }
    }
    names
}

/// Part `n` of an ARN, which is `arn:partition:service:region:account:...`.
fn arn_part(arn: Option<&str>, n: usize) -> Option<String> {
    arn?.split(':').nth(n).filter(|part| !part.is_empty()).map(str::to_owned)
}

fn made(
    function: &FoundFunction,
    name: String,
    index: &BTreeMap<Id, usize>,
    groups: &BTreeMap<Id, String>,
) -> EstateFunction {
    let network = function.network.clone().unwrap_or_default();
    let mut subnets: Vec<usize> = network.subnets.iter().filter_map(|id| index.get(id).copied()).collect();
    subnets.sort_unstable();
    let mut security_groups: Vec<String> =
        network.groups.iter().filter_map(|id| groups.get(id).cloned()).collect();
    security_groups.sort();
    EstateFunction {
        name,
        memory: function.memory_mib.map(Memory::mib),
        timeout_s: function.timeout_s,
        concurrency: function.concurrency,
        subnets,
        security_groups,
        region: arn_part(function.arn.as_deref(), 3),
        origin: function.origin.clone(),
    }
}

fn enis(mut found: Vec<FoundEni>) -> Vec<EstateEni> {
    found.sort_by(|a, b| (&a.id, &a.origin).cmp(&(&b.id, &b.origin)));
    found.dedup_by(|a, b| a.id == b.id);
    let eni = |eni: FoundEni| EstateEni {
        id: eni.id,
        lambda: eni.lambda,
        subnet: eni.subnet,
        security_groups: eni.groups,
        zone: eni.zone,
        attached: eni.attached,
        addresses: eni.addresses,
        made_for: eni.made_for,
        origin: eni.origin,
    };
    found.into_iter().map(eni).collect()
}

/// The smallest of each limit.
fn quotas(
    mut found: Vec<(Quota, u64, FactOrigin)>,
    notes: &mut Vec<String>,
) -> BTreeMap<Quota, (u64, FactOrigin)> {
    found.sort();
    let mut all: BTreeMap<Quota, (u64, FactOrigin)> = BTreeMap::new();
    for (quota, value, origin) in found {
        if let Some((first, at)) = all.get(&quota) {
            if *first != value {
                let (here, there) = (at.words(), origin.words());
                notes.push(format!("{here} and {there} give different limits; the smaller is used"));
            }
        } else {
            all.insert(quota, (value, origin));
        }
    }
    all
}
