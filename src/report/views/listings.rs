//! The JSON views of what is built in.

use serde::Serialize;

use crate::platform::Citation;

/// A model.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ModelForm"))]
pub(in crate::report) struct ModelView<'a> {
    /// Its name.
    pub model: &'a str,
    /// What it stands for.
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PolicyForm"))]
pub(in crate::report) struct PolicyView<'a> {
    /// Its name.
    pub policy: &'a str,
    /// What it does, in words.
    pub summary: &'a str,
    /// Whether ENIs are used again.
    pub reuse: bool,
    /// Whether an environment may join an ENI that boots.
    pub join_booting: bool,
    /// How likely an acquisition misses.
    pub miss: String,
    /// How many misses the worst case may use.
    pub miss_budget: u32,
    /// What an ENI carries, in words.
    pub capacity: String,
    /// How long an idle ENI is kept, in words.
    pub idle_ttl: String,
    /// ENIs kept free.
    pub warm: u32,
    /// Who makes ENIs, in words.
    pub made_by: &'a str,
}

/// A parameter of policies.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ParameterForm"))]
pub(in crate::report) struct ParameterView<'a> {
    /// Its name.
    pub key: &'a str,
    /// What may stand after `=`.
    pub values: &'a str,
}

/// The policies.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct PoliciesView<'a> {
    /// Each of them.
    pub policies: Vec<PolicyView<'a>>,
    /// What can be overridden.
    pub parameters: Vec<ParameterView<'a>>,
}

/// A traffic format.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "FormatForm"))]
#[allow(clippy::struct_excessive_bools, reason = "each is a field of its own")]
pub(in crate::report) struct FormatView<'a> {
    /// Its name.
    pub format: &'a str,
    /// An example of its header, or of its beginning.
    pub header: &'a str,
    /// What it holds.
    pub summary: &'a str,
    /// Whether it has companion files.
    pub companions: bool,
    /// The shapes of traffic, in words.
    pub gives: &'a str,
    /// Whether it has durations of its own.
    pub durations: bool,
    /// Whether it has memory.
    pub memory: bool,
    /// Whether its layout was seen in real files or its maker's documentation.
    pub verified: bool,
}

/// The traffic formats.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct FormatsView<'a> {
    /// Each of them.
    pub formats: Vec<FormatView<'a>>,
}

/// An example.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ExampleForm"))]
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
