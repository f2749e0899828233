//! The oracle of the planner: all schedules of a tiny group, millisecond by millisecond.
//!
//! Written to be read. It knows the words of the target and nothing of how plans are found.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use eniplan::plan::{Group, Objectives, PlanStart};

/// Everything that matters of the past, at the end of a millisecond.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    ready: u32,
    /// Booting ENIs by the milliseconds they still take.
    booting: Vec<u32>,
    /// Deletions by the milliseconds they still take.
    deleting: Vec<u32>,
    /// Requests without a token.
    waiting: u32,
    /// Millionths of a token.
    level: u64,
}

impl State {
    fn held(&self) -> u32 {
        self.ready + self.booting.iter().sum::<u32>() + self.deleting.iter().sum::<u32>() + self.waiting
    }
}

/// The best objectives of all schedules, or none: no schedule keeps the target.
pub(crate) fn best(group: &Group) -> Option<Objectives> {
    let limit = group.ceilings.iter().map(|ceiling| ceiling.enis).min().unwrap_or(u32::MAX);
    // More than the peak of the need plus one is never held by a sensible plan; one more to be sure.
    (0..=limit.min(group.need.peak().0 + 2)).find_map(|peak| {
        let cheapest = cheapest(group, peak, |held_ms, creations| (held_ms, creations));
        cheapest.map(|(held_ms, creations)| Objectives { peak, held_ms, creations })
    })
}

/// The least of `hour` a held millisecond and `creation` a creation, of all schedules.
pub(crate) fn least_cost(group: &Group, hour: u128, creation: u128) -> Option<u128> {
    let limit = group.ceilings.iter().map(|ceiling| ceiling.enis).min().unwrap_or(u32::MAX);
    let cost = |held_ms, creations: u64| (held_ms * hour + u128::from(creations) * creation, 0);
    cheapest(group, limit.min(group.need.peak().0 + 1), cost).map(|(cost, _)| cost)
}

/// The least sum of what each step is worth, among schedules that never hold more than `peak`:
/// `worth(held, created)` adds up over steps.
fn cheapest(group: &Group, peak: u32, worth: impl Fn(u128, u64) -> (u128, u64)) -> Option<(u128, u64)> {
    let end = i64::try_from(group.end_ms()).unwrap();
    let start = match group.start {
        PlanStart::Warm => -30,
        PlanStart::Empty { from_ms } => from_ms,
    };
    let nothing = State {
        ready: 0,
        booting: vec![0; usize::try_from(group.boot.max.0).unwrap()],
        deleting: vec![0; usize::try_from(group.delete.max.0).unwrap()],
        waiting: 0,
        level: group.api.map_or(0, |bucket| u64::from(bucket.burst) * 1_000_000),
    };
    let mut reached = BTreeMap::from([(nothing, (0, 0))]);
    for now in start..=end {
        let need = u64::try_from(now).map_or(0, |at| group.need.at(at));
        let mut next: BTreeMap<State, (u128, u64)> = BTreeMap::new();
        for (before, (held_ms, creations)) in reached {
            let state = if now == start { before } else { a_millisecond_later(group, before) };
            for create in 0..=peak.saturating_sub(state.held()).min(peak) {
                let mut state = state.clone();
                request(group, &mut state, create);
                // Never a deletion to make room for a creation at the same instant: keeping is the same, cheaper.
                for delete in 0..=state.ready.saturating_sub(need) {
                    let mut state = state.clone();
                    state.ready -= delete;
                    if let Some(last) = state.deleting.last_mut() {
                        *last += delete;
                    }
                    if state.ready < need || state.held() > peak {
                        continue;
                    }
                    let held = if now < end { u128::from(state.held()) } else { 0 };
                    let more = worth(held, u64::from(create));
                    let cost = (held_ms + more.0, creations + more.1);
                    let best = next.entry(state).or_insert(cost);
                    *best = cost.min(*best);
                }
            }
        }
        reached = next;
    }
    reached.into_values().min()
}

fn a_millisecond_later(group: &Group, mut state: State) -> State {
    if !state.deleting.is_empty() {
        state.deleting.remove(0);
        state.deleting.push(0);
    }
    if !state.booting.is_empty() {
        state.ready += state.booting.remove(0);
        state.booting.push(0);
    }
    if let Some(bucket) = group.api {
        let full = u64::from(bucket.burst) * 1_000_000;
        state.level = (state.level + bucket.per_second.micro_tokens_per_ms()).min(full);
    }
    state
}

/// Requests join the queue, and those with a token boot.
fn request(group: &Group, state: &mut State, create: u32) {
    state.waiting += create;
    let mut granted = state.waiting;
    if group.api.is_some() {
        granted = granted.min(u32::try_from(state.level / 1_000_000).unwrap());
        state.level -= u64::from(granted) * 1_000_000;
    }
    state.waiting -= granted;
    match state.booting.last_mut() {
        Some(last) => *last += granted,
        None => state.ready += granted,
    }
}
