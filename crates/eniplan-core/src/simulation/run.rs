//! Run: one pass over the trace; arrivals, environments and their cold path.
//!
//! The other half of the engine, ENIs, is in `supply`. Every rule is
//! semantics.md's; where it leaves a choice open, ARCHITECTURE.md names it.

use std::collections::VecDeque;

use super::bucket::BucketState;
use super::enis::EniFleet;
use super::environment::{ColdProgress, Environment, Invocation};
use super::failure::Failure;
use super::idle::IdlePool;
use super::nature::Nature;
use super::outcome::{InitialState, Longest, Outcome};
use super::planned::PlannedStep;
use super::queue::{Event, EventTime, Queue};
use super::record::{Recorder, ServedInvocation};
use super::uneven::UnevenPool;
use super::world::World;
use crate::cold_path::{EniWait, StepTiming};
use crate::platform::PhaseKind;
use crate::policy::EnvironmentBinding;
use crate::quantity::convert::{lower_bound, slot};
use crate::quantity::{Millis, Rate};
use crate::topology::TokenBucket;
use crate::trace::Entry;

/// A run in progress.
pub(super) struct SimulationRun<'w, N, R> {
    pub(super) world: &'w World<'w>,
    pub(super) nature: N,
    pub(super) recorder: R,
    pub(super) queue: Queue,
    pub(super) enis: EniFleet,
    pub(super) environments: Vec<Option<Environment>>,
    pub(super) vacant: Vec<u32>,
    pub(super) idle: Vec<IdlePool>,
    /// The same of functions whose keep-alives nature draws.
    pub(super) uneven: Vec<UnevenPool>,
    /// Under queued binding: each function's invocations that wait for an environment.
    pub(super) queued: Vec<VecDeque<Invocation>>,
    /// Environments that wait for room, and whether they still are the same.
    pub(super) waiters: VecDeque<(u32, u64)>,
    pub(super) api: Option<BucketState>,
    account_scaling: Option<BucketState>,
    function_scaling: Vec<BucketState>,
    hosts: Option<BucketState>,
    pub(super) in_flight: u64,
    /// Environments on their cold path, and with an invocation.
    pub(super) starting: u32,
    pub(super) running: u32,
    started: u64,
    pub(super) alive: u32,
    pub(super) acquisitions: u64,
    pub(super) deletions: u64,
    pub(super) pending_deletions: Vec<u64>,
    pub(super) planned: VecDeque<PlannedStep>,
    pub(super) outcome: Outcome,
}

impl<'w, N: Nature, R: Recorder> SimulationRun<'w, N, R> {
    pub(super) fn new(world: &'w World<'w>, nature: N, recorder: R, span: Millis) -> Self {
        let limits = &world.topology.limits;
        let functions = world.functions.len();
        let scaling = limits.function_scaling.map(|bucket| vec![BucketState::new(bucket); functions]);
        Self {
            world,
            nature,
            recorder,
            queue: Queue::default(),
            enis: EniFleet::new(world),
            environments: Vec::new(),
            vacant: Vec::new(),
            idle: vec![IdlePool::new(world.policy.pick_environment); functions],
            uneven: vec![UnevenPool::new(world.policy.pick_environment); functions],
            queued: vec![VecDeque::new(); functions],
            waiters: VecDeque::new(),
            api: limits.api.map(BucketState::new),
            account_scaling: limits.account_scaling.map(BucketState::new),
            function_scaling: scaling.unwrap_or_default(),
            hosts: limits.microvm.map(|rate| BucketState::new(one_second_of(rate))),
            in_flight: 0,
            starting: 0,
            running: 0,
            started: 0,
            alive: 0,
            acquisitions: 0,
            deletions: 0,
            pending_deletions: vec![0; world.topology.classes.len()],
            planned: VecDeque::new(),
            outcome: Outcome::new(span, limits.subnets.len()),
        }
    }

    /// What comes before the first arrival.
    pub(super) fn begin(&mut self) {
        self.set_up();
        self.report_census(0);
    }

    /// After the last arrival: to `end` and to the end of everything in flight.
    pub(super) fn finish(mut self, end: u64) -> (Outcome, N, R) {
        while let Some(due) = self.queue.next_due() {
            if due.at > end && self.in_flight == 0 {
                break;
            }
            self.step_before(u64::MAX);
        }
        self.starve();
        let answered = self.outcome.cold_starts.served + self.outcome.failures();
        debug_assert_eq!(answered, self.outcome.invocations, "an invocation is served or fails, once");
        self.outcome.enis.finish();
        self.outcome.environments.finish();
        self.outcome.subnets.iter_mut().for_each(super::outcome::Gauge::finish);
        (self.outcome, self.nature, self.recorder)
    }

    /// What stands at time 0.
    pub(super) fn initial_state(mut self) -> InitialState {
        self.set_up();
        let mut environments = vec![0; self.world.functions.len()];
        for instance in self.environments.iter().flatten() {
            environments[instance.function as usize] += 1;
        }
        InitialState { environments, enis: self.enis.held }
    }

    /// The next event, if it comes before the arrivals of instant `arrival`.
    fn step_before(&mut self, arrival: u64) -> bool {
        let Some((EventTime { at, sequence, .. }, event)) = self.queue.pop_before(arrival) else {
            return false;
        };
        match event {
            Event::EniGone { eni } => self.eni_gone(eni, at),
            Event::EniReady { eni } => self.eni_ready(eni, at),
            Event::PhaseEnd { environment, serial, step } => {
                if self.is_cold(environment, serial) {
                    self.end_step(environment, step as usize, at);
                }
            }
            Event::InvocationEnd { environment } => self.invocation_ended(environment, at),
            Event::Schedule => self.follow_plan(at),
            Event::EnvironmentExpiry { function } => self.expire(function, at, sequence),
            Event::EniExpiry { eni, mark } => self.eni_expired(eni, mark, at),
        }
        self.report_census(at);
        true
    }

    /// These arrive, no earlier than those before.
    pub(super) fn arrive(&mut self, entry: Entry) {
        for _ in 0..entry.count {
            // Also what an earlier arrival of this millisecond has caused.
            while self.step_before(entry.at) {}
            self.queue.advance(entry.at);
            let number = self.outcome.invocations;
            self.outcome.invocations += 1;
            let invocation = Invocation { arrival: entry.at, duration: entry.duration, number };
            self.invoke(entry.function as usize, invocation);
            self.report_census(entry.at);
        }
    }

    /// Tells what stands now.
    fn report_census(&mut self, at: u64) {
        let (starting, running) = (self.starting, self.running);
        self.recorder.census_changed(at, self.enis.census(starting, running, self.alive));
    }

    fn invoke(&mut self, function: usize, invocation: Invocation) {
        let limit = self.world.topology.limits.account_concurrency;
        if limit.is_some_and(|limit| self.in_flight >= u64::from(limit)) {
            return self.fail(function, invocation, Failure::AccountConcurrency);
        }
        if let Some(idle) = self.take_idle(function) {
            self.in_flight += 1;
            return self.serve(idle.environment, invocation, false, invocation.arrival);
        }
        let now = invocation.arrival;
        if !self.may_scale(function, now) {
            return self.fail(function, invocation, Failure::Scaling);
        }
        self.in_flight += 1;
        if self.world.policy.binding == EnvironmentBinding::Queued {
            self.queued[function].push_back(invocation);
        }
        let environment = self.start_environment(function, Some(invocation), now);
        self.begin_first_steps(environment, now);
    }

    /// Takes a token of every scaling bucket, or of none where one of them is empty.
    fn may_scale(&mut self, function: usize, now: u64) -> bool {
        let mut buckets = [self.account_scaling.as_mut(), self.function_scaling.get_mut(function)];
        let may = buckets.iter_mut().flatten().all(|bucket| bucket.has_token(now));
        if may {
            buckets.into_iter().flatten().for_each(BucketState::take);
        }
        may
    }

    pub(super) fn fail(&mut self, function: usize, invocation: Invocation, failure: Failure) {
        *self.outcome.failed.entry(failure).or_default() += 1;
        self.recorder.failed(invocation.arrival, function, failure);
    }

    /// A new environment of `function`: on its cold path for an invocation, or else idle from the start.
    pub(super) fn start_environment(
        &mut self,
        function: usize,
        invocation: Option<Invocation>,
        now: u64,
    ) -> u32 {
        let steps = self.world.functions[function].path.steps.len();
        let cold = invocation.map(|invocation| {
            Box::new(ColdProgress {
                born: now,
                timings: vec![StepTiming::default(); steps],
                ended: vec![false; steps],
                eni_wait: EniWait::default(),
                invocation,
            })
        });
        let environment =
            Environment { function: slot(function), serial: self.started, served: 0, eni: None, cold };
        self.started += 1;
        self.alive += 1;
        self.starting += u32::from(environment.cold.is_some());
        self.outcome.environments.set(now, self.alive.into());
        if let Some(slot) = self.vacant.pop() {
            self.environments[slot as usize] = Some(environment);
            return slot;
        }
        self.environments.push(Some(environment));
        slot(self.environments.len() - 1)
    }

    pub(super) fn is_cold(&self, environment: u32, serial: u64) -> bool {
        let slot = &self.environments[environment as usize];
        slot.as_ref().is_some_and(|instance| instance.serial == serial && instance.cold.is_some())
    }

    fn begin_first_steps(&mut self, environment: u32, now: u64) {
        let Some(instance) = &self.environments[environment as usize] else { return };
        let (serial, path) = (instance.serial, self.world.functions[instance.function as usize].path);
        if path.steps.is_empty() {
            return self.handler_ready(environment, now);
        }
        for (step, what) in path.steps.iter().enumerate() {
            if what.after.is_empty() && self.is_cold(environment, serial) {
                self.begin_step(environment, step, now);
            }
        }
    }

    fn begin_step(&mut self, environment: u32, step: usize, now: u64) {
        let world = self.world;
        let Some(instance) = self.environments[environment as usize].as_mut() else { return };
        let Some(cold) = instance.cold.as_mut() else { return };
        let what = &world.functions[instance.function as usize].path.steps[step];
        cold.timings[step].start = now - cold.born;
        if what.kind == PhaseKind::Eni {
            return self.acquire(environment, step, now);
        }
        let mut granted = now;
        if let (PhaseKind::Microvm, Some(hosts)) = (what.kind, self.hosts.as_mut()) {
            granted = hosts.take_in_turn(now);
        }
        cold.timings[step].wait = granted - now;
        let duration = self.nature.phase(instance.serial, step, &what.duration);
        let event = Event::PhaseEnd { environment, serial: instance.serial, step: slot(step) };
        self.queue.push(granted.saturating_add(duration), event);
    }

    /// A step of the cold path has ended: what comes after it begins, or the handler starts.
    pub(super) fn end_step(&mut self, environment: u32, step: usize, now: u64) {
        let world = self.world;
        let Some(instance) = self.environments[environment as usize].as_mut() else { return };
        let Some(cold) = instance.cold.as_mut() else { return };
        let steps = &world.functions[instance.function as usize].path.steps;
        cold.timings[step].end = now - cold.born;
        cold.ended[step] = true;
        if cold.ended.iter().all(|ended| *ended) {
            return self.handler_ready(environment, now);
        }
        let ended = &cold.ended;
        let next: Vec<usize> = (step + 1..steps.len())
            .filter(|&next| steps[next].after.contains(&step))
            .filter(|&next| steps[next].after.iter().all(|&before| ended[before]))
            .collect();
        let serial = instance.serial;
        for next in next {
            if self.is_cold(environment, serial) {
                self.begin_step(environment, next, now);
            }
        }
    }

    fn handler_ready(&mut self, environment: u32, now: u64) {
        let Some(instance) = &self.environments[environment as usize] else { return };
        let (function, serial) = (instance.function as usize, instance.serial);
        self.recorder.ready(now, function, serial);
        let invocation = match self.world.policy.binding {
            EnvironmentBinding::Bound => instance.cold.as_ref().map(|cold| cold.invocation),
            EnvironmentBinding::Queued => self.queued[function].pop_front(),
        };
        match invocation {
            Some(invocation) => self.serve(environment, invocation, true, now),
            None => self.rest(environment, now),
        }
    }

    /// The handler starts. `cold`: the invocation had found no idle environment.
    fn serve(&mut self, environment: u32, invocation: Invocation, cold: bool, now: u64) {
        let Some(instance) = self.environments[environment as usize].as_mut() else { return };
        instance.served = instance.served.saturating_add(1);
        let way = instance.cold.take();
        self.starting -= u32::from(way.is_some());
        self.running += 1;
        let length = now - invocation.arrival;
        let function = instance.function as usize;
        self.outcome.cold_starts.add(length, cold);
        let own = way.filter(|way| way.invocation.number == invocation.number);
        if cold && self.outcome.longest.as_ref().is_none_or(|longest| length > longest.length) {
            let path = self.world.functions[function].path;
            let explained =
                own.as_ref().map(|own| path.explain(&own.timings, &own.eni_wait)).unwrap_or_default();
            let arrival = invocation.arrival;
            self.outcome.longest = Some(Longest { arrival, function, length, path: explained });
        }
        let served = ServedInvocation {
            arrival: invocation.arrival,
            start: now,
            duration: invocation.duration,
            number: invocation.number,
            function,
            environment: instance.serial,
            environment_invocation: instance.served,
            eni: instance.eni.map(|eni| self.enis.get(eni).serial),
            class: instance.eni.map(|eni| self.enis.get(eni).class as usize),
            cold,
            timings: own.as_ref().map_or(&[], |own| &own.timings),
        };
        self.recorder.served(&served);
        let end = now.saturating_add(invocation.duration);
        self.queue.push(end, Event::InvocationEnd { environment });
    }

    fn invocation_ended(&mut self, environment: u32, now: u64) {
        self.in_flight -= 1;
        self.running -= 1;
        let Some(instance) = &self.environments[environment as usize] else { return };
        match self.queued[instance.function as usize].pop_front() {
            Some(invocation) => self.serve(environment, invocation, true, now),
            None => self.rest(environment, now),
        }
    }

    /// Whoever still waits when nothing can happen any more has failed.
    fn starve(&mut self) {
        let mut starved: Vec<(Invocation, usize)> = Vec::new();
        if self.world.policy.binding == EnvironmentBinding::Queued {
            for (function, waiting) in self.queued.iter_mut().enumerate() {
                starved.extend(waiting.drain(..).map(|invocation| (invocation, function)));
            }
        } else {
            let waiting = self.environments.iter().flatten();
            starved.extend(waiting.filter_map(|instance| {
                instance.cold.as_ref().map(|cold| (cold.invocation, instance.function as usize))
            }));
        }
        starved.sort_by_key(|(invocation, _)| invocation.number);
        for (invocation, function) in starved {
            self.fail(function, invocation, Failure::Starved);
        }
    }
}

/// A rate of starts per second as a bucket that holds one second's worth.
fn one_second_of(rate: Rate) -> TokenBucket {
    TokenBucket { burst: lower_bound(rate.0 / 1_000).max(1), per_second: rate }
}
