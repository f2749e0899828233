//! A shortage: the limit that forbids every plan, when, by how much; and the smallest change that mends it.
//!
//! Exact both ways: a group without a shortage has a plan, since never deleting is one
//! (docs/plan.md, lemma 4). Knows nothing of objectives or solvers.

use serde::Serialize;

use crate::plan::solve::tokens::Bucket;
use crate::plan::terms::group::{Ceiling, Group, Limit, Start};
use crate::quantity::{Millis, Rate};
use crate::topology::TokenBucket;

/// A limit too small for the need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shortage {
    /// Which.
    pub limit: Limit,
    /// From when on it is short, ms.
    pub from_ms: u64,
    /// Until when (exclusive), ms; the end of the account where it never ends.
    pub to_ms: u64,
    /// ENIs needed there.
    pub needed: u32,
    /// ENIs the limit allows there.
    pub available: u32,
}

/// One change to a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Raise a ceiling.
    Raise {
        /// Which.
        limit: Limit,
        /// By this many ENIs.
        by: u32,
    },
    /// Raise the API bucket's burst.
    Burst {
        /// By this many tokens.
        by: u32,
    },
    /// Raise the API bucket's refill, in thousandths of a token per second.
    Refill {
        /// By this much.
        by: u64,
    },
    /// Let requests begin earlier.
    StartEarlier {
        /// By this long.
        by: Millis,
    },
}

/// Changes that together make a plan possible, each the smallest that does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// The changes.
    pub changes: Vec<Change>,
}

impl Fix {
    /// The group with the changes made.
    #[must_use]
    pub fn apply(&self, group: &Group) -> Group {
        let mut group = group.clone();
        for change in &self.changes {
            change.apply(&mut group);
        }
        group
    }
}

impl Change {
    fn apply(&self, group: &mut Group) {
        match self {
            Self::Raise { limit, by } => group
                .ceilings
                .iter_mut()
                .filter(|ceiling| ceiling.limit == *limit)
                .for_each(|ceiling| ceiling.enis = ceiling.enis.saturating_add(*by)),
            Self::Burst { by } => {
                if let Some(api) = &mut group.api {
                    api.burst = api.burst.saturating_add(*by);
                }
            }
            Self::Refill { by } => {
                if let Some(api) = &mut group.api {
                    api.per_second = Rate(api.per_second.0.saturating_add(*by));
                }
            }
            Self::StartEarlier { by } => {
                if let Start::Empty { from_ms } = &mut group.start {
                    *from_ms = from_ms.saturating_sub_unsigned(by.0);
                }
            }
        }
    }
}

/// Every limit that is too small for the group, ceilings first; empty: a plan exists.
pub fn shortages(group: &Group) -> Vec<Shortage> {
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
    Some(Shortage { limit: ceiling.limit.clone(), from_ms, to_ms, needed, available: ceiling.enis })
}

/// A demand that all requests made so far must meet.
struct Due {
    /// When the ENIs must be ready.
    at_ms: u64,
    /// How long requests have been possible when the last of these must be granted; negative: not yet.
    slack_ms: i64,
    enis: u32,
}

/// Each instant at which the need exceeds all it was before: what even never deleting must have created.
fn dues(group: &Group) -> Vec<Due> {
    let from = group.earliest_ms();
    let rises = group.need.steps().iter().scan(0, |most, &(at, value)| {
        let rise = value > *most;
        *most = value.max(*most);
        Some((at, value, rise))
    });
    let due = |(at_ms, enis, _): (u64, u32, bool)| {
        let latest = i64::try_from(at_ms).unwrap_or(i64::MAX).saturating_sub(group.lead_ms());
        Due { at_ms, slack_ms: from.map_or(i64::MAX, |from| latest.saturating_sub(from)), enis }
    };
    rises.filter(|&(_, _, rise)| rise).map(due).collect()
}

/// Need sooner than the first boot can end.
fn boot_shortage(group: &Group) -> Option<Shortage> {
    let dues = dues(group);
    let early: Vec<&Due> = dues.iter().take_while(|due| due.slack_ms < 0).collect();
    let (first, last) = (early.first()?, early.last()?);
    let to_ms = first.at_ms.saturating_add(first.slack_ms.unsigned_abs());
    Some(Shortage { limit: Limit::Boot, from_ms: first.at_ms, to_ms, needed: last.enis, available: 0 })
}

/// More creations due than the bucket has tokens for; the largest shortfall, the first of equals.
fn bucket_shortage(group: &Group) -> Option<Shortage> {
    let bucket = Bucket::from(group.api?);
    let granted = |slack_ms: i64| match slack_ms {
        i64::MAX if bucket.pause_ms().is_some() => u64::MAX,
        slack => bucket.window(if slack == i64::MAX { 0 } else { slack.unsigned_abs() }),
    };
    let short = |due: Due| {
        let available = u32::try_from(granted(due.slack_ms)).unwrap_or(u32::MAX);
        (due.slack_ms >= 0 && due.enis > available).then_some((due, available))
    };
    let short = dues(group).into_iter().filter_map(short);
    let (due, available) = short.reduce(|best, next| {
        let shortfall = |entry: &(Due, u32)| entry.0.enis - entry.1;
        if shortfall(&next) > shortfall(&best) { next } else { best }
    })?;
    let relieved = bucket.width_ms(u64::from(due.enis)).filter(|_| due.slack_ms != i64::MAX);
    let to_ms = relieved.map_or(group.end_ms().max(due.at_ms.saturating_add(1)), |width| {
        due.at_ms.saturating_add(width.saturating_sub(due.slack_ms.unsigned_abs()))
    });
    Some(Shortage { limit: Limit::ApiBucket, from_ms: due.at_ms, to_ms, needed: due.enis, available })
}

/// The smallest sets of changes after which a plan exists: every short ceiling raised to the need,
/// and one way each out of a short bucket or boot. Each has been tried: it leaves no shortage.
pub fn fixes(group: &Group) -> Vec<Fix> {
    let short = shortages(group);
    let is = |limit: Limit| short.iter().any(|shortage| shortage.limit == limit);
    let held = short.iter().filter(|shortage| !matches!(shortage.limit, Limit::Boot | Limit::ApiBucket));
    let raises: Vec<Change> = held
        .map(|shortage| Change::Raise {
            limit: shortage.limit.clone(),
            by: shortage.needed.saturating_sub(shortage.available),
        })
        .collect();
    let ways: Vec<Vec<Change>> = match (is(Limit::Boot), is(Limit::ApiBucket)) {
        (false, false) if raises.is_empty() => return Vec::new(),
        (false, false) => vec![Vec::new()],
        (true, _) => sooner(group).into_iter().collect(),
        (false, true) => [burst(group), refill(group), earlier(group)]
            .into_iter()
            .flatten()
            .map(|change| vec![change])
            .collect(),
    };
    ways.into_iter()
        .map(|way| Fix { changes: raises.iter().cloned().chain(way).collect() })
        .filter(|fix| shortages(&fix.apply(group)).is_empty())
        .collect()
}

/// A head start, and a larger burst too where no head start alone makes the tokens suffice.
fn sooner(group: &Group) -> Option<Vec<Change>> {
    if let Some(change) = earlier(group) {
        return Some(vec![change]);
    }
    let start = earlier(&Group { api: None, ..group.clone() })?;
    let burst = burst(&Fix { changes: vec![start.clone()] }.apply(group))?;
    Some(vec![start, burst])
}

/// The smallest addition to the burst.
fn burst(group: &Group) -> Option<Change> {
    let bucket = group.api?;
    let refilled = |due: &Due| match due.slack_ms {
        i64::MAX if bucket.per_second.0 > 0 => u64::MAX,
        i64::MAX => 0,
        slack => Bucket::from(TokenBucket { burst: 2, ..bucket }).window(slack.unsigned_abs()) - 2,
    };
    let lacking = dues(group).iter().map(|due| u64::from(due.enis).saturating_sub(refilled(due))).max()?;
    // A bucket of one loses what comes in parts of a millisecond, so that the count above is exact from two on.
    let next = bucket.burst.checked_add(1)?;
    let enough = u32::try_from(lacking).ok()?.max(next);
    let works = |burst: &u32| {
        let api = Some(TokenBucket { burst: *burst, ..bucket });
        bucket_shortage(&Group { api, ..group.clone() }).is_none()
    };
    let burst = [next, enough.max(2)].into_iter().find(works)?;
    Some(Change::Burst { by: burst - bucket.burst })
}

/// The smallest addition to the refill; none where tokens are due at once.
fn refill(group: &Group) -> Option<Change> {
    let bucket = group.api?;
    let mut rate = bucket.per_second.0;
    for due in dues(group) {
        let over = u64::from(due.enis).saturating_sub(u64::from(bucket.burst));
        let enough = match (over, due.slack_ms) {
            (0, _) => 0,
            (_, i64::MAX) => 1,
            (over, slack) if bucket.burst == 1 => {
                // Each takes a whole number of milliseconds.
                let pause = u64::try_from(slack).ok()? / over;
                1_000_000_u64.div_ceil(Some(pause).filter(|pause| *pause > 0)?)
            }
            (over, slack) => {
                let slack = u64::try_from(slack).ok().filter(|slack| *slack > 0)?;
                over.checked_mul(1_000_000)?.div_ceil(slack)
            }
        };
        rate = rate.max(enough);
    }
    let by = rate.checked_sub(bucket.per_second.0)?;
    (by > 0).then_some(Change::Refill { by })
}

/// The smallest head start.
fn earlier(group: &Group) -> Option<Change> {
    group.earliest_ms()?;
    let mut by = 0;
    for due in dues(group) {
        let width = group.api.map_or(Some(0), |bucket| Bucket::from(bucket).width_ms(u64::from(due.enis)))?;
        by = by.max(i64::try_from(width).ok()?.saturating_sub(due.slack_ms));
    }
    u64::try_from(by).ok().filter(|by| *by > 0).map(|by| Change::StartEarlier { by: Millis(by) })
}
