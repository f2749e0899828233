//! Busy: how many environments of one function can be starting or running, whatever happens.
//!
//! One pass over the arrivals; the lemmas are those of [`super::need`], proved in `docs/plan.md`.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;

use super::concurrency::Running;
use super::curve::Curve;
use super::ranges::{Ranges, forward};
use super::sliding::SlidingMax;
use super::tally::InstantTally;
use crate::quantity::convert::{lower_bound, upper_bound, upper_less};
use crate::trace::Entry;

/// What a bound on environments rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Premises {
    /// When invocations may fail, by function; at all other instants, and of functions
    /// beyond the list, none does.
    pub may_fail: Vec<MayFail>,
    /// Waiting invocations are served by any environment, so that one of them may keep one
    /// environment starting and another one running, and nominal concurrency is no lower
    /// bound on environments (L1).
    pub queued: bool,
    /// The stretches of time, ms, whose starts are to be told by [`Most::kept`].
    pub stretch: Option<u64>,
    /// Whether [`Most::busy`] is asked for.
    pub counts_busy: bool,
}

impl Premises {
    /// No invocation ever fails.
    pub const fn none_fails(queued: bool) -> Self {
        Self { may_fail: Vec::new(), queued, stretch: None, counts_busy: false }
    }
}

/// Arrivals (ms) of one function that may fail.
///
/// Mostly a whole pool may fail at the same instants: then its functions share them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MayFail {
    /// If they find no idle environment.
    pub if_cold: Arc<Ranges>,
    /// Even if they find one.
    pub at_all: Arc<Ranges>,
}

/// Ranges that are asked about instants in time order.
struct RangesInTurn {
    ranges: Arc<Ranges>,
    passed: usize,
}

impl RangesInTurn {
    const fn new(ranges: Arc<Ranges>) -> Self {
        Self { ranges, passed: 0 }
    }

    fn contains(&mut self, at: u64) -> bool {
        let parts = self.ranges.parts();
        self.passed += forward(&parts[self.passed..], |&(_, to)| to < at);
        parts.get(self.passed).is_some_and(|&(from, _)| from <= at)
    }
}

/// The most environments of one function that can be alive, and which of its invocations can be cold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Most {
    /// Environments alive at most.
    pub alive: Curve,
    /// Those that are starting or running at most; a little smoothed where the traffic is long.
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

/// What ends nominally at an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct NominalEnd {
    at: u64,
    /// Invocations that run as if none were cold.
    running: u32,
    /// Those among them that surely are served.
    served: u32,
    /// Possibly cold ones; of no duration they may be more than run.
    cold: u32,
}

/// The invocations that run nominally, by their ends: in order as far as they come so, the rest in a heap.
#[derive(Debug, Default)]
struct Nominally {
    in_order: VecDeque<NominalEnd>,
    out_of_order: BinaryHeap<Reverse<NominalEnd>>,
    running: u64,
    served: u64,
}

impl Nominally {
    fn start(&mut self, end: NominalEnd) {
        self.running += u64::from(end.running);
        self.served += u64::from(end.served);
        if self.in_order.back().is_some_and(|last| last.at > end.at) {
            self.out_of_order.push(Reverse(end));
        } else {
            self.in_order.push_back(end);
        }
    }

    fn running_at_most(&self) -> u32 {
        upper_bound(self.running)
    }

    fn served_at_least(&self) -> u32 {
        lower_bound(self.served)
    }

    fn next_end(&self) -> Option<u64> {
        let heaped = self.out_of_order.peek().map(|Reverse(end)| end.at);
        self.in_order.front().map(|end| end.at).into_iter().chain(heaped).min()
    }

    /// All that has ended by `now`.
    fn end_until(&mut self, now: u64) -> NominalEnd {
        let mut all = NominalEnd { at: now, ..NominalEnd::default() };
        let mut end = |end: NominalEnd| {
            self.running -= u64::from(end.running);
            self.served -= u64::from(end.served);
            // Those that are cold count as an upper bound; of those served it matters whether there are any.
            all.served = all.served.saturating_add(end.served);
            all.cold = all.cold.saturating_add(end.cold);
        };
        while let Some(first) = self.in_order.front().copied().filter(|first| first.at <= now) {
            self.in_order.pop_front();
            end(first);
        }
        while let Some(Reverse(first)) = self.out_of_order.peek().copied().filter(|first| first.0.at <= now) {
            self.out_of_order.pop();
            end(first);
        }
        all
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
    nominal: Nominally,
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
            nominal: Nominally::default(),
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

    fn finish(mut self) -> Curve {
        self.at(u64::MAX - 1);
        self.maxima.finish()
    }
}
