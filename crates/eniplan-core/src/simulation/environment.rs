//! Environment: what serves one invocation at a time, and the way to its first.

use crate::cold_path::{EniWait, StepTiming};

/// An invocation in flight.
#[derive(Clone, Copy, Debug)]
pub(super) struct Invocation {
    pub(super) arrival: u64,
    pub(super) duration: u64,
    /// Its number in arrival order.
    pub(super) number: u64,
}

/// An environment on its cold path.
#[derive(Clone, Debug)]
pub(super) struct ColdProgress {
    pub(super) born: u64,
    pub(super) timings: Vec<StepTiming>,
    pub(super) ended: Vec<bool>,
    /// What its `eni` step waits for, as far as it is known.
    pub(super) eni_wait: EniWait,
    /// The invocation that started it.
    pub(super) invocation: Invocation,
}

impl ColdProgress {
    /// The step has waited from its start until now.
    pub(super) fn note_wait(&mut self, step: usize, now: u64) {
        let stretch = &mut self.timings[step];
        stretch.wait = (now - self.born).saturating_sub(stretch.start);
    }
}

/// An environment: starting, running or idle.
#[derive(Clone, Debug)]
pub(super) struct Environment {
    pub(super) function: u32,
    /// Its number in the order of creation.
    pub(super) serial: u64,
    /// Invocations it has begun to serve.
    pub(super) served: u32,
    pub(super) eni: Option<u32>,
    /// Boxed: most environments are past it, and the others are many.
    pub(super) cold: Option<Box<ColdProgress>>,
}
