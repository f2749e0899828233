//! Journal: what happened along a path that is gone through once more, as far as nature decided it.

use std::collections::BTreeSet;

use super::zone::ZoneInstant;

/// What took some time.
#[derive(Clone, Copy, Debug)]
pub(super) enum LastingThing {
    Boot { request: u64 },
    Deletion { deletion: u64 },
    Phase { environment: u64, step: usize },
}

/// What a path has come to so far.
#[derive(Clone, Debug, Default)]
pub(super) struct PathJournal {
    /// What was asked in the step at hand: from when to when something lasted.
    pub(super) answers: Vec<(ZoneInstant, ZoneInstant, LastingThing)>,
    pub(super) misses: BTreeSet<u64>,
    environments: u64,
    pub(super) requests: u64,
    pub(super) deletions: u64,
    acquisitions: u64,
}

/// The number before this one is taken.
fn count(number: &mut u64) -> u64 {
    *number += 1;
    *number - 1
}

impl PathJournal {
    pub(super) fn note(&mut self, from: ZoneInstant, to: ZoneInstant, answer: LastingThing) {
        self.answers.push((from, to, answer));
    }

    pub(super) fn next_environment(&mut self) -> u64 {
        count(&mut self.environments)
    }

    pub(super) fn next_request(&mut self) -> u64 {
        count(&mut self.requests)
    }

    pub(super) fn next_deletion(&mut self) -> u64 {
        count(&mut self.deletions)
    }

    pub(super) fn acquires(&mut self, misses: bool) {
        let acquisition = count(&mut self.acquisitions);
        if misses {
            self.misses.insert(acquisition);
        }
    }
}
