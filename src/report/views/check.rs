//! The JSON view of `check`.

use serde::Serialize;

use crate::quantity::Millis;

/// A file with which nothing is wrong.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Checked"))]
pub struct CheckedFile {
    /// The file, as the user named it.
    pub file: String,
    /// What it holds.
    #[serde(flatten)]
    pub holds: FileContents,
}

/// What a file holds.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FileContents {
    /// A scenario, with what the traffic beside it adds.
    Scenario {
        /// How many functions there are.
        functions: u64,
        /// How many subnets, assumed ones too.
        subnets: u64,
        /// How many targets.
        targets: u64,
        /// The model it was looked at with.
        model: String,
    },
    /// A model.
    Model {
        /// Its name.
        name: String,
        /// How many numbers it has, each with its source.
        numbers: u64,
        /// How many phases its cold path has.
        phases: u64,
    },
    /// Traffic.
    Traffic {
        /// How many functions there are.
        functions: u64,
        /// How many invocations.
        invocations: u64,
        /// How long it is.
        span_ms: Millis,
    },
}

/// That nothing is wrong with files.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct CheckView<'a> {
    /// Each file and what it holds.
    pub files: &'a [CheckedFile],
}
