//! The checker of joint schedules: every pool, class, zone and shared limit, in integers.
//!
//! Shares no code with what finds them, nor with the checker of one group. Requests of all
//! classes wait for their tokens together, first come first served (at one instant in the order
//! of the entries); boots and deletions take the longest. Milliseconds.

use std::collections::BTreeMap;
use std::fmt;

use crate::plan::check::Checked;
use crate::plan::solve::joint::{Joint, JointEntry};
use crate::plan::terms::group::{Limit, Start};

/// One way in which a joint schedule does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// An entry stands before the one before it, centuries away, before the start, or in no class.
    Misplaced {
        /// The entry.
        entry: JointEntry,
    },
    /// Requests never get their tokens, or only after more steps than the checker takes.
    NeverGranted {
        /// The request's instant.
        at_ms: i64,
    },
    /// More is deleted in a class than was ready.
    DeletesUnready {
        /// The class.
        class: usize,
        /// From when on.
        at_ms: i64,
    },
    /// Fewer ENIs are surely ready for a pool than it needs.
    NotReady {
        /// The pool.
        pool: usize,
        /// The zone that is lost; none: none is.
        without_zone: Option<String>,
        /// From when on.
        at_ms: i64,
        /// How many are ready.
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
            Self::Misplaced { entry } => {
                write!(f, "the entry at {} ms is out of order or range", entry.at_ms)
            }
            Self::NeverGranted { at_ms } => write!(f, "requests at {at_ms} ms never get their token"),
            Self::DeletesUnready { class, at_ms } => {
                write!(f, "at {at_ms} ms more ENIs of class {class} are deleted than are ready")
            }
            Self::NotReady { pool, without_zone, at_ms, ready, need } => {
                let lost = without_zone.as_ref().map(|zone| format!(" without zone {zone}"));
                let lost = lost.unwrap_or_default();
                write!(
                    f,
                    "at {at_ms} ms pool {pool} has {ready} ENIs surely ready{lost} of the {need} needed"
                )
            }
            Self::OverLimit { limit, at_ms, held, available } => {
                write!(f, "at {at_ms} ms {held} ENIs are held of the {available} of the {limit}")
            }
        }
    }
}

const FAR_MS: i64 = 1 << 50;
const MOST_STEPS: usize = 8_000_000;

/// What changes at one instant, by class; and the needs, by pool.
#[derive(Default)]
struct Moment {
    held: Vec<(usize, i64)>,
    ready: Vec<(usize, i64)>,
    need: Vec<(usize, u32)>,
}

type Moments = BTreeMap<i64, Moment>;

/// Checks a joint schedule: what it amounts to, or every way in which it does not hold.
pub fn check_joint(joint: &Joint, entries: &[JointEntry]) -> Result<Checked, Vec<Violation>> {
    let (moments, _) = moments(joint, entries)?;
    let mut sweep = Sweep::new(joint);
    for (&at_ms, moment) in &moments {
        sweep.step(at_ms, moment);
        sweep.readiness(at_ms, moment);
    }
    sweep.finish(entries)
}

/// What is held at most where environments stay on the very ENIs that are to be deleted.
///
/// In a pool of several classes a deletion may find every ENI of its class in use; it then waits
/// for one to become idle, and that ENI is held meanwhile. At any time no more of a class are in
/// use than its pool needs, so that the deletions which have surely begun by `t` are at least the
/// largest `min(D(s), ready without deletions(s) - need(s))` over `s <= t`.
pub fn check_lingering(joint: &Joint, entries: &[JointEntry]) -> Result<Checked, Vec<Violation>> {
    let (moments, drain) = moments(joint, entries)?;
    let owner = owners(joint);
    let classes = joint.classes.len();
    let (mut made, mut due, mut begun) = (vec![0_i64; classes], vec![0_i64; classes], vec![0_i64; classes]);
    let mut need = vec![0_u32; joint.pools.len()];
    let mut late = Moments::new();
    let deletes = by_instant(entries);
    for (&at_ms, moment) in &moments {
        let mut touched: Vec<usize> = Vec::new();
        for &(pool, value) in &moment.need {
            need[pool] = value;
            touched.extend(&joint.pools[pool].classes);
        }
        for entry in deletes.get(&at_ms).into_iter().flatten() {
            due[entry.class] += i64::from(entry.delete);
            made[entry.class] += i64::from(entry.delete);
            touched.push(entry.class);
        }
        for &(class, change) in &moment.ready {
            made[class] += change;
            touched.push(class);
        }
        for class in touched {
            let in_use = owner[class].map_or(0, |pool| i64::from(need[pool]));
            let sure = due[class].min(made[class] - in_use);
            if sure > begun[class] {
                let gone = late.entry(at_ms.saturating_add(drain)).or_default();
                gone.held.push((class, begun[class] - sure));
                begun[class] = sure;
            }
        }
    }
    for entry in entries.iter().filter(|entry| entry.create > 0) {
        late.entry(entry.at_ms).or_default().held.push((entry.class, i64::from(entry.create)));
    }
    let mut sweep = Sweep::new(joint);
    for (&at_ms, moment) in &late {
        sweep.step(at_ms, moment);
    }
    sweep.finish(entries)
}

fn owners(joint: &Joint) -> Vec<Option<usize>> {
    let mut owner = vec![None; joint.classes.len()];
    for (index, pool) in joint.pools.iter().enumerate() {
        pool.classes.iter().for_each(|&class| owner[class] = Some(index));
    }
    owner
}

fn by_instant(entries: &[JointEntry]) -> BTreeMap<i64, Vec<JointEntry>> {
    let mut by_instant: BTreeMap<i64, Vec<JointEntry>> = BTreeMap::new();
    for entry in entries {
        by_instant.entry(entry.at_ms).or_default().push(*entry);
    }
    by_instant
}

/// What surely happens, by instant; and the longest deletion.
fn moments(joint: &Joint, entries: &[JointEntry]) -> Result<(Moments, i64), Vec<Violation>> {
    let from = match joint.start {
        Start::Warm => -FAR_MS,
        Start::Empty { from_ms } => from_ms,
    };
    let misplaced = |pair: &[JointEntry]| match *pair {
        [before, entry] if (before.at_ms, before.class) >= (entry.at_ms, entry.class) => Some(entry),
        _ => None,
    };
    let out = entries.windows(2).filter_map(misplaced);
    let odd =
        |entry: &&JointEntry| !(from..=FAR_MS).contains(&entry.at_ms) || entry.class >= joint.classes.len();
    let violations: Vec<Violation> =
        out.chain(entries.iter().filter(odd).copied()).map(|entry| Violation::Misplaced { entry }).collect();
    if !violations.is_empty() {
        return Err(violations);
    }
    let far = |ms: u64| i64::try_from(ms).unwrap_or(FAR_MS).min(FAR_MS);
    let (boot, drain) = (far(joint.boot.max.0), far(joint.delete.max.0));
    let mut moments = Moments::new();
    for (index, pool) in joint.pools.iter().enumerate() {
        for &(at, value) in pool.need.steps() {
            moments.entry(far(at)).or_default().need.push((index, value));
        }
    }
    for entry in entries {
        let deleted = i64::from(entry.delete);
        let now = moments.entry(entry.at_ms).or_default();
        now.held.push((entry.class, i64::from(entry.create)));
        now.ready.push((entry.class, -deleted));
        moments.entry(entry.at_ms + drain).or_default().held.push((entry.class, -deleted));
    }
    for (granted, class, count) in grants(joint, entries).map_err(|violation| vec![violation])? {
        moments.entry(granted + boot).or_default().ready.push((class, i64::from(count)));
    }
    Ok((moments, drain))
}

/// When each request has its token: `(instant, class, how many)`.
fn grants(joint: &Joint, entries: &[JointEntry]) -> Result<Vec<(i64, usize, u32)>, Violation> {
    let mut granted = Vec::new();
    let mut bucket = joint.api.map(|api| (u128::from(api.burst) * 1_000_000, u128::from(api.per_second.0)));
    let (mut clock, mut level) = (i64::MIN, bucket.map_or(0, |(full, _)| full));
    for entry in entries.iter().filter(|entry| entry.create > 0) {
        let Some((full, rate)) = bucket.as_mut() else {
            granted.push((entry.at_ms, entry.class, entry.create));
            continue;
        };
        if entry.at_ms > clock {
            let pause = if clock == i64::MIN { 0 } else { u128::from(entry.at_ms.abs_diff(clock)) };
            level = (level + *rate * pause).min(*full);
            clock = entry.at_ms;
        }
        let mut left = entry.create;
        while left > 0 {
            let now = u32::try_from(level / 1_000_000).unwrap_or(u32::MAX).min(left);
            if now == 0 {
                if *rate == 0 || *full < 1_000_000 || granted.len() > MOST_STEPS || clock > FAR_MS {
                    return Err(Violation::NeverGranted { at_ms: entry.at_ms });
                }
                let pause = (1_000_000 - level).div_ceil(*rate);
                level = (level + *rate * pause).min(*full);
                clock = clock.saturating_add(i64::try_from(pause).unwrap_or(FAR_MS));
                continue;
            }
            granted.push((clock, entry.class, now));
            level -= u128::from(now) * 1_000_000;
            left -= now;
        }
    }
    Ok(granted)
}

/// The state between two instants.
struct Sweep<'a> {
    joint: &'a Joint,
    /// The pool of each class.
    owner: Vec<Option<usize>>,
    ready: Vec<i64>,
    need: Vec<u32>,
    by_subnet: Vec<i64>,
    by_vpc: BTreeMap<usize, i64>,
    total: i64,
    last_ms: i64,
    peak: i64,
    held_ms: i128,
    missing: BTreeMap<(usize, usize), i64>,
    violations: Vec<Violation>,
}

impl<'a> Sweep<'a> {
    fn new(joint: &'a Joint) -> Self {
        Self {
            joint,
            owner: owners(joint),
            ready: vec![0; joint.classes.len()],
            need: vec![0; joint.pools.len()],
            by_subnet: vec![0; joint.subnets.len()],
            by_vpc: BTreeMap::new(),
            total: 0,
            last_ms: i64::MIN,
            peak: 0,
            held_ms: 0,
            missing: BTreeMap::new(),
            violations: Vec::new(),
        }
    }

    fn account(&mut self, until: i64) {
        let until = until.min(i64::try_from(self.joint.end_ms()).unwrap_or(FAR_MS));
        if self.last_ms != i64::MIN {
            self.held_ms += i128::from(self.total) * i128::from(until.saturating_sub(self.last_ms).max(0));
        }
    }

    fn step(&mut self, at_ms: i64, moment: &Moment) {
        self.account(at_ms);
        self.last_ms = at_ms;
        let mut grown = false;
        for &(class, change) in &moment.held {
            let subnet = self.joint.classes[class];
            self.by_subnet[subnet] += change;
            *self.by_vpc.entry(self.joint.subnets[subnet].vpc).or_default() += change;
            self.total += change;
            grown |= change > 0;
        }
        moment.ready.iter().for_each(|&(class, change)| self.ready[class] += change);
        moment.need.iter().for_each(|&(pool, value)| self.need[pool] = value);
        self.peak = self.peak.max(self.total);
        if grown {
            self.limits(at_ms);
        }
    }

    fn limits(&mut self, at_ms: i64) {
        let joint = self.joint;
        let subnets = joint.subnets.iter().zip(&self.by_subnet).map(|(subnet, &held)| {
            (Limit::Addresses { subnet: subnet.name.clone() }, held, Some(subnet.addresses))
        });
        let vpcs = self.by_vpc.values().map(|&held| (Limit::VpcQuota, held, joint.vpc_quota));
        let region = (Limit::RegionQuota, self.total, joint.region_quota);
        for (limit, held, available) in subnets.chain(vpcs).chain([region]) {
            if let Some(available) = available.filter(|&available| held > i64::from(available)) {
                self.violations.push(Violation::OverLimit { limit, at_ms, held, available });
            }
        }
    }

    /// Whether every pool has what it needs, with every zone and without any one of them.
    fn readiness(&mut self, at_ms: i64, moment: &Moment) {
        let mut touched: Vec<usize> = moment.need.iter().map(|&(pool, _)| pool).collect();
        for &(class, change) in &moment.ready {
            if change < 0 && self.ready[class] < 0 {
                self.violations.push(Violation::DeletesUnready { class, at_ms });
            }
            touched.extend(self.owner[class]);
        }
        touched.sort_unstable();
        touched.dedup();
        for index in touched {
            let (need, pool) = (self.need[index], &self.joint.pools[index]);
            let zone = |class: &usize| self.joint.subnets[self.joint.classes[*class]].zone.as_str();
            let all: i64 = pool.classes.iter().map(|&class| self.ready[class]).sum();
            let mut cases = vec![(None, all)];
            if self.joint.survive_zone {
                let mut zones: BTreeMap<&str, i64> = BTreeMap::new();
                pool.classes
                    .iter()
                    .for_each(|class| *zones.entry(zone(class)).or_default() += self.ready[*class]);
                cases.extend(zones.into_iter().map(|(zone, lost)| (Some(zone), all - lost)));
            }
            for (case, (lost, ready)) in cases.into_iter().enumerate() {
                let missing = i64::from(need) - ready;
                let before = self.missing.insert((index, case), missing).unwrap_or(0);
                if missing > before.max(0) {
                    let without_zone = lost.map(str::to_owned);
                    self.violations.push(Violation::NotReady {
                        pool: index,
                        without_zone,
                        at_ms,
                        ready,
                        need,
                    });
                }
            }
        }
    }

    fn finish(mut self, entries: &[JointEntry]) -> Result<Checked, Vec<Violation>> {
        self.account(i64::MAX);
        if !self.violations.is_empty() {
            return Err(self.violations);
        }
        Ok(Checked {
            peak: u32::try_from(self.peak).unwrap_or(u32::MAX),
            held_ms: u128::try_from(self.held_ms).unwrap_or(0),
            creations: entries.iter().map(|entry| u64::from(entry.create)).sum(),
        })
    }
}
