//! The JSON view of `demand`, whole and by function.

use serde::Serialize;
use serde_json::Value;

use super::{OfTrafficView, SubjectView};

/// A number over the traffic.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Peak"))]
#[allow(clippy::struct_field_names, reason = "the fields of the answer")]
pub(in crate::report) struct PeakView {
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Concurrency"))]
pub(in crate::report) struct ConcurrencyView {
    /// The mean over the span.
    pub mean: f64,
    /// The most.
    pub peak: u32,
    /// When first.
    pub peak_at_ms: u64,
}

/// What a function needs.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "FunctionNeed"))]
pub(in crate::report) struct FunctionNeedView<'a> {
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
    pub environments: PeakView,
}

/// What the functions need that share their subnets and security groups.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PoolNeed"))]
pub(in crate::report) struct PoolNeedView<'a> {
    /// The subnets.
    pub subnets: &'a [String],
    /// The security groups.
    pub security_groups: &'a [String],
    /// How many functions share them.
    pub functions: usize,
    /// ENIs in use at once.
    pub enis_in_use: PeakView,
    /// ENIs held at once.
    pub enis: PeakView,
}

/// The largest value in each of equal steps of the span.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "OverTime"))]
pub(in crate::report) struct OverTimeView {
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
pub(in crate::report) struct DemandView<'a> {
    #[serde(flatten)]
    pub about: SubjectView<'a>,
    /// Invocations that run at once.
    pub concurrency: ConcurrencyView,
    /// Environments.
    pub environments: PeakView,
    /// ENIs.
    pub enis: PeakView,
    /// Each function, the busiest first.
    pub functions: Vec<FunctionNeedView<'a>>,
    /// Each set of subnets and security groups that functions share.
    pub pools: Vec<PoolNeedView<'a>>,
    /// Over time.
    pub over_time: OverTimeView,
}

/// What a function runs at once.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "FunctionLoad"))]
pub(in crate::report) struct FunctionLoadView<'a> {
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
pub(in crate::report) struct ByFunctionView<'a> {
    #[serde(flatten)]
    pub of: OfTrafficView<'a>,
    /// Each function, the busiest first; as values, since many are made side by side.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<FunctionLoadView<'a>>"))]
    pub functions: Vec<Value>,
}
