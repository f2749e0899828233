//! Recorder: who listens to a run.

use super::failure::Failure;
use crate::cold_path::StepTiming;

/// An invocation whose handler has started.
#[derive(Clone, Copy, Debug)]
pub struct ServedInvocation<'a> {
    /// When it arrived, ms.
    pub arrival: u64,
    /// When its handler started, ms.
    pub start: u64,
    /// How long it lasts, ms.
    pub duration: u64,
    /// Its number in the order of arrival.
    pub number: u64,
    /// Index of the function.
    pub function: usize,
    /// Number of the environment, in the order of creation.
    pub environment: u64,
    /// The n-th invocation of this environment, from 1.
    pub environment_invocation: u32,
    /// Number of the ENI, in the order of creation; `None` outside a VPC.
    pub eni: Option<u64>,
    /// Index of the ENI's class.
    pub class: Option<usize>,
    /// Whether it had found no idle environment.
    pub cold: bool,
    /// The steps of its cold path, relative to the arrival; empty when warm, or served by
    /// an environment that another invocation had started.
    pub timings: &'a [StepTiming],
}

/// How many environments and ENIs are in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Environments on their cold path.
    pub starting: u32,
    /// Environments with an invocation.
    pub running: u32,
    /// Environments without one.
    pub idle: u32,
    /// ENIs requested or booting.
    pub enis_booting: u32,
    /// Ready ENIs that carry an environment.
    pub enis_in_use: u32,
    /// Ready ENIs that carry none.
    pub enis_idle: u32,
    /// ENIs on their way out.
    pub enis_deleting: u32,
}

/// Listens to a run.
pub trait Recorder {
    /// A handler has started.
    fn served(&mut self, _served: &ServedInvocation<'_>) {}
    /// An invocation has failed.
    fn failed(&mut self, _arrival: u64, _function: usize, _failure: Failure) {}
    /// An environment stands idle at time 0.
    fn initially_idle(&mut self, _function: usize, _environment: u64) {}
    /// An environment has come to the end of its cold path: its memory begins.
    fn ready(&mut self, _at: u64, _function: usize, _environment: u64) {}
    /// An environment has ended, and its memory with it; also one that never was ready.
    fn ended(&mut self, _at: u64, _environment: u64) {}
    /// An event has been dealt with; what stands now may or may not differ from before.
    fn census_changed(&mut self, _at: u64, _census: Census) {}
    /// The number of ENIs held in a class has changed.
    fn enis_changed(&mut self, _at: u64, _class: usize, _held: u32) {}
}

/// Nobody listens.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Recorder for Silent {}

/// Perhaps somebody listens.
impl<R: Recorder> Recorder for Option<R> {
    fn served(&mut self, served: &ServedInvocation<'_>) {
        if let Some(recorder) = self {
            recorder.served(served);
        }
    }

    fn failed(&mut self, arrival: u64, function: usize, failure: Failure) {
        if let Some(recorder) = self {
            recorder.failed(arrival, function, failure);
        }
    }

    fn initially_idle(&mut self, function: usize, environment: u64) {
        if let Some(recorder) = self {
            recorder.initially_idle(function, environment);
        }
    }

    fn ready(&mut self, at: u64, function: usize, environment: u64) {
        if let Some(recorder) = self {
            recorder.ready(at, function, environment);
        }
    }

    fn ended(&mut self, at: u64, environment: u64) {
        if let Some(recorder) = self {
            recorder.ended(at, environment);
        }
    }

    fn census_changed(&mut self, at: u64, census: Census) {
        if let Some(recorder) = self {
            recorder.census_changed(at, census);
        }
    }

    fn enis_changed(&mut self, at: u64, class: usize, held: u32) {
        if let Some(recorder) = self {
            recorder.enis_changed(at, class, held);
        }
    }
}

/// Two listen.
impl<A: Recorder, B: Recorder> Recorder for (A, B) {
    fn served(&mut self, served: &ServedInvocation<'_>) {
        self.0.served(served);
        self.1.served(served);
    }

    fn failed(&mut self, arrival: u64, function: usize, failure: Failure) {
        self.0.failed(arrival, function, failure);
        self.1.failed(arrival, function, failure);
    }

    fn initially_idle(&mut self, function: usize, environment: u64) {
        self.0.initially_idle(function, environment);
        self.1.initially_idle(function, environment);
    }

    fn ready(&mut self, at: u64, function: usize, environment: u64) {
        self.0.ready(at, function, environment);
        self.1.ready(at, function, environment);
    }

    fn ended(&mut self, at: u64, environment: u64) {
        self.0.ended(at, environment);
        self.1.ended(at, environment);
    }

    fn census_changed(&mut self, at: u64, census: Census) {
        self.0.census_changed(at, census);
        self.1.census_changed(at, census);
    }

    fn enis_changed(&mut self, at: u64, class: usize, held: u32) {
        self.0.enis_changed(at, class, held);
        self.1.enis_changed(at, class, held);
    }
}
