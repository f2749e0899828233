//! Invocation log: one CSV row per invocation of a run, in the order handlers start.
//!
//! `parts` explains a cold start step by step: `phase:start:wait:duration`, ms after the
//! arrival and ms, with a space between; empty where the invocation was warm or was served
//! by an environment that another one had started.

use std::io::{self, Write};

use super::csv_rows::CsvRows;
use crate::cold_path::{ColdPath, StepTiming};
use crate::report::defused;
use crate::simulation::{Failure, Recorder, ServedInvocation};
use crate::topology::Topology;

/// Writes a row for each invocation.
#[derive(Debug)]
pub(super) struct InvocationLog<W> {
    rows: CsvRows<W, 9>,
    functions: Vec<String>,
    /// By ENI class.
    subnets: Vec<String>,
    /// The names of the steps of each function's cold path.
    steps: Vec<Vec<String>>,
}

const HEADER: [&str; 9] = [
    "arrival_ms",
    "function",
    "environment",
    "environment_invocation",
    "eni",
    "subnet",
    "cold_start_ms",
    "parts",
    "outcome",
];

impl<W: Write> InvocationLog<W> {
    /// A log of runs in the world of `topology`, into `out`.
    pub(super) fn new(out: W, topology: &Topology, cold_path: &ColdPath) -> Self {
        let subnet =
            |index: usize| topology.limits.subnets.get(index).map_or("", |subnet| subnet.name.as_str());
        let names = |in_vpc: bool| -> Vec<String> {
            cold_path.path_for(in_vpc).steps.iter().map(|step| defused(&step.name)).collect()
        };
        Self {
            rows: CsvRows::new(out, HEADER),
            steps: topology.functions.iter().map(|function| names(!function.classes.is_empty())).collect(),
            functions: topology.functions.iter().map(|function| defused(&function.name)).collect(),
            subnets: topology.classes.iter().map(|class| defused(subnet(class.subnet))).collect(),
        }
    }

    /// Gives back what it wrote to, or the first problem.
    pub(super) fn finish(self) -> io::Result<W> {
        self.rows.finish()
    }

    fn parts(&self, served: &ServedInvocation<'_>) -> String {
        let names = self.steps.get(served.function).map_or(&[][..], Vec::as_slice);
        let part = |(name, step): (&String, &StepTiming)| {
            let took = step.end.saturating_sub(step.start).saturating_sub(step.wait);
            format!("{name}:{}:{}:{took}", step.start, step.wait)
        };
        names.iter().zip(served.timings).map(part).collect::<Vec<_>>().join(" ")
    }

    fn function(&self, index: usize) -> String {
        self.functions.get(index).cloned().unwrap_or_default()
    }
}

impl<W: Write> Recorder for InvocationLog<W> {
    fn served(&mut self, served: &ServedInvocation<'_>) {
        let subnet = served.class.and_then(|class| self.subnets.get(class)).cloned().unwrap_or_default();
        self.rows.push(&[
            served.arrival.to_string(),
            self.function(served.function),
            served.environment.to_string(),
            served.environment_invocation.to_string(),
            served.eni.map(|eni| eni.to_string()).unwrap_or_default(),
            subnet,
            served.start.saturating_sub(served.arrival).to_string(),
            self.parts(served),
            if served.cold { "cold" } else { "warm" }.to_owned(),
        ]);
    }

    fn failed(&mut self, arrival: u64, function: usize, failure: Failure) {
        let none = String::new;
        let (at, function) = (arrival.to_string(), self.function(function));
        self.rows.push(&[
            at,
            function,
            none(),
            none(),
            none(),
            none(),
            none(),
            none(),
            failure.name().to_owned(),
        ]);
    }
}
