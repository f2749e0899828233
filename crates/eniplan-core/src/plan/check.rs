//! The checker: whether a schedule keeps its promise under every boot and deletion, in integers.
//!
//! One sweep over what surely happens: each request waits for its token and then boots for the
//! longest time, each deletion takes the longest. Shorter ones only make ENIs ready or gone
//! sooner, so the sweep is the worst of all cases. Shares no code with the optimiser: it reads a
//! [`Group`], a [`Schedule`] and nothing else. Milliseconds.

use std::fmt;

use crate::plan::terms::group::{Ceiling, Group, Limit, Start};
use crate::plan::terms::schedule::Schedule;
use crate::topology::TokenBucket;

/// What a schedule that holds amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The most ENIs held at once.
    pub peak: u32,
    /// Held time until the end of the account, ENI x ms, under the longest deletion.
    pub held_ms: u128,
    /// ENIs requested.
    pub creations: u64,
}

/// One way in which a schedule does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// An entry stands before, or at the instant of, the one before it.
    Unordered {
        /// The entry's instant.
        at_ms: i64,
    },
    /// An entry lies so far away that sums would overflow.
    OutOfRange {
        /// The entry's instant.
        at_ms: i64,
    },
    /// Something is done before the start.
    TooEarly {
        /// The entry's instant.
        at_ms: i64,
        /// The start.
        from_ms: i64,
    },
    /// Requests never get their tokens, or only after more steps than the checker takes.
    NeverGranted {
        /// The request's instant.
        at_ms: i64,
        /// How many wait.
        count: u32,
    },
    /// Fewer ENIs are surely ready than needed.
    NotReady {
        /// From when on.
        at_ms: i64,
        /// How many are; negative: so many more are deleted than were ready.
        ready: i64,
        /// How many should be.
        need: u32,
    },
    /// More ENIs are held than a limit allows.
    OverLimit {
        /// The limit.
        limit: Limit,
        /// From when on.
        at_ms: i64,
        /// How many are held.
        held: i64,
        /// How many may be.
        available: u32,
    },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unordered { at_ms } => write!(f, "the entry at {at_ms} ms is out of order"),
            Self::OutOfRange { at_ms } => write!(f, "the entry at {at_ms} ms lies centuries away"),
            Self::TooEarly { at_ms, from_ms } => {
                write!(f, "the entry at {at_ms} ms stands before the start at {from_ms} ms")
            }
            Self::NeverGranted { at_ms, count } => {
                write!(f, "{count} of the requests at {at_ms} ms never get their token")
            }
            Self::NotReady { at_ms, ready, need } => {
                let missing = i64::from(*need) - ready;
                write!(
                    f,
                    "at {at_ms} ms {ready} ENIs are surely ready, {missing} fewer than the {need} needed"
                )
            }
            Self::OverLimit { limit, at_ms, held, available } => {
                let over = held - i64::from(*available);
                write!(
                    f,
                    "at {at_ms} ms {held} ENIs are held, {over} more than the {available} of the {limit}"
                )
            }
        }
    }
}

/// Instants beyond this are refused.
const FAR_MS: i64 = 1 << 50;
/// Separate grants beyond this are refused.
const MOST_GRANTS: usize = 8_000_000;

/// What changes at one instant.
#[derive(Default)]
struct Change {
    at_ms: i64,
    held: i64,
    ready: i64,
    need: Option<u32>,
}

/// Checks a schedule against its group; every violation, in time order within its kind.
pub fn check(group: &Group, schedule: &Schedule) -> Result<Checked, Vec<Violation>> {
    let mut violations = order(group, schedule);
    if !violations.is_empty() {
        return Err(violations);
    }
    let changes = match changes(group, schedule) {
        Ok(changes) => changes,
        Err(violation) => return Err(vec![violation]),
    };
    let checked = sweep(group, &changes, &mut violations);
    let creations = schedule.entries.iter().map(|entry| u64::from(entry.create)).sum();
    if violations.is_empty() { Ok(Checked { creations, ..checked }) } else { Err(violations) }
}

fn order(group: &Group, schedule: &Schedule) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut last = i64::MIN;
    for entry in &schedule.entries {
        let at_ms = entry.at_ms;
        if at_ms <= last {
            violations.push(Violation::Unordered { at_ms });
        }
        if !(-FAR_MS..=FAR_MS).contains(&at_ms) {
            violations.push(Violation::OutOfRange { at_ms });
        }
        match group.start {
            Start::Empty { from_ms } if at_ms < from_ms => {
                violations.push(Violation::TooEarly { at_ms, from_ms });
            }
            Start::Empty { .. } | Start::Warm => {}
        }
        last = at_ms;
    }
    violations
}

/// What surely happens, in order of time; one change an instant.
fn changes(group: &Group, schedule: &Schedule) -> Result<Vec<Change>, Violation> {
    let boot = i64::try_from(group.boot.max.0).unwrap_or(FAR_MS);
    let delete = i64::try_from(group.delete.max.0).unwrap_or(FAR_MS);
    let mut changes = Vec::new();
    for &(at, need) in group.need.steps() {
        let at_ms = i64::try_from(at).unwrap_or(FAR_MS);
        changes.push(Change { at_ms, need: Some(need), ..Change::default() });
    }
    for entry in &schedule.entries {
        let (create, gone) = (i64::from(entry.create), i64::from(entry.delete));
        changes.push(Change { at_ms: entry.at_ms, held: create, ready: -gone, need: None });
        let at_ms = entry.at_ms.saturating_add(delete);
        changes.push(Change { at_ms, held: -gone, ..Change::default() });
    }
    for (granted, count) in grants(group, schedule)? {
        let at_ms = granted.saturating_add(boot);
        changes.push(Change { at_ms, ready: i64::from(count), ..Change::default() });
    }
    changes.sort_by_key(|change| change.at_ms);
    changes.dedup_by(|later, change| {
        let same = later.at_ms == change.at_ms;
        if same {
            change.held += later.held;
            change.ready += later.ready;
            change.need = later.need.or(change.need);
        }
        same
    });
    Ok(changes)
}

/// When requests get their tokens, first come first served.
fn grants(group: &Group, schedule: &Schedule) -> Result<Vec<(i64, u32)>, Violation> {
    let requests = schedule.entries.iter().filter(|entry| entry.create > 0);
    let Some(bucket) = group.api else {
        return Ok(requests.map(|entry| (entry.at_ms, entry.create)).collect());
    };
    let mut state: Option<(i64, u128)> = None;
    let mut grants = Vec::new();
    for entry in requests {
        let (mut now, mut level) = state.unwrap_or((entry.at_ms, full(bucket)));
        if entry.at_ms > now {
            level = refilled(bucket, level, entry.at_ms.abs_diff(now));
            now = entry.at_ms;
        }
        let mut waiting = entry.create;
        while waiting > 0 {
            let at_once = u32::try_from(level / 1_000_000).unwrap_or(u32::MAX).min(waiting);
            if at_once > 0 {
                grants.push((now, at_once));
                level -= u128::from(at_once) * 1_000_000;
                waiting -= at_once;
                continue;
            }
            let per_ms = u128::from(bucket.per_second.0);
            if per_ms == 0 || bucket.burst == 0 || grants.len() >= MOST_GRANTS {
                return Err(Violation::NeverGranted { at_ms: entry.at_ms, count: waiting });
            }
            let pause = u64::try_from((1_000_000 - level).div_ceil(per_ms)).unwrap_or(u64::MAX);
            level = refilled(bucket, level, pause);
            now = now.saturating_add_unsigned(pause);
        }
        state = Some((now, level));
    }
    Ok(grants)
}

fn full(bucket: TokenBucket) -> u128 {
    u128::from(bucket.burst) * 1_000_000
}

/// A rate in thousandths of a token per second is one in millionths of a token per ms.
fn refilled(bucket: TokenBucket, level: u128, ms: u64) -> u128 {
    (level + u128::from(bucket.per_second.0) * u128::from(ms)).min(full(bucket))
}

fn sweep(group: &Group, changes: &[Change], violations: &mut Vec<Violation>) -> Checked {
    let end = i64::try_from(group.end_ms()).unwrap_or(FAR_MS);
    let (mut held, mut ready, mut need) = (0_i64, 0_i64, 0_u32);
    let (mut peak, mut held_ms) = (0_i64, 0_i128);
    let (mut last, mut missing) = (i64::MIN, 0);
    for change in changes {
        let at_ms = change.at_ms;
        if last != i64::MIN {
            held_ms += i128::from(held) * i128::from(at_ms.min(end).saturating_sub(last).max(0));
        }
        last = at_ms;
        held += change.held;
        ready += change.ready;
        need = change.need.unwrap_or(need);
        peak = peak.max(held);
        // Told where it begins and where it grows, not at every change in between.
        let now_missing = i64::from(need) - ready;
        if now_missing > missing {
            violations.push(Violation::NotReady { at_ms, ready, need });
        }
        missing = now_missing.max(0);
        let over = |ceiling: &&Ceiling| change.held > 0 && held > i64::from(ceiling.enis);
        for ceiling in group.ceilings.iter().filter(over) {
            let (limit, available) = (ceiling.limit.clone(), ceiling.enis);
            violations.push(Violation::OverLimit { limit, at_ms, held, available });
        }
    }
    if last != i64::MIN {
        held_ms += i128::from(held) * i128::from(end.saturating_sub(last).max(0));
    }
    Checked {
        peak: u32::try_from(peak).unwrap_or(u32::MAX),
        held_ms: u128::try_from(held_ms).unwrap_or(0),
        creations: 0,
    }
}
