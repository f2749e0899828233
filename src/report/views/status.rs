//! Gates beside an answer, and errors in its place.

use serde::Serialize;

use crate::diagnostic::Diagnostic;

/// A gate and whether it passed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Gate"))]
pub struct GateView<'a> {
    /// The option.
    pub gate: &'a str,
    /// The limit.
    pub limit: u64,
    /// The value in the answer; null if none is proved.
    pub value: Option<u64>,
    /// Whether the value is within the limit.
    pub passed: bool,
}

/// The gates that were given.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GatesView<'a> {
    /// Absent if none was given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<GateView<'a>>,
}

/// What `--format json` prints instead of an answer if the input is invalid, with exit code 2.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ErrorsView<'a> {
    /// The version of the JSON schema.
    pub schema_version: u64,
    /// The errors by place; the first of them if there are very many.
    pub errors: Vec<&'a Diagnostic>,
    /// Total number of errors.
    pub count: u64,
}
