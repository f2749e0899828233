//! Machine: what one event does, by the rules of the simulator, to a state whose instants are
//! only known as a zone. Whatever can go several ways is asked of the script.

use super::bucket::{BucketRates, ZoneBucket};
use super::event::{ARRIVAL_RANK, ExactEvent};
use super::journal::{LastingThing, PathJournal};
use super::model::{ExactModel, ExactSpan};
use super::number::number;
use super::script::BranchScript;
use super::state::{ColdRun, ExactEnvironment, ExactState};
use super::zone::{InstantZone, ZERO, ZoneInstant};
use crate::platform::PhaseKind;
use crate::policy::{EnvironmentBinding, PickEnvironment};

/// What an event has shown.
#[derive(Clone, Debug, Default)]
pub(super) struct EventEffects {
    /// Arrivals of the invocations whose handlers have started cold now.
    pub(super) started: Vec<i64>,
    /// ENIs held, in all and by subnet, wherever that has grown.
    pub(super) held: u32,
    pub(super) by_subnet: Vec<u32>,
    /// Invocations that have failed.
    pub(super) failed: u32,
}

/// One event in progress.
pub(super) struct ZoneMachine<'a> {
    pub(super) model: &'a ExactModel<'a>,
    pub(super) state: ExactState,
    pub(super) zone: InstantZone,
    pub(super) now: ZoneInstant,
    pub(super) misses_left: u32,
    pub(super) script: BranchScript,
    pub(super) seen: EventEffects,
    /// Where the path is written down.
    pub(super) journal: Option<&'a mut PathJournal>,
}

/// What can come next.
#[derive(Clone, Copy, Debug)]
enum NextEvent {
    Arrival,
    Pending(usize),
}

impl<'a> ZoneMachine<'a> {
    pub(super) fn new(
        model: &'a ExactModel<'a>,
        state: ExactState,
        zone: InstantZone,
        misses_left: u32,
        script: BranchScript,
    ) -> Self {
        let seen =
            EventEffects { by_subnet: vec![0; model.limits().subnets.len()], ..EventEffects::default() };
        Self { model, state, zone, now: ZERO, misses_left, script, seen, journal: None }
    }

    /// Lets the next event happen; `false`: nothing more can, and who still waits has failed.
    pub(super) fn step(&mut self) -> bool {
        let Some((at, next)) = self.pick_next() else {
            self.starve();
            return false;
        };
        self.now = at;
        match next {
            NextEvent::Arrival => self.arrive(),
            NextEvent::Pending(n) => {
                let pending = self.state.pending.remove(n);
                self.happen(pending.event);
            }
        }
        true
    }

    /// One of those that can be first; the zone is then the part in which it is.
    fn pick_next(&mut self) -> Option<(ZoneInstant, NextEvent)> {
        let model = self.model;
        let arrival = model.arrivals.get(self.state.arrived as usize).map(|next| ZoneInstant::at(next.at));
        let pending = self.state.pending.iter().enumerate();
        let mut candidates: Vec<(ZoneInstant, u8, NextEvent)> = pending
            .filter_map(|(n, pending)| Some((pending.at?, pending.event.rank(), NextEvent::Pending(n))))
            .collect();
        candidates.extend(arrival.map(|at| (at, ARRIVAL_RANK, NextEvent::Arrival)));
        let over = arrival.is_none() && self.state.in_flight(model.policy().binding) == 0;
        let mut first: Vec<usize> = Vec::new();
        let before = |chosen: usize| {
            let (_, rank, _) = candidates[chosen];
            let others = candidates.iter().enumerate().filter(move |&(n, _)| n != chosen);
            let others = others.map(move |(n, &(other, other_rank, _))| {
                let wins = (rank, chosen) <= (other_rank, n);
                (other, if wins { 0 } else { -1 })
            });
            others.chain(over.then_some((ZERO, model.span)))
        };
        for (n, &(at, ..)) in candidates.iter().enumerate() {
            if self.zone.allows_all(at, before(n)) {
                first.push(n);
            }
        }
        if first.is_empty() {
            return None;
        }
        let chosen = first[self.script.choose(first.len())];
        let (at, _, next) = candidates[chosen];
        self.zone.restrict_all(at, before(chosen));
        Some((at, next))
    }

    fn happen(&mut self, event: ExactEvent) {
        match event {
            ExactEvent::EniGone { eni } => self.eni_gone(eni),
            ExactEvent::EniReady { eni } => self.eni_ready(eni),
            ExactEvent::PhaseEnd { environment, step } => self.end_step(environment, usize::from(step)),
            ExactEvent::InvocationEnd { environment } => self.hand_over(environment),
            ExactEvent::EnvironmentExpiry { environment } => {
                self.end_environment(environment);
            }
            ExactEvent::EniExpiry { eni } => self.eni_expired(eni),
        }
    }

    fn arrive(&mut self) {
        let number = self.state.arrived;
        let arrival = self.model.arrivals[number as usize];
        self.state.arrived += 1;
        let limit = self.model.limits().account_concurrency;
        let in_flight = self.state.in_flight(self.model.policy().binding);
        if limit.is_some_and(|limit| in_flight >= limit) {
            self.seen.failed += 1;
            return;
        }
        if let Some(environment) = self.take_idle(arrival.function) {
            return self.serve(environment, number, false);
        }
        if !self.may_scale(arrival.function, arrival.at) {
            self.seen.failed += 1;
            return;
        }
        let queued = self.model.policy().binding == EnvironmentBinding::Queued;
        if queued {
            self.state.queued.push(number);
        }
        let number = if queued { number } else { self.model.like[number as usize] };
        let environment = self.start_environment(arrival.function, Some(number));
        self.begin_first_steps(environment);
    }

    fn take_idle(&mut self, function: usize) -> Option<u16> {
        let idle: Vec<u16> = self
            .state
            .pending
            .iter()
            .filter_map(|pending| match pending.event {
                ExactEvent::EnvironmentExpiry { environment } => Some(environment),
                _ => None,
            })
            .filter(|&idle| self.state.function_of(idle) == Some(function))
            .collect();
        let taken = match self.model.policy().pick_environment {
            PickEnvironment::NewestIdle => idle.last(),
            PickEnvironment::OldestIdle => idle.first(),
            PickEnvironment::NewestCreated => idle.iter().max(),
            PickEnvironment::OldestCreated => idle.iter().min(),
        };
        let taken = *taken?;
        self.state.cancel(|event| event == ExactEvent::EnvironmentExpiry { environment: taken });
        Some(taken)
    }

    /// Takes a token of every scaling bucket, or of none where one of them is empty.
    fn may_scale(&mut self, function: usize, now: i64) -> bool {
        let (account, own) = (self.model.account_scaling, self.model.function_scaling);
        let buckets = &mut self.state;
        let has =
            |rates: Option<_>, bucket: &ZoneBucket| rates.is_none_or(|rates| bucket.has_token(&rates, now));
        let function = &mut buckets.function_scaling[function];
        let may = has(account, &buckets.account_scaling) && has(own, function);
        if may {
            if let Some(rates) = account {
                buckets.account_scaling.take_known(&rates, now);
            }
            if let Some(rates) = own {
                function.take_known(&rates, now);
            }
        }
        may
    }

    /// Takes the next token of an uncertain bucket; when it comes.
    pub(super) fn take_token(
        &mut self,
        bucket_of: fn(&mut ExactState) -> &mut ZoneBucket,
        rates: Option<BucketRates>,
    ) -> Option<ZoneInstant> {
        let Some(rates) = rates else { return Some(self.now) };
        let ways = bucket_of(&mut self.state).ways(&rates, &self.zone, self.now);
        let choice = self.script.choose(ways.len());
        bucket_of(&mut self.state).take(&rates, &mut self.zone, self.now, ways[choice])
    }

    /// What takes so long from `from` on ends at this instant.
    pub(super) fn lasting(&mut self, from: ZoneInstant, span: ExactSpan, thing: LastingThing) -> ZoneInstant {
        let end = self.zone.grow(from, span.min, span.max);
        if let Some(journal) = self.journal.as_mut() {
            journal.note(from, end, thing);
        }
        end
    }

    pub(super) fn start_environment(&mut self, function: usize, invocation: Option<u32>) -> u16 {
        let serial = self.journal.as_mut().map_or(0, |journal| journal.next_environment());
        self.state.environments.push(Some(ExactEnvironment {
            function: number(function),
            eni: None,
            cold: invocation.map(|invocation| ColdRun { invocation, ended: 0 }),
            serial,
        }));
        number(self.state.environments.len() - 1)
    }

    fn steps(&self, environment: u16) -> &'a [crate::cold_path::PathStep] {
        match self.state.function_of(environment) {
            Some(function) => &self.model.world.functions[function].path.steps,
            None => &[],
        }
    }

    fn begin_first_steps(&mut self, environment: u16) {
        let steps = self.steps(environment);
        if steps.is_empty() {
            return self.handler_ready(environment);
        }
        for (step, what) in steps.iter().enumerate() {
            if what.after.is_empty() && self.state.is_cold(environment) {
                self.begin_step(environment, step);
            }
        }
    }

    fn begin_step(&mut self, environment: u16, step: usize) {
        let what = &self.steps(environment)[step];
        if what.kind == PhaseKind::Eni {
            return self.acquire(environment, step);
        }
        let hosts = self.model.hosts.filter(|_| what.kind == PhaseKind::Microvm);
        let granted = self.take_token(|state| &mut state.hosts, hosts);
        let Some(&ExactEnvironment { function, serial, .. }) = self.state.environment(environment) else {
            return;
        };
        let span = self.model.phases[usize::from(function)][step];
        let end = granted
            .map(|granted| self.lasting(granted, span, LastingThing::Phase { environment: serial, step }));
        let step = number(step);
        self.state.schedule(end, ExactEvent::PhaseEnd { environment, step });
    }

    pub(super) fn end_step(&mut self, environment: u16, step: usize) {
        let steps = self.steps(environment);
        let Some(entry) = self.state.environment_mut(environment) else { return };
        let Some(cold) = entry.cold.as_mut() else { return };
        cold.ended |= 1 << step;
        let ended = cold.ended;
        let has_ended = |step: usize| ended & (1 << step) != 0;
        if (0..steps.len()).all(has_ended) {
            return self.handler_ready(environment);
        }
        for (next, what) in steps.iter().enumerate().skip(step + 1) {
            let begins = what.after.contains(&step) && what.after.iter().all(|&before| has_ended(before));
            if begins && self.state.is_cold(environment) {
                self.begin_step(environment, next);
            }
        }
    }

    fn handler_ready(&mut self, environment: u16) {
        let Some(entry) = self.state.environment(environment) else { return };
        match self.model.policy().binding {
            EnvironmentBinding::Bound => match entry.cold {
                Some(cold) => self.serve(environment, cold.invocation, true),
                None => self.rest(environment),
            },
            EnvironmentBinding::Queued => self.hand_over(environment),
        }
    }

    /// The environment serves who waits for its function, or else rests.
    fn hand_over(&mut self, environment: u16) {
        let Some(function) = self.state.function_of(environment) else {
            return;
        };
        let arrivals = &self.model.arrivals;
        let waits = |&number: &u32| arrivals[number as usize].function == function;
        match self.state.queued.iter().position(waits) {
            Some(n) => {
                let number = self.state.queued.remove(n);
                self.serve(environment, number, true);
            }
            None => self.rest(environment),
        }
    }

    fn serve(&mut self, environment: u16, number: u32, cold: bool) {
        if let Some(entry) = self.state.environment_mut(environment) {
            entry.cold = None;
        }
        let arrival = self.model.arrivals[number as usize];
        if cold {
            self.seen.started.push(arrival.at);
        }
        let end = self.now.plus(arrival.duration);
        self.state.schedule(Some(end), ExactEvent::InvocationEnd { environment });
    }

    pub(super) fn rest(&mut self, environment: u16) {
        let Some(entry) = self.state.environment_mut(environment) else { return };
        entry.cold = None;
        let expires = self.now.plus(self.model.keep_alive[usize::from(entry.function)]);
        self.state.schedule(Some(expires), ExactEvent::EnvironmentExpiry { environment });
    }

    /// The environment ends and gives up its place on its ENI.
    pub(super) fn end_environment(&mut self, environment: u16) -> Option<ExactEnvironment> {
        let entry = self.state.environments.get_mut(usize::from(environment))?.take()?;
        self.state.cancel(
            |event| matches!(event, ExactEvent::PhaseEnd { environment: of, .. } if of == environment),
        );
        if let Some(eni) = entry.eni {
            self.leave_eni(eni, self.model.world.functions[usize::from(entry.function)].size);
        }
        Some(entry)
    }

    /// No ENI can be had: the environment ends, and the invocation that started it fails.
    pub(super) fn abort(&mut self, environment: u16) {
        let Some(ColdRun { invocation, .. }) = self.end_environment(environment).and_then(|entry| entry.cold)
        else {
            return;
        };
        if self.model.policy().binding == EnvironmentBinding::Queued {
            let Some(place) = self.state.queued.iter().position(|&queued| queued == invocation) else {
                return;
            };
            self.state.queued.remove(place);
        }
        self.seen.failed += 1;
    }

    /// Whoever still waits when nothing can happen any more has failed.
    fn starve(&mut self) {
        self.seen.failed += self.state.waiting_invocations(self.model.policy().binding);
    }
}
