//! Findings: what follows from a hypothesis.

use super::account::concurrency_may_be_met;
use super::component::FunctionComponent;
use super::environments::ComponentEnvironments;
use super::held::ComponentHeld;
use super::hypothesis::Hypothesis;
use super::problem::BoundProblem;
use crate::demand::Curve;
use crate::demand::need::{self, Most, Premises};
use crate::policy::EnvironmentBinding;
use crate::quantity::Millis;
use crate::topology::Topology;

/// What follows from a hypothesis.
pub(super) struct Findings {
    pub(super) supposed: Hypothesis,
    pub(super) most: Vec<Most>,
    /// The environments of each component.
    pub(super) environments: Vec<ComponentEnvironments>,
    /// ENIs held at most by each component; none where a plan's own proof stands in for them.
    pub(super) held: Vec<Curve>,
    /// From an environment's start to its search for an ENI at most, ms.
    pub(super) spread: u64,
}

impl Findings {
    /// What follows from `supposed`; `None` once `go_on`, which is asked now and then, says no.
    ///
    /// Environments that start or run are counted where `counts_busy` says so, or as soon as they matter.
    pub(super) fn new(
        problem: &BoundProblem<'_>,
        supposed: &Hypothesis,
        counts_busy: &mut bool,
        go_on: &(dyn Fn() -> bool + Sync),
    ) -> Option<Self> {
        let (topology, policy) = (problem.world.topology, problem.world.policy);
        let spread = supposed.spread(problem);
        let cold: Vec<Millis> =
            problem.functions().map(|f| supposed.longest_cold_start(problem, f)).collect();
        let stretch = (policy.warm > 0).then(|| renewal(problem, supposed, spread));
        let premises = Premises {
            may_fail: supposed.may_fail.clone(),
            queued: policy.binding == EnvironmentBinding::Queued,
            stretch,
            counts_busy: *counts_busy,
        };
        let initial = &problem.initial.environments;
        let most =
            need::environments_while(problem.trace, topology, policy, &cold, initial, &premises, go_on)?;
        debug_assert_eq!(most.len(), problem.functions().len());
        let environments_of = |component: &FunctionComponent| {
            ComponentEnvironments::new(problem, component, &most, stretch, spread)
        };
        let environments: Vec<ComponentEnvironments> =
            problem.components.iter().map(environments_of).collect();
        if !*counts_busy && concurrency_may_be_met(problem, &environments, &most) {
            *counts_busy = true;
            // Both sets at once would be the most memory of the whole proof.
            drop((environments, most));
            return Self::new(problem, supposed, counts_busy, go_on);
        }
        let pairs = problem.components.iter().zip(&environments).filter(|_| problem.planned.is_none());
        let held = pairs
            .map(|(component, environments)| {
                ComponentHeld { problem, component, environments, spread }.bound()
            })
            .collect();
        Some(Self { most, environments, held, supposed: supposed.clone(), spread })
    }

    /// The longest from an environment's start, which takes an ENI from a pool, until another is ready, ms.
    pub(super) fn renewal(&self, problem: &BoundProblem<'_>) -> u64 {
        renewal(problem, &self.supposed, self.spread)
    }

    /// ENIs held at most by all components.
    pub(super) fn held_in_all(&self) -> Curve {
        Curve::sum(&self.held)
    }

    /// ENIs held at most by the components that may use one of these subnets.
    pub(super) fn held_by_users_of(&self, problem: &BoundProblem<'_>, subnets: &[usize]) -> Curve {
        let topology: &Topology = problem.world.topology;
        let pairs = problem.components.iter().zip(&self.held);
        let users = pairs.filter(|(component, _)| component.touches(topology, subnets));
        let curves: Vec<&Curve> = users.map(|(_, held)| held).collect();
        Curve::sum(&curves)
    }
}

fn renewal(problem: &BoundProblem<'_>, supposed: &Hypothesis, spread: u64) -> u64 {
    let boot = problem.world.topology.boot.max;
    boot.plus(Millis(supposed.token_wait)).plus(Millis(spread)).0
}
