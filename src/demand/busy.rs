//! Busy: how many environments of one function can be starting or running, whatever happens.
//!
//! One pass over the arrivals; the lemmas are those of [`super::need`], proved in `docs/plan.md`.

use std::collections::VecDeque;

use super::{Curve, Running, SlidingMax};
use crate::traffic::Entry;

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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Most {
    /// Environments alive.
    pub alive: Curve,
    /// The most that are starting or running at once.
    pub busy_peak: u32,
    /// Invocations that are not surely warm.
    pub possibly_cold: u64,
}

/// The shortest and the longest invocation of a function, ms.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lengths {
    shortest: u64,
    longest: u64,
}

impl Default for Lengths {
    fn default() -> Self {
        Self { shortest: u64::MAX, longest: 0 }
    }
}

impl Lengths {
    pub(super) fn add(&mut self, duration: u64) {
        self.shortest = self.shortest.min(duration);
        self.longest = self.longest.max(duration);
    }
}

/// What is known of a function.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub(super) premises: Premises,
    pub(super) keep_alive: u64,
    /// Environments are kept alive by rotation.
    pub(super) rotates: bool,
    /// The longest cold start, ms.
    pub(super) cold: u64,
    pub(super) lengths: Lengths,
    /// Environments idle at time 0.
    pub(super) initial: u32,
}

impl Facts {
    /// How long an invocation may matter: its cold start and its run.
    fn reach(&self) -> u64 {
        self.cold.saturating_add(self.lengths.longest)
    }

    /// Whether environments that once ran are known to be ready later (L1).
    fn remembers(&self) -> bool {
        self.premises.none_fails && !self.premises.queued && self.reach() <= self.keep_alive
    }

    /// Stretches of the shortest duration that cover the starts of every invocation whose
    /// cold start may still hold up its environment (L3); `None` where nothing is remembered.
    fn slices(&self) -> Option<u32> {
        let shortest = self.lengths.shortest;
        if !self.remembers() || shortest == 0 {
            return None;
        }
        u32::try_from(self.reach().saturating_sub(shortest).div_ceil(shortest)).ok()
    }
}

/// The pass over one function's arrivals.
pub(super) struct Bound {
    facts: Facts,
    slices: Option<u32>,
    /// Invocations that run as if none were cold.
    nominal: Running,
    /// Possibly cold ones that nominally have ended, until the longest cold start is over.
    overhang: Running,
    /// Under queued binding: environments that may be starting for invocations served elsewhere.
    spare: Running,
    /// Possibly cold invocations that run nominally, by their nominal end.
    to_come: Running,
    /// By how much the nominal concurrency exceeded what was surely ready, at possibly cold arrivals.
    excess: SlidingMax,
    ready: Delayed,
    alive: SlidingMax,
    most: Most,
}

impl Bound {
    pub(super) fn new(facts: Facts) -> Self {
        let (keep_alive, reach) = (facts.keep_alive, facts.reach());
        // One millisecond more: an environment that expires still holds its place when the
        // arrivals of that instant look for theirs.
        let mut alive = SlidingMax::new(if facts.rotates { u64::MAX } else { keep_alive.saturating_add(1) });
        // What is idle at the start counts like invocations of no duration at that instant.
        alive.set(0, facts.initial);
        alive.set(0, 0);
        Self {
            slices: facts.slices(),
            nominal: Running::default(),
            overhang: Running::default(),
            spare: Running::default(),
            to_come: Running::default(),
            excess: SlidingMax::new(reach),
            // Delayed by the reach, the window [t - keep_alive, t - reach] is that much shorter.
            ready: Delayed::new(reach, keep_alive.saturating_sub(reach)),
            alive,
            most: Most::default(),
            facts,
        }
    }

    /// Environments that are ready and serve only warm invocations, at `at`, whatever happens (L1).
    fn surely_ready(&mut self, at: u64) -> u32 {
        if self.facts.premises.queued {
            return 0;
        }
        let initial = if at <= self.facts.keep_alive { self.facts.initial } else { 0 };
        if self.facts.remembers() { self.ready.at(at).max(initial) } else { initial }
    }

    /// The next arrivals, in time order.
    pub(super) fn arrive(&mut self, entry: Entry) {
        self.advance(entry.at);
        let ready = self.surely_ready(entry.at);
        let spare = ready.saturating_sub(self.nominal.count());
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
        if cold > 0 {
            self.most.possibly_cold += u64::from(cold);
            self.to_come.start(end, cold);
            let excess = self.nominal.count().saturating_sub(ready);
            self.excess.set(entry.at, excess);
            self.excess.set(entry.at, 0);
            if self.facts.premises.queued {
                self.spare.start(entry.at.saturating_add(self.facts.cold), cold);
            }
            if entry.duration == 0 {
                // Cold ones of no duration all run at once where the nominal count sees one.
                self.overhang.start(end.saturating_add(self.facts.cold), cold);
            }
        }
        self.note(entry.at);
    }

    /// Busy at most, now (L2, L3).
    fn note(&mut self, at: u64) {
        let together = self.slices.map_or(u32::MAX, |slices| slices.saturating_mul(self.excess.at(at)));
        let held_up = self.overhang.count().min(together);
        let busy = self.nominal.count().saturating_add(held_up).saturating_add(self.spare.count());
        self.alive.set(at, busy);
        self.most.busy_peak = self.most.busy_peak.max(busy);
    }

    /// Everything that ends up to `now`, in time order.
    fn advance(&mut self, now: u64) {
        loop {
            let ends = [&self.nominal, &self.to_come, &self.overhang, &self.spare];
            let Some(at) = ends.into_iter().filter_map(Running::next_end).min().filter(|&at| at <= now)
            else {
                return;
            };
            while let Some((_, left)) = self.nominal.end_next(at) {
                self.ready.set(at, left);
            }
            let running = self.to_come.count();
            while self.to_come.end_next(at).is_some() {}
            let ended = running - self.to_come.count();
            if ended > 0 {
                self.overhang.start(at.saturating_add(self.facts.cold), ended);
            }
            while self.overhang.end_next(at).is_some() {}
            while self.spare.end_next(at).is_some() {}
            self.note(at);
        }
    }

    /// What it comes to, to the end.
    pub(super) fn finish(mut self) -> Most {
        self.advance(u64::MAX - 1);
        Most { alive: self.alive.finish(), ..self.most }
    }
}

/// The largest value over `[t - delay - window, t - delay]`, asked for in time order.
struct Delayed {
    delay: u64,
    /// Changes younger than `delay`.
    young: VecDeque<(u64, u32)>,
    maxima: SlidingMax,
}

impl Delayed {
    fn new(delay: u64, window: u64) -> Self {
        Self { delay, young: VecDeque::new(), maxima: SlidingMax::new(window) }
    }

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
