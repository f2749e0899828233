//! Bound: what no joint plan can beat at any instant, and the instants no plan can carry.
//!
//! By lemma 1 the classes of a pool outside a zone hold at least `M(t)`, the largest need over
//! `(t - delete.max, t + boot.max]`, at every instant, so that what is held at `t` covers all
//! `M_p(t)` within the addresses. `cover` says how many ENIs that takes: of each pool alone, and
//! of every family of pools confined to the same subnets as if it were one (docs/plan.md, lemma 6).
//! Knows nothing of schedules.

use std::collections::BTreeMap;

use super::cover::{most, waste};
use crate::demand::Curve;
use crate::plan::terms::exact::instant_ms;
use crate::plan::terms::joint::Joint;
use crate::plan::terms::limit::EniLimit;
use crate::plan::terms::solution::Shortage;

/// Pools whose subnets all lie in one set, and the rooms of that set.
struct Family {
    subnets: Vec<usize>,
    pools: Vec<usize>,
    rooms: Vec<u64>,
}

/// What no plan can beat.
#[derive(Clone, Debug, Default)]
pub(crate) struct JointBound {
    /// The largest least total.
    pub peak: u64,
    /// The first instant of it, ms.
    pub peak_ms: i64,
    /// The integral of the least total to the end of the account, ENI x ms.
    pub held_ms: u128,
    /// The same as if there were no limits on addresses.
    pub free_ms: u128,
    /// ENIs that every plan with that held time requests.
    pub creations: u64,
    /// Where the two differ, ms: `(from, to)`.
    pub binding: Vec<(i64, i64)>,
    /// The least total from each instant on, late by the longest boot, ms.
    pub totals: Vec<(u64, u64)>,
    /// Why there is no plan; empty: nothing here forbids one.
    pub shortages: Vec<Shortage>,
}

/// The zones' rooms within a set of subnets; without a zone to lose, all in one.
fn rooms(joint: &Joint, subnets: &[usize]) -> Vec<u64> {
    let zones = joint.zones();
    let mut rooms: Vec<(usize, u64)> = Vec::new();
    for &subnet in subnets {
        let zone = if joint.survive_zone { zones[subnet] } else { 0 };
        let addresses = u64::from(joint.subnets[subnet].addresses);
        match rooms.iter_mut().find(|(known, _)| *known == zone) {
            Some((_, room)) => *room += addresses,
            None => rooms.push((zone, addresses)),
        }
    }
    rooms.into_iter().map(|(_, room)| room).collect()
}

fn subnets_of(joint: &Joint, pool: usize) -> Vec<usize> {
    let mut subnets: Vec<usize> =
        joint.pools[pool].classes.iter().map(|&class| joint.classes[class]).collect();
    subnets.sort_unstable();
    subnets.dedup();
    subnets
}

fn families(joint: &Joint) -> Vec<Family> {
    let own: Vec<Vec<usize>> = (0..joint.pools.len()).map(|pool| subnets_of(joint, pool)).collect();
    let mut sets = own.clone();
    let mut all: Vec<usize> = own.iter().flatten().copied().collect();
    all.sort_unstable();
    all.dedup();
    sets.push(all);
    sets.sort_unstable();
    sets.dedup();
    let family = |subnets: Vec<usize>| {
        let inside = |pool: &usize| own[*pool].iter().all(|subnet| subnets.binary_search(subnet).is_ok());
        let pools = (0..own.len()).filter(inside).collect();
        Family { pools, rooms: rooms(joint, &subnets), subnets }
    };
    sets.into_iter().map(family).collect()
}

/// What a need takes within these rooms, zones surviving or not; none: more than there is.
fn total(joint: &Joint, need: u64, rooms: &[u64]) -> Option<u64> {
    if joint.survive_zone {
        waste(need, rooms).map(|waste| need + waste)
    } else {
        (need <= rooms.iter().sum()).then_some(need)
    }
}

/// The held curves of the needs, late by the longest boot, point by point.
pub(crate) fn late_needs(joint: &Joint) -> Vec<Curve> {
    joint.pools.iter().map(|pool| pool.need.sliding_max(joint.turnaround_ms())).collect()
}

struct Walk<'a> {
    joint: &'a Joint,
    families: Vec<Family>,
    own: Vec<Vec<u64>>,
    endless: Vec<Vec<u64>>,
    need: Vec<u64>,
    /// The least of each pool alone within its addresses, and without limits.
    least: Vec<u64>,
    free: Vec<u64>,
    /// The same one instant before, and the total then.
    before: (Vec<u64>, u64),
    bound: JointBound,
}

/// Walks over the needs' held curves `late`.
pub(crate) fn bound(joint: &Joint, late: &[Curve]) -> JointBound {
    let own: Vec<Vec<u64>> = (0..late.len()).map(|pool| rooms(joint, &subnets_of(joint, pool))).collect();
    let endless = own.iter().map(|rooms| vec![u64::from(u32::MAX) * 2; rooms.len()]).collect();
    let none = vec![0; late.len()];
    let mut walk = Walk {
        joint,
        families: families(joint),
        own,
        endless,
        need: none.clone(),
        least: none.clone(),
        before: (none.clone(), 0),
        free: none,
        bound: JointBound::default(),
    };
    let mut steps: Vec<(u64, usize, u32)> = late
        .iter()
        .enumerate()
        .flat_map(|(pool, curve)| curve.steps().iter().map(move |&(at, value)| (at, pool, value)))
        .collect();
    steps.sort_unstable();
    let mut rest = steps.as_slice();
    let lead = joint.boot.max.0;
    let end = joint.end_ms() + lead;
    while let Some(&(at, ..)) = rest.first() {
        let now = rest.partition_point(|&(instant, ..)| instant == at);
        let until = rest.get(now).map_or(end, |&(next, ..)| next.min(end));
        for &(_, pool, value) in rest.iter().take(now) {
            walk.set(pool, value);
        }
        walk.stand(at, until.saturating_sub(at));
        rest = &rest[now..];
    }
    walk.bound
}

impl Walk<'_> {
    fn set(&mut self, pool: usize, value: u32) {
        let need = u64::from(value);
        self.need[pool] = need;
        self.least[pool] = total(self.joint, need, &self.own[pool]).unwrap_or(need);
        self.free[pool] = total(self.joint, need, &self.endless[pool]).unwrap_or(need);
    }

    /// From `late` on for `width` the needs stand as they are, late by the longest boot.
    fn stand(&mut self, late: u64, width: u64) {
        let at_ms = instant_ms(late) - instant_ms(self.joint.boot.max.0);
        let alone: u64 = self.least.iter().sum();
        let free: u64 = self.free.iter().sum();
        let mut least = alone;
        for index in 0..self.families.len() {
            let family = &self.families[index];
            let need: u64 = family.pools.iter().map(|&pool| self.need[pool]).sum();
            let inside: u64 = family.pools.iter().map(|&pool| self.least[pool]).sum();
            match total(self.joint, need, &family.rooms) {
                Some(total) => least = least.max(alone - inside + total),
                None => self.short(index, at_ms, width, need),
            }
        }
        self.quotas(at_ms, width, least);
        self.requests(least, free);
        let bound = &mut self.bound;
        bound.totals.push((late, least));
        if least > bound.peak {
            (bound.peak, bound.peak_ms) = (least, at_ms);
        }
        bound.held_ms += u128::from(least) * u128::from(width);
        bound.free_ms += u128::from(free) * u128::from(width);
        if least > free {
            let to_ms = at_ms.saturating_add_unsigned(width);
            match bound.binding.last_mut() {
                Some((_, until)) if *until == at_ms => *until = to_ms,
                _ => bound.binding.push((at_ms, to_ms)),
            }
        }
    }

    /// Where addresses do not matter, each pool's total is known, and so are its rises; else their sum's.
    fn requests(&mut self, least: u64, free: u64) {
        let (before, total) = &self.before;
        let calm = least == free && before.iter().sum::<u64>() == *total;
        let pools = || self.free.iter().zip(before).map(|(now, before)| now.saturating_sub(*before)).sum();
        self.bound.creations += if calm { pools() } else { least.saturating_sub(*total) };
        self.before = (self.free.clone(), least);
    }

    fn short(&mut self, index: usize, at_ms: i64, width: u64, needed: u64) {
        let family = &self.families[index];
        let names = family.subnets.iter().map(|&subnet| self.joint.subnets[subnet].name.clone());
        let names: Vec<String> = names.collect();
        let survive = self.joint.survive_zone;
        let available = if survive { most(&family.rooms) } else { family.rooms.iter().sum() };
        let limit = match names.as_slice() {
            [subnet] if !survive => EniLimit::Addresses { subnet: subnet.clone() },
            _ => EniLimit::Together { subnets: names, survive_zone: survive },
        };
        self.tell(Shortage::new(limit, at_ms, width, needed, available));
    }

    fn quotas(&mut self, at_ms: i64, width: u64, least: u64) {
        let joint = self.joint;
        if let Some(quota) = joint.region_quota.filter(|&quota| least > u64::from(quota)) {
            self.tell(Shortage::new(EniLimit::RegionQuota, at_ms, width, least, quota.into()));
        }
        let Some(quota) = joint.vpc_quota else { return };
        let vpc = |class: &usize| joint.subnets[joint.classes[*class]].vpc;
        let mut held: BTreeMap<usize, u64> = BTreeMap::new();
        for (pool, least) in joint.pools.iter().zip(&self.least) {
            let one = pool.classes.first().map(vpc);
            if let Some(one) = one.filter(|one| pool.classes.iter().all(|class| vpc(class) == *one)) {
                *held.entry(one).or_default() += least;
            }
        }
        let one_vpc = held.len() == 1 && joint.subnets.windows(2).all(|pair| pair[0].vpc == pair[1].vpc);
        let most = if one_vpc { least } else { held.into_values().max().unwrap_or(0) };
        if most > u64::from(quota) {
            self.tell(Shortage::new(EniLimit::VpcQuota, at_ms, width, most, quota.into()));
        }
    }

    /// One shortage of a limit: where it is worst, and over the stretch around that.
    fn tell(&mut self, next: Shortage) {
        match self.bound.shortages.iter_mut().find(|known| known.limit == next.limit) {
            None => self.bound.shortages.push(next),
            Some(known) if known.to_ms == next.from_ms => {
                known.to_ms = next.to_ms;
                known.needed = known.needed.max(next.needed);
            }
            Some(known) if next.needed > known.needed => *known = next,
            Some(_) => {}
        }
    }
}
