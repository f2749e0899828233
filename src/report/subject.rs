//! Subject: what an answer is about.

use super::ReportClock;
use super::format::name;
use super::views::{OfTraceView, SubjectView, TraceView};
use crate::quantity::Millis;

/// What an answer is about: the trace, the model and the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The trace file, as the user named it.
    pub source: String,
    /// `log`, `counts` or `concurrency`.
    pub shape: &'static str,
    /// Length of a slot; a log has none.
    pub slot: Option<Millis>,
    /// How many functions there are.
    pub functions: u64,
    /// How many invocations there are.
    pub invocations: u64,
    /// The length of the trace.
    pub span: Millis,
    /// The first instant.
    pub clock: ReportClock,
    /// The model's name.
    pub model: String,
    /// The policy's name, with overrides.
    pub policy: String,
    /// What every answer about it rests on.
    pub assumptions: Vec<String>,
}

impl Subject {
    /// The trace, as every JSON answer about it begins.
    pub(super) fn trace_view(&self) -> OfTraceView<'_> {
        OfTraceView {
            trace: TraceView {
                source: &self.source,
                shape: self.shape,
                slot_ms: self.slot,
                functions: self.functions,
                invocations: self.invocations,
                span_ms: self.span,
                origin_unix_ms: self.clock.origin,
            },
        }
    }

    /// The trace, the model and the policy.
    pub(super) fn about(&self) -> SubjectView<'_> {
        SubjectView { trace: self.trace_view().trace, model: &self.model, policy: &self.policy }
    }

    /// The trace file without its folder, for a sentence.
    pub fn file(&self) -> String {
        name(self.source.rsplit(['/', '\\']).next().unwrap_or(&self.source))
    }

    /// `idle-reuse on lambda-2018`.
    pub fn setting(&self) -> String {
        format!("{} on {}", name(&self.policy), name(&self.model))
    }
}
