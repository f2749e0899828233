//! Pools: which functions share which ENI classes, and which of these a plan may count on.
//!
//! Functions with the same classes are a pool. Where the class sets of pools overlap, an ENI made
//! for one is used by another, and the plan must not count on it: pools that all share some
//! classes are planned as one pool in those; of others each gets in its own classes what all that
//! can stand on its ENIs need together, which is enough but may be more than is needed
//! (docs/plan.md, "Overlapping pools").

use crate::demand::{Curve, need, pools};
use crate::plan::situation::Situation;
use crate::topology::Topology;

/// The classes of functions that share them all, and the functions.
type PoolMembers = (Vec<usize>, Vec<usize>);

/// Pools that share a class with each other, directly or through others; in the order of their classes.
pub(crate) fn components(topology: &Topology) -> Vec<Vec<PoolMembers>> {
    let mut components = connected(topology);
    components.sort_by_key(|component| component.iter().filter_map(|pool| pool.0.first()).min().copied());
    components
}

/// The same in the order in which functions connect them.
pub(crate) fn connected(topology: &Topology) -> Vec<Vec<PoolMembers>> {
    let mut components: Vec<Vec<PoolMembers>> = Vec::new();
    for pool in pools(topology) {
        let touches = |other: &PoolMembers| other.0.iter().any(|class| pool.0.contains(class));
        let (near, far): (Vec<_>, Vec<_>) =
            components.into_iter().partition(|component| component.iter().any(touches));
        components = far;
        components.push(near.into_iter().flatten().chain([pool]).collect());
    }
    components
}

/// The classes that all pools of a component may use, where those are enough to plan in.
fn shared(topology: &Topology, component: &[PoolMembers], survive: bool) -> Option<Vec<usize>> {
    let (first, rest) = component.split_first()?;
    let everywhere = |class: &&usize| rest.iter().all(|pool| pool.0.contains(class));
    let shared: Vec<usize> = first.0.iter().filter(everywhere).copied().collect();
    let zone = |class: &usize| &topology.limits.subnets[topology.classes[*class].subnet].zone;
    let zones = shared.iter().any(|class| Some(zone(class)) != shared.first().map(zone));
    // One pool in one zone cannot survive its loss anyway.
    let enough = !shared.is_empty() && (!survive || zones || rest.is_empty());
    enough.then_some(shared)
}

/// The classes that ENIs may be made in, and the functions they are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PoolScope {
    pub classes: Vec<usize>,
    pub members: Vec<usize>,
    /// Whether no other function may use any of these classes, nor these functions another class.
    pub alone: bool,
}

/// Who requires ENIs, and where.
pub(crate) fn scopes(situation: &Situation<'_>) -> Vec<PoolScope> {
    let scopes_of = |component: Vec<PoolMembers>| {
        let shared = shared(situation.topology, &component, situation.topology.limits.survive_zone);
        let alone = component.len() == 1;
        let near = |pool: &PoolMembers| {
            let near = component.iter().filter(|other| other.0.iter().any(|class| pool.0.contains(class)));
            near.flat_map(|pool| pool.1.clone()).collect()
        };
        match shared {
            Some(classes) => {
                let members = component.iter().flat_map(|pool| pool.1.clone()).collect();
                vec![PoolScope { classes, members, alone }]
            }
            None => component
                .iter()
                .map(|pool| PoolScope { classes: pool.0.clone(), members: near(pool), alone })
                .collect(),
        }
    };
    components(situation.topology).into_iter().flat_map(scopes_of).collect()
}

/// The ENIs that these environments need of a scope's classes.
pub(crate) fn enis_for(situation: &Situation<'_>, scope: &PoolScope, alive: &[Curve]) -> Curve {
    let mut members: Vec<usize> = scope.members.iter().copied().filter(|&f| f < alive.len()).collect();
    members.sort_unstable();
    let curves: Vec<Curve> = members.iter().map(|&f| alive[f].clone()).collect();
    need::enis_of(situation.topology, situation.policy, &members, &curves)
}
