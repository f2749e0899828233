//! Study: everything a command needs to know about the trace, the scenario and the model.

use crate::cold_path::ColdPath;
use crate::comparison::Case;
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::backend;
use crate::platform::{PhaseKind, Platform};
use crate::policy::Policy;
use crate::quantity::Millis;
use crate::report::format::counted;
use crate::report::{ReportClock, Subject, answers};
use crate::scenario::Scenario;
use crate::topology::Topology;
use crate::trace::{Shape, Trace};

/// Everything a command needs to know.
#[derive(Clone, Debug)]
pub(super) struct CommandStudy {
    /// The model.
    pub platform: Platform,
    /// The user's side.
    pub scenario: Scenario,
    /// What the scenario and the model make together.
    pub topology: Topology,
    /// The phases of a cold start.
    pub cold_path: ColdPath,
    /// The invocations.
    pub trace: Trace,
    /// The policies asked for; at least one.
    pub policies: Vec<Policy>,
    /// What all of it rests on.
    pub assumptions: Vec<String>,
    pub(super) source: String,
}

impl CommandStudy {
    /// The one policy of commands that look at one.
    pub(super) fn policy(&self) -> Result<&Policy, Diagnostic> {
        match self.policies.as_slice() {
            [policy] => Ok(policy),
            _ => Err(Diagnostic::new(
                Code::Usage,
                "this command takes a single policy",
                "give --policy once, or use `eniplan compare`",
            )),
        }
    }

    /// `trace`, which may be spread otherwise than the study's own, under `policy`.
    pub(super) fn case<'a>(&'a self, policy: &'a Policy, trace: &'a Trace) -> Case<'a> {
        Case::new(&self.topology, &self.cold_path, policy, trace, backend::strongest())
    }

    /// The limits that explain a cold start.
    pub(super) fn limits(&self) -> answers::ColdStartLimits {
        let limits = &self.topology.limits;
        answers::ColdStartLimits {
            api: limits.api.map(|bucket| (bucket.burst, bucket.per_second)),
            vpc_quota: limits.vpc_quota,
            region_quota: limits.region_quota,
            addresses: limits.subnets.iter().map(|subnet| u64::from(subnet.addresses)).sum(),
            microvm: limits.microvm,
        }
    }

    /// What varies in the worst case under `policy`, each with its interval.
    pub(super) fn varies(&self, policy: &Policy) -> Vec<String> {
        let topology = &self.topology;
        let mut all = Vec::new();
        if topology.functions.iter().any(|function| !function.classes.is_empty()) {
            all.push(format!("each ENI's boot ({})", topology.boot));
            all.push(format!("each ENI's deletion ({})", topology.delete));
        }
        let steps = self.cold_path.vpc.steps.iter().filter(|step| step.kind != PhaseKind::Eni);
        let phases: Vec<String> = steps.map(|step| format!("{} {}", step.name, step.duration)).collect();
        if !phases.is_empty() {
            all.push(format!("each phase of each cold start ({})", phases.join(", ")));
        }
        all.push(match policy.miss_budget {
            0 => "no misses: every reusable ENI is reused".to_owned(),
            n => format!("up to {}", counted(n.into(), "miss", "misses")),
        });
        all
    }

    /// What an answer under `policy` is about.
    pub(super) fn subject(&self, policy: &Policy) -> Subject {
        let trace = &self.trace;
        let (shape, slot) = shape_of(&trace.shape);
        Subject {
            source: self.source.clone(),
            shape,
            slot,
            functions: trace.functions.len() as u64,
            invocations: trace.invocations(),
            span: trace.span,
            clock: ReportClock { origin: trace.origin, span: trace.span },
            model: self.platform.name.clone(),
            policy: policy.name.clone(),
            assumptions: self.assumptions.clone(),
        }
    }
}

/// The name of a shape, and the length of its slots.
pub(super) const fn shape_of(shape: &Shape) -> (&'static str, Option<Millis>) {
    match shape {
        Shape::Log(_) => ("log", None),
        Shape::Counts { slot, .. } => ("counts", Some(*slot)),
        Shape::Concurrency { slot, .. } => ("concurrency", Some(*slot)),
    }
}
