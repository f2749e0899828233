//! Schemas: of every answer's JSON form (feature `schema`).

#![allow(dead_code, reason = "read by the derive alone")]

use schemars::{JsonSchema, Schema, generate::SchemaSettings};

use super::{
    ByFunction, Checks, Compared, Composed, Demanded, Errors, Examples, Formats, Gated, HeadroomForm,
    Inventoried, Models, Planned, Policies, Reused, Simulated, Swept, VerifiedForm, WitnessFile, WorstCased,
};

/// What every answer has.
#[derive(JsonSchema)]
struct Document<T> {
    /// The version of the JSON answers; grows when a field changes its meaning or goes.
    schema_version: u64,
    /// The sentences that answer the question.
    headline: String,
    /// What the answer rests on.
    assumptions: Vec<String>,
    #[serde(flatten)]
    answer: T,
}

/// An answer that gates can stand beside.
#[derive(JsonSchema)]
struct WithGates<T> {
    #[serde(flatten)]
    answer: T,
    #[serde(flatten)]
    gates: Gated<'static>,
}

/// Each by the name of its file: what it is of, in words, and the schema.
pub fn schemas() -> Vec<(&'static str, &'static str, Schema)> {
    vec![
        of::<Document<Checks<'_>>>("check", "check --format json"),
        of::<Document<WithGates<Compared<'_>>>>("compare", "compare --format json"),
        of::<Document<Composed<'_>>>("compose", "compose --format json"),
        of::<Document<Demanded<'_>>>("demand", "demand --format json"),
        of::<Document<ByFunction<'_>>>("demand-by-function", "demand --by-function --format json"),
        of::<Errors<'_>>("errors", "any command --format json, on bad input"),
        of::<Document<Examples<'_>>>("example-list", "example list --format json"),
        of::<Document<Formats<'_>>>("formats", "formats --format json"),
        of::<Document<HeadroomForm<'_>>>("headroom", "headroom --format json"),
        of::<Document<Inventoried<'_>>>("inventory", "inventory --format json"),
        of::<Document<Models<'_>>>("models", "models --format json"),
        of::<Document<WithGates<Planned<'_>>>>("plan", "plan --format json"),
        of::<Document<Swept<'_>>>("plan-sweep", "plan --max-cold-start A,B --format json"),
        of::<Document<Policies<'_>>>("policies", "policies --format json"),
        of::<Document<Reused<'_>>>("reuse", "reuse --format json"),
        of::<Document<WithGates<Simulated<'_>>>>("simulate", "simulate --format json"),
        of::<Document<VerifiedForm<'_>>>("verify", "verify --format json"),
        of::<WitnessFile<'_>>("witness", "worst-case --witness"),
        of::<Document<WithGates<WorstCased<'_>>>>("worst-case", "worst-case --format json"),
    ]
}

fn of<T: JsonSchema>(name: &'static str, command: &'static str) -> (&'static str, &'static str, Schema) {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    (name, command, generator.into_root_schema_for::<T>())
}
