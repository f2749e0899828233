//! What an answer about a trace begins with.

use serde::Serialize;

use crate::quantity::Millis;

/// A trace.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Trace"))]
pub(in crate::report) struct TraceView<'a> {
    /// The file, as the user named it.
    pub source: &'a str,
    /// `log`, `counts` or `concurrency`.
    pub shape: &'a str,
    /// Length of a slot; null for a log.
    pub slot_ms: Option<Millis>,
    /// Number of functions.
    pub functions: u64,
    /// Number of invocations.
    pub invocations: u64,
    /// Length.
    pub span_ms: Millis,
    /// The first instant, ms since 1970; null if times count from 0.
    pub origin_unix_ms: Option<i64>,
}

/// The trace of an answer.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct OfTraceView<'a> {
    /// The trace.
    pub trace: TraceView<'a>,
}

/// The trace, policy and model of an answer.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct SubjectView<'a> {
    /// The trace.
    pub trace: TraceView<'a>,
    /// The model's name.
    pub model: &'a str,
    /// The policy's name, with overrides.
    pub policy: &'a str,
}
