//! The form of `simulate`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{About, Binding};
use crate::cold_path::PathPhase;

/// Cold starts of all served invocations, a warm one 0, ms.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct Percentiles {
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

impl From<[u64; 5]> for Percentiles {
    fn from([p50, p90, p95, p99, max]: [u64; 5]) -> Self {
        Self { p50, p90, p95, p99, max }
    }
}

/// Cold starts over all served invocations, and over the cold ones alone.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct ColdStarts {
    #[serde(flatten)]
    pub all: Percentiles,
    /// Over those that started cold.
    pub of_cold: Percentiles,
}

/// The longest cold start, and why it took so long.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct LongestForm<'a> {
    /// How long.
    pub length_ms: u64,
    /// When its invocation arrived.
    pub at_ms: u64,
    /// The function.
    pub function: Option<&'a str>,
    /// The phases along its longest path.
    pub path: &'a [PathPhase],
    /// The longest part of it.
    pub binding: Option<Binding<'a>>,
}

/// The most ENIs in a subnet.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct SubnetMost<'a> {
    /// The subnet.
    pub subnet: &'a str,
    /// The most held at once.
    pub peak: u64,
}

/// ENIs of all runs.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct HeldEnis<'a> {
    /// The most held at once in any run.
    pub peak: u64,
    /// When first.
    pub peak_at_ms: u64,
    /// Held on average.
    pub mean: f64,
    /// Held, integrated over the traffic, a run's mean.
    pub hours: f64,
    /// By subnet.
    pub by_subnet: Vec<SubnetMost<'a>>,
}

/// ENIs of one run.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct RunEnis {
    /// The most held at once.
    pub peak: u64,
    /// Held on average.
    pub mean: f64,
    /// Held, integrated over the traffic.
    pub hours: f64,
}

/// Environments.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct Environments {
    /// The most alive at once.
    pub peak: u64,
    /// Alive on average.
    pub mean: f64,
}

/// A mean over the runs, and half the width of its 95% confidence interval.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct EstimateForm {
    /// The mean.
    pub mean: f64,
    /// Half the width.
    pub half_width_95: f64,
}

/// One run.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct RunForm {
    /// Its seed; null for a replay.
    pub seed: Option<u64>,
    /// Invocations that arrived.
    pub invocations: u64,
    /// Those that started cold.
    pub cold: u64,
    /// Those that failed.
    pub failed: u64,
    /// Cold starts of all served.
    pub cold_start_ms: Percentiles,
    /// ENIs requested.
    pub creations: u64,
    /// ENIs.
    pub enis: RunEnis,
    /// Environments.
    pub environments: Environments,
}

/// What happens under one policy.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct Simulated<'a> {
    #[serde(flatten)]
    pub about: About<'a>,
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
    pub cold_start_ms: ColdStarts,
    /// The longest of all; null where nothing was served.
    pub longest: Option<LongestForm<'a>>,
    /// Failed invocations, by what failed them.
    pub failed: BTreeMap<&'static str, u64>,
    /// ENIs.
    pub enis: HeldEnis<'a>,
    /// Environments.
    pub environments: Environments,
    /// Means over the runs, by what is estimated; empty for one run.
    pub estimates: BTreeMap<&'static str, EstimateForm>,
    /// Each run.
    pub by_run: Vec<RunForm>,
}
