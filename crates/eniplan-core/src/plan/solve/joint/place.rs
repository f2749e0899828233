//! Place: which class takes which run of the need's levels.
//!
//! The held curve `M` of a pool is a stack of levels; each level is up for runs of at least a boot
//! and a deletion. Where no zone is to be survived a run is one ENI in any class. Where one is,
//! the runs stand in *rounds*: the first of a round takes an ENI in two zones, each further one an
//! ENI in a zone the round does not have yet, so that a round of `u` ENIs covers `u - 1` whichever
//! zone is lost. Levels end in the reverse order, so that a round outlives what joined it. A run
//! joins a round where a zone has an address, and opens a new one where none has: as few ENIs as
//! any plan holds as long as there is room (docs/plan.md, lemma 7). O(runs).

use std::collections::BTreeMap;

use crate::demand::Curve;
use crate::plan::terms::exact::instant_ms;
use crate::plan::terms::joint::Joint;

/// The most runs that are placed one by one.
pub(crate) const MOST_RUNS: u64 = 20_000_000;

/// What one run of a level took.
#[derive(Clone, Copy, Debug)]
enum RunPlacement {
    One { class: usize },
    Open { classes: [usize; 2], zones: u64 },
    Join { class: usize, before: u64 },
}

/// A pool on the way.
#[derive(Default)]
struct Stack {
    steps: Vec<RunPlacement>,
    /// Open rounds by the zones they have, as bits.
    rounds: BTreeMap<u64, u32>,
}

/// The state at an instant, the longest boot late.
struct Places<'a> {
    joint: &'a Joint,
    zones: Vec<usize>,
    rooms: Vec<u64>,
    held: Vec<u64>,
    /// Addresses kept for pools that can use no others, and what those hold of them.
    kept: Vec<u64>,
    of_kept: Vec<u64>,
    captive: Vec<Vec<bool>>,
    stacks: Vec<Stack>,
    /// `(instant, by how much)` of what must be ready, by class.
    ready: Vec<Vec<(u64, i64)>>,
}

/// A run that found no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full {
    /// Whose.
    pub pool: usize,
    /// When, ms.
    pub at_ms: i64,
    /// What the pool needs then.
    pub needed: u32,
    /// How much of it found its addresses beside the other pools.
    pub placed: u32,
}

/// What must be ready in each class, where `spare` addresses of each subnet stay free.
pub(crate) fn place(joint: &Joint, late: &[Curve], spare: &[u64]) -> Result<Vec<Curve>, Full> {
    let mut places = Places::new(joint, late, spare);
    let mut steps: Vec<(u64, usize, u32)> = late
        .iter()
        .enumerate()
        .flat_map(|(pool, curve)| curve.steps().iter().map(move |&(at, value)| (at, pool, value)))
        .collect();
    steps.sort_unstable();
    let turnaround = joint.turnaround_ms();
    let mut values = vec![0_u32; late.len()];
    let mut rest = steps.as_slice();
    while let Some(&(at, ..)) = rest.first() {
        let now = rest.partition_point(|&(instant, ..)| instant == at);
        // Those that go come before those that come.
        for &(_, pool, value) in rest.iter().take(now) {
            for _ in value..values[pool] {
                places.lower(pool, at.saturating_sub(turnaround));
            }
        }
        for &(_, pool, value) in rest.iter().take(now) {
            for placed in values[pool]..value {
                let at_ms = instant_ms(at) - instant_ms(joint.boot.max.0);
                places.raise(pool, at).ok_or(Full { pool, at_ms, needed: value, placed })?;
            }
            values[pool] = value;
        }
        rest = &rest[now..];
    }
    Ok(places.ready.into_iter().map(Curve::of_changes).collect())
}

impl<'a> Places<'a> {
    fn new(joint: &'a Joint, late: &[Curve], spare: &[u64]) -> Self {
        let rooms = joint.subnets.iter().zip(spare);
        let rooms: Vec<u64> =
            rooms.map(|(subnet, spare)| u64::from(subnet.addresses).saturating_sub(*spare)).collect();
        let mut places = Self {
            joint,
            zones: joint.zones(),
            held: vec![0; rooms.len()],
            kept: vec![0; rooms.len()],
            of_kept: vec![0; rooms.len()],
            rooms,
            captive: Vec::new(),
            stacks: late.iter().map(|_| Stack::default()).collect(),
            ready: vec![Vec::new(); joint.classes.len()],
        };
        for (pool, curve) in joint.pools.iter().zip(late) {
            let peak = u64::from(curve.peak().0);
            let captive = places.indispensable(&pool.classes);
            for (kept, _) in places.kept.iter_mut().zip(&captive).filter(|(_, captive)| **captive) {
                *kept += peak;
            }
            places.captive.push(captive);
        }
        places
    }

    /// The subnets in which a pool must have as many ENIs as it needs, whatever it does elsewhere.
    fn indispensable(&self, classes: &[usize]) -> Vec<bool> {
        let mut zones: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for &class in classes {
            let subnet = self.joint.classes[class];
            let zone = if self.joint.survive_zone { self.zones[subnet] } else { 0 };
            zones.entry(zone).or_default().push(subnet);
        }
        let tight = zones.len() <= if self.joint.survive_zone { 2 } else { 1 };
        let only = |subnet: usize| zones.values().any(|subnets| *subnets == [subnet]);
        (0..self.rooms.len()).map(|subnet| tight && only(subnet)).collect()
    }

    fn free(&self, pool: usize, class: usize) -> u64 {
        let subnet = self.joint.classes[class];
        let free = self.rooms[subnet].saturating_sub(self.held[subnet]);
        let own = self.captive.get(pool).is_some_and(|captive| captive[subnet]);
        let kept = if own { 0 } else { self.kept[subnet].saturating_sub(self.of_kept[subnet]) };
        free.saturating_sub(kept)
    }

    fn hold(&mut self, pool: usize, class: usize, at: u64, up: bool) {
        let subnet = self.joint.classes[class];
        let captive = self.captive[pool][subnet];
        let (held, of_kept) = (&mut self.held[subnet], &mut self.of_kept[subnet]);
        if up {
            *held += 1;
            *of_kept += u64::from(captive);
        } else {
            *held -= 1;
            *of_kept -= u64::from(captive);
        }
        self.ready[class].push((at, if up { 1 } else { -1 }));
    }

    fn lower(&mut self, pool: usize, at: u64) {
        let Some(step) = self.stacks[pool].steps.pop() else { return };
        match step {
            RunPlacement::One { class } => self.hold(pool, class, at, false),
            RunPlacement::Open { classes, zones } => {
                change(&mut self.stacks[pool].rounds, zones, -1);
                for class in classes {
                    self.hold(pool, class, at, false);
                }
            }
            RunPlacement::Join { class, before } => {
                let after = before | self.bit(class);
                change(&mut self.stacks[pool].rounds, after, -1);
                change(&mut self.stacks[pool].rounds, before, 1);
                self.hold(pool, class, at, false);
            }
        }
    }

    fn bit(&self, class: usize) -> u64 {
        1 << self.zones[self.joint.classes[class]].min(63)
    }

    /// The class with the most free addresses outside these zones; the first of equals.
    fn roomiest(&self, pool: usize, without: u64) -> Option<(u64, usize)> {
        let classes = self.joint.pools[pool].classes.iter().copied();
        let free = classes.filter(|&class| self.bit(class) & without == 0);
        let free = free.map(|class| (self.free(pool, class), class)).filter(|&(free, _)| free > 0);
        free.max_by_key(|&(free, class)| (free, std::cmp::Reverse(class)))
    }

    fn raise(&mut self, pool: usize, at: u64) -> Option<()> {
        let step = if self.joint.survive_zone { self.in_rounds(pool)? } else { self.anywhere(pool)? };
        match step {
            RunPlacement::One { class } => self.hold(pool, class, at, true),
            RunPlacement::Open { classes, zones } => {
                change(&mut self.stacks[pool].rounds, zones, 1);
                for class in classes {
                    self.hold(pool, class, at, true);
                }
            }
            RunPlacement::Join { class, before } => {
                let after = before | self.bit(class);
                change(&mut self.stacks[pool].rounds, before, -1);
                change(&mut self.stacks[pool].rounds, after, 1);
                self.hold(pool, class, at, true);
            }
        }
        self.stacks[pool].steps.push(step);
        Some(())
    }

    fn in_rounds(&self, pool: usize) -> Option<RunPlacement> {
        let open = self.stacks[pool].rounds.keys().copied();
        let join = open.filter_map(|zones| Some((self.roomiest(pool, zones)?, zones)));
        if let Some(((_, class), before)) =
            join.max_by_key(|&((free, class), zones)| (free, std::cmp::Reverse((class, zones))))
        {
            return Some(RunPlacement::Join { class, before });
        }
        let (_, first) = self.roomiest(pool, 0)?;
        let (_, second) = self.roomiest(pool, self.bit(first))?;
        Some(RunPlacement::Open { classes: [first, second], zones: self.bit(first) | self.bit(second) })
    }

    /// The roomiest subnet until it is full, then the next: as few classes as will do.
    fn anywhere(&self, pool: usize) -> Option<RunPlacement> {
        let classes = self.joint.pools[pool].classes.iter().copied();
        let room = |class: usize| self.rooms[self.joint.classes[class]];
        let free = classes.filter(|&class| self.free(pool, class) > 0);
        let class = free.max_by_key(|&class| (room(class), std::cmp::Reverse(class)))?;
        Some(RunPlacement::One { class })
    }
}

fn change(rounds: &mut BTreeMap<u64, u32>, zones: u64, by: i32) {
    let count = rounds.entry(zones).or_insert(0);
    *count = count.saturating_add_signed(by);
    if *count == 0 {
        rounds.remove(&zones);
    }
}
