//! World: everything that is fixed before a run, compiled to what the engine reads.

use crate::cold_path::{ColdPath, Path};
use crate::demand::{room, size};
use crate::policy::Policy;
use crate::quantity::Interval;
use crate::topology::{FunctionPlace, Topology};

/// What a plan does at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EniAction {
    /// When, ms from the first instant; before it: the ENIs are ready, or part of the way there, at 0.
    /// Under `clairvoyant` creations are given by the instant they are to be ready.
    pub at: i64,
    /// Index of the ENI class.
    pub class: usize,
    /// ENIs to request.
    pub create: u32,
    /// ENIs to delete, as they become idle.
    pub delete: u32,
}

/// A function as the engine sees it.
#[derive(Clone, Debug)]
pub(crate) struct CompiledFunction<'a> {
    pub(crate) function: &'a FunctionPlace,
    pub(crate) path: &'a Path,
    pub(crate) keep_alive: u64,
    /// What nature draws each idle spell's keep-alive from, where it does.
    pub(crate) drawn: Option<&'a Interval>,
    /// Units it takes on an ENI.
    pub(crate) size: u64,
}

/// Everything fixed before a run.
#[derive(Clone, Debug)]
pub struct World<'a> {
    /// Classes, functions and limits.
    pub topology: &'a Topology,
    /// The parameters of the mechanism.
    pub policy: &'a Policy,
    pub(crate) functions: Vec<CompiledFunction<'a>>,
    /// Units on one ENI.
    pub(crate) capacity: u64,
    /// Environments of each function that are idle at time 0.
    pub(crate) initial: Vec<u32>,
    /// The plan, in time order.
    pub(crate) schedule: Vec<EniAction>,
}

impl<'a> World<'a> {
    /// A world without a plan in which `initial` environments of each function are idle at time 0.
    pub fn new(
        topology: &'a Topology,
        cold_path: &'a ColdPath,
        policy: &'a Policy,
        initial: Vec<u32>,
    ) -> Self {
        let capacity = policy.capacity.unwrap_or(topology.capacity);
        let functions = topology
            .functions
            .iter()
            .map(|place| CompiledFunction {
                function: place,
                path: cold_path.path_for(!place.classes.is_empty()),
                keep_alive: policy.keep_alive.unwrap_or(place.keep_alive).0,
                drawn: None,
                size: size(capacity, place),
            })
            .collect();
        Self { topology, policy, functions, capacity: room(capacity), initial, schedule: Vec::new() }
    }

    /// The same world, in which each time an environment of a function that has an interval here
    /// becomes idle, nature draws from it how long it is kept; the others live as before.
    #[must_use]
    pub fn drawing_keep_alive(mut self, of: &[Option<&'a Interval>]) -> Self {
        for (place, drawn) in self.functions.iter_mut().zip(of) {
            place.drawn = *drawn;
        }
        self
    }

    /// The same world, in which the functions that have a path here take it instead of the model's.
    #[must_use]
    pub fn taking_paths(mut self, own: &[Option<&'a Path>]) -> Self {
        for (place, own) in self.functions.iter_mut().zip(own) {
            place.path = own.unwrap_or(place.path);
        }
        self
    }

    /// The same world with this plan.
    #[must_use]
    pub fn with_schedule(mut self, mut schedule: Vec<EniAction>) -> Self {
        schedule.sort_by_key(|action| action.at);
        self.schedule = schedule;
        self
    }
}
