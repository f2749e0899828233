//! Congestion: what the API bucket changes, zone by zone, and a bound on what could be saved.
//!
//! Where requests wait for tokens they go earlier, and an idle ENI kept over a gap spares one.
//! Zones between instants with a full bucket do not touch each other. In each, a gap is worth
//! keeping at most where its width is no more than all the waiting one request fewer could save
//! (docs/plan.md, lemma 5); zones without such a gap are settled, in the others a few choices
//! are tried and the rest is the gap of the bound. Knows nothing of solvers.

use std::collections::BTreeSet;
use std::ops::Range;

use super::decompose::{Decomposition, IdleGap};
use super::tokens::{BackwardServer, DeadlineService, ExactBucket, latest};
use crate::plan::terms::group::Group;
use crate::plan::terms::schedule::{DeadlineBatch, Objectives, Schedule};

/// How many thresholds are tried in a zone that is not settled.
const THRESHOLDS: usize = 16;
/// How many times its own wait a request is taken to cost, those it makes wait included.
const PRICES: [u64; 7] = [1, 2, 4, 8, 16, 32, 64];

/// What the bucket makes of the turns, and what no schedule can beat.
pub(crate) struct Relief {
    /// The requests.
    pub requests: Vec<DeadlineBatch>,
    /// The deletions, in the order of the turns'; some with a count of 0.
    pub deletions: Vec<DeadlineBatch>,
    /// Gaps that are kept: neither their deletion nor their creation is in the above.
    pub kept: Vec<IdleGap>,
    /// A lower bound on each objective, in their order.
    pub bound: Objectives,
    /// Where requests go before their deadlines, and the gaps that might spare them: `(from, to)`, ms.
    pub congested: Vec<(i64, i64)>,
}

impl Relief {
    /// Whether every rise is requested or kept over its gap, and every fall deleted or kept.
    fn serves(&self, turns: &Decomposition) -> bool {
        let sum =
            |batches: &[DeadlineBatch]| -> u64 { batches.iter().map(|batch| u64::from(batch.count)).sum() };
        let kept: u64 = self.kept.iter().map(|gap| u64::from(gap.count)).sum();
        sum(&self.requests) + kept == sum(&turns.creations)
            && sum(&self.deletions) + kept == sum(&turns.deletions)
    }

    /// All of it as one schedule.
    pub(crate) fn schedule(&self) -> Schedule {
        let pairs =
            |turns: &[DeadlineBatch]| turns.iter().map(|turn| (turn.at_ms, turn.count)).collect::<Vec<_>>();
        Schedule::from_parts(pairs(&self.requests), pairs(&self.deletions))
    }
}

/// The turns' schedule, with requests moved and gaps kept as the bucket asks; none: there is none
/// of at most [`MOST_ENTRIES`](crate::plan::solve::tokens::MOST_ENTRIES) requests.
pub(crate) fn relieve(turns: &Decomposition, group: &Group) -> Option<Relief> {
    let mut bound = turns.objectives;
    let Some(bucket) = group.api.map(ExactBucket::from) else {
        let (requests, deletions) = (turns.creations.clone(), turns.deletions.clone());
        return Some(Relief { requests, deletions, kept: Vec::new(), bound, congested: Vec::new() });
    };
    let services = latest(&turns.creations, bucket);
    let (mut requests, mut kept, mut congested) = (Vec::new(), Vec::new(), Vec::new());
    let mut deletions = turns.deletions.clone();
    for range in zones(services.as_deref(), turns.creations.len()) {
        let services = services.as_deref().and_then(|services| services.get(range.clone()));
        let zone = CongestionZone::new(turns, range, services, bucket, group.earliest_ms());
        let (saving, open) = zone.doubt();
        bound.held_ms += zone.waits().saturating_sub(saving);
        bound.creations = bound.creations.saturating_sub(open);
        let trial = zone.choose_kept()?;
        for gap in &trial.kept {
            if let Some(deletion) = deletions.get_mut(gap.deletion) {
                deletion.count = deletion.count.saturating_sub(gap.count);
            }
        }
        congested.extend(zone.stretch());
        kept.extend(trial.kept.into_iter().copied());
        requests.extend(trial.grants);
    }
    let relief = Relief { requests, deletions, kept, bound, congested };
    debug_assert!(relief.serves(turns), "requests and kept ENIs are not the rises");
    Some(relief)
}

/// Runs of creations, each ending with one that meets a full bucket.
pub(crate) fn zones(services: Option<&[DeadlineService]>, count: usize) -> Vec<Range<usize>> {
    let Some(services) = services else {
        return std::iter::once(0..count).filter(|range| !range.is_empty()).collect();
    };
    let ends = services.iter().enumerate().filter(|(_, service)| service.fresh).map(|(index, _)| index + 1);
    ends.scan(0, |start, end| Some(std::mem::replace(start, end)..end)).collect()
}

struct CongestionZone<'a> {
    creations: &'a [DeadlineBatch],
    first: usize,
    /// The zone's gaps, and whether each may be worth keeping.
    gaps: Vec<(&'a IdleGap, u64)>,
    services: Option<&'a [DeadlineService]>,
    bucket: ExactBucket,
    earliest_ms: Option<i64>,
}

/// One choice of gaps to keep.
struct ZoneTrial<'a> {
    /// Extra held time over the held curve.
    cost_ms: u128,
    spared: u64,
    kept: Vec<&'a IdleGap>,
    grants: Vec<DeadlineBatch>,
}

impl<'a> CongestionZone<'a> {
    fn new(
        turns: &'a Decomposition,
        range: Range<usize>,
        services: Option<&'a [DeadlineService]>,
        bucket: ExactBucket,
        earliest_ms: Option<i64>,
    ) -> Self {
        let creations = turns.creations.get(range.clone()).unwrap_or_default();
        // Gaps are in the order of their creations.
        let from = turns.gaps.partition_point(|gap| gap.creation < range.start);
        let gaps = turns.gaps.iter().skip(from).take_while(|gap| gap.creation < range.end);
        let mut zone =
            Self { creations, first: range.start, gaps: Vec::new(), services, bucket, earliest_ms };
        let relief = zone.relief();
        let first = range.start;
        zone.gaps =
            gaps.map(|gap| (gap, relief.get(gap.creation - first).copied().unwrap_or(u64::MAX))).collect();
        zone
    }

    /// For each creation, the most waiting that one request fewer could save, ms; everything where
    /// the turns as they are cannot be served at all.
    fn relief(&self) -> Vec<u64> {
        let possible = self.grants_possible();
        let token = self.bucket.pause_ms().unwrap_or(u64::MAX);
        let mut before = 0_u64;
        let services = self.services.unwrap_or_default().iter();
        let reliefs = services.map(|service| {
            let relief = service.longest_ms.saturating_add(token.saturating_mul(before));
            before = before.saturating_add(service.waiting);
            if possible { relief } else { u64::MAX }
        });
        reliefs.collect()
    }

    fn grants_possible(&self) -> bool {
        let Some(services) = self.services else { return false };
        let earliest = services.first().and_then(|service| service.grants.last());
        self.earliest_ms.is_none_or(|from| earliest.is_none_or(|grant| grant.at_ms >= from))
    }

    fn waits(&self) -> u128 {
        self.services.unwrap_or_default().iter().map(|service| service.total_ms).sum()
    }

    /// Whether no request waits.
    fn calm(&self) -> bool {
        self.services.is_some_and(|services| services.iter().all(|service| service.waiting == 0))
    }

    /// From the first instant that waiting touches to the last deadline; none where nobody waits.
    fn stretch(&self) -> Option<(i64, i64)> {
        if self.calm() {
            return None;
        }
        let last = self.creations.last()?.at_ms;
        let grants = self.services.unwrap_or_default().iter().filter_map(|service| service.grants.last());
        let open = self.gaps.iter().filter(|(gap, relief)| gap.width_ms <= *relief);
        let gaps = open.filter_map(|(gap, _)| {
            let creation = self.creations.get(gap.creation.checked_sub(self.first)?)?;
            Some(creation.at_ms.saturating_sub_unsigned(gap.width_ms))
        });
        let first = grants.map(|grant| grant.at_ms).chain(gaps).min();
        Some((first.filter(|_| self.services.is_some()).unwrap_or(i64::MIN), last))
    }

    /// The most that keeping gaps could save, ENI x ms, and the ENIs whose gap is open to doubt.
    fn doubt(&self) -> (u128, u64) {
        if self.calm() {
            return (0, 0);
        }
        let open = self.gaps.iter().filter(|(gap, relief)| gap.width_ms <= *relief);
        let saving =
            |&(gap, relief): &(&IdleGap, u64)| u128::from(relief - gap.width_ms) * u128::from(gap.count);
        let (saving, count) = open.fold((0_u128, 0), |(sum, count), entry| {
            (sum.saturating_add(saving(entry)), count + u64::from(entry.0.count))
        });
        (saving.min(self.waits()), count)
    }

    /// The best of a few choices of gaps to keep.
    fn choose_kept(&self) -> Option<ZoneTrial<'a>> {
        let mut best = self.attempt(Vec::new());
        if self.calm() {
            return best;
        }
        let open = self.gaps.iter().filter(|(gap, relief)| gap.width_ms <= *relief).map(|(gap, _)| *gap);
        let open: Vec<&IdleGap> = open.collect();
        let widths: BTreeSet<u64> = open.iter().map(|gap| gap.width_ms).collect();
        let stride = widths.len().div_ceil(THRESHOLDS).max(1);
        let narrow = widths.iter().rev().step_by(stride).map(|threshold| {
            open.iter().filter(|gap| gap.width_ms <= *threshold).copied().collect::<Vec<_>>()
        });
        let waited = PRICES.iter().filter_map(|price| self.gaps_worth_keeping(&open, *price));
        for kept in narrow.chain(waited) {
            let Some(trial) = self.attempt(kept) else { continue };
            let better = |best: &ZoneTrial| (trial.cost_ms, best.spared) < (best.cost_ms, trial.spared);
            if best.as_ref().is_none_or(better) {
                best = Some(trial);
            }
        }
        best
    }

    /// The gaps narrower than `price` times the wait their request would have, latest deadline first.
    fn gaps_worth_keeping(&self, open: &[&'a IdleGap], price: u64) -> Option<Vec<&'a IdleGap>> {
        let mut kept = Vec::new();
        let mut server = BackwardServer::new(self.bucket);
        let mut rest = open;
        for (index, deadline) in self.creations.iter().enumerate().rev() {
            let start = rest.partition_point(|gap| gap.creation - self.first < index);
            let (before, here) = rest.split_at(start);
            rest = before;
            let mut gaps = here.to_vec();
            gaps.sort_by_key(|gap| gap.width_ms);
            let mut probe = server;
            let mut grants = probe.serve(*deadline)?.grants;
            let mut remaining = *deadline;
            for gap in gaps {
                let wait = grants.last().map_or(0, |grant| deadline.at_ms.abs_diff(grant.at_ms));
                if price.saturating_mul(wait) <= gap.width_ms {
                    break;
                }
                kept.push(gap);
                remaining.count = remaining.count.saturating_sub(gap.count);
                drop_last(&mut grants, gap.count);
            }
            if remaining.count > 0 {
                server.serve(remaining)?;
            }
        }
        Some(kept)
    }

    /// Keeps these gaps; none where a request would stand too early.
    fn attempt(&self, kept: Vec<&'a IdleGap>) -> Option<ZoneTrial<'a>> {
        let mut deadlines = self.creations.to_vec();
        let mut cost_ms = 0;
        for gap in &kept {
            if let Some(deadline) = deadlines.get_mut(gap.creation - self.first) {
                deadline.count = deadline.count.saturating_sub(gap.count);
            }
            cost_ms += u128::from(gap.width_ms) * u128::from(gap.count);
        }
        deadlines.retain(|deadline| deadline.count > 0);
        let services = latest(&deadlines, self.bucket)?;
        cost_ms += services.iter().map(|service| service.total_ms).sum::<u128>();
        let grants: Vec<DeadlineBatch> = services.into_iter().flat_map(|service| service.grants).collect();
        if self.earliest_ms.is_some_and(|from| grants.iter().any(|grant| grant.at_ms < from)) {
            return None;
        }
        let spared = kept.iter().map(|gap| u64::from(gap.count)).sum();
        Some(ZoneTrial { cost_ms, spared, kept, grants })
    }
}

/// Takes the last `count` requests off.
fn drop_last(grants: &mut Vec<DeadlineBatch>, mut count: u32) {
    while count > 0 {
        let Some(last) = grants.last_mut() else { return };
        let taken = last.count.min(count);
        last.count -= taken;
        count -= taken;
        if last.count == 0 {
            grants.pop();
        }
    }
}
