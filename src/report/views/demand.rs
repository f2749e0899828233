//! The JSON view of `demand`, in total and by function.

use serde::Serialize;
use serde_json::Value;

use super::{OfTraceView, SubjectView};

/// A quantity over the trace.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Peak"))]
#[allow(clippy::struct_field_names, reason = "the fields of the answer")]
pub(in crate::report) struct PeakView {
    /// The maximum.
    pub peak: u32,
    /// When it is first reached.
    pub peak_at_ms: u64,
    /// The mean over the trace.
    pub mean: f64,
    /// The time integral, in hours.
    pub hours: f64,
}

/// Concurrent invocations.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Concurrency"))]
pub(in crate::report) struct ConcurrencyView {
    /// The mean over the trace.
    pub mean: f64,
    /// The maximum.
    pub peak: u32,
    /// When it is first reached.
    pub peak_at_ms: u64,
}

/// The demand of a function.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "FunctionDemand"))]
pub(in crate::report) struct FunctionNeedView<'a> {
    /// Its name.
    pub function: &'a str,
    /// Its invocations.
    pub invocations: u64,
    /// Concurrent invocations, mean.
    pub mean_concurrency: f64,
    /// The maximum.
    pub peak_concurrency: u32,
    /// When it is first reached.
    pub peak_concurrency_at_ms: u64,
    /// Environments.
    pub environments: PeakView,
}

/// The demand of functions that share their subnets and security groups.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PoolDemand"))]
pub(in crate::report) struct PoolNeedView<'a> {
    /// The subnets.
    pub subnets: &'a [String],
    /// The security groups.
    pub security_groups: &'a [String],
    /// Number of functions that share them.
    pub functions: usize,
    /// ENIs in use.
    pub enis_in_use: PeakView,
    /// ENIs held.
    pub enis: PeakView,
}

/// The maximum in each of equal steps of the trace.
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

/// The demand of a trace.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct DemandView<'a> {
    #[serde(flatten)]
    pub about: SubjectView<'a>,
    /// Concurrent invocations.
    pub concurrency: ConcurrencyView,
    /// Environments.
    pub environments: PeakView,
    /// ENIs.
    pub enis: PeakView,
    /// Each function, busiest first.
    pub functions: Vec<FunctionNeedView<'a>>,
    /// Each set of subnets and security groups that functions share.
    pub pools: Vec<PoolNeedView<'a>>,
    /// Over time.
    pub over_time: OverTimeView,
}

/// The load of a function.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "FunctionLoad"))]
pub(in crate::report) struct FunctionLoadView<'a> {
    /// Its name.
    pub function: &'a str,
    /// Its invocations.
    pub invocations: u64,
    /// Concurrent invocations, mean.
    pub mean_concurrency: f64,
    /// The maximum.
    pub peak_concurrency: u32,
    /// When it is first reached.
    pub peak_concurrency_at_ms: u64,
    /// Invocations in its busiest slot, if the trace has slots.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub busiest_slot_invocations: Option<u64>,
    /// When that slot begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub busiest_slot_at_ms: Option<u64>,
}

/// The load of each function.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct ByFunctionView<'a> {
    #[serde(flatten)]
    pub of: OfTraceView<'a>,
    /// Each function, busiest first.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<FunctionLoadView<'a>>"))]
    pub functions: Vec<Value>,
}
