//! Switch points: boots and deletions short up to an instant, so that limits and tokens are free then, and boots
//! long from it on.
//!
//! A token queue is long when many ENIs are asked for at once, which needs a quota that is not
//! full yet: neither end of all intervals leads there. What comes before the switch point is that of
//! one run, so that its requests tell which boots are to be long.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::super::bound::BoundBySlot;
use super::super::objective::SearchObjective;
use super::super::replay::Replay;
use super::best::BestReplays;
use super::choice::{WitnessChoice, write_out};
use super::context::SearchContext;
use crate::quantity::convert::index_up_to;

/// Switch points that are tried at most.
const MOST_SWITCH_POINTS: usize = 24;

/// Tries switch points before the slots whose proved cold start is the longest, until the observer
/// cancels the search.
pub(in crate::worst_case) fn replay_switch_points(
    context: &SearchContext<'_>,
    by_slot: &BoundBySlot,
    best: &mut BestReplays,
) {
    let SearchContext { world, trace, observer, .. } = *context;
    let witness = best.value(SearchObjective::ColdStart);
    let affordable = context.affordable_replays().saturating_sub(best.replays());
    let most = index_up_to(affordable / 2, MOST_SWITCH_POINTS);
    let progress = best.unproved_progress();
    if most < 2 || !observer.proceed(&progress) {
        return;
    }
    let replay = |after: u64| Arc::new(write_out(world, trace, &WitnessChoice::SwitchPoint { after }));
    let base = replay(u64::MAX);
    best.add(&base, 1);
    let requested = base.requested();
    let mut after: Vec<u64> = promising_instants(by_slot, witness)
        .into_iter()
        .map(|at| requested.partition_point(|&request| request < at) as u64)
        .collect();
    let mut known = BTreeSet::new();
    after.retain(|&n| known.insert(n));
    after.truncate(most - 1);
    let tried = |&after: &u64| observer.proceed(&progress).then(|| replay(after));
    let tried: Vec<Arc<Replay>> = after.par_iter().filter_map(tried).collect();
    for replay in &tried {
        best.add(replay, 1);
    }
}

/// The starts of the slots that allow more than `witness`, the most promising first.
fn promising_instants(by_slot: &BoundBySlot, witness: u64) -> Vec<u64> {
    let slots = by_slot.longest_ms.iter().zip(0_u64..);
    let mut promising: Vec<(u64, u64)> = slots
        .filter_map(|(&longest, slot)| {
            Some((longest.filter(|&longest| longest > witness)?, slot * by_slot.slot_ms))
        })
        .collect();
    promising.sort_by_key(|&(longest, at)| (Reverse(longest), at));
    promising.into_iter().map(|(_, at)| at).collect()
}
