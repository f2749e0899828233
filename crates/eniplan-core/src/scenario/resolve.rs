//! [`Raw`] + model + traffic -> [`Scenario`].

use std::collections::{BTreeMap, BTreeSet};

use super::assumptions::assumptions;
use super::known::{KnownFunction, Observed};
use super::raw::{RawFunction, RawGrouping, usable};
use super::{
    ARROW, DEFAULT_MEMORY, DEFAULT_PREFIX, DEFAULT_SUBNET, DEFAULT_VPC, DEFAULT_ZONE, Destination, Function,
    Grouping, MOST_SUBNETS, Raw, Route, Scenario, Subnet,
};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::Placed;
use crate::platform::Platform;

const DEFAULT_GROUP: &str = "default";

/// Fills in every default.
///
/// The functions of the trace come first and in its order, then those that only
/// the scenario knows. A function for which no subnets are named is in all the
/// declared subnets of the first VPC (the first 16); one with `subnets = []` is outside any VPC.
/// Fails where the trace names a function twice (E104), or a setting one that there is not (E204).
pub fn resolve(raw: &Raw, platform: &Platform, observed: &[Observed]) -> Result<Scenario, Diagnostics> {
    let known = known(raw, observed)?;
    let subnets = subnets(raw);
    let index: BTreeMap<&str, usize> =
        subnets.iter().enumerate().map(|(index, subnet)| (subnet.name.as_str(), index)).collect();
    let home: Vec<usize> = (0..subnets.len())
        .filter(|&at| subnets.first().map(|first| &first.vpc) == subnets.get(at).map(|subnet| &subnet.vpc))
        .take(MOST_SUBNETS)
        .collect();
    let functions = known.iter().map(|known| function(known, platform, &index, &home)).collect();
    let destinations = raw
        .destinations
        .iter()
        .map(|destination| Destination {
            name: destination.name.value.clone(),
            subnet: destination
                .subnet
                .as_ref()
                .and_then(|name| index.get(name.value.as_str()).copied())
                .unwrap_or(0),
            security_groups: groups(destination.security_groups.as_ref()),
        })
        .collect();
    Ok(Scenario {
        functions,
        routes: raw
            .routes
            .iter()
            .map(|route| Route {
                name: route.name.value.clone(),
                code: route.code.unwrap_or_default(),
                init: route.init.unwrap_or_default(),
            })
            .collect(),
        groupings: raw.groupings.iter().map(grouping).collect(),
        destinations,
        allows: raw.allows.clone(),
        max_cold_start: raw.max_cold_start,
        survive_zone: raw.survive_zone,
        eni_hour: raw.eni_hour,
        creation: raw.creation,
        assumptions: assumptions(raw, platform, &known, &subnets),
        subnets,
    })
}

fn known<'r>(raw: &'r Raw, observed: &'r [Observed]) -> Result<Vec<KnownFunction<'r>>, Diagnostics> {
    let declared: BTreeMap<&str, &RawFunction> =
        raw.functions.iter().map(|function| (function.name.value.as_str(), function)).collect();
    let seen = observed_once(observed)?;
    raw.added_in_vain(&seen).or(())?;
    let of_trace = observed.iter().map(|function| KnownFunction {
        name: &function.name,
        said: declared.get(function.name.as_str()).copied(),
        observed: Some(function),
    });
    let others =
        raw.functions.iter().filter(|function| !seen.contains(function.name.value.as_str())).map(
            |function| KnownFunction { name: &function.name.value, said: Some(function), observed: None },
        );
    Ok(of_trace.chain(others).collect())
}

fn function(
    known: &KnownFunction<'_>,
    platform: &Platform,
    index: &BTreeMap<&str, usize>,
    home: &[usize],
) -> Function {
    let said = known.said;
    let subnets = match said.and_then(|said| said.subnets.as_ref()) {
        Some(names) => names.iter().filter_map(|name| index.get(name.value.as_str()).copied()).collect(),
        None => home.to_vec(),
    };
    let reaches = said.map_or_else(Vec::new, |said| {
        said.reaches.iter().map(|destination| destination.value.clone()).collect()
    });
    Function {
        name: known.name.to_owned(),
        memory: known.memory().unwrap_or(DEFAULT_MEMORY),
        connections: said.and_then(|said| said.connections).unwrap_or(1),
        subnets,
        security_groups: groups(said.and_then(|said| said.security_groups.as_ref())),
        keep_alive: said.and_then(|said| said.keep_alive).unwrap_or(platform.environment.keep_alive.value),
        reaches,
    }
}

/// How E301 writes that a function must reach a destination; [`Raw::locate`] reads it back.
pub(crate) fn arrow(function: &str, destination: &str) -> String {
    format!("{function}{ARROW}{destination}")
}

fn grouping(raw: &RawGrouping) -> Grouping {
    let routes = |routes: &[Placed<String>]| routes.iter().map(|route| route.value.clone()).collect();
    let functions = raw.functions.iter().map(|(name, of)| (name.value.clone(), routes(of)));
    Grouping { name: raw.name.value.clone(), functions: functions.collect(), place: raw.name.place }
}

fn observed_once(observed: &[Observed]) -> Result<BTreeSet<&str>, Diagnostics> {
    let mut seen = BTreeSet::new();
    let mut problems = Diagnostics::default();
    for function in observed {
        if !seen.insert(function.name.as_str()) {
            let message = format!("the trace has two functions named `{}`", function.name);
            problems.push(
                Diagnostic::new(Code::Duplicate, message, "give each function a unique name")
                    .with_value(&function.name),
            );
        }
    }
    problems.or(seen)
}

fn groups(named: Option<&Vec<String>>) -> Vec<String> {
    named.cloned().unwrap_or_else(|| vec![DEFAULT_GROUP.to_owned()])
}

fn subnets(raw: &Raw) -> Vec<Subnet> {
    if raw.subnets.is_empty() {
        return vec![Subnet {
            name: DEFAULT_SUBNET.to_owned(),
            zone: DEFAULT_ZONE.to_owned(),
            vpc: DEFAULT_VPC.to_owned(),
            usable: usable(DEFAULT_PREFIX),
            in_use: 0,
        }];
    }
    raw.subnets
        .iter()
        .map(|subnet| Subnet {
            name: subnet.name.value.clone(),
            zone: subnet.zone.clone().unwrap_or_else(|| DEFAULT_ZONE.to_owned()),
            vpc: subnet.vpc().to_owned(),
            usable: subnet.usable(),
            in_use: subnet.in_use.as_ref().map_or(0, |in_use| in_use.value),
        })
        .collect()
}
