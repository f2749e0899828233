//! Pooling: the study's functions as pools for the joint planner.
//!
//! Functions with the same classes are a pool. Where the class sets of pools overlap, an ENI made
//! for one is used by another, and the plan must not count on it: pools that all share some
//! classes are planned as one pool in those; of others each gets in its own classes what all that
//! can stand on its ENIs need together, which is enough but may be more than is needed
//! (docs/plan.md, "Overlapping pools"). What is needed at least is asked of all the classes of
//! overlapping pools together.

use super::group::Start as From;
use super::joint::{Joint, PoolNeed};
use super::study::Study;
use crate::demand::{Curve, need, pools};
use crate::policy::Start;
use crate::quantity::Millis;
use crate::topology::Topology;

/// A joint problem, and the class of the topology that each of its classes stands for.
#[derive(Clone, Debug)]
pub(super) struct Pooled {
    pub joint: Joint,
    pub classes: Vec<usize>,
}

type Pool = (Vec<usize>, Vec<usize>);

/// Pools that share a class with each other, directly or through others.
fn components(topology: &Topology) -> Vec<Vec<Pool>> {
    let mut components: Vec<Vec<Pool>> = Vec::new();
    for pool in pools(topology) {
        let touches = |other: &Pool| other.0.iter().any(|class| pool.0.contains(class));
        let (near, far): (Vec<_>, Vec<_>) =
            components.into_iter().partition(|component| component.iter().any(touches));
        components = far;
        components.push(near.into_iter().flatten().chain([pool]).collect());
    }
    components.sort_by_key(|component| component.iter().filter_map(|pool| pool.0.first()).min().copied());
    components
}

/// The classes that all pools of a component may use, where those are enough to plan in.
fn shared(topology: &Topology, component: &[Pool], survive: bool) -> Option<Vec<usize>> {
    let (first, rest) = component.split_first()?;
    let everywhere = |class: &&usize| rest.iter().all(|pool| pool.0.contains(class));
    let shared: Vec<usize> = first.0.iter().filter(everywhere).copied().collect();
    let zone = |class: &usize| &topology.limits.subnets[topology.classes[*class].subnet].zone;
    let zones = shared.iter().any(|class| Some(zone(class)) != shared.first().map(zone));
    // One pool in one zone cannot survive its loss anyway.
    let enough = !shared.is_empty() && (!survive || zones || rest.is_empty());
    enough.then_some(shared)
}

/// What is needed at most, so that a plan of it keeps the promise.
pub(super) fn most(study: &Study<'_>) -> Pooled {
    let alive: Vec<Curve> = study.most().iter().map(|most| most.alive.clone()).collect();
    let mut pools = Vec::new();
    for component in components(study.topology) {
        let shared = shared(study.topology, &component, study.topology.limits.survive_zone);
        let wanted: Vec<Pool> = match shared {
            Some(shared) => vec![(shared, component.iter().flat_map(|pool| pool.1.clone()).collect())],
            None => component
                .iter()
                .map(|pool| {
                    let near = component.iter().filter(|it| it.0.iter().any(|class| pool.0.contains(class)));
                    (pool.0.clone(), near.flat_map(|pool| pool.1.clone()).collect())
                })
                .collect(),
        };
        pools.extend(wanted.into_iter().map(|pool| {
            let need = need_of(study, &pool, &alive);
            (pool.0, need)
        }));
    }
    pooled(study, pools)
}

/// What these functions need of these classes.
fn need_of(study: &Study<'_>, (classes, members): &Pool, alive: &[Curve]) -> Curve {
    let mut topology = study.topology.clone();
    for (f, place) in topology.functions.iter_mut().enumerate() {
        place.classes = if members.contains(&f) { classes.clone() } else { Vec::new() };
    }
    need::enis(&topology, study.policy, alive).pop().map(|(_, need)| need).unwrap_or_default()
}

/// What all functions that use any of these classes need, if any of the classes serves each of them.
pub(super) fn together(study: &Study<'_>, classes: &[usize]) -> Curve {
    let alive: Vec<Curve> = study.most().iter().map(|most| most.alive.clone()).collect();
    let of =
        |pool: Pool| if pool.0.iter().any(|class| classes.contains(class)) { pool.1 } else { Vec::new() };
    let members = pools(study.topology).into_iter().flat_map(of).collect();
    need_of(study, &(classes.to_vec(), members), &alive)
}

/// What no plan can do without.
pub(super) fn least(study: &Study<'_>, promise: Millis) -> Pooled {
    let components = components(study.topology);
    let of = |component: &Vec<Pool>| -> Pool {
        let mut classes: Vec<usize> = component.iter().flat_map(|pool| pool.0.clone()).collect();
        classes.sort_unstable();
        classes.dedup();
        let classes = if let [pool] = component.as_slice() { pool.0.clone() } else { classes };
        (classes, component.iter().flat_map(|pool| pool.1.clone()).collect())
    };
    let (classes, members): (Vec<_>, Vec<_>) = components.iter().map(of).unzip();
    let needs = study.least(promise, &members);
    pooled(study, classes.into_iter().zip(needs).collect())
}

fn pooled(study: &Study<'_>, pools: Vec<(Vec<usize>, Curve)>) -> Pooled {
    let (topology, limits) = (study.topology, &study.topology.limits);
    let mut classes = Vec::new();
    let pools = pools
        .into_iter()
        .map(|(own, need)| {
            let first = classes.len();
            classes.extend(own);
            PoolNeed { classes: (first..classes.len()).collect(), need }
        })
        .collect();
    let start = match study.policy.start {
        Start::Warm => From::Warm,
        Start::Empty => From::Empty { from_ms: 0 },
    };
    let joint = Joint {
        subnets: limits.subnets.clone(),
        classes: classes.iter().map(|&class| topology.classes[class].subnet).collect(),
        pools,
        vpc_quota: limits.vpc_quota,
        region_quota: limits.region_quota,
        survive_zone: limits.survive_zone,
        lingers: true,
        span: study.traffic.span,
        boot: topology.boot.clone(),
        delete: topology.delete.clone(),
        api: limits.api,
        start,
    };
    Pooled { joint, classes }
}
