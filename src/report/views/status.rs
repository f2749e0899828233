//! What is told beside an answer or in its place: gates, and errors.

use serde::Serialize;

use crate::diagnostic::Diagnostic;

/// A gate and whether it is passed.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "GateForm"))]
pub struct GateView<'a> {
    /// The option.
    pub gate: &'a str,
    /// What it allows.
    pub limit: u64,
    /// What the answer comes to; null where nothing is proved.
    pub value: Option<u64>,
    /// Whether that is within the limit.
    pub passed: bool,
}

/// The gates that were given, beside an answer.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GatesView<'a> {
    /// Each of them; absent without any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<GateView<'a>>,
}

/// What `--format json` prints in place of an answer where the input is bad, with exit code 2.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ErrorsView<'a> {
    /// The version of this form.
    pub schema_version: u64,
    /// What is wrong, by place; of very many the first.
    pub errors: Vec<&'a Diagnostic>,
    /// How many there are.
    pub count: u64,
}
