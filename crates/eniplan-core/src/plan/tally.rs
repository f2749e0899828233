//! Tally: what a plan asks for, is granted and holds, against the limits that all classes share.
//!
//! Part of `verify`: shares no code with the optimiser. Milliseconds.

use std::collections::BTreeMap;

use super::answer::Amount;
use super::asked::Asked;
use super::pooling;
use super::study::Study;
use super::verify::{Breach, Verified, place};
use crate::demand::Curve;
use crate::simulation::EniAction;

/// Steps of the API bucket beyond this are refused.
const MOST_GRANTS: usize = 8_000_000;
/// One token, in millionths; thousandths of a token a second are that many of them a millisecond.
const TOKEN: u128 = 1_000_000;
/// When each request has its token, first come first served: `(instant, class, how many)`.
pub(super) fn grants(study: &Study<'_>, actions: &[EniAction]) -> Result<Vec<(i64, usize, u32)>, Breach> {
    let requests = actions.iter().filter(|action| action.create > 0);
    let Some(api) = study.topology.limits.api else {
        return Ok(requests.map(|it| (it.at, it.class, it.create)).collect());
    };
    let (full, rate) = (u128::from(api.burst) * TOKEN, u128::from(api.per_second.0));
    let (mut level, mut clock) = (full, i64::MIN);
    let mut granted = Vec::new();
    for action in requests {
        if action.at > clock {
            level = (level + rate * u128::from(action.at.abs_diff(clock))).min(full);
            clock = action.at;
        }
        let mut waiting = action.create;
        loop {
            let now = u32::try_from(level / TOKEN).unwrap_or(u32::MAX).min(waiting);
            if now > 0 {
                granted.push((clock, action.class, now));
                level -= u128::from(now) * TOKEN;
                waiting -= now;
            }
            if waiting == 0 {
                break;
            }
            if rate == 0 || full < TOKEN || granted.len() >= MOST_GRANTS {
                return Err(Breach {
                    what: "API tokens".into(),
                    place: place(study, &[action.class]),
                    at_ms: Some(action.at),
                    needed: waiting.into(),
                    available: 0,
                    unit: "ENIs",
                });
            }
            let pause = TOKEN.saturating_sub(level).div_ceil(rate).max(1);
            level = (level + rate * pause).min(full);
            clock = clock.saturating_add(i64::try_from(pause).unwrap_or(i64::MAX));
        }
    }
    Ok(granted)
}

/// Where several groups are planned apart, a file may count each on its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Apart {
    /// The sum of the classes' own peaks.
    pub(super) peak_enis: u64,
    /// Held time up to the end of the group that ends first, in hours.
    pub(super) eni_hours: f64,
}

/// What is held against the limits; fills in the amounts.
pub(super) fn held(
    study: &Study<'_>,
    ways: &[Asked],
    actions: &[EniAction],
    verified: &mut Verified,
) -> Apart {
    let limits = &study.topology.limits;
    let drain = i64::try_from(study.topology.delete.max.0).unwrap_or(i64::MAX);
    let changes = changes(actions, drain);
    let mut tallies: Vec<Tally> = limits.subnets.iter().map(|it| Tally::new(Some(it.addresses))).collect();
    let vpcs = limits.subnets.iter().map(|it| it.vpc + 1).max().unwrap_or(0);
    let (first_vpc, region) = (tallies.len(), tallies.len() + vpcs);
    tallies.extend((0..vpcs).map(|_| Tally::new(limits.vpc_quota)));
    tallies.push(Tally::new(limits.region_quota));
    let first_class = tallies.len();
    tallies.extend(study.topology.classes.iter().map(|_| Tally::new(None)));
    let ends = study.ends(ways);
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
            let Some((held, available)) = tally.settle() else { continue };
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
    verified.found = Amount {
        peak_enis: u64::try_from(tallies[region].peak).unwrap_or(0),
        eni_hours: hours[0],
        creations: actions.iter().map(|action| u64::from(action.create)).sum(),
    };
    let peaks = tallies.iter().skip(first_class).map(|tally| u64::try_from(tally.peak).unwrap_or(0));
    Apart { peak_enis: peaks.sum(), eni_hours: hours[1] }
}

/// By how much what is held of each class changes, by instant.
fn changes(actions: &[EniAction], drain: i64) -> BTreeMap<i64, Vec<(usize, i64)>> {
    let mut changes: BTreeMap<i64, Vec<(usize, i64)>> = BTreeMap::new();
    for action in actions {
        changes.entry(action.at).or_default().push((action.class, action.create.into()));
        let gone = changes.entry(action.at.saturating_add(drain)).or_default();
        gone.push((action.class, -i64::from(action.delete)));
    }
    changes
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

/// Functions that share classes, directly or through others.
pub(super) struct Component {
    pub(super) classes: Vec<usize>,
    pub(super) need: Curve,
    /// Whether it has pools with different classes.
    pub(super) overlapping: bool,
}

impl Study<'_> {
    /// The classes that share functions, and what is needed of them together.
    pub(super) fn components(&self) -> Vec<Component> {
        let mut components: Vec<Component> = Vec::new();
        for (classes, need) in self.needs() {
            let shares = |it: &Component| it.classes.iter().any(|class| classes.contains(class));
            let (touched, apart): (Vec<Component>, Vec<Component>) = components.into_iter().partition(shares);
            components = apart;
            let overlapping = !touched.is_empty();
            let mut merged = Component { classes, need, overlapping };
            for it in touched {
                merged.classes.extend(it.classes);
            }
            merged.classes.sort_unstable();
            merged.classes.dedup();
            components.push(merged);
        }
        for it in components.iter_mut().filter(|it| it.overlapping) {
            // Packed on ENIs that all of them can use, which is what a plan may do.
            it.need = pooling::together(self, &it.classes);
        }
        components
    }

    /// After this nothing is created: a need may come late by as long as an environment waits.
    pub(super) fn end(&self) -> i64 {
        self.ends(&[])[0].saturating_add_unsigned(self.topology.boot.max.0)
    }

    /// The end of the account of a plan of this, ms.
    pub(super) fn account_end(&self, asked: &Asked) -> i64 {
        let last = asked.needs.iter().filter_map(|need| need.ready.steps().last()).map(|&(at, _)| at);
        self.until(last.max().unwrap_or(0))
    }

    /// The ends of the account, ms, the last first: each of the traffic, or of the last need of a pool,
    /// in any of the ways to ask for it.
    fn ends(&self, ways: &[Asked]) -> [i64; 2] {
        let asked = ways.iter().flat_map(|way| &way.needs).map(|need| need.ready.clone());
        let needs = self.needs().into_iter().map(|(_, need)| need).chain(asked);
        let ends: Vec<i64> =
            needs.map(|need| self.until(need.steps().last().map_or(0, |&(at, _)| at))).collect();
        let none = self.until(0);
        [ends.iter().max().copied().unwrap_or(none), ends.iter().min().copied().unwrap_or(none)]
    }

    fn until(&self, last: u64) -> i64 {
        i64::try_from(last.max(self.traffic.span.0)).unwrap_or(i64::MAX)
    }
}
