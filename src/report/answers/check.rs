//! What files hold with which nothing is wrong.

use serde::Serialize;

use crate::quantity::Millis;
use crate::report::forms::Checks;
use crate::report::words::{counted, thousands};
use crate::report::{Answer, Table, Value};

/// A file with which nothing is wrong.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Checked {
    /// The file, as the user named it.
    pub file: String,
    /// What it holds.
    #[serde(flatten)]
    pub holds: Holds,
}

/// What a file holds.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Holds {
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

impl Holds {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Scenario { .. } => "scenario",
            Self::Model { .. } => "model",
            Self::Traffic { .. } => "traffic",
        }
    }

    fn in_words(&self) -> String {
        let of = |n: u64, one: &str| counted(n, one, &format!("{one}s"));
        match self {
            Self::Scenario { functions, subnets, targets, model } => {
                let (functions, subnets) = (of(*functions, "function"), of(*subnets, "subnet"));
                format!("{functions}, {subnets}, {}; on model {model}", of(*targets, "target"))
            }
            Self::Model { name, numbers, phases } => {
                format!("{name}: {} with their sources, {}", of(*numbers, "number"), of(*phases, "phase"))
            }
            Self::Traffic { functions, invocations, span_ms } => {
                let invocations = format!("{} invocations", thousands(*invocations));
                format!("{}, {invocations} over {span_ms}", of(*functions, "function"))
            }
        }
    }
}

/// That nothing is wrong with the files, and what they hold.
pub fn check(files: &[Checked], assumptions: Vec<String>) -> Answer {
    let mut table = Table::new("", &[("file", "file"), ("kind", "kind"), ("holds", "what it holds")]);
    for it in files {
        let cells = [it.file.clone(), it.holds.kind().to_owned(), it.holds.in_words()];
        table.push(cells.into_iter().map(Value::text).collect());
    }
    let count = counted(files.len() as u64, "file", "files");
    let mut answer = Answer {
        headline: vec![format!("Nothing is wrong with {count}.")],
        tables: vec![table.prose(&["holds"])],
        assumptions,
        ..Answer::default()
    };
    answer.extend(&Checks { files });
    answer
}
