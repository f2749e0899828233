//! A cut laid out: the functions, their cold paths, the topology and the trace.

use super::cut::Cut;
use crate::cold_path::{ColdPath, Path};
use crate::demand::at_start;
use crate::platform::{Growth, MergeRule, Platform};
use crate::policy::{Policy, StartMode};
use crate::quantity::convert::slot;
use crate::quantity::convert::up_to;
use crate::quantity::{Interval, Memory, Millis};
use crate::scenario::{Function, Scenario};
use crate::simulation::World;
use crate::topology::Topology;
use crate::trace::{Entry, Shape, Trace, TraceFunction};

/// What is cut: the routes are the scenario's functions, and the trace's are the first of them.
#[derive(Clone, Copy, Debug)]
pub struct Service<'a> {
    /// The routes, subnets and destinations.
    pub scenario: &'a Scenario,
    /// How long phases take, and how they grow.
    pub platform: &'a Platform,
    /// The phases of a function without code.
    pub cold_path: &'a ColdPath,
    /// How ENIs are found.
    pub policy: &'a Policy,
    /// The invocations of the routes.
    pub trace: &'a Trace,
}

/// A cut laid out.
#[derive(Clone, Debug)]
pub struct Built {
    /// Its functions.
    pub functions: Vec<Function>,
    /// Who reaches whom.
    pub topology: Topology,
    /// The cold path of each function.
    pub paths: Vec<Path>,
    /// Every one of them lies inside this one, phase by phase.
    pub around: ColdPath,
    /// The invocations, each of its function.
    pub trace: Trace,
    /// The environments of each function that stand at the start.
    pub initial: Vec<u32>,
}

impl Service<'_> {
    /// Lays out `cut`, or says why it cannot be.
    pub fn build(&self, cut: &Cut) -> Result<Built, String> {
        let mut functions = Vec::new();
        for (name, routes) in &cut.functions {
            functions.push(self.scenario.function_of(name, routes).map_err(|torn| torn.to_string())?);
        }
        let scenario = Scenario { functions: functions.clone(), ..self.scenario.clone() };
        let topology = Topology::build(&scenario, self.platform).map_err(|problems| {
            problems.sorted().first().map_or_else(String::new, |problem| problem.message.clone())
        })?;
        let paths: Vec<Path> = functions
            .iter()
            .zip(&cut.functions)
            .map(|(function, (_, routes))| self.path(function, routes))
            .collect();
        let trace = self.trace_of(cut);
        let initial = match self.policy.start {
            StartMode::Empty => vec![0; functions.len()],
            StartMode::Warm => at_start(&trace, &topology, self.policy),
        };
        let around = self.around(&functions, &paths);
        Ok(Built { functions, topology, paths, around, trace, initial })
    }

    /// The cold path of the function made of `routes`: the model's, its download longer by the code
    /// of all routes, its bootstrap by their initialisations, together by the model's rules.
    pub(super) fn path(&self, function: &Function, routes: &[usize]) -> Path {
        let mut path = self.cold_path.path_for(!function.subnets.is_empty()).clone();
        let route = |index: &usize| {
            let name = &self.scenario.functions.get(*index)?.name;
            self.scenario.routes.iter().find(|route| route.name == *name)
        };
        let of: Vec<_> = routes.iter().filter_map(route).collect();
        let grouping = &self.platform.grouping;
        if let Some(download) = &grouping.download {
            let code = together(download.value.rule, of.iter().map(|route| route.code.0));
            grow(&mut path, &download.value, download_time(Memory(code), download.value.per_mib));
        }
        if let Some(init) = &grouping.init {
            let time = together(init.value.rule, of.iter().map(|route| route.init.0));
            grow(&mut path, &init.value, Millis(time));
        }
        path
    }

    /// For each phase the shortest and the longest that it is in any of `paths`.
    fn around(&self, functions: &[Function], paths: &[Path]) -> ColdPath {
        let mut around = self.cold_path.clone();
        for in_vpc in [true, false] {
            let own: Vec<&Path> = functions
                .iter()
                .zip(paths)
                .filter(|(function, _)| function.subnets.is_empty() != in_vpc)
                .map(|(_, path)| path)
                .collect();
            let whole = if in_vpc { &mut around.vpc } else { &mut around.plain };
            for (index, step) in whole.steps.iter_mut().enumerate() {
                let of = || own.iter().filter_map(|path| path.steps.get(index)).map(|step| &step.duration);
                let (min, max) =
                    (of().map(|interval| interval.min).min(), of().map(|interval| interval.max).max());
                if let (Some(min), Some(max)) = (min, max) {
                    step.duration = Interval::between(min, max);
                }
            }
        }
        around
    }

    /// The same invocations in the same order, each of the function its route is in.
    fn trace_of(&self, cut: &Cut) -> Trace {
        let mut function_of = vec![0; self.scenario.functions.len()];
        for (index, (_, routes)) in cut.functions.iter().enumerate() {
            for &route in routes {
                if let Some(function) = function_of.get_mut(route) {
                    *function = slot(index);
                }
            }
        }
        let function = |route: u32| function_of.get(route as usize).copied().unwrap_or(0);
        let entries = self.trace.arrivals();
        let functions = cut.functions.iter();
        Trace {
            functions: functions
                .map(|(name, _)| TraceFunction { name: name.clone(), memory: None, duration: None })
                .collect(),
            origin: self.trace.origin,
            span: self.trace.span,
            notes: Vec::new(),
            shape: Shape::Log(
                entries.map(|entry| Entry { function: function(entry.function), ..entry }).collect(),
            ),
        }
    }
}

impl Built {
    /// The world of this cut under `policy`.
    pub fn world<'a>(&'a self, policy: &'a Policy) -> World<'a> {
        let own: Vec<Option<&Path>> = self.paths.iter().map(Some).collect();
        World::new(&self.topology, &self.around, policy, self.initial.clone()).taking_paths(&own)
    }
}

fn together(rule: MergeRule, parts: impl Iterator<Item = u64>) -> u64 {
    match rule {
        MergeRule::Sum => parts.fold(0, u64::saturating_add),
        MergeRule::Max => parts.max().unwrap_or(0),
    }
}

/// Whole milliseconds, rounded up.
fn download_time(code: Memory, per_mib: Millis) -> Millis {
    let time = (u128::from(code.0) * u128::from(per_mib.0)).div_ceil(u128::from(Memory::mib(1).0));
    Millis(up_to(time, Millis::LONGEST.0))
}

/// Makes a phase longer, whatever it draws.
fn grow(path: &mut Path, growth: &Growth, by: Millis) {
    for step in path.steps.iter_mut().filter(|step| step.name == growth.phase) {
        let duration = &mut step.duration;
        (duration.min, duration.max) = (duration.min.plus(by), duration.max.plus(by));
        duration.quantiles.iter_mut().for_each(|(_, at)| *at = at.plus(by));
    }
}
