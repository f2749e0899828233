//! Deployment: ENIs that are made with it are enough for ever, so that no environment waits for one (W8).

use super::super::progress::{SearchObserver, SearchProgress};
use super::bounds::Bounds;
use super::component::FunctionComponent;
use super::conclude::bounds_of_proof;
use super::curves::stays_within;
use super::problem::{BoundProblem, ProvedPlan};
use super::proof::BoundProof;
use crate::demand::{Curve, tight};
use crate::policy::{IdleTtl, Provision};
use crate::quantity::Millis;
use crate::topology::SubnetRoom;

/// The bounds where the deployment's ENIs are enough.
///
/// Supposed first, then confirmed: as long as it has held, what is alive fits on them, so it goes on holding.
pub(super) fn bounds_of_deployment(
    problem: &BoundProblem<'_>,
    observer: &dyn SearchObserver,
    progress: SearchProgress,
) -> Option<Bounds> {
    if !deployment_stays(problem) {
        return None;
    }
    let classes = problem.world.topology.classes.len() as u64;
    let supposed = ProvedPlan { eni_wait: Millis::ZERO, peak_enis: classes };
    let deployed = BoundProblem { planned: Some(supposed), ..problem.clone() };
    let proof = BoundProof { problem: &deployed, observer, progress, target: None };
    let proved = proof.run().ok()?;
    let alive: Vec<Curve> = proved.findings.most.iter().map(|most| most.alive.clone()).collect();
    // Where functions share some classes only, one's ENI may be full of the other's environments.
    let fits = |component: &FunctionComponent| {
        let of_function = |f: &usize| (alive[*f].clone(), problem.world.functions[*f].size);
        let (alive, sizes): (Vec<Curve>, Vec<u64>) = component.functions.iter().map(of_function).unzip();
        stays_within(&tight(&alive, &sizes, problem.world.capacity), 1)
    };
    problem.components.iter().all(fits).then(|| bounds_of_proof(&deployed, &proved))
}

/// Whether the deployment makes one ENI in each class and nothing ever deletes or passes over it.
fn deployment_stays(problem: &BoundProblem<'_>) -> bool {
    let (topology, policy) = (problem.world.topology, problem.world.policy);
    let in_subnet =
        |subnet: usize| topology.classes.iter().filter(|class| class.subnet == subnet).count() as u64;
    let room = |(n, subnet): (usize, &SubnetRoom)| in_subnet(n) <= u64::from(subnet.addresses);
    policy.provision == Provision::AtDeploy
        && policy.idle_ttl == IdleTtl::Forever
        && policy.reuse
        && (policy.miss_budget, policy.warm) == (0, 0)
        && topology.classes.len() as u64 <= problem.most_held()
        && problem.limits().subnets.iter().enumerate().all(room)
}
