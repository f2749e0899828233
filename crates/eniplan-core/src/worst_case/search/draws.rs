//! Draws: the corners of the uncertainty set, and seeded random realizations.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::super::objective::SearchObjective;
use super::super::replay::Replay;
use super::best::{BestReplays, first_largest};
use super::choice::{WitnessChoice, corners, play_together, write_out, write_out_together};
use super::context::SearchContext;
use crate::simulation::Outcome;

/// Random realizations to begin with.
pub(super) const FIRST_DRAWS: u64 = 64;

/// Runs that share a reading of the trace; more would leave other threads without.
const TOGETHER: usize = 3;

/// The corners; only the first where the observer has cancelled the search.
///
/// They are few and most of them are the best of something, so each is written down as it is played.
pub(in crate::worst_case) fn replay_corners(context: &SearchContext<'_>) -> BestReplays {
    let (world, trace) = (context.world, context.trace);
    let mut corners = corners(world.policy);
    let rest = corners.split_off(1);
    let mut best = BestReplays::only(world, write_out(world, trace, &corners[0]));
    let progress = best.unproved_progress();
    let rest = rest.par_chunks(TOGETHER).filter(|_| context.observer.proceed(&progress));
    let rest: Vec<Vec<Replay>> = rest.map(|corners| write_out_together(world, trace, corners)).collect();
    rest.into_iter().flatten().for_each(|replay| best.add(&Arc::new(replay), 1));
    best
}

/// A few random realizations, unless the observer cancels the search: enough to begin with.
pub(in crate::worst_case) fn replay_first_draws(context: &SearchContext<'_>, best: &mut BestReplays) {
    // What the corners have used up beyond the effort is not taken back.
    let draws = context.affordable_replays().saturating_sub(best.replays()).min(FIRST_DRAWS);
    let progress = best.unproved_progress();
    best.merge(&best_of_draws(context, 0..draws, &|| context.observer.proceed(&progress)));
}

/// The best of the random realizations of these numbers, as far as they `go_on`.
pub(super) fn best_of_draws(
    context: &SearchContext<'_>,
    draws: Range<u64>,
    go_on: &(dyn Fn() -> bool + Sync),
) -> BestReplays {
    let seeded = |n: u64| WitnessChoice::Drawn { seed: context.effort.seed.wrapping_add(n) };
    let choices: Vec<WitnessChoice> = draws.map(seeded).collect();
    let (world, trace) = (context.world, context.trace);
    let played = |choices: &[WitnessChoice]| {
        if go_on() { play_together(world, trace, choices) } else { Vec::new() }
    };
    let outcomes: Vec<Vec<Outcome>> = choices.par_chunks(TOGETHER).map(played).collect();
    let played =
        choices.chunks(TOGETHER).zip(outcomes).flat_map(|(choices, played)| choices.iter().zip(played));
    let played: Vec<(&WitnessChoice, Outcome)> = played.collect();
    let mut written: Vec<(usize, Arc<Replay>)> = Vec::new();
    let mut best = Vec::new();
    for objective in SearchObjective::all_of(world) {
        let Some(index) = first_largest(&played, |(_, outcome)| objective.value_in(outcome)) else { break };
        let known = written.iter().find(|(known, _)| *known == index).map(|(_, replay)| replay.clone());
        let replay = known.unwrap_or_else(|| {
            let replay = Arc::new(write_out(world, trace, played[index].0));
            written.push((index, replay.clone()));
            replay
        });
        debug_assert_eq!(replay.value(objective), objective.value_in(&played[index].1));
        best.push((objective, replay));
    }
    BestReplays::new(best, played.len() as u64)
}
