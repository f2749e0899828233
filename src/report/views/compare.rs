//! The JSON view of `compare`.

use serde::Serialize;

use super::OfTraceView;
use crate::comparison::Comparison;

/// Policies and models side by side.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct CompareView<'a> {
    #[serde(flatten)]
    pub of: OfTraceView<'a>,
    #[serde(flatten)]
    pub comparison: &'a Comparison,
    /// Number of runs behind each row.
    pub runs: u64,
}
