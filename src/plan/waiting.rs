//! Waiting: what must be ready where the promise leaves room to wait for an ENI.
//!
//! Environments wait first come first served. Two ways to see that none waits longer than `W`
//! (docs/plan.md, "Room to wait"): *late*, as many places are ready as environments can have been
//! alive throughout the last `W`; and *in turn*, more place-time is there than can be taken up
//! meanwhile. Each is a need as good as that of no waiting at all; the least is asked for.

use super::asked::{Asked, Need};
use super::study::Study;
use crate::cold_path::Path;
use crate::demand::need::{self, Premises};
use crate::demand::{Curve, SlidingMax, sizes};
use crate::policy::{Binding, Provision, Start};
use crate::quantity::Millis;
use crate::worst_case::wait_for_host;

/// What may be asked for, the first without any waiting; each keeps the promise.
pub(super) fn ways(study: &Study<'_>, promise: Millis) -> Vec<Asked> {
    let plain = Asked::at_once(study);
    let end = plain.needs.iter().filter_map(|need| need.ready.steps().last()).map(|&(at, _)| at).max();
    let end = end.unwrap_or(0).max(study.traffic.span.0);
    let (mut best, mut late, mut turn) = (plain.clone(), plain.clone(), plain.clone());
    for (index, need) in plain.needs.iter().enumerate() {
        let worth = |need: &Need| (need.ready.peak().0, need.ready.integral(0, end));
        for (turn_of, room) in Room::all(study, need, promise).iter().enumerate() {
            let delayed = room.late(study, need);
            let queued = room.in_turn(study, need);
            if turn_of == 0 {
                late.needs[index] = delayed.clone();
                turn.needs[index] = queued.clone();
            }
            for way in [delayed, queued] {
                if worth(&way) < worth(&best.needs[index]) {
                    best.needs[index] = way;
                }
            }
        }
    }
    let mut ways = vec![plain];
    for way in [best, late, turn] {
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    ways
}

/// Traffic of more invocations than this is planned without any waiting.
const MOST_INVOCATIONS: u64 = 5_000_000;
/// Invocations that shorter waits may be tried with, about.
const TRIED: u64 = 2_000_000;
/// So many shorter waits are tried at most.
const MOST_WAITS: u64 = 20;

/// The room to wait that a promise leaves to the functions of one pool, or a part of it.
struct Room {
    /// The longest cold start with that wait, ms.
    cold: u64,
    /// The longest wait, ms, not zero.
    wait: u64,
    /// Environments that one ENI carries.
    slots: u64,
}

impl Room {
    /// All of it, and parts of it: who waits longer lives longer too, so that less may be better. The parts
    /// are the same for every promise they fit into: the longest boot, and powers of two.
    fn all(study: &Study<'_>, need: &Need, promise: Millis) -> Vec<Self> {
        let Some(all) = Self::of(study, need, promise) else { return Vec::new() };
        let tries = (TRIED / study.traffic.invocations().max(1)).min(MOST_WAITS);
        let boot = study.topology.boot.max.0;
        let powers = (0..=all.wait.ilog2()).rev().map(|power| 1 << power);
        let parts = std::iter::once(boot).chain(powers).filter(|wait| (1..all.wait).contains(wait));
        let parts: Vec<u64> = parts.take(usize::try_from(tries).unwrap_or(0)).collect();
        let cold = |wait: u64| study.cold_path.vpc.longest(Millis(wait), Millis(host_wait(study))).0;
        let part = |wait: u64| Self { cold: cold(wait), wait, slots: all.slots };
        let parts: Vec<Self> = parts.into_iter().map(part).collect();
        std::iter::once(all).chain(parts).collect()
    }

    /// None where nothing is left, or where waiting is not in turn: environments of several sizes,
    /// classes shared with others, ENIs made on the way.
    fn of(study: &Study<'_>, need: &Need, promise: Millis) -> Option<Self> {
        let policy = study.scheduled(Provision::Scheduled);
        let in_turn = policy.reuse && !policy.join_booting && policy.miss_budget == 0 && policy.miss.0 == 0;
        let plain = in_turn && !policy.fallback && policy.binding == Binding::Bound && need.wanted.alone;
        let path = &study.cold_path.vpc;
        let wait = longest_wait(path, promise, Millis(host_wait(study)))?;
        let short_lived = need.wanted.members.iter().any(|&f| study.keep_alive(f).0 < wait);
        // In a running system an environment that outlives the wait gains nothing by it.
        let helps = short_lived || study.policy.start == Start::Empty;
        let small = study.traffic.invocations() <= MOST_INVOCATIONS;
        let (sizes, room) = sizes(study.topology, &policy, &need.wanted.members);
        let one = *sizes.first()?;
        let slots = room / one;
        (plain && helps && small && wait > 0 && slots > 0 && sizes.iter().all(|&size| size == one))
            .then_some(Self { cold: path.longest(Millis(wait), Millis(host_wait(study))).0, wait, slots })
    }

    /// Places for the environments that can have been alive throughout the last `W`.
    fn late(&self, study: &Study<'_>, need: &Need) -> Need {
        let host = Millis(host_wait(study));
        let path = |in_vpc: bool| study.cold_path.of(in_vpc).longest(Millis(self.wait), host);
        let longest: Vec<Millis> =
            study.topology.functions.iter().map(|place| path(!place.classes.is_empty())).collect();
        let (topology, policy, initial) = (study.topology, study.policy, study.initial());
        let premises = Premises::none_fails(false);
        let most = need::environments(study.traffic, topology, policy, &longest, initial, &premises);
        let alive: Vec<Curve> = most.into_iter().map(|most| most.alive).collect();
        let all = super::pooling::need_of(study, &need.wanted, &alive);
        let ready = all.sliding_min(self.wait, self.standing(study, need));
        Need { wanted: need.wanted.clone(), ready, eni_wait: self.wait }
    }

    /// ENIs of the environments that stand at the start.
    fn standing(&self, study: &Study<'_>, need: &Need) -> u32 {
        let standing: u64 = need.wanted.members.iter().map(|&f| u64::from(standing(study, f))).sum();
        u32::try_from(standing.div_ceil(self.slots)).unwrap_or(u32::MAX)
    }

    /// ENIs enough to give everyone a turn within `W`.
    fn in_turn(&self, study: &Study<'_>, need: &Need) -> Need {
        let works = self.works(study, need);
        let reach = works.iter().map(|work| work.reach).max().unwrap_or(0).saturating_add(1);
        let search = study.cold_path.vpc.latest_acquire(Millis(host_wait(study))).0;
        let (idle, until) = self.idle(study, need);
        let mut asked = SlidingMax::new(reach);
        let mut ask = |at: u64, enis: u32| {
            asked.set(at, enis);
            asked.set(at, 0);
        };
        ask(0, self.standing(study, need));
        let (mut first, mut last, mut work) = (0, 0, 0_u128);
        for it in &works {
            let to = it.at.saturating_add(search).saturating_add(self.wait);
            while let Some(next) = works.get(last).filter(|next| next.at <= to) {
                work += next.place_ms();
                last += 1;
            }
            while works[first].at.saturating_add(reach) < it.at {
                work -= works[first].place_ms();
                first += 1;
            }
            let standing = if it.at <= until { idle } else { 0 };
            // The one that waits takes up nothing while it does.
            let others = work + standing - u128::from(it.each);
            let enis = others / (u128::from(self.slots) * u128::from(self.wait)) + 1;
            ask(it.at, u32::try_from(enis).unwrap_or(u32::MAX));
        }
        let asked = asked.finish();
        // Only idle ENIs can be deleted.
        let mut stays = 0;
        let ready = Curve::combine(&[asked, self.alive(study, need, &works)], |values| {
            stays = values[0].max(values[1].min(stays));
            stays
        });
        Need { wanted: need.wanted.clone(), ready, eni_wait: self.wait }
    }

    /// As many environments as can have a place: one for each arrival, as long as it reaches.
    fn alive(&self, study: &Study<'_>, need: &Need, works: &[Work]) -> Curve {
        let standing: i64 = need.wanted.members.iter().map(|&f| i64::from(standing(study, f))).sum();
        let until = self.idle(study, need).1.saturating_add(1);
        let mut changes = vec![(0, standing), (until, -standing)];
        for work in works {
            let count = i64::try_from(work.count).unwrap_or(i64::MAX);
            changes.push((work.at, count));
            changes.push((work.at.saturating_add(work.reach).saturating_add(1), -count));
        }
        changes.sort_unstable();
        let mut alive = 0_i64;
        Curve::new(changes.into_iter().map(|(at, change)| {
            alive += change;
            (at, u32::try_from(alive).unwrap_or(u32::MAX))
        }))
    }

    /// Place-time that the environments of the start may take up, and until when.
    fn idle(&self, study: &Study<'_>, need: &Need) -> (u128, u64) {
        let (mut sum, mut until) = (0_u128, 0_u64);
        for &f in &need.wanted.members {
            let keep_alive = study.keep_alive(f).0;
            let standing = standing(study, f);
            sum += u128::from(standing) * u128::from(keep_alive.min(self.wait));
            until = until.max(if standing > 0 { keep_alive } else { 0 });
        }
        (sum, until)
    }

    /// What each arrival may take up of the places.
    fn works(&self, study: &Study<'_>, need: &Need) -> Vec<Work> {
        let path = study.longest();
        let functions = study.topology.functions.len();
        let members: Vec<bool> = (0..functions).map(|f| need.wanted.members.contains(&f)).collect();
        let own =
            study.traffic.arrivals().filter(|entry| members.get(entry.function as usize) == Some(&true));
        let work = |entry: crate::traffic::Entry| {
            let f = entry.function as usize;
            let lives = entry.duration.saturating_add(study.keep_alive(f).0);
            Work {
                at: entry.at,
                count: u64::from(entry.count),
                each: path[f].0.saturating_add(lives).min(self.wait),
                reach: self.cold.saturating_add(lives),
            }
        };
        own.map(work).collect()
    }
}

/// Arrivals of one instant, and what each of them may take up.
struct Work {
    at: u64,
    count: u64,
    /// Place-time of one within any stretch as long as the wait, ms.
    each: u64,
    /// For how long after it an environment may have its place for its sake, ms.
    reach: u64,
}

impl Work {
    fn place_ms(&self) -> u128 {
        u128::from(self.count) * u128::from(self.each)
    }
}

/// The environments of a function that are idle at the start.
fn standing(study: &Study<'_>, function: usize) -> u32 {
    study.initial().get(function).copied().unwrap_or(0)
}

fn host_wait(study: &Study<'_>) -> u64 {
    wait_for_host(&study.topology.limits, study.traffic.invocations())
}

/// The longest wait for an ENI with which no cold start exceeds the promise; none without an ENI, or
/// where the rest of the path is longer.
fn longest_wait(path: &Path, promise: Millis, host: Millis) -> Option<u64> {
    let keeps = |wait: u64| path.longest(Millis(wait), host) <= promise;
    if !path.needs_eni() || !keeps(0) {
        return None;
    }
    let (mut low, mut high) = (0, promise.0.saturating_add(1));
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        if keeps(middle) { low = middle } else { high = middle }
    }
    Some(low)
}
