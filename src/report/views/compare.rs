//! The JSON view of `compare`.

use serde::Serialize;

use super::OfTrafficView;
use crate::comparison::Comparison;

/// Policies and models side by side.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct CompareView<'a> {
    #[serde(flatten)]
    pub of: OfTrafficView<'a>,
    #[serde(flatten)]
    pub comparison: &'a Comparison,
    /// How many runs stand behind each row.
    pub runs: u64,
}
