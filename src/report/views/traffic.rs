//! What an answer about traffic begins with.

use serde::Serialize;

use crate::quantity::Millis;

/// The traffic.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "TrafficForm"))]
pub(in crate::report) struct TrafficView<'a> {
    /// The file, as the user named it.
    pub source: &'a str,
    /// `log`, `counts` or `concurrency`.
    pub shape: &'a str,
    /// Length of a slot; null for a log.
    pub slot_ms: Option<Millis>,
    /// How many functions there are.
    pub functions: u64,
    /// How many invocations there are.
    pub invocations: u64,
    /// Its length.
    pub span_ms: Millis,
    /// The first instant, ms since 1970; null where the times count from 0.
    pub origin_unix_ms: Option<i64>,
}

/// The traffic alone.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct OfTrafficView<'a> {
    /// The traffic.
    pub traffic: TrafficView<'a>,
}

/// The traffic, and under which policy on which model.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct SubjectView<'a> {
    /// The traffic.
    pub traffic: TrafficView<'a>,
    /// The model's name.
    pub model: &'a str,
    /// The policy's name, with overrides.
    pub policy: &'a str,
}
