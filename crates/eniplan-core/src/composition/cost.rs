//! What a function made of a set of routes costs, by closed form: whole numbers that add up over a cut.
//!
//! Cold starts take no time here, so that `demand`'s closed form holds: the environments alive are
//! the largest concurrency within the keep-alive, and a cold start is a rise of that.

use std::sync::OnceLock;

use super::build::Service;
use super::cut::members;
use super::measure::excess_access;
use crate::demand::{Curve, Nominal, room, size};
use crate::policy::StartMode;
use crate::quantity::{Memory, Millis};
use crate::scenario::{Function, Scenario};
use crate::topology::{FunctionPlace, Topology};
use crate::trace::Entry;

/// What is to be small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CutObjective {
    /// All cold starts added up, each as long as its function's cold path with an ENI at hand, ms.
    ColdTime,
    /// How many cold starts there are.
    ColdStarts,
    /// Memory of environments without an invocation, byte x ms.
    IdleMemory,
    /// The most environments of each function, added up.
    Environments,
    /// The ENIs that each function's most environments fill, added up; functions of one class may share.
    Enis,
    /// Pairs of a route and a destination that it reaches without need.
    Access,
}

impl CutObjective {
    /// For people, to follow "smallest".
    pub const fn words(self) -> &'static str {
        match self {
            Self::ColdTime => "total cold-start time",
            Self::ColdStarts => "number of cold starts",
            Self::IdleMemory => "idle GB-hours",
            Self::Environments => "number of environments",
            Self::Enis => "number of ENIs",
            Self::Access => "excess access",
        }
    }

    /// A value in the unit that people read: seconds, GB-hours, or a count.
    pub fn human(self, value: u128) -> f64 {
        match self {
            Self::ColdTime => value as f64 / 1_000.0,
            Self::IdleMemory => value as f64 / Memory::mib(1_024).0 as f64 / 3_600_000.0,
            _ => value as f64,
        }
    }

    /// That unit.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::ColdTime => "s",
            Self::IdleMemory => "GB-hours",
            Self::ColdStarts => "cold starts",
            Self::Environments => "environments",
            Self::Enis => "ENIs",
            Self::Access => "pairs",
        }
    }
}

/// Prices functions of one service.
pub(super) struct CutPrices<'a> {
    pub(super) service: &'a Service<'a>,
    pub(super) objective: CutObjective,
    entries: OnceLock<Vec<Entry>>,
}

/// What a set of routes needs.
struct RouteNeeds {
    /// Environments alive, those that stand at the start included.
    alive: Curve,
    initial: u32,
    busy_ms: u128,
}

impl<'a> CutPrices<'a> {
    pub(super) const fn new(service: &'a Service<'a>, objective: CutObjective) -> Self {
        Self { service, objective, entries: OnceLock::new() }
    }

    pub(super) fn routes(&self) -> usize {
        self.service.scenario.functions.len()
    }

    /// The cost of a function made of `set`; `None`: it cannot be one.
    pub(super) fn price_of(&self, set: u128) -> Option<u128> {
        let routes = members(set);
        let function = self.service.scenario.function_of("", &routes).ok()?;
        if self.objective == CutObjective::Access {
            return self.access(function, &routes);
        }
        let need = self.needs_of(set, self.keep_alive(&function));
        let peak = u128::from(need.alive.peak().0);
        Some(match self.objective {
            CutObjective::ColdStarts => need.rises(),
            CutObjective::ColdTime => need.rises() * self.longest(&function, &routes),
            CutObjective::IdleMemory => u128::from(function.memory.0) * self.idle(&need),
            CutObjective::Environments | CutObjective::Access => peak,
            CutObjective::Enis => self.enis(&function, peak),
        })
    }

    /// What no cut can be below; proved in docs/compose.md.
    pub(super) fn bound(&self) -> u128 {
        let functions = &self.service.scenario.functions;
        let all: Vec<usize> = (0..functions.len()).collect();
        let minimum = |of: &dyn Fn(&Function) -> u128| functions.iter().map(of).min().unwrap_or(0);
        let keep_alive = functions.iter().map(|function| self.keep_alive(function)).min().unwrap_or(0);
        let together = |routes: &[usize]| self.needs_of(super::cut::set(routes), keep_alive);
        match self.objective {
            CutObjective::Environments => u128::from(together(&all).nominal_peak()),
            CutObjective::IdleMemory => {
                minimum(&|function| function.memory.0.into()) * self.idle(&together(&all))
            }
            CutObjective::ColdStarts | CutObjective::ColdTime => {
                let stand = |route: &usize| {
                    u128::from(self.needs_of(1 << route, self.keep_alive(&functions[*route])).initial)
                };
                let stand: u128 = all.iter().map(stand).sum();
                let count = u128::from(together(&all).nominal_peak()).saturating_sub(stand);
                if self.objective == CutObjective::ColdStarts {
                    return count;
                }
                let path = |route: &usize| self.longest(&functions[*route], &[*route]);
                count * all.iter().map(path).min().unwrap_or(0)
            }
            CutObjective::Enis => {
                let inside: Vec<usize> =
                    all.iter().filter(|route| !functions[**route].subnets.is_empty()).copied().collect();
                let sizes = inside.iter().map(|route| self.size(&functions[*route]));
                let peak = u128::from(together(&inside).nominal_peak());
                (peak * u128::from(sizes.min().unwrap_or(0))).div_ceil(self.room())
            }
            CutObjective::Access => all.iter().filter_map(|route| self.price_of(1 << route)).sum(),
        }
    }

    fn keep_alive(&self, function: &Function) -> u64 {
        self.service.policy.keep_alive.unwrap_or(function.keep_alive).0
    }

    fn longest(&self, function: &Function, routes: &[usize]) -> u128 {
        self.service.path(function, routes).longest(Millis::ZERO, Millis::ZERO).0.into()
    }

    fn entries(&self) -> &[Entry] {
        self.entries.get_or_init(|| self.service.trace.arrivals().collect())
    }

    fn needs_of(&self, set: u128, keep_alive: u64) -> RouteNeeds {
        let mut nominal = Nominal::new("", Some(keep_alive));
        for entry in self.entries().iter().filter(|entry| set >> entry.function & 1 == 1) {
            nominal.arrive(entry.at, entry.duration, entry.count);
        }
        let found = nominal.finish();
        let first = self.service.trace.first_slot().0;
        let within = found.environments.steps().iter().filter(|(at, _)| *at < first);
        let initial = match self.service.policy.start {
            StartMode::Empty => 0,
            StartMode::Warm => within.map(|(_, value)| *value).max().unwrap_or(0),
        };
        let stand = Curve::new([(0, initial), (keep_alive, 0)]);
        RouteNeeds { alive: Curve::largest(&[found.environments, stand]), initial, busy_ms: found.busy_ms }
    }

    fn idle(&self, need: &RouteNeeds) -> u128 {
        need.alive.integral(0, self.service.trace.span.0).saturating_sub(need.busy_ms)
    }

    fn capacity(&self) -> crate::quantity::Capacity {
        self.service.policy.capacity.unwrap_or(self.service.platform.eni.capacity.value)
    }

    fn room(&self) -> u128 {
        u128::from(room(self.capacity())).max(1)
    }

    fn size(&self, function: &Function) -> u64 {
        let place = FunctionPlace {
            name: String::new(),
            memory: function.memory,
            connections: function.connections,
            keep_alive: function.keep_alive,
            classes: Vec::new(),
        };
        size(self.capacity(), &place)
    }

    fn enis(&self, function: &Function, environments: u128) -> u128 {
        if function.subnets.is_empty() {
            return 0;
        }
        (environments * u128::from(self.size(function))).div_ceil(self.room())
    }

    fn access(&self, function: Function, routes: &[usize]) -> Option<u128> {
        let scenario = Scenario { functions: vec![function], ..self.service.scenario.clone() };
        let topology = Topology::build(&scenario, self.service.platform).ok()?;
        Some(excess_access(self.service, &topology.reachable_destinations(""), routes).into())
    }
}

impl RouteNeeds {
    /// How often one more environment is alive than before.
    fn rises(&self) -> u128 {
        let mut before = self.initial;
        let mut rises = 0;
        for &(_, value) in self.alive.steps() {
            rises += u128::from(value.saturating_sub(before));
            before = value;
        }
        rises
    }

    /// The most environments: never fewer than stand at the start.
    fn nominal_peak(&self) -> u32 {
        self.alive.peak().0
    }
}
