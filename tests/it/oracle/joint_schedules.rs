//! The oracle of the joint planner: all schedules of a tiny instance, millisecond by millisecond.
//!
//! Written to be read. A request without a token is not tried: it would be held in the queue, and
//! asking when the token comes is cheaper.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use eniplan::plan::joint::Joint;
use eniplan::plan::{Objectives, PlanStart};

/// Everything that matters of the past, by class.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    classes: Vec<Class>,
    level: u64,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Class {
    ready: u32,
    booting: Vec<u32>,
    deleting: Vec<u32>,
}

impl Class {
    fn held(&self) -> u32 {
        self.ready + self.booting.iter().sum::<u32>() + self.deleting.iter().sum::<u32>()
    }
}

impl State {
    fn held(&self) -> u32 {
        self.classes.iter().map(Class::held).sum()
    }
}

/// The best objectives of all schedules that hold at most `most`; none: no schedule keeps the target.
pub(crate) fn best(joint: &Joint, most: u32) -> Option<Objectives> {
    (0..=most).find_map(|peak| {
        let cheapest = cheapest(joint, peak, |held_ms, creations| (held_ms, creations));
        cheapest.map(|(held_ms, creations)| Objectives { peak, held_ms, creations })
    })
}

/// The least of `hour` a held millisecond and `creation` a creation, of all schedules that hold at most `most`.
pub(crate) fn least_cost(joint: &Joint, most: u32, hour: u128, creation: u128) -> Option<u128> {
    let cost = |held_ms, creations: u64| (held_ms * hour + u128::from(creations) * creation, 0);
    cheapest(joint, most, cost).map(|(cost, _)| cost)
}

/// Whether any schedule of at most `most` keeps the target.
pub(crate) fn possible(joint: &Joint, most: u32) -> bool {
    cheapest(joint, most, |_, _| (0, 0)).is_some()
}

/// The least sum of what each step is worth: `worth(held, created)` adds up over steps.
fn cheapest(joint: &Joint, peak: u32, worth: impl Fn(u128, u64) -> (u128, u64)) -> Option<(u128, u64)> {
    let end = i64::try_from(joint.end_ms()).unwrap();
    let start = match joint.start {
        PlanStart::Warm => -8,
        PlanStart::Empty { from_ms } => from_ms,
    };
    let nothing = Class {
        ready: 0,
        booting: vec![0; usize::try_from(joint.boot.max.0).unwrap()],
        deleting: vec![0; usize::try_from(joint.delete.max.0).unwrap()],
    };
    let level = joint.api.map_or(0, |bucket| u64::from(bucket.burst) * 1_000_000);
    let nothing = State { classes: vec![nothing; joint.classes.len()], level };
    let mut reached = BTreeMap::from([(nothing, (0_u128, 0_u64))]);
    for now in start..=end {
        let mut next: BTreeMap<State, (u128, u64)> = BTreeMap::new();
        for (before, cost) in reached {
            let state = if now == start { before } else { a_millisecond_later(joint, before) };
            for (state, created) in choices(joint, state, peak) {
                if !holds(joint, &state, now, peak) {
                    continue;
                }
                let held = if now < end { u128::from(state.held()) } else { 0 };
                let more = worth(held, created);
                let cost = (cost.0 + more.0, cost.1 + more.1);
                let best = next.entry(state).or_insert(cost);
                *best = cost.min(*best);
            }
        }
        reached = next;
    }
    reached.into_values().min()
}

/// Every way to create and delete in every class.
fn choices(joint: &Joint, state: State, peak: u32) -> Vec<(State, u64)> {
    let mut all = vec![(state, 0_u64)];
    for class in 0..joint.classes.len() {
        let mut wider = Vec::new();
        for (state, created) in all {
            let tokens = if joint.api.is_some() { state.level / 1_000_000 } else { u64::MAX };
            // What takes no time to delete makes room at the same instant.
            let idle =
                if joint.delete.max.0 == 0 { state.classes.iter().map(|class| class.ready).sum() } else { 0 };
            for create in 0..=u64::from((peak + idle).saturating_sub(state.held()).min(peak)).min(tokens) {
                let mut state = state.clone();
                if joint.api.is_some() {
                    state.level -= create * 1_000_000;
                }
                let count = u32::try_from(create).unwrap();
                match state.classes[class].booting.last_mut() {
                    Some(last) => *last += count,
                    None => state.classes[class].ready += count,
                }
                for delete in 0..=state.classes[class].ready {
                    let mut state = state.clone();
                    state.classes[class].ready -= delete;
                    if let Some(last) = state.classes[class].deleting.last_mut() {
                        *last += delete;
                    }
                    wider.push((state, created + create));
                }
            }
        }
        all = wider;
    }
    all
}

fn holds(joint: &Joint, state: &State, now: i64, peak: u32) -> bool {
    let in_subnet = |subnet: usize| -> u32 {
        let classes = state.classes.iter().zip(&joint.classes);
        classes.filter(|(_, home)| **home == subnet).map(|(class, _)| class.held()).sum()
    };
    let room = (0..joint.subnets.len()).all(|subnet| in_subnet(subnet) <= joint.subnets[subnet].addresses);
    let quota = joint.region_quota.is_none_or(|quota| state.held() <= quota);
    let covered = joint.pools.iter().all(|pool| {
        let need = u64::try_from(now).map_or(0, |at| pool.need.at(at));
        let zone = |class: usize| &joint.subnets[joint.classes[class]].zone;
        let without = |lost: Option<&String>| -> u32 {
            let left = pool.classes.iter().filter(|&&class| Some(zone(class)) != lost);
            left.map(|&class| state.classes[class].ready).sum()
        };
        let survives = || pool.classes.iter().all(|&class| without(Some(zone(class))) >= need);
        without(None) >= need && (!joint.survive_zone || survives())
    });
    state.held() <= peak && room && quota && covered
}

fn a_millisecond_later(joint: &Joint, mut state: State) -> State {
    for class in &mut state.classes {
        if !class.deleting.is_empty() {
            class.deleting.remove(0);
            class.deleting.push(0);
        }
        if !class.booting.is_empty() {
            class.ready += class.booting.remove(0);
            class.booting.push(0);
        }
    }
    if let Some(bucket) = joint.api {
        let full = u64::from(bucket.burst) * 1_000_000;
        state.level = (state.level + bucket.per_second.micro_tokens_per_ms()).min(full);
    }
    state
}
