//! Busy: how many environments of one function can be starting or running, whatever happens.
//!
//! One pass over the arrivals; the lemmas are those of [`super::need`], proved in `docs/plan.md`.

use super::concurrency::Running;
use super::curve::Curve;
use super::nominal_runs::{NominalEnd, NominalRuns};
use super::premises::{MayFail, RangesInTurn};
use super::sliding::{Delayed, SlidingMax};
use super::tally::InstantTally;
use crate::quantity::convert::upper_less;
use crate::trace::Entry;

/// The most environments of one function that can be alive, and which of its invocations can be cold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Most {
    /// Environments alive at most.
    pub alive: Curve,
    /// Those that are starting or running at most; a little smoothed where the trace is long.
    /// `None` where that is not asked for.
    pub busy: Option<Curve>,
    /// Environments that have been started and live, at least.
    pub ready: Curve,
    /// Environments alive at least that were started before the stretch of the premises that ends
    /// now; `None` where that is as long as the keep-alive, or not asked for.
    pub kept: Option<Curve>,
    /// Arrivals that are not surely warm; each starts an environment if it is cold.
    pub cold: InstantTally,
    /// Invocations that are not surely served.
    pub may_fail: u64,
}

impl Most {
    /// Invocations that are not surely warm.
    pub const fn possibly_cold(&self) -> u64 {
        self.cold.total()
    }
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
    pub(super) queued: bool,
    pub(super) keep_alive: u64,
    /// Environments are kept alive by rotation.
    pub(super) rotates: bool,
    /// The longest cold start, ms.
    pub(super) cold: u64,
    pub(super) lengths: Lengths,
    /// Environments idle at time 0.
    pub(super) initial: u32,
    /// The span of time over which busy environments are counted together, ms; `None`: they are not counted.
    pub(super) grain: Option<u64>,
    /// See [`Premises`].
    pub(super) stretch: Option<u64>,
}

impl Facts {
    /// How long an invocation may matter: its cold start and its run.
    fn reach(&self) -> u64 {
        self.cold.saturating_add(self.lengths.longest)
    }

    /// Whether environments that once ran are known to be ready later (L1).
    fn remembers(&self) -> bool {
        !self.queued && self.reach() <= self.keep_alive
    }

    /// The stretch whose starts still live at its end.
    fn outlived(&self) -> Option<u64> {
        self.stretch.filter(|&stretch| !self.queued && stretch < self.keep_alive)
    }

    /// Stretches of the shortest duration that cover the starts of every invocation whose
    /// cold start may still hold up its environment (L3); `None` where there is no such number.
    fn slices(&self) -> Option<u32> {
        let shortest = self.lengths.shortest;
        if self.queued || shortest == 0 {
            return None;
        }
        u32::try_from(self.reach().saturating_sub(shortest).div_ceil(shortest)).ok()
    }
}

/// The pass over one function's arrivals.
pub(super) struct BusyBound {
    facts: Facts,
    /// When invocations may fail if they find no idle environment, and at all.
    fails_if_cold: RangesInTurn,
    fails_at_all: RangesInTurn,
    slices: Option<u32>,
    /// The first end of any of the following.
    next_end: u64,
    /// Invocations that run as if none were cold.
    nominal: NominalRuns,
    /// Possibly cold ones that nominally have ended, until the longest cold start is over.
    overhang: Running,
    /// Under queued binding: environments that may be starting for invocations served elsewhere.
    spare: Running,
    /// By how much the nominal concurrency exceeded what was surely ready, at possibly cold arrivals.
    excess: SlidingMax,
    ready: Delayed,
    kept: Option<Delayed>,
    alive: SlidingMax,
    busy: Option<SlidingMax>,
    most: Most,
}

impl BusyBound {
    pub(super) fn new(facts: Facts, may_fail: MayFail) -> Self {
        let (keep_alive, reach) = (facts.keep_alive, facts.reach());
        // One millisecond more: an environment that expires still holds its place when the
        // arrivals of that instant look for theirs.
        let mut alive = SlidingMax::new(if facts.rotates { u64::MAX } else { keep_alive.saturating_add(1) });
        // What is idle at the start counts like invocations of no duration at that instant.
        alive.set(0, facts.initial);
        alive.set(0, 0);
        Self {
            slices: facts.slices(),
            fails_if_cold: RangesInTurn::new(may_fail.if_cold),
            fails_at_all: RangesInTurn::new(may_fail.at_all),
            next_end: u64::MAX,
            nominal: NominalRuns::default(),
            overhang: Running::default(),
            spare: Running::default(),
            excess: SlidingMax::new(reach),
            // Delayed by the reach, the window [t - keep_alive, t - reach] is that much shorter.
            ready: Delayed::new(reach, keep_alive.saturating_sub(reach)),
            kept: facts.outlived().map(|length| Delayed::new(length + 1, keep_alive - length - 1)),
            alive,
            busy: facts.grain.map(SlidingMax::new),
            most: Most::default(),
            facts,
        }
    }

    /// Environments that are ready and serve only warm invocations, at `at`, whatever happens (L1).
    fn surely_ready(&mut self, at: u64) -> u32 {
        if self.facts.queued {
            return 0;
        }
        let initial = if at <= self.facts.keep_alive { self.facts.initial } else { 0 };
        if self.facts.remembers() { self.ready.at(at).max(initial) } else { initial }
    }

    /// The next arrivals, in time order.
    pub(super) fn arrive(&mut self, entry: Entry) {
        self.advance(entry.at);
        let ready = self.surely_ready(entry.at);
        let spare = ready.saturating_sub(self.nominal.running_at_most());
        let end = entry.at.saturating_add(entry.duration);
        // Warm invocations of no duration follow one another on one environment.
        let (at_once, warm) = match entry.duration {
            0 if spare > 0 => (1, entry.count),
            0 => (1, 0),
            _ => (entry.count, spare.min(entry.count)),
        };
        let cold = entry.count - warm;
        let served = self.surely_served(entry, warm).min(at_once);
        self.nominal.start(NominalEnd { at: end, running: at_once, served, cold });
        self.next_end = self.next_end.min(end);
        self.runs_served(entry.at);
        if cold > 0 {
            self.most.cold.add(entry.at, cold);
            let excess = upper_less(self.nominal.running_at_most(), ready);
            self.excess.set(entry.at, excess);
            self.excess.set(entry.at, 0);
            if self.facts.queued {
                let until = entry.at.saturating_add(self.facts.cold);
                self.spare.start(until, cold);
                self.next_end = self.next_end.min(until);
            }
            if entry.duration == 0 {
                // Cold ones of no duration all run at once where the nominal count sees one.
                self.overhang.start(end.saturating_add(self.facts.cold), cold);
            }
        }
        self.note(entry.at);
    }

    /// How many of these arrivals surely are served, `warm` of them surely warm.
    fn surely_served(&mut self, entry: Entry, warm: u32) -> u32 {
        let served = if self.fails_at_all.contains(entry.at) {
            0
        } else if self.fails_if_cold.contains(entry.at) {
            warm
        } else {
            entry.count
        };
        self.most.may_fail += u64::from(entry.count - served);
        served
    }

    fn runs_served(&mut self, at: u64) {
        if self.facts.remembers() {
            self.ready.set(at, self.nominal.served_at_least());
        }
        if let Some(kept) = &mut self.kept {
            kept.set(at, self.nominal.served_at_least());
        }
    }

    /// Busy at most, now (L2, L3).
    fn note(&mut self, at: u64) {
        let mut held_up = self.overhang.count();
        if let Some(slices) = self.slices.filter(|_| held_up > 0) {
            held_up = held_up.min(slices.saturating_mul(self.excess.at(at)));
        }
        let busy = self.nominal.running_at_most().saturating_add(held_up).saturating_add(self.spare.count());
        self.alive.set(at, busy);
        if let Some(counted) = &mut self.busy {
            counted.set(at, busy);
        }
    }

    /// Everything that ends up to `now`, in time order.
    fn advance(&mut self, now: u64) {
        while self.next_end <= now {
            let at = self.next_end;
            let ended = self.nominal.end_until(at);
            if ended.served > 0 {
                self.runs_served(at);
            }
            if ended.cold > 0 {
                self.overhang.start(at.saturating_add(self.facts.cold), ended.cold);
            }
            self.overhang.end_until(at);
            self.spare.end_until(at);
            self.note(at);
            let ends = [self.nominal.next_end(), self.overhang.next_end(), self.spare.next_end()];
            self.next_end = ends.into_iter().flatten().min().unwrap_or(u64::MAX);
        }
    }

    /// What it comes to, to the end.
    pub(super) fn finish(mut self) -> Most {
        self.advance(u64::MAX - 1);
        let ready = self.lifetimes();
        let kept = self.kept.take().map(|kept| self.or_initial(kept.finish()));
        Most { alive: self.alive.finish(), busy: self.busy.map(SlidingMax::finish), ready, kept, ..self.most }
    }

    /// The larger of this and what stood idle at the start and still lives.
    fn or_initial(&self, curve: Curve) -> Curve {
        let until = self.facts.keep_alive.saturating_add(1);
        let initial = Curve::new([(0, self.facts.initial), (until, 0)]);
        Curve::largest(&[curve, initial])
    }

    /// What is surely ready (L1), as a curve.
    fn lifetimes(&mut self) -> Curve {
        if self.facts.queued {
            return Curve::empty();
        }
        if !self.facts.remembers() {
            return self.or_initial(Curve::empty());
        }
        let ready = std::mem::replace(&mut self.ready, Delayed::new(0, 0)).finish();
        self.or_initial(ready)
    }
}
