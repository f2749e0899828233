//! Turns: boots and deletions short up to an instant, so that limits and tokens are free then, and boots long from it on.
//!
//! A token queue is long when many ENIs are asked for at once, which needs a quota that is not
//! full yet: neither end of all intervals leads there. What comes before the turn is that of one
//! run, so that its requests tell which boots are to be long.

use rayon::prelude::*;

use super::bound::BySlot;
use super::choice::Choice;
use super::witness::{Found, Replayed, write_out};
use super::{Effort, Objective, Progress, Watch};
use crate::simulation::World;
use crate::trace::Traffic;

/// Turns that are tried at most.
const MOST: usize = 24;

/// Tries turns before the slots whose proved cold start is the longest, until `watch` calls it off.
pub(super) fn turns(
    world: &World<'_>,
    traffic: &Traffic,
    effort: Effort,
    by_slot: &BySlot,
    found: &mut Found,
    watch: &dyn Watch,
) {
    let objective = Objective::ColdStart;
    let witness = objective.of(&found.of(objective).outcome);
    let affordable = (effort.invocations / traffic.invocations().max(1)).saturating_sub(found.replays);
    let most = usize::try_from(affordable / 2).unwrap_or(MOST).min(MOST);
    let progress = Progress { objective, witness, bound: None, steps: found.replays, done: None };
    if most < 2 || !watch.proceed(&progress) {
        return;
    }
    let base = write_out(world, traffic, &Choice::Turn { after: u64::MAX });
    found.improve(&base);
    let requested = base.requested();
    let mut after: Vec<u64> = instants(by_slot, witness)
        .into_iter()
        .map(|at| requested.partition_point(|&request| request < at) as u64)
        .collect();
    let mut known = std::collections::BTreeSet::new();
    after.retain(|&n| known.insert(n));
    after.truncate(most - 1);
    let play =
        |&after: &u64| watch.proceed(&progress).then(|| write_out(world, traffic, &Choice::Turn { after }));
    let tried: Vec<Replayed> = after.par_iter().filter_map(play).collect();
    found.replays += 1 + tried.len() as u64;
    for it in &tried {
        found.improve(it);
    }
}

/// The starts of the slots that allow more than `witness`, the most promising first.
fn instants(by_slot: &BySlot, witness: u64) -> Vec<u64> {
    let slots = by_slot.longest_ms.iter().zip(0_u64..);
    let mut promising: Vec<(u64, u64)> = slots
        .filter_map(|(&longest, slot)| Some((longest.filter(|&it| it > witness)?, slot * by_slot.slot_ms)))
        .collect();
    promising.sort_by_key(|&(longest, at)| (std::cmp::Reverse(longest), at));
    promising.into_iter().map(|(_, at)| at).collect()
}
