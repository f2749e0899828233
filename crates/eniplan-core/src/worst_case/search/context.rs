//! Context: what every part of the search for witnesses is given.

use super::super::effort::SearchEffort;
use super::super::progress::SearchObserver;
use crate::simulation::World;
use crate::trace::Trace;

/// What is searched, how hard, and who observes it.
#[derive(Clone, Copy)]
pub(in crate::worst_case) struct SearchContext<'a> {
    pub(in crate::worst_case) world: &'a World<'a>,
    pub(in crate::worst_case) trace: &'a Trace,
    pub(in crate::worst_case) effort: SearchEffort,
    pub(in crate::worst_case) observer: &'a dyn SearchObserver,
}

impl SearchContext<'_> {
    /// Replays that the effort is enough for.
    pub(super) fn affordable_replays(&self) -> u64 {
        self.effort.invocations / self.trace.invocations().max(1)
    }
}
