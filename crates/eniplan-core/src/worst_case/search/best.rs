//! Best replays: of all that were replayed, the largest for each objective.

use std::cmp::Reverse;
use std::sync::Arc;

use super::super::objective::SearchObjective;
use super::super::progress::SearchProgress;
use super::super::replay::Replay;
use crate::simulation::World;

/// The best found for each objective.
#[derive(Clone)]
pub(in crate::worst_case) struct BestReplays {
    /// In the order of [`SearchObjective::all_of`].
    best: Vec<(SearchObjective, Arc<Replay>)>,
    replays: u64,
}

impl BestReplays {
    /// From one replay for each objective, picked from so many.
    pub(super) const fn new(best: Vec<(SearchObjective, Arc<Replay>)>, replays: u64) -> Self {
        Self { best, replays }
    }

    /// This one, the best of everything so far.
    pub(in crate::worst_case) fn only(world: &World<'_>, replay: Replay) -> Self {
        let replay = Arc::new(replay);
        let best = |objective| (objective, replay.clone());
        Self { best: SearchObjective::all_of(world).into_iter().map(best).collect(), replays: 1 }
    }

    /// The best of each objective.
    pub(in crate::worst_case) fn all(&self) -> &[(SearchObjective, Arc<Replay>)] {
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
    pub(in crate::worst_case) fn add(&mut self, tried: &Arc<Replay>, replays: u64) {
        self.replays += replays;
        self.improve(tried);
    }

    fn improve(&mut self, tried: &Arc<Replay>) {
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
