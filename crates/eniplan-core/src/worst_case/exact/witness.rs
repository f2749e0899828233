//! Witness: a path of the search gone through once more, and read backwards as a realization.
//!
//! Forwards every step keeps its zone, before what is over was forgotten. Backwards a point
//! of the last zone is chosen; of each zone before it one that agrees with what is chosen
//! already. There is one, since a projection of whole points is exact.

use std::collections::BTreeMap;

use super::journal::{LastingThing, PathJournal};
use super::machine::ZoneMachine;
use super::model::ExactModel;
use super::script::BranchScript;
use super::state::ExactState;
use super::zone::{InstantZone, ZERO, ZoneInstant};
use crate::simulation::{End, Realization};

/// One step, before its instants were given new names.
struct WitnessStep {
    zone: InstantZone,
    /// The instant of each variable afterwards.
    kept: Vec<ZoneInstant>,
    lasted: Vec<(ZoneInstant, ZoneInstant, LastingThing)>,
}

/// How long everything lasted.
#[derive(Default)]
struct PathDurations {
    boots: BTreeMap<u64, u64>,
    deletions: BTreeMap<u64, u64>,
    phases: BTreeMap<u64, Vec<u64>>,
}

impl PathDurations {
    fn read(&mut self, step: &WitnessStep, point: &[i64]) {
        let at = |when: ZoneInstant| point[usize::from(when.variable)] + when.offset;
        for &(from, to, thing) in &step.lasted {
            debug_assert!(at(from) <= at(to), "{thing:?} lasts {} ms", at(to) - at(from));
            let value = (at(to) - at(from)).unsigned_abs();
            match thing {
                LastingThing::Boot { request } => _ = self.boots.insert(request, value),
                LastingThing::Deletion { deletion } => _ = self.deletions.insert(deletion, value),
                LastingThing::Phase { environment, step } => {
                    let steps = self.phases.entry(environment).or_default();
                    steps.resize(steps.len().max(step + 1), 0);
                    steps[step] = value;
                }
            }
        }
    }

    fn written(self, journal: PathJournal) -> Realization {
        // A request whose token never comes was not asked for its boot.
        let list = |values: &BTreeMap<u64, u64>, all: u64| {
            (0..all).map(|n| values.get(&n).copied().unwrap_or(0)).collect::<Vec<u64>>()
        };
        Realization {
            boots_ms: list(&self.boots, journal.requests),
            deletions_ms: list(&self.deletions, journal.deletions),
            phases_ms: self.phases,
            misses: journal.misses,
            unlisted: End::Longest,
        }
    }
}

/// One realization that goes along `path`, the choices of each event; with `late`, one in which
/// the last event happens as late as it can.
pub(super) fn realization(model: &ExactModel<'_>, path: &[Vec<u16>], late: bool) -> Realization {
    let mut journal = PathJournal::default();
    let mut steps: Vec<WitnessStep> = Vec::with_capacity(path.len());
    let (mut state, mut zone) = (ExactState::new(model.world.functions.len()), InstantZone::new());
    let (mut misses_left, mut now) = (model.policy().miss_budget, ZERO);
    for (n, choices) in path.iter().enumerate() {
        let mut machine =
            ZoneMachine::new(model, state, zone, misses_left, BranchScript::new(choices.clone()));
        machine.journal = Some(&mut journal);
        if n == 0 {
            machine.set_up();
        } else {
            machine.step();
        }
        (state, zone, misses_left, now) = (machine.state, machine.zone, machine.misses_left, machine.now);
        let before = zone.clone();
        let kept = state.normalize(model, &mut zone);
        steps.push(WitnessStep { zone: before, kept, lasted: std::mem::take(&mut journal.lasted) });
    }
    if let (true, Some(last)) = (late, steps.last_mut()) {
        let latest = last.zone.latest(now);
        last.zone.restrict(ZERO, now, -latest);
    }
    let mut durations = PathDurations::default();
    let mut chosen: Vec<i64> = Vec::new();
    while let Some(mut step) = steps.pop() {
        for (&instant, &value) in step.kept.iter().zip(&chosen) {
            step.zone.restrict(instant, ZERO, value);
            step.zone.restrict(ZERO, instant, -value);
        }
        chosen = step.zone.latest_point();
        durations.read(&step, &chosen);
    }
    durations.written(journal)
}
