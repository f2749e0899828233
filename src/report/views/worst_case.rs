//! The JSON view of `worst-case`, and of the witness file that it writes.

use serde::Serialize;

use super::SubjectView;
use crate::cold_path::{Cause, SystemLimit};
use crate::quantity::Millis;
use crate::simulation::Assignment;
use crate::worst_case::{Bracket, CurvePoint, PeakEnis, WorstColdStart};

/// What the longest part of a cold start was spent on.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "SpentOn"))]
#[serde(untagged)]
pub(in crate::report) enum SpentOnView {
    /// A wait.
    Wait(Cause),
    /// No wait.
    Else(NoWaitView),
}

/// What is no wait of a phase.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "NoWait"))]
#[serde(rename_all = "snake_case")]
pub(in crate::report) enum NoWaitView {
    /// The phase itself.
    Phase,
    /// The queue of the function, until an environment that another invocation has started was free.
    Queue,
}

/// The longest part of a cold start.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Binding"))]
pub(in crate::report) struct BindingView<'a> {
    /// The phase it belongs to; absent where the invocation waited in its function's queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<&'a str>,
    /// What it was spent on.
    #[serde(rename = "for")]
    pub spent_on: SpentOnView,
    /// How long.
    pub ms: u64,
    /// What limits that, where a limit does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<SystemLimit>,
    /// All of it in a sentence.
    pub words: String,
}

/// The longest cold start, between what a replay has shown and what is proved.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ColdStart"))]
pub(in crate::report) struct ColdStartView<'a> {
    #[serde(flatten)]
    pub cold_start: &'a WorstColdStart,
    /// The longest part of it; null without a cold start.
    pub binding: Option<BindingView<'a>>,
}

/// The worst case over every assignment of the uncertainty set.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct WorstCaseView<'a> {
    #[serde(flatten)]
    pub about: SubjectView<'a>,
    /// The longest cold start.
    pub cold_start: ColdStartView<'a>,
    /// The most ENIs held.
    pub peak_enis: &'a PeakEnis,
    /// The most failed invocations.
    pub failures: Bracket,
    /// The assignment behind `cold_start`, which the simulator replays.
    pub witness: &'a Assignment,
    /// The one behind `peak_enis`.
    pub witness_peak_enis: &'a Assignment,
    /// The one behind `failures`.
    pub witness_failures: &'a Assignment,
    /// Assignments that were replayed to find them.
    pub replays: u64,
    /// States of the exact search that were looked at; 0 where it did not help.
    pub states: u64,
    /// The time after which the search was stopped; null where it ended by itself.
    pub stopped_after_ms: Option<u64>,
    /// The longest cold start that an arrival can meet, slot by slot, with `--curve`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub curve: Option<&'a [CurvePoint]>,
    /// The length of a slot of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub curve_slot_ms: Option<Millis>,
}

/// What a witness file is a witness of.
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

/// The traffic that a witness was found on.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "WitnessTraffic"))]
pub struct WitnessTrafficView {
    /// How many invocations it has.
    pub invocations: u64,
    /// Its length.
    pub span_ms: Millis,
    /// CRC-32 of functions and arrivals, hexadecimal.
    pub checksum: String,
}

/// A witness file: `worst-case --witness` writes it, `simulate --replay` reads it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WitnessFileView<'a> {
    /// The traffic it was found on.
    pub traffic: WitnessTrafficView,
    /// What it witnesses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness_of: Option<WitnessObjectiveView<'a>>,
    /// The policy it was found under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<&'a str>,
    /// The model it was found on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<&'a str>,
    /// The assignment.
    #[serde(flatten)]
    pub assignment: &'a Assignment,
}
