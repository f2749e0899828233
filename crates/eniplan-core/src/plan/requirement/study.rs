//! Study: a situation and the curves that follow from it, each worked out once and kept.
//!
//! The caller owns it: what several plans of one trace share is found once.

use std::ops::Deref;
use std::sync::OnceLock;

use super::lifetimes::served;
use crate::cold_path::ColdPath;
use crate::demand::need::{self, Premises};
use crate::demand::{Curve, at_start};
use crate::plan::situation::Situation;
use crate::plan::terms::objective::PlanObjective;
use crate::policy::{EnvironmentBinding, Policy, StartMode};
use crate::quantity::Millis;
use crate::simulation::{End, Realization};
use crate::topology::Topology;
use crate::trace::Trace;
use crate::worst_case::wait_for_host;

/// A situation, and what the trace comes to in it.
#[derive(Clone, Debug)]
pub struct Study<'a> {
    situation: Situation<'a>,
    initial: OnceLock<Vec<u32>>,
    most: OnceLock<Vec<need::Most>>,
    /// What surely has a place, and for which target that is.
    pub(crate) places: OnceLock<(Millis, Vec<Curve>)>,
    /// The environments that have served, where every cold start takes its longest.
    longest_served: OnceLock<Vec<Curve>>,
}

impl<'a> Deref for Study<'a> {
    type Target = Situation<'a>;

    fn deref(&self) -> &Situation<'a> {
        &self.situation
    }
}

impl<'a> Study<'a> {
    /// A study of this trace.
    pub const fn new(
        topology: &'a Topology,
        cold_path: &'a ColdPath,
        policy: &'a Policy,
        trace: &'a Trace,
    ) -> Self {
        Self {
            situation: Situation { topology, cold_path, policy, trace, minimise: PlanObjective::Enis },
            initial: OnceLock::new(),
            most: OnceLock::new(),
            places: OnceLock::new(),
            longest_served: OnceLock::new(),
        }
    }

    /// The same with plans that make this small.
    #[must_use]
    pub fn minimising(mut self, minimise: PlanObjective) -> Self {
        self.situation.minimise = minimise;
        self
    }

    /// The same with functions in other subnets: what their environments come to stays.
    pub(crate) fn elsewhere<'b>(&'b self, topology: &'b Topology) -> Study<'b> {
        Study { situation: Situation { topology, ..self.situation }, ..self.clone() }
    }

    /// The environments of each function that are idle at time 0.
    pub fn initial(&self) -> &[u32] {
        self.initial.get_or_init(|| match self.policy.start {
            StartMode::Empty => vec![0; self.topology.functions.len()],
            StartMode::Warm => at_start(self.trace, self.topology, self.policy),
        })
    }

    /// The longest cold start of each function when an ENI is always at hand.
    pub fn longest(&self) -> Vec<Millis> {
        self.longest_waiting(Millis::ZERO)
    }

    /// The same where environments wait for an ENI for at most so long.
    pub(crate) fn longest_waiting(&self, eni_wait: Millis) -> Vec<Millis> {
        let microvm_wait = wait_for_host(&self.topology.limits, self.trace.invocations());
        let path = |in_vpc: bool| self.cold_path.path_for(in_vpc).longest(eni_wait, Millis(microvm_wait));
        self.topology.functions.iter().map(|place| path(!place.classes.is_empty())).collect()
    }

    /// The longest cold start of any function that may have one, while an ENI is at hand.
    pub(crate) fn longest_possible(&self) -> Millis {
        let longest = self.longest();
        let cold = longest.iter().zip(self.most()).filter(|(_, most)| most.possibly_cold() > 0);
        cold.map(|(longest, _)| *longest).max().unwrap_or(Millis::ZERO)
    }

    /// What each function's environments come to at most.
    pub(crate) fn most(&self) -> &[need::Most] {
        self.most.get_or_init(|| {
            let premises = Premises::none_fails(self.policy.binding == EnvironmentBinding::Queued);
            let (topology, policy) = (self.topology, self.policy);
            need::environments(self.trace, topology, policy, &self.longest(), self.initial(), &premises)
        })
    }

    /// The environments of each function that have served and live, where every cold start takes its longest.
    pub(crate) fn longest_served(&self) -> &[Curve] {
        self.longest_served
            .get_or_init(|| served(&self.situation, self.initial(), Realization::all(End::Longest)))
    }

    /// The environments of each function that can be alive while none waits for an ENI.
    pub(crate) fn alive(&self) -> Vec<Curve> {
        self.most().iter().map(|most| most.alive.clone()).collect()
    }

    /// The classes of each pool, and the ENIs that are enough for it.
    pub(crate) fn needs(&self) -> Vec<(Vec<usize>, Curve)> {
        need::enis(self.topology, self.policy, &self.alive())
    }
}
