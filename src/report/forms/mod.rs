//! Forms: the JSON of each answer as types, the one place that says which fields it has.
//!
//! Answers are serialised from them, and `schemas/` is generated from them (feature `schema`).
//! What the other modules serialise themselves, a plan or a worst case, stands in them as it is.
//! All times in whole milliseconds, unless a field's name says otherwise.

mod compare;
mod compose;
mod demand;
mod inventory;
mod listings;
mod plan;
mod reuse;
#[cfg(feature = "schema")]
mod schemas;
mod simulate;
mod told;
mod traffic;
mod worst_case;

pub(super) use compare::Compared;
pub(super) use compose::{BestForm, Composed, Refused};
pub(super) use demand::{
    ByFunction, Concurrency, Demanded, FunctionLoad, FunctionNeed, OverTime, Peak, PoolNeed,
};
pub(super) use inventory::{
    ChangeForm, ClassForm, Enis, Functions, Inventoried, LimitForm, MergeForm, MergesForm, OrphanForm,
    SourceForm, SubnetForm,
};
pub(super) use listings::{
    Checks, ExampleForm, Examples, FormatForm, Formats, ModelForm, Models, ParameterForm, Policies,
    PolicyForm,
};
pub(super) use plan::{HeadroomForm, Planned, Swept, VerifiedForm};
pub(super) use reuse::{Cache, ChanceForm, FunctionReused, Quantiles, Reused, ReusedBy, Served, Watched};
#[cfg(feature = "schema")]
pub use schemas::schemas;
pub(super) use simulate::{
    ColdStarts, Environments, EstimateForm, HeldEnis, LongestForm, RunEnis, RunForm, Simulated, SubnetMost,
};
pub use told::{Errors, GateForm, Gated};
pub(super) use traffic::{About, OfTraffic, TrafficForm};
pub(super) use worst_case::{Binding, ColdStart, NoWait, SpentOn, WorstCased};
pub use worst_case::{Objective, WitnessFile, WitnessTraffic};

use serde::Serialize;
use serde_json::{Map, Value};

/// A form as a value; a part that cannot be one, a number that is none, becomes `null`.
pub fn value(form: &impl Serialize) -> Value {
    serde_json::to_value(form).unwrap_or(Value::Null)
}

/// The fields of a form.
pub fn fields(form: &impl Serialize) -> Map<String, Value> {
    match value(form) {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
