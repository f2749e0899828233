//! The forms of `plan`, its sweep, `verify` and `headroom`.

use serde::Serialize;

use super::About;
use crate::plan::{Headroom, Plan, SweepStep, Verified};

/// How many ENIs keep a promise, and when to make them.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct Planned<'a> {
    #[serde(flatten)]
    pub about: About<'a>,
    #[serde(flatten)]
    pub plan: &'a Plan,
}

/// A plan for each of several promises.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct Swept<'a> {
    #[serde(flatten)]
    pub about: About<'a>,
    /// The plans, the tightest promise first.
    pub sweep: &'a [SweepStep],
}

/// Whether a saved plan keeps its promise.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct VerifiedForm<'a> {
    #[serde(flatten)]
    pub about: About<'a>,
    /// The plan's file.
    pub plan: &'a str,
    #[serde(flatten)]
    pub verified: &'a Verified,
}

/// How far the traffic can grow.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct HeadroomForm<'a> {
    #[serde(flatten)]
    pub about: About<'a>,
    #[serde(flatten)]
    pub headroom: &'a Headroom,
}
