//! Views: the JSON of each answer as types, the one place that says which fields it has.
//!
//! Answers are serialised from them, and `schemas/` is generated from them (feature `schema`).
//! What the other modules serialise themselves, a plan or a worst case, stands in them as it is.
//! All times in whole milliseconds, unless a field's name says otherwise.

mod check;
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
mod status;
mod traffic;
mod worst_case;

pub(super) use check::CheckView;
pub use check::{CheckedFile, FileContents};
pub(super) use compare::CompareView;
pub(super) use compose::{BestGroupingView, ComposeView, RefusedGroupingView};
pub(super) use demand::{
    ByFunctionView, ConcurrencyView, DemandView, FunctionLoadView, FunctionNeedView, OverTimeView, PeakView,
    PoolNeedView,
};
pub(super) use inventory::{
    AccessChangeView, ClassView, EniCountsView, FunctionCountsView, InventoryView, LimitView, MergeView,
    MergesView, OrphanView, SourceView, SubnetView,
};
pub(super) use listings::{
    ExampleView, ExamplesView, FormatView, FormatsView, ModelView, ModelsView, ParameterView, PoliciesView,
    PolicyView,
};
pub(super) use plan::{HeadroomView, PlanView, SweepView, VerifyView};
pub(super) use reuse::{
    CacheView, ChanceView, FunctionReuseView, QuantilesView, ReuseAtView, ReuseView, ReusedMemoryView,
    ServedCountsView,
};
#[cfg(feature = "schema")]
pub use schemas::schemas;
pub(super) use simulate::{
    ColdStartsView, EnvironmentsView, EstimateView, HeldEnisView, LongestColdStartView, RunEnisView, RunView,
    SimulateView, SubnetPeakView,
};
pub use status::{ErrorsView, GateView, GatesView};
pub(super) use traffic::{OfTrafficView, SubjectView, TrafficView};
pub(super) use worst_case::{BindingView, ColdStartView, NoWaitView, SpentOnView, WorstCaseView};
pub use worst_case::{WitnessFileView, WitnessObjectiveView, WitnessTrafficView};

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
