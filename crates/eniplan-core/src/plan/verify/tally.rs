//! Tally: what a plan holds, against the limits that all classes share.
//!
//! Shares no code with the optimiser. Milliseconds.

use std::collections::BTreeMap;

use super::breach::{Breach, Verified};
use crate::plan::answer::PlanAmount;
use crate::plan::requirement::readiness::Requirement;
use crate::plan::requirement::study::Study;
use crate::plan::terms::exact::instant_ms;
use crate::simulation::EniAction;

/// Where several groups are planned apart, a file may count each on its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeldApart {
    /// The sum of the classes' own peaks.
    pub(crate) peak_enis: u64,
    /// Held time up to the end of the group that ends first, in hours.
    pub(crate) eni_hours: f64,
}

/// What is held against the limits; fills in the amounts.
pub(crate) fn tally_held(
    study: &Study<'_>,
    candidates: &[Requirement],
    actions: &[EniAction],
    verified: &mut Verified,
) -> HeldApart {
    let limits = &study.topology.limits;
    let delete_ms = instant_ms(study.topology.delete.max.0);
    let changes = held_changes(actions, delete_ms);
    let mut tallies: Vec<LimitTally> =
        limits.subnets.iter().map(|subnet| LimitTally::new(Some(subnet.addresses))).collect();
    let vpcs = limits.subnets.iter().map(|subnet| subnet.vpc + 1).max().unwrap_or(0);
    let (first_vpc, region) = (tallies.len(), tallies.len() + vpcs);
    tallies.extend((0..vpcs).map(|_| LimitTally::new(limits.vpc_quota)));
    tallies.push(LimitTally::new(limits.region_quota));
    let first_class = tallies.len();
    tallies.extend(study.topology.classes.iter().map(|_| LimitTally::new(None)));
    let ends = account_ends(study, candidates);
    let (mut held_ms, mut last) = ([0_i128; 2], i64::MIN);
    let until = |at_ms: i64, last: i64, held: i64| {
        ends.map(|end| i128::from(held) * i128::from(at_ms.min(end).saturating_sub(last).max(0)))
    };
    for (&at_ms, changes) in &changes {
        if last != i64::MIN {
            let more = until(at_ms, last, tallies[region].now);
            held_ms = [held_ms[0] + more[0], held_ms[1] + more[1]];
        }
        last = at_ms;
        for &(class, change) in changes {
            let subnet = study.topology.classes[class].subnet;
            let vpc = first_vpc + limits.subnets[subnet].vpc;
            for tally in [subnet, vpc, region, first_class + class] {
                tallies[tally].now += change;
            }
        }
        for (index, tally) in tallies.iter_mut().enumerate() {
            let Some((held, available)) = tally.record_peak() else { continue };
            let name = limits.subnets.get(index).map(|subnet| subnet.name.clone()).unwrap_or_default();
            let what = match index {
                _ if index < first_vpc => "free addresses of the subnet",
                _ if index < region => "ENI quota of the VPC",
                _ => "ENI quota of the Region",
            };
            verified.breaches.push(Breach {
                what: what.into(),
                place: name,
                at_ms: Some(at_ms),
                needed: held,
                available: available.into(),
                unit: "ENIs",
            });
        }
    }
    if last != i64::MIN {
        let more = until(i64::MAX, last, tallies[region].now);
        held_ms = [held_ms[0] + more[0], held_ms[1] + more[1]];
    }
    let hours = held_ms.map(|held_ms| held_ms as f64 / 3_600_000.0);
    verified.found = PlanAmount {
        peak_enis: tallies[region].peak.unsigned_abs(),
        eni_hours: hours[0],
        creations: actions.iter().map(|action| u64::from(action.create)).sum(),
    };
    let peaks = tallies.iter().skip(first_class).map(|tally| tally.peak.unsigned_abs());
    HeldApart { peak_enis: peaks.sum(), eni_hours: hours[1] }
}

/// By how much what is held of each class changes, by instant.
fn held_changes(actions: &[EniAction], delete_ms: i64) -> BTreeMap<i64, Vec<(usize, i64)>> {
    let mut changes: BTreeMap<i64, Vec<(usize, i64)>> = BTreeMap::new();
    for action in actions {
        changes.entry(action.at).or_default().push((action.class, action.create.into()));
        let gone = changes.entry(action.at.saturating_add(delete_ms)).or_default();
        gone.push((action.class, -i64::from(action.delete)));
    }
    changes
}

/// What is held of one limit.
struct LimitTally {
    now: i64,
    peak: i64,
    available: Option<u32>,
}

impl LimitTally {
    const fn new(available: Option<u32>) -> Self {
        Self { now: 0, peak: 0, available }
    }

    /// After an instant's changes: what is held and what there is, where a new peak is too much.
    fn record_peak(&mut self) -> Option<(u64, u32)> {
        let higher = self.now > self.peak;
        self.peak = self.peak.max(self.now);
        // A plan may delete more than it has made.
        let held = self.now.max(0).unsigned_abs();
        self.available
            .filter(|&available| higher && held > available.into())
            .map(|available| (held, available))
    }
}

/// After this nothing is created: a need may come late by as long as an environment waits.
pub(crate) fn last_creation(study: &Study<'_>) -> i64 {
    account_ends(study, &[])[0].saturating_add_unsigned(study.topology.boot.max.0)
}

/// The ends of the account, ms, the last first: each of the trace, or of the last need of a pool,
/// in any of the candidates.
fn account_ends(study: &Study<'_>, candidates: &[Requirement]) -> [i64; 2] {
    let until = |last: u64| instant_ms(last.max(study.trace.span.0));
    let required = candidates.iter().flat_map(|candidate| &candidate.pools).map(|pool| pool.ready.clone());
    let needs = study.needs().into_iter().map(|(_, need)| need).chain(required);
    let ends: Vec<i64> = needs.map(|need| until(need.steps().last().map_or(0, |&(at, _)| at))).collect();
    let none = until(0);
    [ends.iter().max().copied().unwrap_or(none), ends.iter().min().copied().unwrap_or(none)]
}
