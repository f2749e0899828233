//! Binds: when a plan uses all there is of a limit.

use std::collections::{BTreeMap, BTreeSet};

use super::lever::Lever;
use crate::plan::answer::BindingStretch;
use crate::plan::terms::exact::instant_ms;
use crate::plan::terms::joint::{Joint, JointEntry};
use crate::quantity::convert::up_to;

/// How much of a limit a plan uses, and when it uses all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LimitUse {
    /// The most at once.
    pub used: u64,
    /// When it is used up.
    pub full: Vec<BindingStretch>,
}

/// Of what is held where, or of the bucket's tokens; until the end of the account.
pub(crate) fn used(joint: &Joint, entries: &[JointEntry], lever: Lever) -> LimitUse {
    let end = instant_ms(joint.end_ms());
    match lever {
        Lever::Addresses(subnet) => held(joint, entries, &|own| own == subnet, lever.value(joint), end),
        Lever::RegionQuota => held(joint, entries, &|_| true, lever.value(joint), end),
        Lever::VpcQuota => {
            let vpcs: BTreeSet<usize> = joint.subnets.iter().map(|room| room.vpc).collect();
            let used_in = |vpc: usize| {
                held(joint, entries, &|subnet| joint.subnets[subnet].vpc == vpc, lever.value(joint), end)
            };
            vpcs.into_iter().map(used_in).max_by_key(|used| used.used).unwrap_or_default()
        }
        Lever::Burst | Lever::Refill => drained(joint, entries, end),
        Lever::HeadStart => LimitUse::default(),
    }
}

fn held(
    joint: &Joint,
    entries: &[JointEntry],
    counts: &dyn Fn(usize) -> bool,
    most: u64,
    end: i64,
) -> LimitUse {
    let mut changes: BTreeMap<i64, i64> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| counts(joint.classes[entry.class])) {
        *changes.entry(entry.at_ms).or_default() += i64::from(entry.create);
        let gone = entry.at_ms.saturating_add_unsigned(joint.delete.max.0);
        *changes.entry(gone).or_default() -= i64::from(entry.delete);
    }
    let (mut now, mut used, mut full, mut since) = (0_i128, 0_i128, Vec::new(), None);
    for (at_ms, change) in changes {
        now += i128::from(change);
        used = used.max(now);
        match since {
            None if now >= i128::from(most) && at_ms < end => since = Some(at_ms),
            Some(from_ms) if now < i128::from(most) => {
                full.push(BindingStretch { from_ms, to_ms: at_ms.min(end) });
                since = None;
            }
            _ => {}
        }
    }
    full.extend(since.map(|from_ms| BindingStretch { from_ms, to_ms: end }));
    LimitUse { used: up_to(used.unsigned_abs(), u64::MAX), full }
}

/// When no token is left: until one is there again.
fn drained(joint: &Joint, entries: &[JointEntry], end: i64) -> LimitUse {
    const TOKEN: i128 = 1_000_000;
    let Some(api) = joint.api else { return LimitUse::default() };
    let (top, rate) = (i128::from(api.burst) * TOKEN, i128::from(api.per_second.0));
    let mut requests: BTreeMap<i64, i128> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.create > 0) {
        *requests.entry(entry.at_ms).or_default() += i128::from(entry.create);
    }
    let (mut level, mut clock, mut lowest) = (top, i64::MIN, top);
    let mut full: Vec<BindingStretch> = Vec::new();
    for (at_ms, count) in requests {
        let pause = if clock == i64::MIN { 0 } else { i128::from(at_ms.abs_diff(clock)) };
        level = (level + rate * pause).min(top) - count * TOKEN;
        (clock, lowest) = (at_ms, lowest.min(level));
        if level >= TOKEN {
            continue;
        }
        let wait = if rate > 0 { (TOKEN - level + rate - 1) / rate } else { i128::from(u32::MAX) };
        let until =
            at_ms.saturating_add_unsigned(up_to(wait.unsigned_abs(), u64::MAX)).min(end.max(at_ms + 1));
        match full.last_mut() {
            Some(last) if last.to_ms >= at_ms => last.to_ms = until,
            _ => full.push(BindingStretch { from_ms: at_ms, to_ms: until }),
        }
    }
    let used = (top - lowest.max(0)) / TOKEN;
    LimitUse { used: up_to(used.unsigned_abs(), u64::MAX), full }
}
