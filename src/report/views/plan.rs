//! The JSON views of `plan`, its sweep, `verify` and `headroom`.

use serde::Serialize;

use super::SubjectView;
use crate::plan::{Headroom, Plan, SweepStep, Verified};

/// A plan that keeps a cold-start target, or why there is none.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct PlanView<'a> {
    #[serde(flatten)]
    pub about: SubjectView<'a>,
    #[serde(flatten)]
    pub plan: &'a Plan,
}

/// A plan for each of several targets.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct SweepView<'a> {
    #[serde(flatten)]
    pub about: SubjectView<'a>,
    /// The plans, tightest target first.
    pub sweep: &'a [SweepStep],
}

/// Whether a saved plan keeps its target.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct VerifyView<'a> {
    #[serde(flatten)]
    pub about: SubjectView<'a>,
    /// The plan file.
    pub plan: &'a str,
    #[serde(flatten)]
    pub verified: &'a Verified,
}

/// How far the trace can grow.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct HeadroomView<'a> {
    #[serde(flatten)]
    pub about: SubjectView<'a>,
    #[serde(flatten)]
    pub headroom: &'a Headroom,
}
