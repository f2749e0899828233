//! The JSON view of `check`.

use serde::Serialize;

use crate::quantity::Millis;

/// A valid file.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Checked"))]
pub struct CheckedFile {
    /// The file, as the user named it.
    pub file: String,
    /// Its contents.
    #[serde(flatten)]
    pub holds: FileContents,
}

/// The contents of a file.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FileContents {
    /// A scenario, with what the trace beside it adds.
    Scenario {
        /// Number of functions.
        functions: u64,
        /// Number of subnets, assumed ones included.
        subnets: u64,
        /// Number of destinations.
        destinations: u64,
        /// The model it was checked against.
        model: String,
    },
    /// A model.
    Model {
        /// Its name.
        name: String,
        /// Number of values, each with its source.
        numbers: u64,
        /// Number of phases of its cold path.
        phases: u64,
    },
    /// A trace.
    #[serde(rename = "trace")]
    Trace {
        /// Number of functions.
        functions: u64,
        /// Number of invocations.
        invocations: u64,
        /// Length.
        span_ms: Millis,
    },
}

/// Valid files.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct CheckView<'a> {
    /// Each file and its contents.
    pub files: &'a [CheckedFile],
}
