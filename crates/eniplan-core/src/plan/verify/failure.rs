//! The first failure of a replay, and why, in words.

use crate::simulation::{Failure, Recorder};

/// The first invocation of a run that fails: arrival, function, why.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FirstFailure(pub(crate) Option<(u64, usize, Failure)>);

impl Recorder for FirstFailure {
    fn failed(&mut self, arrival: u64, function: usize, failure: Failure) {
        self.0 = Some(self.0.filter(|first| first.0 <= arrival).unwrap_or((arrival, function, failure)));
    }
}

/// Why an invocation fails, in words.
pub(crate) fn reason(failure: Failure) -> String {
    failure.name().replace('_', " ")
}
