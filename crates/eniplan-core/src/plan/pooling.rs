//! Pooling: the study's functions as pools for the joint planner.
//!
//! Functions with the same classes are a pool. Where the class sets of pools overlap, an ENI made
//! for one is used by another, and the plan must not count on it: pools that all share some
//! classes are planned as one pool in those; of others each gets in its own classes what all that
//! can stand on its ENIs need together, which is enough but may be more than is needed
//! (docs/plan.md, "Overlapping pools"). What is needed at least is asked of all the classes of
//! overlapping pools together.

use super::asked::{Asked, Need};
use super::group::Start as From;
use super::joint::{Joint, PoolNeed};
use super::study::Study;
use crate::demand::{Curve, need, pools};
use crate::policy::StartMode;
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

/// The classes that a need may stand in, and the functions it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub classes: Vec<usize>,
    pub members: Vec<usize>,
    /// Whether no other function may use any of these classes, nor these functions another class.
    pub alone: bool,
}

/// Who needs ENIs, and where.
pub(super) fn wanted(study: &Study<'_>) -> Vec<Wanted> {
    let of = |component: Vec<Pool>| {
        let shared = shared(study.topology, &component, study.topology.limits.survive_zone);
        let alone = component.len() == 1;
        let near = |pool: &Pool| {
            let near = component.iter().filter(|it| it.0.iter().any(|class| pool.0.contains(class)));
            near.flat_map(|pool| pool.1.clone()).collect()
        };
        match shared {
            Some(classes) => {
                let members = component.iter().flat_map(|pool| pool.1.clone()).collect();
                vec![Wanted { classes, members, alone }]
            }
            None => component
                .iter()
                .map(|pool| Wanted { classes: pool.0.clone(), members: near(pool), alone })
                .collect(),
        }
    };
    components(study.topology).into_iter().flat_map(of).collect()
}

/// What is asked for, as a joint problem.
pub(super) fn asked(study: &Study<'_>, asked: &Asked) -> Pooled {
    let pool = |need: &Need| (need.wanted.classes.clone(), need.ready.clone());
    pooled(study, asked.needs.iter().map(pool).collect())
}

/// The ENIs that these environments need of these classes.
pub(super) fn need_of(study: &Study<'_>, wanted: &Wanted, alive: &[Curve]) -> Curve {
    let mut topology = study.topology.clone();
    for (f, place) in topology.functions.iter_mut().enumerate() {
        place.classes = if wanted.members.contains(&f) { wanted.classes.clone() } else { Vec::new() };
    }
    need::enis(&topology, study.policy, alive).pop().map(|(_, need)| need).unwrap_or_default()
}

/// What all functions that use any of these classes need, if any of the classes serves each of them.
pub(super) fn together(study: &Study<'_>, classes: &[usize]) -> Curve {
    let of =
        |pool: Pool| if pool.0.iter().any(|class| classes.contains(class)) { pool.1 } else { Vec::new() };
    let members = pools(study.topology).into_iter().flat_map(of).collect();
    let wanted = Wanted { classes: classes.to_vec(), members, alone: false };
    need_of(study, &wanted, &study.alive())
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

/// These classes, and what is needed of them, as a joint problem.
pub(super) fn pooled(study: &Study<'_>, pools: Vec<(Vec<usize>, Curve)>) -> Pooled {
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
        StartMode::Warm => From::Warm,
        StartMode::Empty => From::Empty { from_ms: 0 },
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
