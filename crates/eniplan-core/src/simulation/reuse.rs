//! Reuse: what the memory of environments is worth, listened to as a run goes.
//!
//! A value kept outside the handler is loaded when an environment starts and again by the first
//! invocation that finds it older than `ttl`. Beside it the same value in a cache that all
//! environments of a function share. Keeps one small record for each environment alive.

use std::collections::BTreeMap;

use super::distribution::Distribution;
use super::failure::Failure;
use super::record::{Recorder, ServedInvocation};

/// Listens for reuse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reuse {
    /// By function.
    pub functions: Vec<FunctionReuse>,
    ttl: Option<u64>,
    since: Option<u64>,
    alive: BTreeMap<u64, EnvironmentMemory>,
}

/// The memory of one environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct EnvironmentMemory {
    function: usize,
    born: u64,
    loaded: u64,
    served: u64,
    last_used: u64,
}

/// What memory is worth to one function. Ages in ms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunctionReuse {
    /// Invocations whose handler has started.
    pub served: u64,
    /// Those that found an idle environment, and so the memory of earlier ones.
    pub warm: u64,
    /// Those that found the value in memory, young enough.
    pub hits: u64,
    /// Loads: environments that started, and values that had grown too old.
    pub loads: u64,
    /// The oldest value served without a load.
    pub stalest: u64,
    /// The same value in a cache that all environments share.
    pub shared: Shared,
    /// Invocations that each environment has served, those still alive included.
    pub per_environment: Distribution,
    /// Environments still alive at the end.
    pub alive_at_end: u64,
    /// Age of the memory at each invocation.
    pub age: Distribution,
    /// Age of each environment's memory at its last invocation, of those that served any.
    pub oldest: Distribution,
    /// The invocations that are looked at.
    pub watched: Option<WatchedInstant>,
}

/// A cache shared by all environments of a function: one load, and another whenever the value is too old.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shared {
    /// Invocations that found the value, young enough.
    pub hits: u64,
    /// Loads.
    pub loads: u64,
    /// The oldest value served without a load, ms.
    pub stalest: u64,
    loaded: Option<u64>,
}

/// The invocations that arrive at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchedInstant {
    /// The instant, ms.
    pub at: u64,
    /// Those that found an idle environment.
    pub warm: u64,
    /// All of them, those that failed included.
    pub all: u64,
}

impl WatchedInstant {
    /// Notes an invocation that arrived at `at`. They are told in the order they start, so that the
    /// first instant is not always told first.
    fn note(found: &mut Option<Self>, at: u64, warm: bool) {
        let warm = u64::from(warm);
        *found = match *found {
            Some(known) if known.at < at => Some(known),
            Some(known) if known.at == at => Some(Self { at, warm: known.warm + warm, all: known.all + 1 }),
            _ => Some(Self { at, warm, all: 1 }),
        };
    }
}

impl Shared {
    fn serve(&mut self, now: u64, ttl: Option<u64>) {
        match self.loaded {
            Some(loaded) if fresh(now - loaded, ttl) => {
                self.hits += 1;
                self.stalest = self.stalest.max(now - loaded);
            }
            _ => {
                self.loads += 1;
                self.loaded = Some(now);
            }
        }
    }
}

impl FunctionReuse {
    /// Adds those of another run.
    pub fn merge(&mut self, other: &Self) {
        self.served += other.served;
        self.warm += other.warm;
        self.hits += other.hits;
        self.loads += other.loads;
        self.stalest = self.stalest.max(other.stalest);
        self.shared.hits += other.shared.hits;
        self.shared.loads += other.shared.loads;
        self.shared.stalest = self.shared.stalest.max(other.shared.stalest);
        self.per_environment.merge(&other.per_environment);
        self.alive_at_end += other.alive_at_end;
        self.age.merge(&other.age);
        self.oldest.merge(&other.oldest);
    }

    /// An environment is over, or the trace is.
    fn close(&mut self, memory: &EnvironmentMemory) {
        self.per_environment.add(memory.served);
        if memory.served > 0 {
            self.oldest.add(memory.last_used - memory.born);
        }
    }
}

impl Reuse {
    /// Listens to `functions` functions; a value lives for `ttl` ms, or as long as its environment.
    /// Looks closer at the first invocations of each function from `since` on.
    pub fn new(functions: usize, ttl: Option<u64>, since: Option<u64>) -> Self {
        Self { functions: vec![FunctionReuse::default(); functions], ttl, since, alive: BTreeMap::new() }
    }

    /// The run is over: counts in the environments that are still alive.
    #[must_use]
    pub fn finish(mut self) -> Vec<FunctionReuse> {
        for memory in std::mem::take(&mut self.alive).values() {
            if let Some(function) = self.functions.get_mut(memory.function) {
                function.alive_at_end += 1;
                function.close(memory);
            }
        }
        self.functions
    }
}

fn fresh(age: u64, ttl: Option<u64>) -> bool {
    ttl.is_none_or(|ttl| age <= ttl)
}

impl Recorder for Reuse {
    fn initially_idle(&mut self, function: usize, environment: u64) {
        let memory = EnvironmentMemory { function, born: 0, loaded: 0, served: 0, last_used: 0 };
        self.alive.insert(environment, memory);
        if let Some(function) = self.functions.get_mut(function) {
            function.shared.loaded = Some(0);
        }
    }

    fn ready(&mut self, at: u64, function: usize, environment: u64) {
        let memory = EnvironmentMemory { function, born: at, loaded: at, served: 0, last_used: at };
        self.alive.insert(environment, memory);
        if let Some(function) = self.functions.get_mut(function) {
            function.loads += 1;
        }
    }

    fn served(&mut self, served: &ServedInvocation<'_>) {
        let (ttl, now) = (self.ttl, served.start);
        let Some(function) = self.functions.get_mut(served.function) else { return };
        let Some(memory) = self.alive.get_mut(&served.environment) else { return };
        function.served += 1;
        function.warm += u64::from(!served.cold);
        function.age.add(now - memory.born);
        let age = now - memory.loaded;
        let waited_for_load = served.cold && memory.served == 0;
        if !fresh(age, ttl) {
            function.loads += 1;
            memory.loaded = now;
        } else if !waited_for_load {
            function.hits += 1;
            function.stalest = function.stalest.max(age);
        }
        function.shared.serve(now, ttl);
        memory.served += 1;
        memory.last_used = now;
        if self.since.is_some_and(|since| served.arrival >= since) {
            WatchedInstant::note(&mut function.watched, served.arrival, !served.cold);
        }
    }

    fn failed(&mut self, arrival: u64, function: usize, _failure: Failure) {
        let watches = self.since.is_some_and(|since| arrival >= since);
        if let Some(function) = self.functions.get_mut(function).filter(|_| watches) {
            WatchedInstant::note(&mut function.watched, arrival, false);
        }
    }

    fn ended(&mut self, _at: u64, environment: u64) {
        if let Some(memory) = self.alive.remove(&environment)
            && let Some(function) = self.functions.get_mut(memory.function)
        {
            function.close(&memory);
        }
    }
}
