//! Schemas: of every answer's JSON form (feature `schema`).

#![allow(dead_code, reason = "read by the derive alone")]

use schemars::{JsonSchema, Schema, generate::SchemaSettings};

use super::{
    ByFunctionView, CheckView, CompareView, ComposeView, DemandView, ErrorsView, ExamplesView, FormatsView,
    GatesView, HeadroomView, InventoryView, ModelsView, PlanView, PoliciesView, ReuseView, SimulateView,
    SweepView, VerifyView, WitnessFileView, WorstCaseView,
};

/// What every answer has.
#[derive(JsonSchema)]
struct AnswerDocument<T> {
    /// The version of the JSON schema; raised when a field is renamed, removed or changes its meaning.
    schema_version: u64,
    /// The answer in sentences.
    headline: String,
    /// The assumptions behind the answer.
    assumptions: Vec<String>,
    #[serde(flatten)]
    answer: T,
}

/// An answer with gates.
#[derive(JsonSchema)]
struct WithGates<T> {
    #[serde(flatten)]
    answer: T,
    #[serde(flatten)]
    gates: GatesView<'static>,
}

/// Each by the name of its file: the command it describes, and the schema.
pub fn schemas() -> Vec<(&'static str, &'static str, Schema)> {
    vec![
        describe::<AnswerDocument<CheckView<'_>>>("check", "check --format json"),
        describe::<AnswerDocument<WithGates<CompareView<'_>>>>("compare", "compare --format json"),
        describe::<AnswerDocument<ComposeView<'_>>>("compose", "compose --format json"),
        describe::<AnswerDocument<DemandView<'_>>>("demand", "demand --format json"),
        describe::<AnswerDocument<ByFunctionView<'_>>>(
            "demand-by-function",
            "demand --by-function --format json",
        ),
        describe::<ErrorsView<'_>>("errors", "any command --format json, on bad input"),
        describe::<AnswerDocument<ExamplesView<'_>>>("example-list", "example list --format json"),
        describe::<AnswerDocument<FormatsView<'_>>>("formats", "formats --format json"),
        describe::<AnswerDocument<HeadroomView<'_>>>("headroom", "headroom --format json"),
        describe::<AnswerDocument<InventoryView<'_>>>("inventory", "inventory --format json"),
        describe::<AnswerDocument<ModelsView<'_>>>("models", "models --format json"),
        describe::<AnswerDocument<WithGates<PlanView<'_>>>>("plan", "plan --format json"),
        describe::<AnswerDocument<SweepView<'_>>>("plan-sweep", "plan --max-cold-start A,B --format json"),
        describe::<AnswerDocument<PoliciesView<'_>>>("policies", "policies --format json"),
        describe::<AnswerDocument<ReuseView<'_>>>("reuse", "reuse --format json"),
        describe::<AnswerDocument<WithGates<SimulateView<'_>>>>("simulate", "simulate --format json"),
        describe::<AnswerDocument<VerifyView<'_>>>("verify", "verify --format json"),
        describe::<WitnessFileView<'_>>("witness", "worst-case --witness"),
        describe::<AnswerDocument<WithGates<WorstCaseView<'_>>>>("worst-case", "worst-case --format json"),
    ]
}

fn describe<T: JsonSchema>(
    name: &'static str,
    command: &'static str,
) -> (&'static str, &'static str, Schema) {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    (name, command, generator.into_root_schema_for::<T>())
}
