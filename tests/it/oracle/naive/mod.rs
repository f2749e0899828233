//! A second simulator, written to be read: the oracle of the fast one.
//!
//! It shares no code with `simulation`, only plain data (topology, path, policy, traffic,
//! plan) and `Nature`, which decides what is uncertain. Everything is a flat list and
//! looked up by scanning; nothing is kept that can be counted again. Each rule is one
//! function whose first line quotes the sentence of the design's semantics (or of
//! ARCHITECTURE.md, "What the semantics leave open") that it carries out.

mod bucket;
mod enis;
mod environments;
mod phases;
mod plan;
pub(crate) mod worlds;

use std::collections::BTreeMap;

use eniplan::cold_path::{ColdPath, Path, StepTiming};
use eniplan::policy::{Capacity, Policy};
use eniplan::quantity::Interval;
use eniplan::simulation::{EniAction, Failure, Nature};
use eniplan::topology::{FunctionPlace, Topology};
use eniplan::trace::Trace;

use bucket::Bucket;
use enis::Eni;
use environments::Environment;
use phases::Split;
use plan::Planned;

/// All that a run depends on, but for nature.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub topology: Topology,
    pub cold_path: ColdPath,
    pub policy: Policy,
    /// Environments of each function that a running system has at time 0.
    pub initial: Vec<u32>,
    pub schedule: Vec<EniAction>,
    pub trace: Trace,
    /// Of functions whose keep-alives are drawn: from what.
    pub lives: Vec<Option<Interval>>,
    /// Of functions with a cold path of their own: that.
    pub own_paths: Vec<Option<Path>>,
}

impl Scene {
    fn function(&self, function: usize) -> &FunctionPlace {
        &self.topology.functions[function]
    }

    /// "Functions without a VPC skip the phases marked `vpc`." A function made of several routes has
    /// a cold path of its own.
    fn path(&self, function: usize) -> &Path {
        if let Some(own) = &self.own_paths[function] {
            return own;
        }
        if self.function(function).classes.is_empty() { &self.cold_path.plain } else { &self.cold_path.vpc }
    }

    fn keep_alive(&self, function: usize) -> u64 {
        self.policy.keep_alive.unwrap_or(self.function(function).keep_alive).0
    }

    /// "An ENI carries environments up to its capacity."
    fn capacity(&self) -> u64 {
        match self.policy.capacity.unwrap_or(self.topology.capacity) {
            Capacity::Count(n) | Capacity::Connections(n) => u64::from(n),
            Capacity::Memory(memory) => memory.0,
        }
    }

    /// "An environment takes its function's memory; one larger than the capacity takes a whole ENI."
    fn size(&self, function: usize) -> u64 {
        self.wanted(function).max(1).min(self.capacity())
    }

    fn wanted(&self, function: usize) -> u64 {
        match self.policy.capacity.unwrap_or(self.topology.capacity) {
            Capacity::Count(_) => 1,
            Capacity::Memory(_) => self.function(function).memory.0,
            Capacity::Connections(_) => u64::from(self.function(function).connections),
        }
    }

    fn is_larger_than_an_eni(&self, function: usize) -> bool {
        self.wanted(function) > self.capacity()
    }
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// A handler has started.
    Served {
        arrival: u64,
        start: u64,
        duration: u64,
        function: usize,
        environment: u64,
        environment_invocation: u32,
        eni: Option<u64>,
        class: Option<usize>,
        cold: bool,
        stretches: Vec<StepTiming>,
    },
    /// An invocation has failed.
    Failed { arrival: u64, function: usize, failure: Failure },
    /// From `at` on, `held` ENIs of the class are held.
    Held { at: u64, class: usize, held: u32 },
}

/// Everything one run tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Account {
    /// In the order it happened.
    pub log: Vec<Told>,
    /// ENIs requested.
    pub creations: u64,
    /// Environments alive from each instant on.
    pub alive: Vec<(u64, u64)>,
    /// What each environment that has got an ENI waited for, by its number.
    pub splits: BTreeMap<u64, Split>,
    /// How often each rule was at work.
    pub seen: BTreeMap<&'static str, u64>,
}

/// How far an invocation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Coming,
    Waiting,
    Running,
    Over,
}

#[derive(Clone, Debug)]
struct Invocation {
    arrival: u64,
    function: usize,
    duration: u64,
    progress: Progress,
}

/// What can happen at an instant. ENIs, environments and invocations go by their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    EniGone { eni: usize },
    EniReady { eni: usize },
    PhaseEnd { environment: usize, phase: usize },
    InvocationEnd { environment: usize, invocation: usize },
    Plan,
    Arrival { invocation: usize },
    EnvironmentExpiry { environment: usize, spell: u64 },
    EniExpiry { eni: usize, spell: u64 },
}

impl Event {
    /// "1 ENI deletion completes, 2 ENI becomes ready, 3 cold path or invocation ends, 4 arrivals,
    /// 5 expiries (environment before ENI)." "A scheduled action happens before the arrivals of
    /// its millisecond."
    fn rank(self) -> u32 {
        match self {
            Self::EniGone { .. } => 10,
            Self::EniReady { .. } => 20,
            Self::PhaseEnd { .. } | Self::InvocationEnd { .. } => 30,
            Self::Plan => 39,
            Self::Arrival { .. } => 40,
            Self::EnvironmentExpiry { .. } => 50,
            Self::EniExpiry { .. } => 51,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Pending {
    at: u64,
    /// The how manieth event it is that was scheduled.
    order: u64,
    event: Event,
}

struct Naive<'a, N> {
    scene: &'a Scene,
    nature: N,
    now: u64,
    pending: Vec<Pending>,
    /// Events scheduled so far.
    scheduled: u64,
    invocations: Vec<Invocation>,
    environments: Vec<Environment>,
    enis: Vec<Eni>,
    /// Environments that wait for room or a slot, in order.
    waiting: Vec<usize>,
    /// What the plan still has to do.
    plan: Vec<Planned>,
    /// Deletions of each class that wait for an ENI to become idle.
    owed: Vec<u32>,
    /// Spells of idleness so far, of environments and ENIs.
    spells: u64,
    api: Option<Bucket>,
    hosts: Option<Bucket>,
    account_scaling: Option<Bucket>,
    function_scaling: Option<Vec<Bucket>>,
    creations: u64,
    deletions: u64,
    acquisitions: u64,
    account: Account,
}

/// Runs the scene under `nature`.
pub(crate) fn simulate(scene: &Scene, nature: impl Nature) -> Account {
    let limits = &scene.topology.limits;
    let mut naive = Naive {
        scene,
        nature,
        now: 0,
        pending: Vec::new(),
        scheduled: 0,
        invocations: Vec::new(),
        environments: Vec::new(),
        enis: Vec::new(),
        waiting: Vec::new(),
        plan: Vec::new(),
        owed: vec![0; scene.topology.classes.len()],
        spells: 0,
        api: limits.api.map(Bucket::new),
        hosts: limits.microvm.map(Bucket::of_hosts),
        account_scaling: limits.account_scaling.map(Bucket::new),
        function_scaling: limits
            .function_scaling
            .map(|bucket| scene.topology.functions.iter().map(|_| Bucket::new(bucket)).collect()),
        creations: 0,
        deletions: 0,
        acquisitions: 0,
        account: Account::default(),
    };
    naive.list_arrivals();
    naive.set_up();
    naive.run();
    naive.starve();
    naive.account.creations = naive.creations;
    naive.account
}

impl<N: Nature> Naive<'_, N> {
    /// "Traffic is a list of invocations (arrival, function, duration), in arrival order, ties in
    /// input order."
    fn list_arrivals(&mut self) {
        for entry in self.scene.trace.arrivals() {
            self.saw_if(entry.count > 1, "several arrive at once");
            for _ in 0..entry.count {
                self.invocations.push(Invocation {
                    arrival: entry.at,
                    function: usize::try_from(entry.function).unwrap(),
                    duration: entry.duration,
                    progress: Progress::Coming,
                });
                let invocation = self.invocations.len() - 1;
                self.schedule(entry.at, Event::Arrival { invocation });
            }
        }
    }

    /// Takes one event after the other, until nothing is to come that concerns the trace.
    fn run(&mut self) {
        while let Some(next) = self.next_event() {
            let coming = self.invocations.iter().any(|invocation| invocation.progress == Progress::Coming);
            let pending = self.pending[next];
            if !coming && self.in_flight() == 0 && pending.at > self.scene.trace.span.0 {
                return;
            }
            self.pending.remove(next);
            self.now = pending.at;
            self.happen(pending.event);
        }
    }

    /// "Within one rank, the order in which they were scheduled."
    fn next_event(&self) -> Option<usize> {
        (0..self.pending.len()).min_by_key(|&n| {
            let event = &self.pending[n];
            (event.at, event.event.rank(), event.order)
        })
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::EniGone { eni } => self.eni_gone(eni),
            Event::EniReady { eni } => self.eni_ready(eni),
            Event::PhaseEnd { environment, phase } => self.phase_ends(environment, phase),
            Event::InvocationEnd { environment, invocation } => self.invocation_ends(environment, invocation),
            Event::Plan => self.follow_plan(),
            Event::Arrival { invocation } => self.arrive(invocation),
            Event::EnvironmentExpiry { environment, spell } => self.environment_expires(environment, spell),
            Event::EniExpiry { eni, spell } => self.eni_expires(eni, spell),
        }
    }

    fn schedule(&mut self, at: u64, event: Event) {
        self.scheduled += 1;
        self.pending.push(Pending { at, order: self.scheduled, event });
    }

    /// Invocations that have arrived and are not over.
    fn in_flight(&self) -> usize {
        let in_flight =
            |invocation: &&Invocation| matches!(invocation.progress, Progress::Waiting | Progress::Running);
        self.invocations.iter().filter(in_flight).count()
    }

    fn fail(&mut self, invocation: usize, failure: Failure) {
        let own = &mut self.invocations[invocation];
        own.progress = Progress::Over;
        let told = Told::Failed { arrival: own.arrival, function: own.function, failure };
        self.account.log.push(told);
        self.saw(failure.name());
    }

    /// "One that waits when nothing can happen any more has failed (`starved`)."
    fn starve(&mut self) {
        for invocation in 0..self.invocations.len() {
            if self.invocations[invocation].progress == Progress::Waiting {
                self.fail(invocation, Failure::Starved);
            }
        }
    }

    /// A rule was at work.
    fn saw(&mut self, rule: &'static str) {
        *self.account.seen.entry(rule).or_default() += 1;
    }

    fn saw_if(&mut self, seen: bool, rule: &'static str) {
        if seen {
            self.saw(rule);
        }
    }
}
