//! The JSON views of the built-in lists.

use serde::Serialize;

use crate::platform::Citation;

/// A model.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Model"))]
pub(in crate::report) struct ModelView<'a> {
    /// Its name.
    pub model: &'a str,
    /// Description.
    pub summary: &'a str,
    /// The policy that describes it best.
    pub policy: &'a str,
    /// Every number with its source.
    pub numbers: Vec<Citation>,
}

/// The models.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct ModelsView<'a> {
    /// Each of them.
    pub models: Vec<ModelView<'a>>,
}

/// A policy.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Policy"))]
pub(in crate::report) struct PolicyView<'a> {
    /// Its name.
    pub policy: &'a str,
    /// Description.
    pub summary: &'a str,
    /// Whether ENIs are reused.
    pub reuse: bool,
    /// Whether an environment may join a booting ENI.
    pub join_booting: bool,
    /// The probability that an acquisition misses.
    pub miss: String,
    /// Misses allowed in the worst case.
    pub miss_budget: u32,
    /// The capacity of an ENI.
    pub capacity: String,
    /// How long an idle ENI is kept.
    pub idle_ttl: String,
    /// The warm target: ENIs kept free.
    pub warm: u32,
    /// What creates ENIs.
    pub created_by: &'a str,
}

/// A parameter of policies.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Parameter"))]
pub(in crate::report) struct ParameterView<'a> {
    /// Its name.
    pub key: &'a str,
    /// The values it takes.
    pub values: &'a str,
}

/// The policies.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct PoliciesView<'a> {
    /// Each of them.
    pub policies: Vec<PolicyView<'a>>,
    /// The parameters that can be overridden.
    pub parameters: Vec<ParameterView<'a>>,
}

/// A trace format.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Format"))]
#[allow(clippy::struct_excessive_bools, reason = "each is a field of its own")]
pub(in crate::report) struct FormatView<'a> {
    /// Its name.
    pub format: &'a str,
    /// An example of its header or first bytes.
    pub header: &'a str,
    /// Contents.
    pub summary: &'a str,
    /// Whether it has companion files.
    pub companions: bool,
    /// The shapes of trace it gives.
    pub shapes: &'a str,
    /// Whether it has durations.
    pub durations: bool,
    /// Whether it has memory.
    pub memory: bool,
    /// Whether its layout was verified on real files or the vendor's documentation.
    pub verified: bool,
}

/// The trace formats.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct FormatsView<'a> {
    /// Each of them.
    pub formats: Vec<FormatView<'a>>,
}

/// An example.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Example"))]
pub(in crate::report) struct ExampleView<'a> {
    /// Its name.
    pub name: &'a str,
    /// The question it answers.
    pub question: &'a str,
    /// Its files.
    pub files: Vec<&'a str>,
    /// The commands that `example run` runs.
    pub commands: Vec<&'a str>,
}

/// The examples.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct ExamplesView<'a> {
    /// Each of them.
    pub examples: Vec<ExampleView<'a>>,
}
