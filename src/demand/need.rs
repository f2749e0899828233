//! Need: ENIs that are enough under every assignment, while no environment waits for one longer than allowed.
//!
//! The bound behind plans; its lemmas are L1 to L4 of `docs/plan.md`. Where `P` is the
//! longest cold start allowed and `D` the longest invocation of a function:
//!
//! - *Surely warm* (L1): an invocation at `t` is warm under every assignment if fewer run
//!   nominally just before it than ran nominally at some instant of
//!   `[t - keep_alive, t - P - D]`, or than stood idle at the start if `t <= keep_alive`:
//!   so many environments have been ready since, and only warm invocations use them.
//! - *Busy at most* (L2): a surely warm invocation is busy for its duration, any other for
//!   at most `P` longer.
//! - *Alive at most* (L3): the largest of that over `[t - keep_alive, t]`; under
//!   any order but `newest-idle`, where rotation may keep environments alive, over `[0, t]`.

use super::{Curve, Running, SlidingMax, pools, room, size};
use crate::policy::{PickEnvironment, Policy};
use crate::quantity::Millis;
use crate::topology::Topology;
use crate::traffic::{Entry, Traffic};

/// What a bound on environments rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Premises {
    /// No invocation fails and none is served by an environment that another had started,
    /// so that nominal concurrency is a lower bound on environments (L1).
    pub none_fails: bool,
    /// Waiting invocations are served by any environment, so that one of them may keep one
    /// environment starting and another one running.
    pub queued: bool,
}

/// The most environments of one function that can be alive, and how many of its invocations can be cold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Most {
    /// Environments alive.
    pub alive: Curve,
    /// The most that are starting or running at once.
    pub busy_peak: u32,
    /// Invocations that are not surely warm.
    pub possibly_cold: u64,
}

/// What one function may need at most.
struct Bound {
    premises: Premises,
    initial: u32,
    possibly_cold: u64,
    busy_peak: u32,
    keep_alive: u64,
    /// The longest cold start, ms.
    cold: u64,
    /// The longest invocation, ms.
    longest: u64,
    nominal: Running,
    busy: Running,
    alive: SlidingMax,
    ready: Delayed,
}

/// The largest nominal concurrency over `[t - keep_alive, t - delay]`, asked for in time order.
struct Delayed {
    delay: u64,
    /// Changes of the nominal concurrency younger than `delay`.
    young: std::collections::VecDeque<(u64, u32)>,
    maxima: SlidingMax,
}

impl Delayed {
    fn set(&mut self, at: u64, value: u32) {
        self.young.push_back((at, value));
    }

    fn at(&mut self, now: u64) -> u32 {
        while let Some(&(at, value)) = self.young.front() {
            let from = at.saturating_add(self.delay);
            if from > now {
                break;
            }
            self.young.pop_front();
            self.maxima.set(from, value);
        }
        self.maxima.at(now)
    }
}

impl Bound {
    fn new(
        keep_alive: u64,
        rotates: bool,
        cold: u64,
        longest: u64,
        initial: u32,
        premises: Premises,
    ) -> Self {
        let delay = cold.saturating_add(longest);
        // Shifted by `delay`, the window [t - keep_alive, t - delay] is that much shorter.
        let window = keep_alive.saturating_sub(delay);
        let mut bound = Self {
            premises,
            initial,
            possibly_cold: 0,
            busy_peak: 0,
            keep_alive,
            cold,
            longest,
            nominal: Running::default(),
            busy: Running::default(),
            // One millisecond more: an environment that expires still holds its place when
            // the arrivals of that instant look for theirs.
            alive: SlidingMax::new(if rotates { u64::MAX } else { keep_alive.saturating_add(1) }),
            ready: Delayed {
                delay,
                young: std::collections::VecDeque::new(),
                maxima: SlidingMax::new(window),
            },
        };
        // What is idle at the start counts like invocations of no duration at that instant.
        bound.alive.set(0, initial);
        bound.alive.set(0, 0);
        bound
    }

    /// Environments that are ready and only serve warm invocations, at `at`, whatever happens.
    fn surely_ready(&mut self, at: u64) -> u32 {
        if self.premises.queued {
            return 0;
        }
        let initial = if at <= self.keep_alive { self.initial } else { 0 };
        if !self.premises.none_fails || self.keep_alive < self.cold.saturating_add(self.longest) {
            return initial;
        }
        self.ready.at(at).max(initial)
    }

    fn arrive(&mut self, entry: Entry) {
        self.advance(entry.at);
        let spare = self.surely_ready(entry.at).saturating_sub(self.nominal.count());
        let end = entry.at.saturating_add(entry.duration);
        // Warm invocations of no duration follow one another on one environment.
        let (at_once, warm) = match entry.duration {
            0 if spare > 0 => (1, entry.count),
            0 => (1, 0),
            _ => (entry.count, spare.min(entry.count)),
        };
        let cold = entry.count - warm;
        self.nominal.start(end, at_once);
        self.ready.set(entry.at, self.nominal.count());
        self.busy.start(end, warm.min(at_once));
        self.busy.start(end.saturating_add(self.cold), cold);
        if self.premises.queued {
            self.busy.start(entry.at.saturating_add(self.cold), cold);
        }
        self.possibly_cold += u64::from(cold);
        self.note(entry.at, self.busy.count());
    }

    fn note(&mut self, at: u64, busy: u32) {
        self.alive.set(at, busy);
        self.busy_peak = self.busy_peak.max(busy);
    }

    fn advance(&mut self, now: u64) {
        while let Some((end, left)) = self.nominal.end_next(now) {
            self.ready.set(end, left);
        }
        while let Some((end, left)) = self.busy.end_next(now) {
            self.note(end, left);
        }
    }

    fn finish(mut self) -> Most {
        self.advance(u64::MAX - 1);
        Most { alive: self.alive.finish(), busy_peak: self.busy_peak, possibly_cold: self.possibly_cold }
    }
}

/// The most environments of each function that can be alive, if no cold start of it exceeds `cold`.
///
/// `initial`: those idle at time 0.
pub fn environments(
    traffic: &Traffic,
    topology: &Topology,
    policy: &Policy,
    cold: &[Millis],
    initial: &[u32],
    premises: Premises,
) -> Vec<Most> {
    let functions = traffic.functions.len();
    let mut longest = vec![0; functions];
    for entry in traffic.arrivals() {
        let f = entry.function as usize;
        longest[f] = entry.duration.max(longest[f]);
    }
    let rotates = policy.pick_environment != PickEnvironment::NewestIdle;
    let started = |f: usize| initial.get(f).copied().unwrap_or(0);
    let mut bounds: Vec<Bound> = (0..functions)
        .map(|f| {
            let own = topology.functions.get(f).map_or(Millis::ZERO, |place| place.keep_alive);
            let keep_alive = policy.keep_alive.unwrap_or(own).0;
            let cold = cold.get(f).copied().unwrap_or_default().0;
            Bound::new(keep_alive, rotates, cold, longest[f], started(f), premises)
        })
        .collect();
    for entry in traffic.arrivals() {
        let f = entry.function as usize;
        bounds[f].arrive(entry);
    }
    bounds.into_iter().map(Bound::finish).collect()
}

/// ENIs that are enough for these environments in each pool, however they are spread over the ENIs (L4).
///
/// With environments of one size, `ceil(n / floor(room / size))`. With several sizes each ENI
/// may have up to the largest size less one unit to spare and still refuse the largest, so
/// `floor(used / (room - largest + 1)) + 1` with `used` the units of all others.
pub fn enis(topology: &Topology, policy: &Policy, environments: &[Curve]) -> Vec<(Vec<usize>, Curve)> {
    let capacity = policy.capacity.unwrap_or(topology.capacity);
    let room = room(capacity);
    let of_pool = |(classes, members): (Vec<usize>, Vec<usize>)| {
        let members: Vec<usize> = members.into_iter().filter(|&f| f < environments.len()).collect();
        let sizes: Vec<u64> = members.iter().map(|&f| size(capacity, &topology.functions[f])).collect();
        let curves: Vec<Curve> = members.iter().map(|&f| environments[f].clone()).collect();
        let mut kept = 0;
        let need = Curve::combine(&curves, |counts| {
            // Only idle ENIs can be deleted, and each environment may keep one in use.
            let alive = counts.iter().fold(0_u32, |total, count| total.saturating_add(*count));
            kept = enough(counts, &sizes, room).max(alive.min(kept));
            kept
        });
        (classes, need)
    };
    pools(topology).into_iter().map(of_pool).collect()
}

fn enough(counts: &[u32], sizes: &[u64], room: u64) -> u32 {
    let present = || counts.iter().zip(sizes).filter(|(count, _)| **count > 0);
    let Some(largest) = present().map(|(_, size)| *size).max() else { return 0 };
    let total: u128 = present().map(|(count, size)| u128::from(*count) * u128::from(*size)).sum();
    let enough = if present().all(|(_, size)| *size == largest) {
        let slots = u128::from(room / largest).max(1);
        (total / u128::from(largest)).div_ceil(slots)
    } else {
        let refusing = u128::from(room - largest + 1);
        (total - u128::from(largest)) / refusing + 1
    };
    u32::try_from(enough).unwrap_or(u32::MAX)
}
