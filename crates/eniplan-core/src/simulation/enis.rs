//! The ENIs: their states, the room on them, and what they hold of every limit.

use std::collections::BTreeSet;

use super::failure::Failure;
use super::record::Census;
use super::world::World;
use crate::cold_path::{EniFound, NoReady};
use crate::policy::Pick;
use crate::quantity::convert::slot;

/// Where an ENI stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EniStage {
    /// Requested or booting.
    Booting,
    /// Ready, idle or in use.
    Ready,
    /// On its way out.
    Deleting,
}

/// One ENI.
#[derive(Clone, Debug)]
pub(crate) struct Eni {
    pub(crate) class: u32,
    /// Its number in the order of creation.
    pub(crate) serial: u64,
    pub(crate) state: EniStage,
    /// Units left for environments.
    pub(crate) room: u64,
    /// Environments on it, or waiting for it to boot.
    pub(crate) environments: u32,
    /// Environments that wait for it to boot, in order.
    pub(crate) waiting: Vec<u32>,
    /// When its creation request gets its token.
    pub(crate) granted: u64,
    /// The mark of its latest idleness.
    pub(crate) idle: u64,
}

/// The ENIs of one class that can take an environment.
#[derive(Clone, Debug, Default)]
struct OpenEnis {
    /// Ready ones with room, by the policy's key, then number, then slot.
    ready: BTreeSet<(u64, u64, u32)>,
    /// Booting ones with room, by number.
    booting: BTreeSet<(u64, u32)>,
    /// Ready ones without an environment, by number.
    idle: BTreeSet<(u64, u32)>,
    /// Booting ones without an environment.
    unclaimed: u32,
    /// All that are ready, and all that are booting.
    ready_count: u32,
    booting_count: u32,
    /// All that are held, from request to gone.
    held: u32,
}

/// All ENIs.
#[derive(Clone, Debug)]
pub(crate) struct EniFleet {
    pick: Pick,
    capacity: u64,
    slots: Vec<Eni>,
    vacant: Vec<u32>,
    classes: Vec<OpenEnis>,
    made: u64,
    /// Addresses held per subnet.
    pub(crate) subnet_held: Vec<u32>,
    vpc_held: Vec<u32>,
    /// ENIs held in all.
    pub(crate) held: u32,
    /// Ready ones that carry an environment, ready ones that carry none, booting ones.
    pub(crate) in_use: u32,
    pub(crate) idle: u32,
    pub(crate) booting: u32,
}

impl EniFleet {
    pub(crate) fn new(world: &World) -> Self {
        let limits = &world.topology.limits;
        let vpcs = limits.subnets.iter().map(|subnet| subnet.vpc + 1).max().unwrap_or(0);
        Self {
            pick: world.policy.pick,
            capacity: world.capacity,
            slots: Vec::new(),
            vacant: Vec::new(),
            classes: vec![OpenEnis::default(); world.topology.classes.len()],
            made: 0,
            subnet_held: vec![0; limits.subnets.len()],
            vpc_held: vec![0; vpcs],
            held: 0,
            in_use: 0,
            idle: 0,
            booting: 0,
        }
    }

    pub(crate) fn get(&self, eni: u32) -> &Eni {
        &self.slots[eni as usize]
    }

    fn key(&self, eni: &Eni) -> u64 {
        match self.pick {
            Pick::Fullest => eni.room,
            Pick::Emptiest => u64::MAX - eni.room,
            Pick::Newest => u64::MAX - eni.serial,
            Pick::Oldest => eni.serial,
        }
    }

    /// Takes `eni` out of the pools of its class, runs `change`, and puts it back where it belongs now.
    fn update<T>(&mut self, eni: u32, change: impl FnOnce(&mut Eni) -> T) -> T {
        self.enrol(eni, false);
        let result = change(&mut self.slots[eni as usize]);
        self.enrol(eni, true);
        result
    }

    fn enrol(&mut self, eni: u32, present: bool) {
        let current = &self.slots[eni as usize];
        let (key, serial) = (self.key(current), current.serial);
        let (state, has_room, free) = (current.state, current.room > 0, current.environments == 0);
        let of_state = match (state, free) {
            (EniStage::Booting, _) => Some(&mut self.booting),
            (EniStage::Ready, true) => Some(&mut self.idle),
            (EniStage::Ready, false) => Some(&mut self.in_use),
            (EniStage::Deleting, _) => None,
        };
        if let Some(count) = of_state {
            *count = if present { *count + 1 } else { *count - 1 };
        }
        let pool = &mut self.classes[self.slots[eni as usize].class as usize];
        let of_class = match state {
            EniStage::Booting => Some(&mut pool.booting_count),
            EniStage::Ready => Some(&mut pool.ready_count),
            EniStage::Deleting => None,
        };
        if let Some(count) = of_class {
            *count = if present { *count + 1 } else { *count - 1 };
        }
        match state {
            EniStage::Ready => {
                if has_room {
                    toggle(&mut pool.ready, (key, serial, eni), present);
                }
                if free {
                    toggle(&mut pool.idle, (serial, eni), present);
                }
            }
            EniStage::Booting => {
                if has_room {
                    toggle(&mut pool.booting, (serial, eni), present);
                }
                if free {
                    pool.unclaimed = if present { pool.unclaimed + 1 } else { pool.unclaimed - 1 };
                }
            }
            EniStage::Deleting => {}
        }
    }

    /// The ready ENI with room for `size` that the policy picks among these classes.
    pub(crate) fn pick_ready(&self, classes: &[usize], size: u64) -> Option<u32> {
        let fits = |&&(_, _, eni): &&(u64, u64, u32)| self.slots[eni as usize].room >= size;
        classes
            .iter()
            .filter_map(|&class| {
                let ready = &self.classes[class].ready;
                match self.pick {
                    Pick::Fullest => ready.range((size, 0, 0)..).next(),
                    Pick::Emptiest => ready.first().filter(fits),
                    Pick::Newest | Pick::Oldest => ready.iter().find(fits),
                }
            })
            .min()
            .map(|&(_, _, eni)| eni)
    }

    /// The booting ENI with unreserved room for `size` that was requested first.
    pub(crate) fn pick_booting(&self, classes: &[usize], size: u64) -> Option<u32> {
        classes
            .iter()
            .filter_map(|&class| {
                let booting = &self.classes[class].booting;
                booting.iter().find(|&&(_, eni)| self.slots[eni as usize].room >= size)
            })
            .min()
            .map(|&(_, eni)| eni)
    }

    /// The class among these to make an ENI in: the subnet with the most free addresses.
    pub(crate) fn pick_class(&self, world: &World, classes: &[usize]) -> Result<usize, Failure> {
        let limits = &world.topology.limits;
        let mut failure = Failure::SubnetAddresses;
        let mut best: Option<(u32, usize)> = None;
        for &class in classes {
            let subnet = world.topology.classes[class].subnet;
            let free = limits.subnets[subnet].addresses.saturating_sub(self.subnet_held[subnet]);
            if free == 0 {
                continue;
            }
            let vpc = limits.subnets[subnet].vpc;
            if limits.vpc_quota.is_some_and(|quota| self.vpc_held[vpc] >= quota) {
                failure = Failure::VpcQuota;
            } else if best.is_none_or(|(most, _)| free > most) {
                best = Some((free, class));
            }
        }
        let (_, class) = best.ok_or(failure)?;
        if limits.region_quota.is_some_and(|quota| self.held >= quota) {
            return Err(Failure::RegionQuota);
        }
        Ok(class)
    }

    /// Adds an ENI of `class`, booting or ready, and holds its address and quotas.
    pub(crate) fn make(&mut self, world: &World, class: usize, state: EniStage) -> u32 {
        self.count_held(world, class, true);
        let eni = Eni {
            class: slot(class),
            serial: self.made,
            state,
            room: self.capacity,
            environments: 0,
            waiting: Vec::new(),
            granted: 0,
            idle: 0,
        };
        self.made += 1;
        let slot = if let Some(slot) = self.vacant.pop() {
            self.slots[slot as usize] = eni;
            slot
        } else {
            self.slots.push(eni);
            slot(self.slots.len() - 1)
        };
        self.enrol(slot, true);
        slot
    }

    fn count_held(&mut self, world: &World, class: usize, take: bool) {
        let subnet = world.topology.classes[class].subnet;
        let vpc = world.topology.limits.subnets[subnet].vpc;
        let of_class = &mut self.classes[class].held;
        for held in [&mut self.subnet_held[subnet], &mut self.vpc_held[vpc], &mut self.held, of_class] {
            *held = if take { *held + 1 } else { *held - 1 };
        }
    }

    /// Gives `size` units of `eni` to an environment.
    pub(crate) fn place(&mut self, eni: u32, size: u64) {
        self.update(eni, |eni| {
            eni.room -= size;
            eni.environments += 1;
        });
    }

    /// What stands in these classes for an environment that no ready ENI took; `could`: it could have
    /// had one, `reuses`: the policy reuses them.
    pub(crate) fn survey(&self, classes: &[usize], could: bool, reuses: bool) -> EniFound {
        let sum = |of: fn(&OpenEnis) -> u32| -> u32 {
            classes.iter().map(|&class| of(&self.classes[class])).fold(0, u32::saturating_add)
        };
        let (ready, booting) = (sum(|pool| pool.ready_count), sum(|pool| pool.booting_count));
        let because = match (reuses, could, ready, booting) {
            (false, ..) => NoReady::NeverReused,
            (_, true, ..) => NoReady::Missed,
            (_, _, 0, 0) => NoReady::NoneExists,
            (_, _, 0, _) => NoReady::Booting,
            _ => NoReady::Full,
        };
        EniFound { because, ready, booting, deleting: sum(|pool| pool.held) - ready - booting }
    }

    /// The creation request of `eni` gets its token at `granted`.
    pub(crate) fn grant(&mut self, eni: u32, granted: u64) {
        self.slots[eni as usize].granted = granted;
    }

    /// `environment` waits for `eni` to boot.
    pub(crate) fn wait_for(&mut self, eni: u32, environment: u32) {
        self.slots[eni as usize].waiting.push(environment);
    }

    /// Takes `size` units back; whether the ENI is idle now.
    pub(crate) fn leave(&mut self, eni: u32, size: u64) -> bool {
        self.update(eni, |eni| {
            eni.room += size;
            eni.environments -= 1;
        });
        self.is_idle(eni)
    }

    pub(crate) fn is_idle(&self, eni: u32) -> bool {
        let eni = self.get(eni);
        eni.state == EniStage::Ready && eni.environments == 0
    }

    /// Notes that `eni` has become idle; `mark` names this idleness and no other.
    pub(crate) fn begin_idleness(&mut self, eni: u32, mark: u64) {
        self.slots[eni as usize].idle = mark;
    }

    /// Whether `eni` has been idle without a break since `mark` was given.
    pub(crate) fn idle_since(&self, eni: u32, mark: u64) -> bool {
        self.is_idle(eni) && self.get(eni).idle == mark
    }

    /// `eni` has booted; the environments that waited for it, in order.
    pub(crate) fn end_boot(&mut self, eni: u32) -> Vec<u32> {
        self.update(eni, |eni| {
            eni.state = EniStage::Ready;
            std::mem::take(&mut eni.waiting)
        })
    }

    pub(crate) fn begin_deletion(&mut self, eni: u32) {
        self.update(eni, |eni| eni.state = EniStage::Deleting);
    }

    /// The deletion has ended: address and quotas are free again.
    pub(crate) fn end_deletion(&mut self, world: &World, eni: u32) {
        let class = self.get(eni).class as usize;
        self.count_held(world, class, false);
        self.vacant.push(eni);
    }

    /// ENIs of `class` without an environment, ready or booting.
    pub(crate) fn free(&self, class: usize) -> u64 {
        let pool = &self.classes[class];
        pool.idle.len() as u64 + u64::from(pool.unclaimed)
    }

    /// What stands: these environments, and the ENIs.
    pub(crate) const fn census(&self, starting: u32, running: u32, alive: u32) -> Census {
        Census {
            starting,
            running,
            idle: alive - starting - running,
            enis_booting: self.booting,
            enis_in_use: self.in_use,
            enis_idle: self.idle,
            enis_deleting: self.held - self.booting - self.in_use - self.idle,
        }
    }

    /// ENIs of `class` held, from request to gone.
    pub(crate) fn class_held(&self, class: usize) -> u32 {
        self.classes[class].held
    }

    /// The idle ENI of `class` made last.
    pub(crate) fn newest_idle(&self, class: usize) -> Option<u32> {
        self.classes[class].idle.last().map(|&(_, eni)| eni)
    }
}

fn toggle<T: Ord>(set: &mut BTreeSet<T>, item: T, present: bool) {
    if present {
        set.insert(item);
    } else {
        set.remove(&item);
    }
}
