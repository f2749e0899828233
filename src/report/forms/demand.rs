//! The form of `demand`, whole and by function.

use serde::Serialize;
use serde_json::Value;

use super::{About, OfTraffic};

/// A number over the traffic.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[allow(clippy::struct_field_names, reason = "the fields of the answer")]
pub(in crate::report) struct Peak {
    /// The largest.
    pub peak: u32,
    /// When first.
    pub peak_at_ms: u64,
    /// The mean over the span.
    pub mean: f64,
    /// The integral, in hours.
    pub hours: f64,
}

/// Invocations that run at once.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct Concurrency {
    /// The mean over the span.
    pub mean: f64,
    /// The most.
    pub peak: u32,
    /// When first.
    pub peak_at_ms: u64,
}

/// What a function needs.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct FunctionNeed<'a> {
    /// Its name.
    pub function: &'a str,
    /// Its invocations.
    pub invocations: u64,
    /// Invocations that run at once, on average.
    pub mean_concurrency: f64,
    /// The most.
    pub peak_concurrency: u32,
    /// When first.
    pub peak_concurrency_at_ms: u64,
    /// Environments.
    pub environments: Peak,
}

/// What the functions need that share their subnets and security groups.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct PoolNeed<'a> {
    /// The subnets.
    pub subnets: &'a [String],
    /// The security groups.
    pub security_groups: &'a [String],
    /// How many functions share them.
    pub functions: usize,
    /// ENIs in use at once.
    pub enis_in_use: Peak,
    /// ENIs held at once.
    pub enis: Peak,
}

/// The largest value in each of equal steps of the span.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct OverTime {
    /// The length of a step.
    pub step_ms: u64,
    /// Environments.
    pub environments: Vec<u32>,
    /// ENIs.
    pub enis: Vec<u32>,
}

/// What the traffic needs.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct Demanded<'a> {
    #[serde(flatten)]
    pub about: About<'a>,
    /// Invocations that run at once.
    pub concurrency: Concurrency,
    /// Environments.
    pub environments: Peak,
    /// ENIs.
    pub enis: Peak,
    /// Each function, the busiest first.
    pub functions: Vec<FunctionNeed<'a>>,
    /// Each set of subnets and security groups that functions share.
    pub pools: Vec<PoolNeed<'a>>,
    /// Over time.
    pub over_time: OverTime,
}

/// What a function runs at once.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct FunctionLoad<'a> {
    /// Its name.
    pub function: &'a str,
    /// Its invocations.
    pub invocations: u64,
    /// Invocations that run at once, on average.
    pub mean_concurrency: f64,
    /// The most.
    pub peak_concurrency: u32,
    /// When first.
    pub peak_concurrency_at_ms: u64,
    /// Invocations in its busiest slot, where the traffic has slots.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub busiest_slot_invocations: Option<u64>,
    /// When that begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub busiest_slot_at_ms: Option<u64>,
}

/// What each function runs at once, and nothing else.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct ByFunction<'a> {
    #[serde(flatten)]
    pub of: OfTraffic<'a>,
    /// Each function, the busiest first; as values, since many are made side by side.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<FunctionLoad<'a>>"))]
    pub functions: Vec<Value>,
}
