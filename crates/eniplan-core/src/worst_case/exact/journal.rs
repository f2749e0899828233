//! Trace: a path of the search gone through once more, and read backwards as an assignment.
//!
//! Forwards every step keeps its zone, before what is over was forgotten. Backwards a point
//! of the last zone is chosen; of each zone before it one that agrees with what is chosen
//! already. There is one, since a projection of whole points is exact.

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

/// What a path has come to so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace {
    /// What was asked in the step at hand: from when to when something lasted.
    answers: Vec<(When, When, Answer)>,
    misses: BTreeSet<u64>,
    environments: u64,
    requests: u64,
    deletions: u64,
    acquisitions: u64,
}

/// One step, before its instants were given new names.
struct Step {
    zone: Zone,
    /// The instant of each variable afterwards.
    kept: Vec<When>,
    answers: Vec<(When, When, Answer)>,
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
}

/// How long everything lasted.
#[derive(Default)]
struct Answers {
    boots: BTreeMap<u64, u64>,
    deletions: BTreeMap<u64, u64>,
    phases: BTreeMap<u64, Vec<u64>>,
}

impl Answers {
    fn read(&mut self, step: &Step, point: &[i64]) {
        let at = |when: When| point[usize::from(when.variable)] + when.offset;
        for &(from, to, answer) in &step.answers {
            let value = u64::try_from(at(to) - at(from)).unwrap_or(0);
            match answer {
                Answer::Boot { request } => _ = self.boots.insert(request, value),
                Answer::Deletion { deletion } => _ = self.deletions.insert(deletion, value),
                Answer::Phase { environment, step } => {
                    let steps = self.phases.entry(environment).or_default();
                    steps.resize(steps.len().max(step + 1), 0);
                    steps[step] = value;
                }
            }
        }
    }

    fn written(self, trace: Trace) -> Assignment {
        // A request whose token never comes was not asked for its boot.
        let list = |values: &BTreeMap<u64, u64>, all: u64| {
            (0..all).map(|n| values.get(&n).copied().unwrap_or(0)).collect::<Vec<u64>>()
        };
        Assignment {
            boots_ms: list(&self.boots, trace.requests),
            deletions_ms: list(&self.deletions, trace.deletions),
            phases_ms: self.phases,
            misses: trace.misses,
            otherwise: End::Longest,
        }
    }
}

/// One assignment that goes along `path`, the choices of each event; with `late`, one in which
/// the last event happens as late as it can.
pub(super) fn assignment(model: &Model<'_>, path: &[Vec<u16>], late: bool) -> Assignment {
    let mut trace = Trace::default();
    let mut steps: Vec<Step> = Vec::with_capacity(path.len());
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
        let before = zone.clone();
        let kept = state.settle(model, &mut zone);
        steps.push(Step { zone: before, kept, answers: std::mem::take(&mut trace.answers) });
    }
    if let (true, Some(last)) = (late, steps.last_mut()) {
        let latest = last.zone.latest(now);
        last.zone.restrict(ZERO, now, -latest);
    }
    let mut answers = Answers::default();
    let mut chosen: Vec<i64> = Vec::new();
    while let Some(mut step) = steps.pop() {
        for (&instant, &value) in step.kept.iter().zip(&chosen) {
            step.zone.restrict(instant, ZERO, value);
            step.zone.restrict(ZERO, instant, -value);
        }
        chosen = step.zone.latest_point();
        answers.read(&step, &chosen);
    }
    answers.written(trace)
}
