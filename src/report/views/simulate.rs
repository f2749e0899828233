//! The JSON view of `simulate`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{BindingView, SubjectView};
use crate::cold_path::PathPhase;

/// Cold starts of all served invocations, a warm one 0, ms.
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
    /// The longest.
    pub max: u64,
}

impl From<[u64; 5]> for PercentilesView {
    fn from([p50, p90, p95, p99, max]: [u64; 5]) -> Self {
        Self { p50, p90, p95, p99, max }
    }
}

/// Cold starts over all served invocations, and over the cold ones alone.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ColdStarts"))]
pub(in crate::report) struct ColdStartsView {
    #[serde(flatten)]
    pub all: PercentilesView,
    /// Over those that started cold.
    pub of_cold: PercentilesView,
}

/// The longest cold start, and why it took so long.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "LongestForm"))]
pub(in crate::report) struct LongestColdStartView<'a> {
    /// How long.
    pub length_ms: u64,
    /// When its invocation arrived.
    pub at_ms: u64,
    /// The function.
    pub function: Option<&'a str>,
    /// The phases along its longest path.
    pub path: &'a [PathPhase],
    /// The longest part of it.
    pub binding: Option<BindingView<'a>>,
}

/// The most ENIs in a subnet.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "SubnetMost"))]
pub(in crate::report) struct SubnetPeakView<'a> {
    /// The subnet.
    pub subnet: &'a str,
    /// The most held at once.
    pub peak: u64,
}

/// ENIs of all runs.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "HeldEnis"))]
pub(in crate::report) struct HeldEnisView<'a> {
    /// The most held at once in any run.
    pub peak: u64,
    /// When first.
    pub peak_at_ms: u64,
    /// Held on average.
    pub mean: f64,
    /// Held, integrated over the traffic, a run's mean.
    pub hours: f64,
    /// By subnet.
    pub by_subnet: Vec<SubnetPeakView<'a>>,
}

/// ENIs of one run.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RunEnis"))]
pub(in crate::report) struct RunEnisView {
    /// The most held at once.
    pub peak: u64,
    /// Held on average.
    pub mean: f64,
    /// Held, integrated over the traffic.
    pub hours: f64,
}

/// Environments.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Environments"))]
pub(in crate::report) struct EnvironmentsView {
    /// The most alive at once.
    pub peak: u64,
    /// Alive on average.
    pub mean: f64,
}

/// A mean over the runs, and half the width of its 95% confidence interval.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "EstimateForm"))]
pub(in crate::report) struct EstimateView {
    /// The mean.
    pub mean: f64,
    /// Half the width.
    pub half_width_95: f64,
}

/// One run.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "RunForm"))]
pub(in crate::report) struct RunView {
    /// Its seed; null for a replay.
    pub seed: Option<u64>,
    /// Invocations that arrived.
    pub invocations: u64,
    /// Those that started cold.
    pub cold: u64,
    /// Those that failed.
    pub failed: u64,
    /// Cold starts of all served.
    pub cold_start_ms: PercentilesView,
    /// ENIs requested.
    pub creations: u64,
    /// ENIs.
    pub enis: RunEnisView,
    /// Environments.
    pub environments: EnvironmentsView,
}

/// What happens under one policy.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct SimulateView<'a> {
    #[serde(flatten)]
    pub about: SubjectView<'a>,
    /// How many runs.
    pub runs: usize,
    /// Invocations that arrived, of all runs together.
    pub invocations: u64,
    /// Those that were served.
    pub served: u64,
    /// Those that started cold.
    pub cold: u64,
    /// Cold starts per served invocation, 0 to 1.
    pub cold_share: f64,
    /// Cold starts.
    pub cold_start_ms: ColdStartsView,
    /// The longest of all; null where nothing was served.
    pub longest: Option<LongestColdStartView<'a>>,
    /// Failed invocations, by what failed them.
    pub failed: BTreeMap<&'static str, u64>,
    /// ENIs.
    pub enis: HeldEnisView<'a>,
    /// Environments.
    pub environments: EnvironmentsView,
    /// Means over the runs, by what is estimated; empty for one run.
    pub estimates: BTreeMap<&'static str, EstimateView>,
    /// Each run.
    pub by_run: Vec<RunView>,
}
