//! Sentences on everything that was filled in, in the user's words.

use super::known::KnownFunction;
use super::raw::Raw;
use super::{DEFAULT_MEMORY, DEFAULT_PREFIX, DEFAULT_ZONE, MOST_SUBNETS, Subnet};
use crate::document::listed;
use crate::platform::Platform;

/// What was assumed where neither the scenario nor the trace says anything.
pub(super) fn assumptions(
    raw: &Raw,
    platform: &Platform,
    known: &[KnownFunction<'_>],
    subnets: &[Subnet],
) -> Vec<String> {
    let nothing_said = raw.functions.is_empty() && raw.subnets.is_empty();
    let why = if nothing_said { "no scenario given" } else { "not given in the scenario" };
    let who = |part: &[&str]| {
        if part.len() == known.len() { "every function".to_owned() } else { listed(part) }
    };
    let names = |test: &dyn Fn(&KnownFunction<'_>) -> bool| -> Vec<&str> {
        known.iter().filter(|known| test(known)).map(|known| known.name).collect()
    };
    let mut all = Vec::new();
    let without_memory = names(&|known| known.memory().is_none());
    if !without_memory.is_empty() {
        all.push(format!("{} of memory for {} ({why})", DEFAULT_MEMORY, who(&without_memory)));
    }
    let anywhere = names(&|known| known.without_subnets());
    if !anywhere.is_empty() {
        all.push(format!("{} for {} ({why})", place(subnets), who(&anywhere)));
    }
    let in_vpc = |known: &KnownFunction<'_>| {
        known.said.and_then(|said| said.subnets.as_ref()).is_none_or(|subnets| !subnets.is_empty())
    };
    let no_group =
        names(&|known| in_vpc(known) && known.said.is_none_or(|said| said.security_groups.is_none()));
    if !no_group.is_empty() {
        all.push(format!("security group `default` for {} ({why})", who(&no_group)));
    }
    all.extend(about_subnets(raw));
    all.extend(raw.limits_in_words(platform));
    let kept = names(&|known| known.said.is_none_or(|said| said.keep_alive.is_none()));
    if !kept.is_empty() {
        let keep_alive = &platform.environment.keep_alive;
        all.push(format!(
            "keep-alive {} for {} (model {}, grade {})",
            keep_alive.value,
            who(&kept),
            platform.name,
            keep_alive.grade
        ));
    }
    if !raw.destinations.is_empty() && raw.allows.is_empty() {
        all.push("within a VPC, every security group can reach every other (no [[allow]] given)".to_owned());
    }
    let silent = names(&|known| known.observed.is_none());
    if !silent.is_empty() {
        all.push(format!("never invoked: {} (in the scenario but not in the trace)", listed(&silent)));
    }
    all
}

/// Where functions are of which nobody says where.
fn place(subnets: &[Subnet]) -> String {
    let Some(first) = subnets.first() else { return "no subnet".to_owned() };
    let home: Vec<&str> = subnets
        .iter()
        .filter(|subnet| subnet.vpc == first.vpc)
        .take(MOST_SUBNETS)
        .map(|subnet| subnet.name.as_str())
        .collect();
    if home.len() == 1 {
        let (name, usable, zone) = (&first.name, first.usable, &first.zone);
        return format!("subnet {name} with {usable} usable addresses in zone {zone}");
    }
    format!("subnets of vpc {}, {}", first.vpc, listed(&home))
}

fn about_subnets(raw: &Raw) -> Vec<String> {
    let names = |test: &dyn Fn(&super::raw::RawSubnet) -> bool| -> Vec<&str> {
        raw.subnets.iter().filter(|subnet| test(subnet)).map(|subnet| subnet.name.value.as_str()).collect()
    };
    let (sizeless, zoneless) =
        (names(&|subnet| subnet.cidr.is_none()), names(&|subnet| subnet.zone.is_none()));
    let mut all = Vec::new();
    if !sizeless.is_empty() {
        all.push(format!("a /{DEFAULT_PREFIX} block for subnet {} (no cidr given)", listed(&sizeless)));
    }
    if !zoneless.is_empty() {
        all.push(format!("zone {DEFAULT_ZONE} for subnet {} (no zone given)", listed(&zoneless)));
    }
    all
}
