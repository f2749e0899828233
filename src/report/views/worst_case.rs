//! The JSON view of `worst-case`, and of the witness file that it writes.

use serde::Serialize;

use super::SubjectView;
use crate::cold_path::{Cause, SystemLimit};
use crate::quantity::Millis;
use crate::simulation::Realization;
use crate::worst_case::{Bracket, CurvePoint, PeakEnis, WorstColdStart};

/// What the longest part of a cold start is.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "BottleneckCause"))]
#[serde(untagged)]
pub(in crate::report) enum SpentOnView {
    /// A wait.
    Wait(Cause),
    /// No wait.
    Else(NoWaitView),
}

/// Not a wait of a phase.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "NoWait"))]
#[serde(rename_all = "snake_case")]
pub(in crate::report) enum NoWaitView {
    /// The phase itself.
    Phase,
    /// The queue of the function, until an environment that another invocation started is free.
    Queue,
}

/// The longest part of a cold start.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Bottleneck"))]
pub(in crate::report) struct BottleneckView<'a> {
    /// The phase it belongs to; absent if the invocation waited in its function's queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<&'a str>,
    /// What it is.
    pub cause: SpentOnView,
    /// Its length.
    pub duration_ms: u64,
    /// The limit behind it, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<SystemLimit>,
    /// One sentence.
    pub summary: String,
}

/// The worst-case cold start, between a witness and a bound.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ColdStart"))]
pub(in crate::report) struct ColdStartView<'a> {
    #[serde(flatten)]
    pub cold_start: &'a WorstColdStart,
    /// The longest part of it; null without a cold start.
    pub bottleneck: Option<BottleneckView<'a>>,
}

/// The worst case over every realization of the uncertainty set.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct WorstCaseView<'a> {
    #[serde(flatten)]
    pub about: SubjectView<'a>,
    /// The worst-case cold start.
    pub cold_start: ColdStartView<'a>,
    /// Peak ENIs.
    pub peak_enis: &'a PeakEnis,
    /// Failed invocations.
    pub failures: Bracket,
    /// The realization behind `cold_start`; `simulate --replay` replays it.
    pub witness: &'a Realization,
    /// The one behind `peak_enis`.
    pub witness_peak_enis: &'a Realization,
    /// The one behind `failures`.
    pub witness_failures: &'a Realization,
    /// Number of realizations replayed in the search.
    pub replays: u64,
    /// States explored by the exact search; 0 if it did not apply.
    pub states_explored: u64,
    /// The time limit that stopped the search; null if it finished.
    pub stopped_after_ms: Option<u64>,
    /// The worst-case cold start by slot of arrival, with `--curve`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub curve: Option<&'a [CurvePoint]>,
    /// The length of a slot of `curve`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub curve_slot_ms: Option<Millis>,
}

/// The objective of a witness.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Objective"))]
pub struct WitnessObjectiveView<'a> {
    /// `cold_start_ms`, `peak_enis`, `failures` or `subnet_peak_enis`.
    pub objective: &'a str,
    /// The value it reaches.
    pub value: u64,
    /// The subnet, of `subnet_peak_enis`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subnet: Option<&'a str>,
}

/// The trace that a witness was found on.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "WitnessTrace"))]
pub struct WitnessTraceView {
    /// Number of invocations.
    pub invocations: u64,
    /// Length.
    pub span_ms: Millis,
    /// CRC-32 of functions and arrivals, hexadecimal.
    pub checksum: String,
}

/// A witness file: `worst-case --witness` writes it, `simulate --replay` reads it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WitnessFileView<'a> {
    /// The trace it was found on.
    pub trace: WitnessTraceView,
    /// The objective it reaches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness_of: Option<WitnessObjectiveView<'a>>,
    /// The policy it was found under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<&'a str>,
    /// The model it was found on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<&'a str>,
    /// The realization.
    #[serde(flatten)]
    pub realization: &'a Realization,
}
