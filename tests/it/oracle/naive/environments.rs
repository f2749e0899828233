//! Environments: which serves an arrival, what limits new ones, when they end.

use eniplan::cold_path::StepTiming;
use eniplan::policy::{EnvironmentBinding, PickEnvironment};
use eniplan::simulation::{Failure, Nature};

use super::phases::Phase;
use super::{Event, Naive, Progress, Told};

/// What an environment is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    Starting,
    Running,
    Idle { spell: u64 },
    Ended,
}

/// An environment, also after its end.
#[derive(Clone, Debug)]
pub(super) struct Environment {
    pub function: usize,
    pub doing: Doing,
    /// The ENI it has a place on.
    pub eni: Option<usize>,
    /// Invocations it has begun to serve.
    pub served: u32,
    /// When it was started.
    pub born: u64,
    /// The invocation that started it.
    pub invocation: Option<usize>,
    /// Its cold path.
    pub phases: Vec<Phase>,
    /// When it had its place on an ENI, and whether it had requested that one itself.
    pub placed: u64,
    pub requested: bool,
}

impl<N: Nature> Naive<'_, N> {
    pub(super) fn arrive(&mut self, invocation: usize) {
        let function = self.invocations[invocation].function;
        if self.account_is_full() {
            return self.fail(invocation, Failure::AccountConcurrency);
        }
        self.invocations[invocation].progress = Progress::Waiting;
        if let Some(environment) = self.pick_environment(function) {
            return self.serve(environment, invocation, false);
        }
        if self.scaling_is_exhausted(function) {
            return self.fail(invocation, Failure::Scaling);
        }
        let environment = self.start_environment(function, Some(invocation));
        self.go_on(environment);
    }

    /// "Account concurrency is checked at every arrival against the invocations in flight."
    fn account_is_full(&self) -> bool {
        let limit = self.scene.topology.limits.account_concurrency;
        limit.is_some_and(|limit| self.in_flight() >= usize::try_from(limit).unwrap())
    }

    /// "An arrival takes an idle environment of its function: the most recently used one
    /// (`pick_environment = "newest-idle"`, the default; also `"oldest-idle"`, `"newest-created"`,
    /// `"oldest-created"`)."
    fn pick_environment(&mut self, function: usize) -> Option<usize> {
        // Numbers are in the order of creation.
        let mut idle: Vec<(u64, usize)> = Vec::new();
        for (number, environment) in
            self.environments.iter().enumerate().filter(|(_, environment)| environment.function == function)
        {
            if let Doing::Idle { spell } = environment.doing {
                idle.push((spell, number));
            }
        }
        let by_idleness = |&&(spell, _): &&(u64, usize)| spell;
        let by_creation = |&&(_, number): &&(u64, usize)| number;
        let (picked, rule) = match self.scene.policy.pick_environment {
            PickEnvironment::NewestIdle => (idle.iter().max_by_key(by_idleness), "newest-idle of several"),
            PickEnvironment::OldestIdle => (idle.iter().min_by_key(by_idleness), "oldest-idle of several"),
            PickEnvironment::NewestCreated => {
                (idle.iter().max_by_key(by_creation), "newest-created of several")
            }
            PickEnvironment::OldestCreated => {
                (idle.iter().min_by_key(by_creation), "oldest-created of several")
            }
        };
        let picked = picked.map(|&(_, number)| number);
        self.saw_if(idle.len() > 1, rule);
        let last_moment = |environment: &usize| {
            self.pending.iter().any(|event| {
                event.at == self.now
                    && matches!(event.event, Event::EnvironmentExpiry { environment: of, spell }
                        if of == *environment && self.environments[of].doing == Doing::Idle { spell })
            })
        };
        let rescued = picked.as_ref().is_some_and(last_moment);
        self.saw_if(rescued, "idle for exactly its keep-alive and still serves");
        picked
    }

    /// "Limits on new environments: account concurrency and the scaling bucket (excess: throttled, a
    /// failure)." An environment that any bucket refuses takes a token of none.
    fn scaling_is_exhausted(&mut self, function: usize) -> bool {
        let now = self.now;
        let account = self.account_scaling.as_mut().is_none_or(|bucket| bucket.has_token(now));
        let own = self.function_scaling.as_mut().map(|buckets| &mut buckets[function]);
        let own = own.is_none_or(|bucket| bucket.has_token(now));
        self.saw_if(!account, "account scaling refuses");
        self.saw_if(!own, "function scaling refuses");
        let both = self.account_scaling.is_some() && self.function_scaling.is_some();
        self.saw_if(both && account && !own, "function scaling refuses what the account's allows");
        if !account || !own {
            return true;
        }
        if let Some(bucket) = &mut self.account_scaling {
            bucket.take();
        }
        if let Some(buckets) = &mut self.function_scaling {
            buckets[function].take();
        }
        false
    }

    /// "Otherwise a new environment starts along the cold path, bound to that invocation."
    pub(super) fn start_environment(&mut self, function: usize, invocation: Option<usize>) -> usize {
        self.saw_if(self.scene.own_paths[function].is_some(), "a cold path of its own");
        let phases = vec![Phase::default(); self.scene.path(function).steps.len()];
        self.environments.push(Environment {
            function,
            doing: Doing::Starting,
            eni: None,
            served: 0,
            born: self.now,
            invocation,
            phases,
            placed: 0,
            requested: false,
        });
        self.note_alive();
        self.environments.len() - 1
    }

    fn note_alive(&mut self) {
        let alive = self.environments.iter().filter(|environment| environment.doing != Doing::Ended).count();
        self.account.alive.push((self.now, u64::try_from(alive).unwrap()));
    }

    /// "The handler starts when all phases have ended": for the invocation the environment is bound
    /// to, or under queued binding for the first that waits.
    pub(super) fn cold_path_ends(&mut self, environment: usize) {
        let own = &self.environments[environment];
        let invocation = match self.scene.policy.binding {
            EnvironmentBinding::Bound => own.invocation,
            EnvironmentBinding::Queued => self.first_waiting(own.function),
        };
        if let Some(invocation) = invocation {
            return self.serve(environment, invocation, true);
        }
        self.saw("queued: nobody waits for a new environment any more");
        self.rest(environment);
    }

    /// "`queued`: waiting invocations of the function form a FIFO queue that any environment serves
    /// when it becomes free."
    fn first_waiting(&self, function: usize) -> Option<usize> {
        self.invocations.iter().position(|invocation| {
            invocation.function == function && invocation.progress == Progress::Waiting
        })
    }

    /// "Runs one invocation at a time." "The n-th invocation on an environment has
    /// `environment_invocation = n`."
    fn serve(&mut self, environment: usize, invocation: usize, cold: bool) {
        self.invocations[invocation].progress = Progress::Running;
        let own = &mut self.environments[environment];
        let function = own.function;
        own.doing = Doing::Running;
        own.served += 1;
        let started_for_it = cold && own.served == 1 && own.invocation == Some(invocation);
        let other = own.invocation != Some(invocation);
        let stretches: Vec<StepTiming> =
            if started_for_it { own.phases.iter().map(Phase::stretch).collect() } else { Vec::new() };
        let (arrival, duration) =
            (self.invocations[invocation].arrival, self.invocations[invocation].duration);
        self.account.log.push(Told::Served {
            arrival,
            start: self.now,
            duration,
            function,
            environment: environment as u64,
            environment_invocation: own.served,
            eni: own.eni.map(|eni| eni as u64),
            class: own.eni.map(|eni| self.enis[eni].class),
            cold,
            stretches,
        });
        self.saw_if(self.scene.function(function).classes.is_empty(), "served outside a VPC");
        self.saw(if cold { "cold start" } else { "warm start" });
        self.saw_if(cold && other, "queued: served by an environment that another had started");
        self.saw_if(cold && self.now == arrival, "cold start of nothing");
        self.saw_if(duration == 0, "invocation of no duration");
        self.schedule(self.now + duration, Event::InvocationEnd { environment, invocation });
    }

    pub(super) fn invocation_ends(&mut self, environment: usize, invocation: usize) {
        self.invocations[invocation].progress = Progress::Over;
        let waiting = match self.scene.policy.binding {
            EnvironmentBinding::Bound => None,
            EnvironmentBinding::Queued => self.first_waiting(self.environments[environment].function),
        };
        match waiting {
            Some(next) => self.serve(environment, next, true),
            None => self.rest(environment),
        }
    }

    pub(super) fn rest(&mut self, environment: usize) {
        self.spells += 1;
        let spell = self.spells;
        let own = &mut self.environments[environment];
        own.doing = Doing::Idle { spell };
        let (function, served) = (own.function, own.served);
        let keep_alive = self.keep_alive(environment, function, served);
        self.schedule(self.now + keep_alive, Event::EnvironmentExpiry { environment, spell });
    }

    /// How long it is kept from now on: the same each time, or drawn each time it becomes idle.
    fn keep_alive(&mut self, environment: usize, function: usize, served: u32) -> u64 {
        let Some(interval) = &self.scene.lives[function] else { return self.scene.keep_alive(function) };
        self.saw("keep-alive drawn");
        self.nature.lifetime(environment as u64, served, interval)
    }

    /// "Idle for `keep_alive` -> it ends and gives up its place on its ENI."
    pub(super) fn environment_expires(&mut self, environment: usize, spell: u64) {
        if self.environments[environment].doing == (Doing::Idle { spell }) {
            let function = self.environments[environment].function;
            let arrival = |invocation: &super::Invocation| {
                invocation.function == function && invocation.arrival == self.now
            };
            let tie = self.invocations.iter().any(arrival);
            self.saw("environment expires");
            self.saw_if(tie, "environment expires in the millisecond of an arrival");
            let drawn = self.scene.lives[function].is_some();
            self.saw_if(!drawn && self.scene.keep_alive(function) == 0, "keep-alive of nothing");
            self.saw_if(drawn && tie, "expires in its own time in the millisecond of an arrival");
            self.end_environment(environment);
        }
    }

    fn end_environment(&mut self, environment: usize) {
        self.environments[environment].doing = Doing::Ended;
        self.note_alive();
        if let Some(eni) = self.environments[environment].eni {
            self.leave_eni(environment, eni);
        }
    }

    /// "`fail` (default; the failure names the limit)." "Queued binding: if a new environment finds no
    /// ENI, the invocation that started it fails if it still waits; if it is already served, nobody
    /// does."
    pub(super) fn give_up(&mut self, environment: usize, failure: Failure) {
        // The `eni` phase itself is one that has started and will not end.
        let running = self.environments[environment].phases.iter().filter(|phase| phase.is_running()).count();
        self.saw_if(running > 1, "given up while a parallel branch runs");
        self.end_environment(environment);
        let Some(invocation) = self.environments[environment].invocation else { return };
        if self.invocations[invocation].progress == Progress::Waiting {
            self.fail(invocation, failure);
        } else {
            self.saw("queued: given up and nobody fails");
        }
    }
}
