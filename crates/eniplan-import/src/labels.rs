//! Labels: what the series of monitoring tools have in common: labels that name a function, points of time and value.

use std::collections::BTreeMap;

use super::functions::UNNAMED;
use super::json::JsonNode;
use eniplan_core::diagnostic::Diagnostic;

/// The labels that name a function, best first.
const NAMES: [&str; 12] = [
    "function_name",
    "functionname",
    "FunctionName",
    "dimension_FunctionName",
    "function",
    "faas_name",
    "serverless_function",
    "lambda",
    "resource",
    "service",
    "handler",
    "name",
];

/// The two parts of a point: time and value.
pub(crate) fn pair_of<'t>(pair: &JsonNode<'t>) -> Result<[JsonNode<'t>; 2], Diagnostic> {
    let items = pair.items()?;
    items.try_into().map_err(|_| pair.bad("expected a time and a value", "fetch the complete answer again"))
}

/// The function that `labels` name.
pub(crate) fn function_of(labels: &BTreeMap<String, String>) -> String {
    let named = NAMES.iter().find_map(|name| labels.get(*name)).filter(|name| !name.trim().is_empty());
    match named {
        Some(name) => name.trim().to_owned(),
        None if labels.is_empty() => UNNAMED.to_owned(),
        None => labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(","),
    }
}
