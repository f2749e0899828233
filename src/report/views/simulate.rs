//! The JSON view of `simulate`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{BottleneckView, SubjectView};
use crate::cold_path::PathPhase;

/// Cold starts of all served invocations, ms; a warm start is 0.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Percentiles"))]
pub(in crate::report) struct PercentilesView {
    /// At 50%.
    pub p50: u64,
    /// At 90%.
    pub p90: u64,
    /// At 95%.
    pub p95: u64,
    /// At 99%.
    pub p99: u64,
    /// The maximum.
    pub max: u64,
}

impl From<[u64; 5]> for PercentilesView {
    fn from([p50, p90, p95, p99, max]: [u64; 5]) -> Self {
        Self { p50, p90, p95, p99, max }
    }
}

/// Cold starts over all served invocations, and over cold starts only.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ColdStarts"))]
pub(in crate::report) struct ColdStartsView {
    #[serde(flatten)]
    pub all: PercentilesView,
    /// Over cold starts only.
    pub cold_only: PercentilesView,
}

/// The longest cold start and its bottleneck.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "LongestColdStart"))]
pub(in crate::report) struct LongestColdStartView<'a> {
    /// Its length.
    pub duration_ms: u64,
    /// When its invocation arrived.
    pub at_ms: u64,
    /// The function.
    pub function: Option<&'a str>,
    /// The phases along its longest path.
    pub path: &'a [PathPhase],
    /// The longest part of it.
    pub bottleneck: Option<BottleneckView<'a>>,
}

/// Peak ENIs in a subnet.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "SubnetPeak"))]
pub(in crate::report) struct SubnetPeakView<'a> {
    /// The subnet.
    pub subnet: &'a str,
    /// The peak.
    pub peak: u64,
}

/// ENIs of all runs.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "HeldEnis"))]
pub(in crate::report) struct HeldEnisView<'a> {
    /// The peak over all runs.
    pub peak: u64,
    /// When it is first reached.
    pub peak_at_ms: u64,
    /// The mean.
    pub mean: f64,
    /// ENI-hours per run.
    pub hours: f64,
    /// By subnet.
    pub by_subnet: Vec<SubnetPeakView<'a>>,
}

/// ENIs of one run.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RunEnis"))]
pub(in crate::report) struct RunEnisView {
    /// The peak.
    pub peak: u64,
    /// The mean.
    pub mean: f64,
    /// ENI-hours.
    pub hours: f64,
}

/// Environments.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Environments"))]
pub(in crate::report) struct EnvironmentsView {
    /// The peak.
    pub peak: u64,
    /// The mean.
    pub mean: f64,
}

/// A mean over the runs with its 95% confidence interval.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Estimate"))]
pub(in crate::report) struct EstimateView {
    /// The mean.
    pub mean: f64,
    /// Half the width of the interval.
    pub half_width_95: f64,
}

/// One run.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Run"))]
pub(in crate::report) struct RunView {
    /// Its seed; null for a replay.
    pub seed: Option<u64>,
    /// Invocations that arrived.
    pub invocations: u64,
    /// Those that started cold.
    pub cold: u64,
    /// Those that failed.
    pub failed: u64,
    /// Cold starts of all served invocations.
    pub cold_start_ms: PercentilesView,
    /// ENIs requested.
    pub creations: u64,
    /// ENIs.
    pub enis: RunEnisView,
    /// Environments.
    pub environments: EnvironmentsView,
}

/// The results of seeded runs under one policy.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct SimulateView<'a> {
    #[serde(flatten)]
    pub about: SubjectView<'a>,
    /// Number of runs.
    pub runs: usize,
    /// Invocations that arrived, all runs.
    pub invocations: u64,
    /// Those that were served.
    pub served: u64,
    /// Those that started cold.
    pub cold: u64,
    /// Cold starts per served invocation, 0 to 1.
    pub cold_share: f64,
    /// Cold starts.
    pub cold_start_ms: ColdStartsView,
    /// The longest; null if nothing was served.
    pub longest_cold_start: Option<LongestColdStartView<'a>>,
    /// Failed invocations by reason.
    pub failed: BTreeMap<&'static str, u64>,
    /// ENIs.
    pub enis: HeldEnisView<'a>,
    /// Environments.
    pub environments: EnvironmentsView,
    /// Means over the runs by quantity; empty for one run.
    pub estimates: BTreeMap<&'static str, EstimateView>,
    /// Each run.
    pub by_run: Vec<RunView>,
}
