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
    pub(super) lasted: Vec<(ZoneInstant, ZoneInstant, LastingThing)>,
    pub(super) misses: BTreeSet<u64>,
    environments: u64,
    pub(super) requests: u64,
    pub(super) deletions: u64,
    acquisitions: u64,
}

/// The number before this one is taken.
fn take_number(number: &mut u64) -> u64 {
    *number += 1;
    *number - 1
}

impl PathJournal {
    pub(super) fn note(&mut self, from: ZoneInstant, to: ZoneInstant, thing: LastingThing) {
        self.lasted.push((from, to, thing));
    }

    pub(super) fn next_environment(&mut self) -> u64 {
        take_number(&mut self.environments)
    }

    pub(super) fn next_request(&mut self) -> u64 {
        take_number(&mut self.requests)
    }

    pub(super) fn next_deletion(&mut self) -> u64 {
        take_number(&mut self.deletions)
    }

    pub(super) fn acquires(&mut self, misses: bool) {
        let acquisition = take_number(&mut self.acquisitions);
        if misses {
            self.misses.insert(acquisition);
        }
    }
}
