//! Draws: the corners of the uncertainty set, and seeded random assignments.

use std::ops::Range;

use rayon::prelude::*;

use super::super::objective::SearchObjective;
use super::super::replay::Replay;
use super::best::{BestReplays, first_largest};
use super::choice::{WitnessChoice, corners, play, write_out};
use super::context::SearchContext;
use crate::simulation::Outcome;

/// Random assignments to begin with.
pub(super) const FIRST_DRAWS: u64 = 64;

/// The corners; only the first where the observer has cancelled the search.
pub(in crate::worst_case) fn replay_corners(context: &SearchContext<'_>) -> BestReplays {
    let mut corners = corners(context.world.policy);
    let rest = corners.split_off(1);
    let mut best = best_of_choices(context, &corners, &|| true);
    let progress = best.unproved_progress();
    best.merge(&best_of_choices(context, &rest, &|| context.observer.proceed(&progress)));
    best
}

/// A few random assignments, unless the observer cancels the search: enough to begin with.
pub(in crate::worst_case) fn replay_first_draws(context: &SearchContext<'_>, best: &mut BestReplays) {
    // What the corners have used up beyond the effort is not taken back.
    let draws = context.affordable_replays().saturating_sub(best.replays()).min(FIRST_DRAWS);
    let progress = best.unproved_progress();
    best.merge(&best_of_draws(context, 0..draws, &|| context.observer.proceed(&progress)));
}

/// The best of the random assignments of these numbers, as far as they `go_on`.
pub(super) fn best_of_draws(
    context: &SearchContext<'_>,
    draws: Range<u64>,
    go_on: &(dyn Fn() -> bool + Sync),
) -> BestReplays {
    let choice = |n: u64| WitnessChoice::Drawn { seed: context.effort.seed.wrapping_add(n) };
    let choices: Vec<WitnessChoice> = draws.map(choice).collect();
    best_of_choices(context, &choices, go_on)
}

fn best_of_choices(
    context: &SearchContext<'_>,
    choices: &[WitnessChoice],
    go_on: &(dyn Fn() -> bool + Sync),
) -> BestReplays {
    let (world, traffic) = (context.world, context.traffic);
    let played = |choice: &WitnessChoice| go_on().then(|| play(world, traffic, choice));
    let outcomes: Vec<Option<Outcome>> = choices.par_iter().map(played).collect();
    let played: Vec<(&WitnessChoice, Outcome)> =
        choices.iter().zip(outcomes).filter_map(|(choice, outcome)| Some((choice, outcome?))).collect();
    let mut written: Vec<(usize, Replay)> = Vec::new();
    let mut best = Vec::new();
    for objective in SearchObjective::all_of(world) {
        let Some(index) = first_largest(&played, |(_, outcome)| objective.value_in(outcome)) else { break };
        let known = written.iter().find(|(known, _)| *known == index).map(|(_, replay)| replay.clone());
        let replay = known.unwrap_or_else(|| {
            let replay = write_out(world, traffic, played[index].0);
            written.push((index, replay.clone()));
            replay
        });
        debug_assert_eq!(replay.value(objective), objective.value_in(&played[index].1));
        best.push((objective, replay));
    }
    BestReplays::new(best, played.len() as u64)
}
