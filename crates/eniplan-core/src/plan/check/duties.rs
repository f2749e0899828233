//! Duties: what a schedule must keep, and what surely happens under it.

use std::collections::BTreeSet;

use super::grants::{FAR_MS, grant_tokens};
use crate::demand::Curve;
use crate::plan::terms::group::{Group, PlanStart};
use crate::plan::terms::joint::{Joint, JointEntry};
use crate::plan::terms::limit::EniLimit;
use crate::plan::terms::violation::Violation;
use crate::quantity::Interval;
use crate::topology::TokenBucket;

/// What happens at an instant.
#[derive(Clone, Copy)]
pub(super) enum SureEvent {
    Requested { class: usize, by: i64 },
    Booted { class: usize, by: i64 },
    Deleting { class: usize, by: i64 },
    Gone { class: usize, by: i64 },
    Need { pool: usize, enis: u32 },
}

/// ENIs of some classes that must be ready together.
pub(super) struct PoolCover {
    pub(super) classes: Vec<usize>,
    /// The pool whose need they cover; none: a class must not delete what is not ready.
    pub(super) pool: Option<usize>,
    pub(super) without_zone: Option<String>,
}

/// ENIs of some classes that may be held together.
pub(super) struct LimitedRoom {
    pub(super) classes: Vec<usize>,
    pub(super) limit: EniLimit,
    pub(super) enis: u32,
}

/// What a schedule must keep, whatever it was made for.
pub(super) struct Duties<'a> {
    pub(super) classes: usize,
    pub(super) needs: Vec<&'a Curve>,
    pub(super) covers: Vec<PoolCover>,
    pub(super) rooms: Vec<LimitedRoom>,
    pub(super) boot: &'a Interval,
    pub(super) delete: &'a Interval,
    pub(super) api: Option<TokenBucket>,
    pub(super) start: PlanStart,
    pub(super) end_ms: u64,
}

impl<'a> Duties<'a> {
    pub(super) fn of_group(group: &'a Group) -> Self {
        let room = |limit: &EniLimit, enis: u32| LimitedRoom { classes: vec![0], limit: limit.clone(), enis };
        Self {
            classes: 1,
            needs: vec![&group.need],
            covers: vec![PoolCover { classes: vec![0], pool: Some(0), without_zone: None }],
            rooms: group.ceilings.iter().map(|ceiling| room(&ceiling.limit, ceiling.enis)).collect(),
            boot: &group.boot,
            delete: &group.delete,
            api: group.api,
            start: group.start,
            end_ms: group.end_ms(),
        }
    }

    pub(super) fn of_joint(joint: &'a Joint) -> Self {
        Self {
            classes: joint.classes.len(),
            needs: joint.pools.iter().map(|pool| &pool.need).collect(),
            covers: covers(joint),
            rooms: rooms(joint),
            boot: &joint.boot,
            delete: &joint.delete,
            api: joint.api,
            start: joint.start,
            end_ms: joint.end_ms(),
        }
    }

    pub(super) fn delete_ms(&self) -> Result<i64, Vec<Violation>> {
        instant(self.delete.max.0)
    }

    /// What surely happens, in order of time.
    pub(super) fn surely_happening(
        &self,
        entries: &[JointEntry],
    ) -> Result<Vec<(i64, SureEvent)>, Vec<Violation>> {
        let misplaced = self.misplaced(entries);
        if !misplaced.is_empty() {
            return Err(misplaced);
        }
        let (boot_ms, delete_ms) = (instant(self.boot.max.0)?, self.delete_ms()?);
        let mut events = Vec::new();
        for (pool, need) in self.needs.iter().enumerate() {
            for &(at, enis) in need.steps() {
                events.push((instant(at)?, SureEvent::Need { pool, enis }));
            }
        }
        for &JointEntry { at_ms, class, create, delete } in entries {
            if create > 0 {
                events.push((at_ms, SureEvent::Requested { class, by: create.into() }));
            }
            if delete > 0 {
                events.push((at_ms, SureEvent::Deleting { class, by: delete.into() }));
                events.push((at_ms + delete_ms, SureEvent::Gone { class, by: delete.into() }));
            }
        }
        let requests = entries.iter().filter(|entry| entry.create > 0);
        let requests = requests.map(|entry| (entry.at_ms, entry.class, entry.create));
        for (granted, class, by) in grant_tokens(self.api, requests).map_err(|violation| vec![violation])? {
            events.push((granted + boot_ms, SureEvent::Booted { class, by: by.into() }));
        }
        events.sort_by_key(|&(at_ms, _)| at_ms);
        Ok(events)
    }

    /// Entries that stand where none may.
    fn misplaced(&self, entries: &[JointEntry]) -> Vec<Violation> {
        let mut violations = Vec::new();
        let mut last = None;
        for &JointEntry { at_ms, class, .. } in entries {
            if last.is_some_and(|last| last >= (at_ms, class)) {
                violations.push(Violation::Unordered { at_ms });
            }
            if !(-FAR_MS..=FAR_MS).contains(&at_ms) {
                violations.push(Violation::OutOfRange { at_ms });
            }
            match self.start {
                PlanStart::Empty { from_ms } if at_ms < from_ms => {
                    violations.push(Violation::TooEarly { at_ms, from_ms });
                }
                PlanStart::Empty { .. } | PlanStart::Warm => {}
            }
            if class >= self.classes {
                violations.push(Violation::NoSuchClass { at_ms, class });
            }
            last = Some((at_ms, class));
        }
        violations
    }
}

/// A time from the first instant as an instant, unless it lies too far away.
pub(super) fn instant(ms: u64) -> Result<i64, Vec<Violation>> {
    let near = i64::try_from(ms).ok().filter(|at_ms| *at_ms <= FAR_MS);
    near.ok_or_else(|| vec![Violation::OutOfRange { at_ms: i64::MAX }])
}

/// Every pool, with every zone and without any one of them; and each class of a pool of several.
fn covers(joint: &Joint) -> Vec<PoolCover> {
    let zone = |class: usize| joint.subnets[joint.classes[class]].zone.as_str();
    let mut covers = Vec::new();
    for (index, pool) in joint.pools.iter().enumerate() {
        let cover = |classes: Vec<usize>, lost: Option<&str>| PoolCover {
            classes,
            pool: Some(index),
            without_zone: lost.map(str::to_owned),
        };
        covers.push(cover(pool.classes.clone(), None));
        if joint.survive_zone {
            let zones: BTreeSet<&str> = pool.classes.iter().map(|&class| zone(class)).collect();
            for lost in zones {
                let left = pool.classes.iter().copied().filter(|&class| zone(class) != lost);
                covers.push(cover(left.collect(), Some(lost)));
            }
        }
    }
    let alone = |class: &usize| joint.pools.iter().any(|pool| pool.classes == [*class]);
    let classes = (0..joint.classes.len()).filter(|class| !alone(class));
    covers.extend(classes.map(|class| PoolCover { classes: vec![class], pool: None, without_zone: None }));
    covers
}

/// Each subnet's addresses, each VPC's quota and the Region's.
fn rooms(joint: &Joint) -> Vec<LimitedRoom> {
    let in_subnets = |inside: &dyn Fn(usize) -> bool| -> Vec<usize> {
        (0..joint.classes.len()).filter(|&class| inside(joint.classes[class])).collect()
    };
    let mut rooms = Vec::new();
    for (index, subnet) in joint.subnets.iter().enumerate() {
        let limit = EniLimit::Addresses { subnet: subnet.name.clone() };
        rooms.push(LimitedRoom { classes: in_subnets(&|own| own == index), limit, enis: subnet.addresses });
    }
    if let Some(enis) = joint.vpc_quota {
        let vpcs: BTreeSet<usize> = joint.subnets.iter().map(|subnet| subnet.vpc).collect();
        rooms.extend(vpcs.into_iter().map(|vpc| LimitedRoom {
            classes: in_subnets(&|own| joint.subnets[own].vpc == vpc),
            limit: EniLimit::VpcQuota,
            enis,
        }));
    }
    let region =
        |enis: u32| LimitedRoom { classes: in_subnets(&|_| true), limit: EniLimit::RegionQuota, enis };
    rooms.extend(joint.region_quota.map(region));
    rooms
}
