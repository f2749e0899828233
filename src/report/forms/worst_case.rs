//! The form of `worst-case`, and of the witness file that it writes.

use serde::Serialize;

use super::About;
use crate::cold_path::{Cause, SystemLimit};
use crate::quantity::Millis;
use crate::simulation::Assignment;
use crate::worst_case::{Bracket, CurvePoint, PeakEnis, WorstColdStart};

/// What the longest part of a cold start was spent on.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub(in crate::report) enum SpentOn {
    /// A wait.
    Wait(Cause),
    /// No wait.
    Else(NoWait),
}

/// What is no wait of a phase.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::report) enum NoWait {
    /// The phase itself.
    Phase,
    /// The queue of the function, until an environment that another invocation has started was free.
    Queue,
}

/// The longest part of a cold start.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct Binding<'a> {
    /// The phase it belongs to; absent where the invocation waited in its function's queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<&'a str>,
    /// What it was spent on.
    #[serde(rename = "for")]
    pub spent_on: SpentOn,
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct ColdStart<'a> {
    #[serde(flatten)]
    pub it: &'a WorstColdStart,
    /// The longest part of it; null without a cold start.
    pub binding: Option<Binding<'a>>,
}

/// The worst case over every assignment of the uncertainty set.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct WorstCased<'a> {
    #[serde(flatten)]
    pub about: About<'a>,
    /// The longest cold start.
    pub cold_start: ColdStart<'a>,
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Objective<'a> {
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WitnessTraffic {
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
pub struct WitnessFile<'a> {
    /// The traffic it was found on.
    pub traffic: WitnessTraffic,
    /// What it witnesses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness_of: Option<Objective<'a>>,
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
