//! TOML -> [`Raw`].

use std::str::FromStr;

use ipnet::Ipv4Net;

use super::raw::{RawDestination, RawFunction, RawGrouping, RawQuota, RawRoute, RawSubnet};
use super::{Allow, Raw, check, check_groupings};
use crate::diagnostic::Diagnostics;
use crate::document::{self, Adds, DocumentReader, DocumentShape, NamedList, Placed, Setting, TomlTable};
use crate::quantity::{Memory, Millis, Price};

const TOP: &[&str] = &[
    "model",
    "policy",
    "subnet",
    "function",
    "route",
    "grouping",
    "destination",
    "allow",
    "slo",
    "prices",
    "quota",
];
const LISTS: &[NamedList] = &[
    NamedList { key: "subnet", adds: Adds::First(super::DEFAULT_SUBNET) },
    NamedList { key: "function", adds: Adds::Anything },
    NamedList { key: "route", adds: Adds::Nothing },
    NamedList { key: "grouping", adds: Adds::Nothing },
    NamedList { key: "destination", adds: Adds::Nothing },
];
/// Names until 0.1.0.
const RENAMED: &[(&str, &str)] = &[("target", "destination"), ("promise", "slo")];
const SUBNET: &[&str] = &["name", "zone", "cidr", "vpc", "in_use"];
const FUNCTION: &[&str] =
    &["name", "memory", "connections", "subnets", "security_groups", "duration", "keep_alive", "reaches"];
const ROUTE: &[&str] = &[
    "name",
    "memory",
    "connections",
    "subnets",
    "security_groups",
    "duration",
    "keep_alive",
    "reaches",
    "code",
    "init",
];
const DESTINATION: &[&str] = &["name", "subnet", "security_groups"];

/// Reads a scenario file's text; `file` names it in diagnostics.
///
/// All that is wrong with it is told at once: E201 malformed TOML, E203 a value
/// that cannot be or contradicts another, E204 an unknown key or name.
pub fn read(file: &str, text: &str) -> Result<Raw, Diagnostics> {
    read_with(file, text, &[])
}

/// The same with `settings` in the place of what the file says; a function that it does not
/// declare, and `subnet-a` where it declares no subnet, are added.
pub fn read_with(file: &str, text: &str, settings: &[Setting]) -> Result<Raw, Diagnostics> {
    let form = DocumentShape { keys: TOP, lists: LISTS, numbers: &[], renamed: RENAMED };
    document::read(file, text, &form, settings, |reader, root| {
        let tables = reader.tables(root, "subnet", SUBNET);
        let subnets: Vec<_> = tables.iter().map(|table| subnet(reader, table)).collect();
        let tables = reader.tables(root, "function", FUNCTION);
        let mut functions: Vec<_> = tables.iter().map(|table| function(reader, table)).collect();
        let tables = reader.tables(root, "route", ROUTE);
        let routes: Vec<_> = tables.iter().map(|table| route(reader, table)).collect();
        functions.extend(tables.iter().map(|table| function_of_route(reader, table)));
        let tables = reader.tables(root, "grouping", &["name", "functions"]);
        let groupings: Vec<_> = tables.iter().map(|table| grouping(reader, table)).collect();
        let tables = reader.tables(root, "destination", DESTINATION);
        let destinations: Vec<_> = tables.iter().map(|table| destination(reader, table)).collect();
        let tables = reader.tables(root, "allow", &["from", "to"]);
        let allows: Vec<_> = tables.iter().map(|table| allow(reader, table)).collect();
        let slo = reader.table(root, "slo", &["max_cold_start", "survive"]);
        let survive_zone = slo.as_ref().is_some_and(|slo| survives(reader, slo));
        let max_cold_start = slo.and_then(|slo| quantity(reader, &slo, "max_cold_start"));
        let prices = reader.table(root, "prices", &["eni_hour", "creation"]);
        let mut price = |key| prices.as_ref().and_then(|prices| quantity(reader, prices, key));
        let (eni_hour, creation): (Option<Placed<Price>>, _) = (price("eni_hour"), price("creation"));
        let raw = Raw {
            origin: reader.origin(),
            model: word(reader, root, "model"),
            policy: word(reader, root, "policy"),
            subnets: subnets.into_iter().flatten().collect(),
            functions: functions.into_iter().flatten().collect(),
            routes: routes.into_iter().flatten().collect(),
            groupings: groupings.into_iter().flatten().collect(),
            destinations: destinations.into_iter().flatten().collect(),
            allows: allows.into_iter().flatten().collect(),
            max_cold_start: max_cold_start.map(|placed: Placed<Millis>| placed.value),
            survive_zone,
            eni_hour: eni_hour.map(|price| price.value),
            creation: creation.map(|price: Placed<Price>| price.value),
            quota: RawQuota::read(reader, root),
        };
        check::check_all(reader, &raw);
        check_groupings::check_groupings(reader, &raw);
        Some(raw)
    })
}

/// What the target must survive; the one thing that can be said is `zone`.
fn survives(reader: &mut DocumentReader<'_>, target: &TomlTable<'_>) -> bool {
    let Some(text) = word(reader, target, "survive") else { return false };
    if text.value != "zone" {
        let help = "write survive = \"zone\", or remove the key";
        reader.bad(&text, format!("unknown value `{}` for `survive`", text.value), help);
        return false;
    }
    true
}

/// The text at `key`, which is not empty.
fn word(reader: &mut DocumentReader<'_>, table: &TomlTable<'_>, key: &str) -> Option<Placed<String>> {
    let text = reader.text(table, key)?;
    if text.value.trim().is_empty() {
        reader.bad(&text, format!("`{}` is empty", table.name_of(key)), "write a name, or remove the key");
        return None;
    }
    Some(text)
}

/// The name of a table that is nothing without one.
fn name(reader: &mut DocumentReader<'_>, table: &TomlTable<'_>) -> Option<Placed<String>> {
    if !table.has("name") {
        reader.missing(table, "name", "add a name so that it can be referred to");
        return None;
    }
    word(reader, table, "name")
}

fn quantity<T: FromStr<Err = crate::quantity::Malformed>>(
    reader: &mut DocumentReader<'_>,
    table: &TomlTable<'_>,
    key: &str,
) -> Option<Placed<T>> {
    reader.quantity(table, key)
}

fn subnet(reader: &mut DocumentReader<'_>, table: &TomlTable<'_>) -> Option<RawSubnet> {
    let name = name(reader, table);
    let zone = word(reader, table, "zone").map(|zone| zone.value);
    let vpc = word(reader, table, "vpc").map(|vpc| vpc.value);
    let cidr = cidr(reader, table);
    let in_use = reader.whole(table, "in_use");
    Some(RawSubnet { name: name?, zone, cidr, vpc, in_use })
}

/// An IPv4 block of /16 to /28, the sizes a subnet can have, on its boundary.
fn cidr(reader: &mut DocumentReader<'_>, table: &TomlTable<'_>) -> Option<Placed<Ipv4Net>> {
    let text = reader.text(table, "cidr")?;
    let Ok(block) = text.value.trim().parse::<Ipv4Net>() else {
        let message = format!("`{}` is not an IPv4 CIDR block", text.value);
        reader.bad(&text, message, "write an address and a prefix length, such as 10.0.1.0/26");
        return None;
    };
    if !(16..=28).contains(&block.prefix_len()) {
        let message = format!("a /{} block is not a valid subnet size", block.prefix_len());
        reader.bad(&text, message, "use /16 (largest) to /28 (smallest)");
        return None;
    }
    if block.addr() != block.network() {
        let message = format!("`{}` is not aligned to its prefix length", text.value);
        reader.bad(&text, message, format!("write {}", block.trunc()));
        return None;
    }
    Some(Placed { value: block, place: text.place })
}

fn function(reader: &mut DocumentReader<'_>, table: &TomlTable<'_>) -> Option<RawFunction> {
    let name = name(reader, table);
    let memory: Option<Placed<Memory>> = quantity(reader, table, "memory");
    if let Some(memory) = memory.as_ref().filter(|memory| memory.value.0 == 0) {
        reader.bad(memory, "memory must be greater than 0", "write it with a unit: \"1536 MiB\"");
    }
    let connections = reader.whole(table, "connections");
    if let Some(connections) = connections.as_ref().filter(|connections| connections.value == 0) {
        reader.bad(connections, "connections must be greater than 0", "use at least 1");
    }
    let subnets = reader.texts(table, "subnets");
    let in_vpc = subnets.as_ref().is_none_or(|subnets| !subnets.is_empty());
    let security_groups = groups(reader, table, in_vpc);
    let duration: Option<Placed<Millis>> = quantity(reader, table, "duration");
    let keep_alive: Option<Placed<Millis>> = quantity(reader, table, "keep_alive");
    let reaches = reader.texts(table, "reaches").unwrap_or_default();
    Some(RawFunction {
        name: name?,
        memory: memory.map(|memory| memory.value),
        connections: connections.map(|connections| connections.value),
        subnets,
        security_groups,
        duration: duration.map(|duration| duration.value),
        keep_alive: keep_alive.map(|keep_alive| keep_alive.value),
        reaches,
    })
}

/// What a route is beside a function; its name is looked at as the function's.
fn route(reader: &mut DocumentReader<'_>, table: &TomlTable<'_>) -> Option<RawRoute> {
    let code: Option<Placed<Memory>> = quantity(reader, table, "code");
    let init: Option<Placed<Millis>> = quantity(reader, table, "init");
    let name = if table.has("name") { reader.text(table, "name") } else { None };
    Some(RawRoute {
        name: name?,
        code: code.map(|placed| placed.value),
        init: init.map(|placed| placed.value),
    })
}

fn function_of_route(reader: &mut DocumentReader<'_>, table: &TomlTable<'_>) -> Option<RawFunction> {
    function(reader, table)
}

fn grouping(reader: &mut DocumentReader<'_>, table: &TomlTable<'_>) -> Option<RawGrouping> {
    let name = name(reader, table);
    if !table.has("functions") {
        let help = "add functions = { checkout = [\"cart\", \"pay\"], browse = [\"catalog\"] }";
        reader.missing(table, "functions", help);
    }
    let keys = reader.keys_at(table, "functions");
    let names: Vec<&str> = keys.iter().map(|key| key.value.as_str()).collect();
    let functions = reader.table(table, "functions", &names)?;
    let functions = keys.into_iter().map(|key| {
        let routes = reader.texts(&functions, &key.value).unwrap_or_default();
        (key, routes)
    });
    let functions = functions.collect();
    Some(RawGrouping { name: name?, functions })
}

fn destination(reader: &mut DocumentReader<'_>, table: &TomlTable<'_>) -> Option<RawDestination> {
    let name = name(reader, table);
    let subnet = word(reader, table, "subnet");
    let security_groups = groups(reader, table, true);
    Some(RawDestination { name: name?, subnet, security_groups })
}

/// The set of security groups; whatever is in a VPC has at least one.
fn groups(reader: &mut DocumentReader<'_>, table: &TomlTable<'_>, in_vpc: bool) -> Option<Vec<String>> {
    let groups = reader.texts(table, "security_groups")?;
    if groups.is_empty() && in_vpc {
        let none = Placed { value: "[]", place: reader.place_of(table, "security_groups") };
        let help = "list one, or remove the key to use `default`";
        reader.bad(&none, "a function or destination in a VPC needs a security group", help);
    }
    for empty in groups.iter().filter(|group| group.value.trim().is_empty()) {
        reader.bad(empty, "a security group has no name", "add a name");
    }
    Some(document::set(&groups))
}

fn allow(reader: &mut DocumentReader<'_>, table: &TomlTable<'_>) -> Option<Allow> {
    for key in ["from", "to"] {
        if !table.has(key) {
            reader.missing(table, key, "write the security groups that traffic comes from and goes to");
        }
    }
    let (from, to) = (word(reader, table, "from"), word(reader, table, "to"));
    Some(Allow { from: from?.value, to: to?.value })
}
