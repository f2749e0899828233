//! Held: what the actions of a saved plan hold at each instant, against every limit.
//!
//! Shares nothing with the optimiser: one sweep with the longest deletions.

use std::collections::BTreeMap;

use super::answer::Amount;
use super::study::Study;
use super::verify::{Breach, Verified};
use crate::simulation::Action;

/// Where several groups are planned apart, a file may count each on its own.
#[derive(Clone, Copy)]
pub(super) struct Apart {
    /// The sum of the classes' own peaks.
    pub(super) peak_enis: u64,
    /// Held time up to the end of the group that ends first, in hours.
    pub(super) eni_hours: f64,
}

/// What is held against the limits; fills in the amounts.
pub(super) fn held(study: &Study<'_>, actions: &[Action], verified: &mut Verified) -> Apart {
    let limits = &study.topology.limits;
    let drain = i64::try_from(study.topology.delete.max.0).unwrap_or(i64::MAX);
    let mut changes: BTreeMap<i64, Vec<(usize, i64)>> = BTreeMap::new();
    for action in actions {
        changes.entry(action.at).or_default().push((action.class, action.create.into()));
        let gone = changes.entry(action.at.saturating_add(drain)).or_default();
        gone.push((action.class, -i64::from(action.delete)));
    }
    let mut tallies: Vec<Tally> = limits.subnets.iter().map(|it| Tally::new(Some(it.addresses))).collect();
    let vpcs = limits.subnets.iter().map(|it| it.vpc + 1).max().unwrap_or(0);
    let (first_vpc, region) = (tallies.len(), tallies.len() + vpcs);
    tallies.extend((0..vpcs).map(|_| Tally::new(limits.vpc_quota)));
    tallies.push(Tally::new(limits.region_quota));
    let first_class = tallies.len();
    tallies.extend(study.topology.classes.iter().map(|_| Tally::new(None)));
    let ends = [study.end(), study.first_end()];
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
        let kind = |index: usize| match index {
            _ if index < first_vpc => "free addresses of the subnet",
            _ if index < region => "ENI quota of the VPC",
            _ => "ENI quota of the Region",
        };
        let over = tallies.iter_mut().enumerate().filter_map(|(n, tally)| Some((n, tally.settle()?)));
        verified.breaches.extend(over.map(|(index, (held, available))| Breach {
            what: kind(index).into(),
            place: limits.subnets.get(index).map(|subnet| subnet.name.clone()).unwrap_or_default(),
            at_ms: Some(at_ms),
            needed: held,
            available: available.into(),
            unit: "ENIs",
        }));
    }
    if last != i64::MIN {
        let more = until(i64::MAX, last, tallies[region].now);
        held_ms = [held_ms[0] + more[0], held_ms[1] + more[1]];
    }
    let hours = held_ms.map(|held_ms| held_ms as f64 / 3_600_000.0);
    verified.found = Amount {
        peak_enis: u64::try_from(tallies[region].peak).unwrap_or(0),
        eni_hours: hours[0],
        creations: actions.iter().map(|action| u64::from(action.create)).sum(),
    };
    let peaks = tallies.iter().skip(first_class).map(|tally| u64::try_from(tally.peak).unwrap_or(0));
    Apart { peak_enis: peaks.sum(), eni_hours: hours[1] }
}

/// What is held of one limit.
struct Tally {
    now: i64,
    peak: i64,
    available: Option<u32>,
}

impl Tally {
    const fn new(available: Option<u32>) -> Self {
        Self { now: 0, peak: 0, available }
    }

    /// After an instant's changes: what is held and what there is, where a new peak is too much.
    fn settle(&mut self) -> Option<(u64, u32)> {
        let higher = self.now > self.peak;
        self.peak = self.peak.max(self.now);
        let held = u64::try_from(self.now).unwrap_or(0);
        self.available
            .filter(|&available| higher && held > available.into())
            .map(|available| (held, available))
    }
}
