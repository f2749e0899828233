//! Trace: a path of the search written down, so that its last zone can be read as an assignment.

use std::collections::{BTreeMap, BTreeSet};

use super::machine::Machine;
use super::model::Model;
use super::script::Script;
use super::state::State;
use super::zone::{When, ZERO, Zone};
use crate::simulation::{Assignment, End};

/// What took some time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    Boot { request: u64 },
    Deletion { deletion: u64 },
    Phase { environment: u64, step: usize },
}

/// Everything nature was asked along a path.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace {
    answers: Vec<(When, When, Answer)>,
    misses: BTreeSet<u64>,
    environments: u64,
    requests: u64,
    deletions: u64,
    acquisitions: u64,
}

/// The number before this one is taken.
fn count(number: &mut u64) -> u64 {
    *number += 1;
    *number - 1
}

impl Trace {
    pub(super) fn note(&mut self, from: When, to: When, answer: Answer) {
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

    /// What `point` answers; what was not asked takes its longest.
    fn read(self, point: &[i64]) -> Assignment {
        let at = |when: When| point[usize::from(when.variable)] + when.offset;
        let (mut boots, mut deletions) = (BTreeMap::new(), BTreeMap::new());
        let mut phases_ms: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        for (from, to, answer) in self.answers {
            let value = u64::try_from(at(to) - at(from)).unwrap_or(0);
            match answer {
                Answer::Boot { request } => _ = boots.insert(request, value),
                Answer::Deletion { deletion } => _ = deletions.insert(deletion, value),
                Answer::Phase { environment, step } => {
                    let steps = phases_ms.entry(environment).or_default();
                    steps.resize(steps.len().max(step + 1), 0);
                    steps[step] = value;
                }
            }
        }
        // A request whose token never comes is not asked for its boot.
        let list = |values: &BTreeMap<u64, u64>, all| {
            (0..all).map(|n| values.get(&n).copied().unwrap_or(0)).collect::<Vec<u64>>()
        };
        Assignment {
            boots_ms: list(&boots, self.requests),
            deletions_ms: list(&deletions, self.deletions),
            phases_ms,
            misses: self.misses,
            otherwise: End::Longest,
        }
    }
}

/// One assignment that goes along `path`, the choices of each event; with `late`, one in which
/// the last event happens as late as it can.
pub(super) fn assignment(model: &Model<'_>, path: &[Vec<u8>], late: bool) -> Assignment {
    let mut trace = Trace::default();
    let (mut state, mut zone) = (State::new(model.world.functions.len()), Zone::new());
    let (mut misses_left, mut now) = (model.policy().miss_budget, ZERO);
    for (n, choices) in path.iter().enumerate() {
        let mut machine = Machine::new(model, state, zone, misses_left, Script::new(choices.clone()));
        machine.trace = Some(&mut trace);
        if n == 0 {
            machine.set_up();
        } else {
            machine.step();
        }
        (state, zone, misses_left, now) = (machine.state, machine.zone, machine.misses_left, machine.now);
        state.settle(model, &mut zone, false);
    }
    if late {
        let latest = zone.latest(now);
        zone.restrict(ZERO, now, -latest);
    }
    trace.read(&zone.latest_point())
}
