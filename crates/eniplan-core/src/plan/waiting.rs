//! Waiting: what must be ready where the promise leaves room to wait for an ENI.
//!
//! Environments wait first come first served. Two ways to see that none waits longer than `W`
//! (docs/plan.md, "Room to wait"): *late*, as many places are ready as environments can have been
//! alive throughout the last `W`; and *in turn*, more place-time is there than can be taken up
//! meanwhile. Each is a need as good as that of no waiting at all; the least is asked for.

use rayon::prelude::*;

use super::asked::{Asked, Need};
use super::study::Study;
use crate::cold_path::Path;
use crate::demand::need::{self, Premises};
use crate::demand::{Curve, SlidingMax, sizes};
use crate::policy::{EnvironmentBinding, Provision, StartMode};
use crate::quantity::Millis;
use crate::trace::Entry;
use crate::worst_case::wait_for_host;

/// What may be asked for, the first without any waiting; each keeps the promise.
pub(super) fn ways(study: &Study<'_>, promise: Millis) -> Vec<Asked> {
    let plain = Asked::at_once(study);
    let waits = Wait::all(study, promise);
    let rooms = waits.first().map_or_else(Vec::new, |wait| Room::all(study, &plain.needs, wait));
    if rooms.iter().all(Option::is_none) {
        return vec![plain];
    }
    let end = plain.needs.iter().filter_map(|need| need.ready.steps().last()).map(|&(at, _)| at).max();
    let end = end.unwrap_or(0).max(study.traffic.span.0);
    let worth = |need: &Need| (need.ready.peak().0, need.ready.integral(0, end));
    let (mut best, mut late, mut turn) = (plain.clone(), plain.clone(), plain.clone());
    for (turn_of, wait) in waits.iter().enumerate() {
        let alive = wait.alive(study);
        let either = |(need, room): (&Need, &Option<Room>)| {
            room.as_ref().map(|room| (room.late(study, need, wait, &alive), room.in_turn(study, need, wait)))
        };
        let eithers: Vec<_> = plain.needs.par_iter().zip(&rooms).map(either).collect();
        for (index, (delayed, queued)) in
            eithers.into_iter().enumerate().filter_map(|(at, it)| Some((at, it?)))
        {
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

/// A wait for an ENI that may be planned with.
struct Wait {
    /// The wait, ms, not zero.
    ms: u64,
    /// The longest cold start with it, ms.
    cold: u64,
}

impl Wait {
    /// The longest that a promise leaves room for, and parts of it: who waits longer lives longer too, so that
    /// less may be better. The parts are the same for every promise they fit into: the longest boot, and
    /// powers of two.
    fn all(study: &Study<'_>, promise: Millis) -> Vec<Self> {
        let (path, host) = (&study.cold_path.vpc, Millis(host_wait(study)));
        let invocations = study.traffic.invocations();
        let longest = longest_wait(path, promise, host).filter(|&ms| ms > 0);
        let Some(longest) = longest.filter(|_| invocations <= MOST_INVOCATIONS) else { return Vec::new() };
        let tries = (TRIED / invocations.max(1)).min(MOST_WAITS);
        let powers = (0..=longest.ilog2()).rev().map(|power| 1 << power);
        let parts = std::iter::once(study.topology.boot.max.0).chain(powers);
        let parts = parts.filter(|ms| (1..longest).contains(ms)).take(usize::try_from(tries).unwrap_or(0));
        let wait = |ms: u64| Self { ms, cold: path.longest(Millis(ms), host).0 };
        std::iter::once(longest).chain(parts).map(wait).collect()
    }

    /// The environments of each function that can be alive where none waits longer.
    fn alive(&self, study: &Study<'_>) -> Vec<Curve> {
        let longest = study.longest_waiting(Millis(self.ms));
        let (topology, policy, initial) = (study.topology, study.policy, study.initial());
        let premises = Premises::none_fails(false);
        let most = need::environments(study.traffic, topology, policy, &longest, initial, &premises);
        most.into_iter().map(|most| most.alive).collect()
    }

    /// Place-time that the environments of the start may take up, and until when.
    fn idle(&self, study: &Study<'_>, need: &Need) -> (u128, u64) {
        let (mut sum, mut until) = (0_u128, 0_u64);
        for &f in &need.wanted.members {
            let keep_alive = study.keep_alive(f).0;
            let standing = standing(study, f);
            sum += u128::from(standing) * u128::from(keep_alive.min(self.ms));
            until = until.max(if standing > 0 { keep_alive } else { 0 });
        }
        (sum, until)
    }
}

/// The room that one pool has to wait.
struct Room {
    /// Environments that one ENI carries.
    slots: u64,
    /// The invocations of the pool.
    arrivals: Vec<Entry>,
}

impl Room {
    /// Of each pool.
    fn all(study: &Study<'_>, needs: &[Need], longest: &Wait) -> Vec<Option<Self>> {
        let mut rooms: Vec<Option<Self>> = needs.iter().map(|need| Self::of(study, need, longest)).collect();
        let mut pool_of = vec![None; study.topology.functions.len()];
        for (pool, need) in needs.iter().enumerate() {
            need.wanted.members.iter().for_each(|&f| pool_of[f] = Some(pool));
        }
        for entry in study.traffic.arrivals() {
            let pool = pool_of.get(entry.function as usize).copied().flatten();
            if let Some(room) = pool.and_then(|pool| rooms[pool].as_mut()) {
                room.arrivals.push(entry);
            }
        }
        rooms
    }

    /// None where waiting is not in turn or gains nothing: environments of several sizes, classes shared
    /// with others, ENIs made on the way.
    fn of(study: &Study<'_>, need: &Need, longest: &Wait) -> Option<Self> {
        let policy = study.scheduled(Provision::Scheduled);
        let in_turn = policy.reuse && !policy.join_booting && policy.miss_budget == 0 && policy.miss.0 == 0;
        let plain =
            in_turn && !policy.fallback && policy.binding == EnvironmentBinding::Bound && need.wanted.alone;
        let members = &need.wanted.members;
        let short_lived = members.iter().any(|&f| study.keep_alive(f).0 < longest.ms);
        // In a running system an environment that outlives the wait gains nothing by it.
        let helps = short_lived || study.policy.start == StartMode::Empty;
        let (sizes, room) = sizes(study.topology, &policy, members);
        let one = *sizes.first()?;
        let slots = room / one;
        let waits = plain && helps && slots > 0 && sizes.iter().all(|&size| size == one);
        waits.then_some(Self { slots, arrivals: Vec::new() })
    }

    /// Places for the environments that can have been alive throughout the last `W`.
    fn late(&self, study: &Study<'_>, need: &Need, wait: &Wait, alive: &[Curve]) -> Need {
        let all = super::pooling::need_of(study, &need.wanted, alive);
        let ready = all.sliding_min(wait.ms, self.standing(study, need));
        Need { wanted: need.wanted.clone(), ready, eni_wait: wait.ms }
    }

    /// ENIs of the environments that stand at the start.
    fn standing(&self, study: &Study<'_>, need: &Need) -> u32 {
        let standing: u64 = need.wanted.members.iter().map(|&f| u64::from(standing(study, f))).sum();
        u32::try_from(standing.div_ceil(self.slots)).unwrap_or(u32::MAX)
    }

    /// ENIs enough to give everyone a turn within `W`.
    fn in_turn(&self, study: &Study<'_>, need: &Need, wait: &Wait) -> Need {
        let works = self.works(study, wait);
        let reach = works.iter().map(|work| work.reach).max().unwrap_or(0).saturating_add(1);
        let search = study.cold_path.vpc.latest_acquire(Millis(host_wait(study))).0;
        let (idle, until) = wait.idle(study, need);
        let mut asked = SlidingMax::new(reach);
        let mut ask = |at: u64, enis: u32| {
            asked.set(at, enis);
            asked.set(at, 0);
        };
        ask(0, self.standing(study, need));
        let (mut first, mut last, mut work) = (0, 0, 0_u128);
        for it in &works {
            let to = it.at.saturating_add(search).saturating_add(wait.ms);
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
            let enis = others / (u128::from(self.slots) * u128::from(wait.ms)) + 1;
            ask(it.at, u32::try_from(enis).unwrap_or(u32::MAX));
        }
        let asked = asked.finish();
        // Only idle ENIs can be deleted.
        let mut stays = 0;
        let ready = Curve::combine(&[asked, Self::can_stand(study, need, wait, &works)], |values| {
            stays = values[0].max(values[1].min(stays));
            stays
        });
        Need { wanted: need.wanted.clone(), ready, eni_wait: wait.ms }
    }

    /// As many environments as can have a place: one for each arrival, as long as it reaches.
    fn can_stand(study: &Study<'_>, need: &Need, wait: &Wait, works: &[Work]) -> Curve {
        let standing: i64 = need.wanted.members.iter().map(|&f| i64::from(standing(study, f))).sum();
        let until = wait.idle(study, need).1.saturating_add(1);
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

    /// What each arrival may take up of the places.
    fn works(&self, study: &Study<'_>, wait: &Wait) -> Vec<Work> {
        let path = study.longest();
        let work = |entry: &Entry| {
            let f = entry.function as usize;
            let lives = entry.duration.saturating_add(study.keep_alive(f).0);
            Work {
                at: entry.at,
                count: u64::from(entry.count),
                each: path[f].0.saturating_add(lives).min(wait.ms),
                reach: wait.cold.saturating_add(lives),
            }
        };
        self.arrivals.iter().map(work).collect()
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
pub(super) fn longest_wait(path: &Path, promise: Millis, host: Millis) -> Option<u64> {
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
