//! What must hold of the groupings of a scenario file: each route in one function, and in one only.

use std::collections::{BTreeMap, BTreeSet};

use super::Raw;
use super::raw::RawGrouping;
use crate::document::{DocumentReader, Place, Placed, listed};

/// Reports every contradiction.
pub(super) fn check_groupings(reader: &mut DocumentReader<'_>, raw: &Raw) {
    // Without routes every function the file declares is one.
    let functions = raw.functions.iter().map(|function| function.name.value.as_str());
    let routes = raw.routes.iter().map(|route| route.name.value.as_str());
    let known: BTreeSet<&str> = if raw.routes.is_empty() { functions.collect() } else { routes.collect() };
    let mut first: BTreeMap<&str, Place> = BTreeMap::new();
    for grouping in &raw.groupings {
        let name = &grouping.name;
        if let Some(place) = first.get(name.value.as_str()) {
            let message = format!("grouping `{}` is already defined on line {}", name.value, place.line);
            reader.bad(name, message, "give each grouping a unique name");
        } else {
            first.insert(&name.value, name.place);
        }
        if super::OWN_GROUPINGS.contains(&name.value.as_str()) {
            let message = format!("the grouping name `{}` is reserved by `compose`", name.value);
            reader.bad(name, message, "use another name");
        }
        check_grouping(reader, grouping, &known);
    }
}

fn check_grouping(reader: &mut DocumentReader<'_>, grouping: &RawGrouping, known: &BTreeSet<&str>) {
    let name = &grouping.name.value;
    let mut of: BTreeMap<&str, &str> = BTreeMap::new();
    for (function, routes) in &grouping.functions {
        if function.value.trim().is_empty() {
            reader.bad(function, format!("a function of grouping `{name}` has no name"), "add a name");
        }
        if routes.is_empty() {
            let message = format!("function `{}` of grouping `{name}` has no route", function.value);
            reader.bad(function, message, "list its routes, or remove the function");
        }
        for route in routes {
            if !known.contains(route.value.as_str()) {
                reader.unknown(route, "route", known.iter().copied());
                continue;
            }
            if let Some(other) = of.insert(&route.value, &function.value) {
                twice(reader, route, name, other);
            }
        }
    }
    if grouping.functions.is_empty() {
        let help = "add functions, each with its routes, or remove the grouping";
        return reader.bad(&grouping.name, format!("grouping `{name}` is empty"), help);
    }
    let missing: Vec<&str> = known.iter().filter(|route| !of.contains_key(*route)).copied().collect();
    if !missing.is_empty() {
        let message = format!("grouping `{name}` leaves out {}", listed(&missing));
        reader.bad(&grouping.name, message, "assign every route to one of its functions");
    }
}

fn twice(reader: &mut DocumentReader<'_>, route: &Placed<String>, grouping: &str, other: &str) {
    let message =
        format!("route `{}` of grouping `{grouping}` is already in function `{other}`", route.value);
    reader.bad(route, message, "assign each route to one function");
}
