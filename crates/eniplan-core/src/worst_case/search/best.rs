//! Best replays: of all that were replayed, the largest for each objective.

use std::cmp::Reverse;

use super::super::objective::SearchObjective;
use super::super::progress::SearchProgress;
use super::super::replay::Replay;
use crate::simulation::{Assignment, Outcome, World};

/// The best found for each objective.
#[derive(Clone)]
pub(in crate::worst_case) struct BestReplays {
    /// In the order of [`SearchObjective::all_of`].
    best: Vec<(SearchObjective, Replay)>,
    replays: u64,
}

impl BestReplays {
    /// From one replay for each objective, picked from so many.
    pub(super) const fn new(best: Vec<(SearchObjective, Replay)>, replays: u64) -> Self {
        Self { best, replays }
    }

    /// The best of these, which must not be empty.
    pub(in crate::worst_case) fn among(world: &World<'_>, seen: Vec<(Assignment, Outcome)>) -> Self {
        let replays = seen.len() as u64;
        let seen: Vec<Replay> = seen
            .into_iter()
            .map(|(assignment, outcome)| Replay::run_elsewhere(assignment, outcome))
            .collect();
        let best = |objective: SearchObjective| {
            let largest = first_largest(&seen, |replay| replay.value(objective))?;
            Some((objective, seen[largest].clone()))
        };
        Self { best: SearchObjective::all_of(world).into_iter().filter_map(best).collect(), replays }
    }

    /// The best of each objective.
    pub(in crate::worst_case) fn all(&self) -> &[(SearchObjective, Replay)] {
        &self.best
    }

    /// Replays that were made.
    pub(in crate::worst_case) const fn replays(&self) -> u64 {
        self.replays
    }

    /// The best for this objective, which must be one of the world's.
    pub(in crate::worst_case) fn best_for(&self, objective: SearchObjective) -> &Replay {
        let (of, replay) = &self.best[objective.place()];
        debug_assert_eq!(*of, objective);
        replay
    }

    /// The largest value shown.
    pub(in crate::worst_case) fn value(&self, objective: SearchObjective) -> u64 {
        self.best_for(objective).value(objective)
    }

    /// What the observer is told before anything is proved.
    pub(super) fn unproved_progress(&self) -> SearchProgress {
        let objective = SearchObjective::ColdStart;
        let witness = self.value(objective);
        SearchProgress { objective, witness, bound: None, steps: self.replays, done: None }
    }

    /// Puts in what `more` has found, and its replays.
    pub(super) fn merge(&mut self, more: &Self) {
        self.replays += more.replays;
        more.best.iter().for_each(|(_, replay)| self.improve(replay));
    }

    /// Puts in `tried`, of so many replays the one to keep.
    pub(in crate::worst_case) fn add(&mut self, tried: &Replay, replays: u64) {
        self.replays += replays;
        self.improve(tried);
    }

    fn improve(&mut self, tried: &Replay) {
        for (objective, best) in &mut self.best {
            if tried.value(*objective) > best.value(*objective) {
                *best = tried.clone();
            }
        }
    }
}

/// The place of the first of the largest.
pub(super) fn first_largest<T>(all: &[T], value: impl Fn(&T) -> u64) -> Option<usize> {
    (0..all.len()).max_by_key(|&n| (value(&all[n]), Reverse(n)))
}
