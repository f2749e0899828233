//! Shortages of a group: the limits that forbid every plan, when, by how much.
//!
//! Exact both ways: a group without a shortage has a plan, since never deleting is one
//! (docs/plan.md, lemma 4). Knows nothing of objectives or solvers.

use super::tokens::ExactBucket;
use crate::plan::terms::exact::instant_ms;
use crate::plan::terms::group::Group;
use crate::plan::terms::limit::{Ceiling, EniLimit};
use crate::plan::terms::solution::Shortage;
use crate::quantity::convert::lower_bound;

/// Every limit that is too small for the group, ceilings first; empty: a plan exists.
pub(crate) fn shortages(group: &Group) -> Vec<Shortage> {
    let mut found: Vec<Shortage> =
        group.ceilings.iter().filter_map(|ceiling| ceiling_shortage(group, ceiling)).collect();
    found.extend(boot_shortage(group));
    found.extend(bucket_shortage(group));
    found
}

/// The stretch around the need's peak where it exceeds the ceiling.
fn ceiling_shortage(group: &Group, ceiling: &Ceiling) -> Option<Shortage> {
    let (needed, peak_ms) = group.need.peak();
    if needed <= ceiling.enis {
        return None;
    }
    let steps = group.need.steps();
    let peak = steps.partition_point(|&(at, _)| at < peak_ms);
    let over = |&&(_, value): &&(u64, u32)| value > ceiling.enis;
    let from_ms = steps.iter().take(peak + 1).rev().take_while(over).last().map_or(peak_ms, |&(at, _)| at);
    let to_ms = steps.iter().skip(peak).find(|step| !over(step)).map_or(group.end_ms(), |&(at, _)| at);
    Some(shortage(ceiling.limit.clone(), from_ms, to_ms, needed, ceiling.enis))
}

/// A demand that all requests made so far must meet.
struct DueEnis {
    /// When the ENIs must be ready.
    at_ms: u64,
    /// How long requests have been possible when the last of these must be granted; negative: not yet.
    slack_ms: i64,
    enis: u32,
}

/// Each instant at which the need exceeds all it was before: what even never deleting must have created.
fn dues(group: &Group) -> Vec<DueEnis> {
    let from = group.earliest_ms();
    let rises = group.need.steps().iter().scan(0, |most, &(at, value)| {
        let rise = value > *most;
        *most = value.max(*most);
        Some((at, value, rise))
    });
    let due = |(at_ms, enis, _): (u64, u32, bool)| {
        let latest = instant_ms(at_ms).saturating_sub(group.boot_ms());
        DueEnis { at_ms, slack_ms: from.map_or(i64::MAX, |from| latest.saturating_sub(from)), enis }
    };
    rises.filter(|&(_, _, rise)| rise).map(due).collect()
}

/// Need sooner than the first boot can end.
fn boot_shortage(group: &Group) -> Option<Shortage> {
    let dues = dues(group);
    let early: Vec<&DueEnis> = dues.iter().take_while(|due| due.slack_ms < 0).collect();
    let (first, last) = (early.first()?, early.last()?);
    let to_ms = first.at_ms.saturating_add(first.slack_ms.unsigned_abs());
    Some(shortage(EniLimit::Boot, first.at_ms, to_ms, last.enis, 0))
}

/// More creations due than the bucket has tokens for; the largest shortfall, the first of equals.
fn bucket_shortage(group: &Group) -> Option<Shortage> {
    let bucket = ExactBucket::from(group.api?);
    let granted = |slack_ms: i64| match slack_ms {
        i64::MAX if bucket.pause_ms().is_some() => u64::MAX,
        slack => bucket.window(if slack == i64::MAX { 0 } else { slack.unsigned_abs() }),
    };
    let short = |due: DueEnis| {
        let available = lower_bound(granted(due.slack_ms));
        (due.slack_ms >= 0 && due.enis > available).then_some((due, available))
    };
    let short = dues(group).into_iter().filter_map(short);
    let (due, available) = short.reduce(|best, next| {
        let shortfall = |entry: &(DueEnis, u32)| entry.0.enis - entry.1;
        if shortfall(&next) > shortfall(&best) { next } else { best }
    })?;
    let relieved = bucket.width_ms(u64::from(due.enis)).filter(|_| due.slack_ms != i64::MAX);
    let to_ms = relieved.map_or(group.end_ms().max(due.at_ms.saturating_add(1)), |width| {
        due.at_ms.saturating_add(width.saturating_sub(due.slack_ms.unsigned_abs()))
    });
    Some(shortage(EniLimit::ApiBucket, due.at_ms, to_ms, due.enis, available))
}

fn shortage(limit: EniLimit, from_ms: u64, to_ms: u64, needed: u32, available: u32) -> Shortage {
    let (from_ms, to_ms) = (instant_ms(from_ms), instant_ms(to_ms));
    Shortage { limit, from_ms, to_ms, needed: needed.into(), available: available.into() }
}
