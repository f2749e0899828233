//! Requests: the schedule of what must be ready in each class, through the one bucket.
//!
//! Each class is taken apart as a group of its own; the deadlines of all stand in one queue, and
//! the n-th request in time is for the n-th deadline. Knows nothing of pools' covers or bounds.

use crate::demand::Curve;
use crate::plan::solve::congestion::{Relief, relieve};
use crate::plan::solve::decompose::{Decomposition, IdleGap, decompose};
use crate::plan::terms::exact::count;
use crate::plan::terms::group::Group;
use crate::plan::terms::joint::{Joint, JointEntry};
use crate::plan::terms::schedule::DeadlineBatch;

/// A group of this need without limits but the bucket.
pub(crate) fn group_of(joint: &Joint, need: Curve) -> Group {
    Group {
        need,
        span: crate::quantity::Millis(joint.end_ms()),
        boot: joint.boot.clone(),
        delete: joint.delete.clone(),
        ceilings: Vec::new(),
        api: joint.api,
        start: joint.start,
    }
}

/// The turns of several classes as one, and the class of each creation and each deletion.
pub(crate) fn merged(all: Vec<Decomposition>) -> (Decomposition, Vec<usize>, Vec<usize>) {
    let mut order: Vec<(i64, usize, usize)> = Vec::new();
    for (class, turns) in all.iter().enumerate() {
        order.extend(turns.creations.iter().enumerate().map(|(index, turn)| (turn.at_ms, class, index)));
    }
    order.sort_unstable();
    let mut places: Vec<Vec<usize>> = all.iter().map(|turns| vec![0; turns.creations.len()]).collect();
    let mut out = Decomposition::default();
    let mut creators = Vec::with_capacity(order.len());
    for (place, &(_, class, index)) in order.iter().enumerate() {
        places[class][index] = place;
        out.creations.push(all[class].creations[index]);
        creators.push(class);
    }
    let mut deleters = Vec::new();
    for (class, turns) in all.into_iter().enumerate() {
        let first = out.deletions.len();
        deleters.extend(turns.deletions.iter().map(|_| class));
        out.deletions.extend(turns.deletions);
        out.gaps.extend(turns.gaps.into_iter().map(|gap| IdleGap {
            creation: places[class][gap.creation],
            deletion: first + gap.deletion,
            ..gap
        }));
        out.objectives.held_ms += turns.objectives.held_ms;
        out.objectives.creations += turns.objectives.creations;
        out.objectives.peak = out.objectives.peak.saturating_add(turns.objectives.peak);
    }
    out.gaps.sort_by_key(|gap| (gap.creation, gap.deletion));
    (out, creators, deleters)
}

/// In the subnets marked `calm` no ENI is deleted while it may be in use.
pub(crate) fn calmed(joint: &Joint, ready: Vec<Curve>, calm: &[bool]) -> Vec<Curve> {
    let owner = |class: usize| joint.pools.iter().find(|pool| pool.classes.contains(&class));
    let of = |(class, ready): (usize, Curve)| {
        let Some(pool) = owner(class).filter(|_| calm[joint.classes[class]]) else { return ready };
        let mut stays = 0;
        Curve::combine(&[ready, pool.need.clone()], |values| {
            let (least, in_use) = (values[0], values[1]);
            stays = least.max(in_use.min(stays));
            stays
        })
    };
    ready.into_iter().enumerate().map(of).collect()
}

/// The schedule of what must be ready in each class; none: too many separate requests.
///
/// An idle ENI may be kept over a gap where tokens are scarce and a creation weighs as much as holding
/// one ENI for `frugal` ms; none: every gap is closed.
pub(crate) fn schedule_ready(joint: &Joint, ready: &[Curve], frugal: Option<u64>) -> Option<Vec<JointEntry>> {
    let turns = ready.iter().map(|need| decompose(&group_of(joint, need.clone()))).collect();
    let (mut turns, creators, deleters) = merged(turns);
    match frugal {
        Some(creation_ms) => turns.discount_gaps(creation_ms),
        None => turns.gaps.clear(),
    }
    let relief = relieve(&turns, &group_of(joint, Curve::empty()))?;
    let Relief { mut requests, deletions, kept, .. } = relief;
    requests.sort_unstable_by_key(|turn| turn.at_ms);
    let mut creations = turns.creations;
    for gap in &kept {
        if let Some(creation) = creations.get_mut(gap.creation) {
            creation.count = creation.count.saturating_sub(gap.count);
        }
    }
    let mut entries: Vec<JointEntry> = Vec::new();
    // The n-th request in time is for the n-th deadline.
    let mut due = creations.iter().zip(&creators).map(|(turn, class)| (turn.count, *class));
    let (mut left, mut class) = (0, 0);
    for DeadlineBatch { at_ms, mut count } in requests {
        while count > 0 {
            while left == 0 {
                (left, class) = due.next()?;
            }
            let create = count.min(left);
            entries.push(JointEntry { at_ms, class, create, delete: 0 });
            count -= create;
            left -= create;
        }
    }
    let deletions = deletions.iter().zip(deleters).filter(|(turn, _)| turn.count > 0);
    entries.extend(deletions.map(|(turn, class)| JointEntry {
        at_ms: turn.at_ms,
        class,
        create: 0,
        delete: turn.count,
    }));
    debug_assert!(left == 0 && due.all(|(count, _)| count == 0), "a deadline without its request");
    Some(added_up(entries))
}

/// In order, equal instants of a class as one.
pub(crate) fn added_up(mut entries: Vec<JointEntry>) -> Vec<JointEntry> {
    entries.sort_unstable();
    let mut out: Vec<JointEntry> = Vec::with_capacity(entries.len());
    for entry in entries {
        match out.last_mut() {
            Some(last) if (last.at_ms, last.class) == (entry.at_ms, entry.class) => {
                last.create = last.create.saturating_add(entry.create);
                last.delete = last.delete.saturating_add(entry.delete);
            }
            _ => out.push(entry),
        }
    }
    out
}

/// The turns of all pools where addresses do not matter, each pool as one class; and their needs.
pub(crate) fn free_batches(joint: &Joint) -> (Decomposition, Vec<Curve>) {
    let zones = joint.zones();
    let needs: Vec<Curve> = joint
        .pools
        .iter()
        .map(|pool| {
            let mut own: Vec<usize> = pool.classes.iter().map(|&class| zones[joint.classes[class]]).collect();
            own.sort_unstable();
            own.dedup();
            let others = count(own.len()).saturating_sub(1).max(1);
            let total = |value: u32| {
                if joint.survive_zone { value.saturating_add(value.div_ceil(others)) } else { value }
            };
            Curve::new(pool.need.steps().iter().map(|&(at, value)| (at, total(value))))
        })
        .collect();
    let turns = needs.iter().map(|need| decompose(&group_of(joint, need.clone()))).collect();
    (merged(turns).0, needs)
}
