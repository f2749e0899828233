//! Search: witnesses, which are replays with large values.
//!
//! The corners first (everything shortest, everything longest, boots against the rest), with the allowed
//! misses early or nowhere; then switch points; then seeded random realizations; then a local search.
//! A witness is a lower bound and nothing more.

mod best;
mod choice;
mod context;
mod draws;
mod local;
mod switch_point;

pub(super) use best::BestReplays;
pub(super) use context::SearchContext;
pub(super) use draws::{replay_corners, replay_first_draws};
pub(super) use switch_point::replay_switch_points;

use draws::{FIRST_DRAWS, best_of_draws};
use local::LocalSearch;

use std::sync::Arc;

use super::effort::SearchEffort;
use super::objective::SearchObjective;
use super::progress::SearchProgress;
use super::replay::Replay;

/// Looks on for witnesses of the objectives that `open` still allows, as hard as the effort says;
/// with [`SearchEffort::UNTIL_STOPPED`] in rounds, until the observer cancels it.
pub(super) fn search_on(
    context: &SearchContext<'_>,
    best: &mut BestReplays,
    open: &dyn Fn(SearchObjective, u64) -> Option<SearchProgress>,
) {
    let SearchContext { world, trace, effort, observer } = *context;
    let endless = effort.invocations == SearchEffort::UNTIL_STOPPED;
    let spent = if endless { 0 } else { best.replays() };
    let runs = context.affordable_replays().min(2_000).saturating_sub(spent);
    let begun = best.replays();
    // The rounds of an endless search have no end.
    let done = |replays: u64| (!endless).then(|| (replays - begun).min(runs) * 1_000 / runs.max(1));
    let goes_on = |best: &BestReplays| {
        let progress =
            |(objective, replay): &(SearchObjective, Arc<Replay>)| open(*objective, replay.value(*objective));
        let open: Vec<SearchProgress> = best.all().iter().filter_map(progress).collect();
        let (steps, done) = (best.replays(), done(best.replays()));
        open.iter().all(|progress| observer.proceed(&SearchProgress { steps, done, ..*progress }))
            && !open.is_empty()
    };
    let mut first = FIRST_DRAWS;
    for round in 0_u64.. {
        let last = first.saturating_add(runs / 2);
        while first < last && goes_on(best) {
            let next = last.min(first + FIRST_DRAWS);
            let drawn = best_of_draws(context, first..next, &|| true);
            best.merge(&drawn);
            first = next;
        }
        let goals = best.all().len() as u64;
        for n in 0..best.all().len() {
            let (objective, start) = best.all()[n].clone();
            let still = |replay: &Replay, replays: u64| {
                let progress = open(objective, replay.value(objective));
                let done = done(replays);
                progress.is_some_and(|progress| {
                    observer.proceed(&SearchProgress { steps: replays, done, ..progress })
                })
            };
            let seed = effort.seed.wrapping_add(round);
            let local = LocalSearch { world, trace, objective, seed, from: best.replays() };
            let (found, replays) = local.run(start, runs / 2 / goals, &still);
            best.add(&found, replays);
        }
        if !endless || !goes_on(best) {
            return;
        }
    }
}
