//! Views: the JSON of each answer as types, the one place that says which fields it has.
//!
//! Answers are serialised from them, and `schemas/` is generated from them (feature `schema`).
//! What other modules serialise themselves, a plan or a worst case, is embedded as it is.
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
mod trace;
mod worst_case;

pub(super) use check::CheckView;
pub use check::{CheckedFile, FileContents};
pub(super) use compare::CompareView;
pub(super) use compose::{BestGroupingView, ComposeView, RejectedGroupingView};
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
pub(super) use trace::{OfTraceView, SubjectView, TraceView};
pub(super) use worst_case::{BottleneckView, ColdStartView, NoWaitView, SpentOnView, WorstCaseView};
pub use worst_case::{WitnessFileView, WitnessObjectiveView, WitnessTraceView};

use serde::Serialize;
use serde_json::{Map, Value};

/// A view as a value; a number that JSON cannot hold becomes `null`.
pub fn value(view: &impl Serialize) -> Value {
    serde_json::to_value(view).unwrap_or(Value::Null)
}

/// The fields of a view.
pub fn fields(view: &impl Serialize) -> Map<String, Value> {
    match value(view) {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
