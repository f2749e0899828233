//! Waiting: what must be ready where the target leaves room to wait for an ENI.
//!
//! Environments wait first come first served. Two ways to see that none waits longer than `W`
//! (docs/plan.md, "Room to wait"): *late*, as many places are ready as environments can have been
//! alive throughout the last `W`; and *in turn*, more place-time is there than can be taken up
//! meanwhile. Each is a need as good as that of no waiting at all; the least is required.

use rayon::prelude::*;

use super::pools::enis_for;
use super::readiness::{PoolRequirement, Requirement};
use super::study::Study;
use crate::cold_path::Path;
use crate::demand::need::{self, Premises};
use crate::demand::{Curve, SlidingMax, sizes};
use crate::plan::terms::exact::count;
use crate::policy::{EnvironmentBinding, Provision, StartMode};
use crate::quantity::Millis;
use crate::trace::Entry;
use crate::worst_case::wait_for_host;

/// What may be required, the first without any waiting; each keeps the target.
pub(crate) fn candidates(study: &Study<'_>, target: Millis) -> Vec<Requirement> {
    let plain = Requirement::without_waiting(study);
    let waits = PlannedWait::all(study, target);
    let rooms = waits.first().map_or_else(Vec::new, |wait| WaitingRoom::all(study, &plain.pools, wait));
    if rooms.iter().all(Option::is_none) {
        return vec![plain];
    }
    let end = plain.end_ms(study);
    let value = |need: &PoolRequirement| (need.ready.peak().0, need.ready.integral(0, end));
    let (mut best, mut late, mut queued) = (plain.clone(), plain.clone(), plain.clone());
    for (nth, wait) in waits.iter().enumerate() {
        let alive = wait.alive(study);
        let either = |(need, room): (&PoolRequirement, &Option<WaitingRoom>)| {
            room.as_ref().map(|room| (room.late(study, need, wait, &alive), room.in_turn(study, need, wait)))
        };
        let eithers: Vec<_> = plain.pools.par_iter().zip(&rooms).map(either).collect();
        for (index, either) in eithers.into_iter().enumerate() {
            let Some((by_lateness, by_turn)) = either else { continue };
            if nth == 0 {
                late.pools[index] = by_lateness.clone();
                queued.pools[index] = by_turn.clone();
            }
            for candidate in [by_lateness, by_turn] {
                if value(&candidate) < value(&best.pools[index]) {
                    best.pools[index] = candidate;
                }
            }
        }
    }
    let mut candidates = vec![plain];
    for candidate in [best, late, queued] {
        if !candidates.contains(&candidate) {
            candidates.push(candidate);
        }
    }
    candidates
}

/// Traffic of more invocations than this is planned without any waiting.
const MOST_INVOCATIONS: u64 = 5_000_000;
/// Invocations that shorter waits may be tried with, about.
const TRIED: u64 = 2_000_000;
/// So many shorter waits are tried at most.
const MOST_WAITS: usize = 20;

/// A wait for an ENI that may be planned with.
struct PlannedWait {
    /// The wait, ms, not zero.
    ms: u64,
    /// The longest cold start with it, ms.
    cold: u64,
}

impl PlannedWait {
    /// The longest that a target leaves room for, and parts of it: who waits longer lives longer too, so that
    /// less may be better. The parts are the same for every target they fit into: the longest boot, and
    /// powers of two.
    fn all(study: &Study<'_>, target: Millis) -> Vec<Self> {
        let (path, host) = (&study.cold_path.vpc, Millis(host_wait(study)));
        let invocations = study.trace.invocations();
        let longest = longest_wait(path, target, host).filter(|&ms| ms > 0);
        let Some(longest) = longest.filter(|_| invocations <= MOST_INVOCATIONS) else { return Vec::new() };
        let tries = (1..=MOST_WAITS).filter(|tries| *tries as u64 * invocations.max(1) <= TRIED).count();
        let powers = (0..=longest.ilog2()).rev().map(|power| 1 << power);
        let parts = std::iter::once(study.topology.boot.max.0).chain(powers);
        let parts = parts.filter(|ms| (1..longest).contains(ms)).take(tries);
        let wait = |ms: u64| Self { ms, cold: path.longest(Millis(ms), host).0 };
        std::iter::once(longest).chain(parts).map(wait).collect()
    }

    /// The environments of each function that can be alive where none waits longer.
    fn alive(&self, study: &Study<'_>) -> Vec<Curve> {
        let longest = study.longest_waiting(Millis(self.ms));
        let (topology, policy, initial) = (study.topology, study.policy, study.initial());
        let premises = Premises::none_fails(false);
        let most = need::environments(study.trace, topology, policy, &longest, initial, &premises);
        most.into_iter().map(|most| most.alive).collect()
    }

    /// Place-time that the environments of the start may take up, and until when.
    fn idle(&self, study: &Study<'_>, need: &PoolRequirement) -> (u128, u64) {
        let (mut sum, mut until) = (0_u128, 0_u64);
        for &f in &need.scope.members {
            let keep_alive = study.keep_alive(f).0;
            let initial = initial(study, f);
            sum += u128::from(initial) * u128::from(keep_alive.min(self.ms));
            until = until.max(if initial > 0 { keep_alive } else { 0 });
        }
        (sum, until)
    }
}

/// The room that one pool has to wait.
struct WaitingRoom {
    /// Environments that one ENI carries.
    slots: u64,
    /// The invocations of the pool.
    arrivals: Vec<Entry>,
}

impl WaitingRoom {
    /// Of each pool.
    fn all(study: &Study<'_>, needs: &[PoolRequirement], longest: &PlannedWait) -> Vec<Option<Self>> {
        let mut rooms: Vec<Option<Self>> = needs.iter().map(|need| Self::of(study, need, longest)).collect();
        let mut pool_of = vec![None; study.topology.functions.len()];
        for (pool, need) in needs.iter().enumerate() {
            need.scope.members.iter().for_each(|&f| pool_of[f] = Some(pool));
        }
        for entry in study.trace.arrivals() {
            let pool = pool_of.get(entry.function as usize).copied().flatten();
            if let Some(room) = pool.and_then(|pool| rooms[pool].as_mut()) {
                room.arrivals.push(entry);
            }
        }
        rooms
    }

    /// None where waiting is not in turn or gains nothing: environments of several sizes, classes shared
    /// with others, ENIs made on the way.
    fn of(study: &Study<'_>, need: &PoolRequirement, longest: &PlannedWait) -> Option<Self> {
        let policy = study.scheduled(Provision::Scheduled);
        let in_turn = policy.reuse && !policy.join_booting && policy.miss_budget == 0 && policy.miss.0 == 0;
        let plain =
            in_turn && !policy.fallback && policy.binding == EnvironmentBinding::Bound && need.scope.alone;
        let members = &need.scope.members;
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
    fn late(
        &self,
        study: &Study<'_>,
        need: &PoolRequirement,
        wait: &PlannedWait,
        alive: &[Curve],
    ) -> PoolRequirement {
        let all = enis_for(study, &need.scope, alive);
        let ready = all.sliding_min(wait.ms, self.initial_enis(study, need));
        PoolRequirement { scope: need.scope.clone(), ready, eni_wait: wait.ms }
    }

    /// ENIs of the environments that stand at the start.
    fn initial_enis(&self, study: &Study<'_>, need: &PoolRequirement) -> u32 {
        let initial: u64 = need.scope.members.iter().map(|&f| u64::from(initial(study, f))).sum();
        count(initial.div_ceil(self.slots))
    }

    /// ENIs enough to give everyone a turn within `W`.
    fn in_turn(&self, study: &Study<'_>, need: &PoolRequirement, wait: &PlannedWait) -> PoolRequirement {
        let works = self.works(study, wait);
        let reach = works.iter().map(|work| work.reach).max().unwrap_or(0).saturating_add(1);
        let search = study.cold_path.vpc.latest_acquire(Millis(host_wait(study))).0;
        let (idle, until) = wait.idle(study, need);
        let mut asked = SlidingMax::new(reach);
        let mut ask = |at: u64, enis: u32| {
            asked.set(at, enis);
            asked.set(at, 0);
        };
        ask(0, self.initial_enis(study, need));
        let (mut first, mut last, mut work) = (0, 0, 0_u128);
        for arrival in &works {
            let to = arrival.at.saturating_add(search).saturating_add(wait.ms);
            while let Some(next) = works.get(last).filter(|next| next.at <= to) {
                work += next.place_ms();
                last += 1;
            }
            while works[first].at.saturating_add(reach) < arrival.at {
                work -= works[first].place_ms();
                first += 1;
            }
            let initial = if arrival.at <= until { idle } else { 0 };
            // The one that waits takes up nothing while it does.
            let others = work + initial - u128::from(arrival.each);
            let enis = others / (u128::from(self.slots) * u128::from(wait.ms)) + 1;
            ask(arrival.at, count(enis));
        }
        let asked = asked.finish();
        // Only idle ENIs can be deleted.
        let mut stays = 0;
        let ready = Curve::combine(&[asked, Self::can_stand(study, need, wait, &works)], |values| {
            stays = values[0].max(values[1].min(stays));
            stays
        });
        PoolRequirement { scope: need.scope.clone(), ready, eni_wait: wait.ms }
    }

    /// As many environments as can have a place: one for each arrival, as long as it reaches.
    fn can_stand(
        study: &Study<'_>,
        need: &PoolRequirement,
        wait: &PlannedWait,
        works: &[ArrivalWork],
    ) -> Curve {
        let initial: i64 = need.scope.members.iter().map(|&f| i64::from(initial(study, f))).sum();
        let until = wait.idle(study, need).1.saturating_add(1);
        let mut changes = vec![(0, initial), (until, -initial)];
        for work in works {
            let started = i64::from(work.count);
            changes.push((work.at, started));
            changes.push((work.at.saturating_add(work.reach).saturating_add(1), -started));
        }
        Curve::of_changes(changes)
    }

    /// What each arrival may take up of the places.
    fn works(&self, study: &Study<'_>, wait: &PlannedWait) -> Vec<ArrivalWork> {
        let path = study.longest();
        let work = |entry: &Entry| {
            let f = entry.function as usize;
            let lives = entry.duration.saturating_add(study.keep_alive(f).0);
            ArrivalWork {
                at: entry.at,
                count: entry.count,
                each: path[f].0.saturating_add(lives).min(wait.ms),
                reach: wait.cold.saturating_add(lives),
            }
        };
        self.arrivals.iter().map(work).collect()
    }
}

/// Arrivals of one instant, and what each of them may take up.
struct ArrivalWork {
    at: u64,
    count: u32,
    /// Place-time of one within any stretch as long as the wait, ms.
    each: u64,
    /// For how long after it an environment may have its place for its sake, ms.
    reach: u64,
}

impl ArrivalWork {
    fn place_ms(&self) -> u128 {
        u128::from(self.count) * u128::from(self.each)
    }
}

/// The environments of a function that are idle at the start.
fn initial(study: &Study<'_>, function: usize) -> u32 {
    study.initial().get(function).copied().unwrap_or(0)
}

fn host_wait(study: &Study<'_>) -> u64 {
    wait_for_host(&study.topology.limits, study.trace.invocations())
}

/// The longest wait for an ENI with which no cold start exceeds the target; none without an ENI, or
/// where the rest of the path is longer.
pub(crate) fn longest_wait(path: &Path, target: Millis, host: Millis) -> Option<u64> {
    let keeps = |wait: u64| path.longest(Millis(wait), host) <= target;
    if !path.needs_eni() || !keeps(0) {
        return None;
    }
    let (mut low, mut high) = (0, target.0.saturating_add(1));
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        if keeps(middle) { low = middle } else { high = middle }
    }
    Some(low)
}
