//! What is required, and what no plan can do without, as joint problems.

use super::minimum::minimum_enis;
use super::pools::{PoolScope, components, enis_for};
use super::readiness::Requirement;
use super::study::Study;
use crate::demand::{Curve, pools};
use crate::plan::situation::Situation;
use crate::plan::terms::joint::{Joint, JointPool};
use crate::quantity::Millis;

/// A joint problem, and the class of the topology that each of its classes stands for.
#[derive(Clone, Debug)]
pub(crate) struct PooledJoint {
    pub joint: Joint,
    pub classes: Vec<usize>,
}

/// What is required, as a joint problem.
pub(crate) fn pool_requirement(situation: &Situation<'_>, requirement: &Requirement) -> PooledJoint {
    let pools = requirement.pools.iter().map(|pool| (pool.scope.classes.clone(), pool.ready.clone()));
    let pooled = pool_needs(situation, pools.collect());
    debug_assert_eq!(pooled.joint.end_ms(), requirement.end_ms(situation), "one account");
    pooled
}

/// What no plan can do without, asked of all the classes of overlapping pools together.
pub(crate) fn pool_minimum(study: &Study<'_>, target: Millis) -> PooledJoint {
    let merged = |component: Vec<(Vec<usize>, Vec<usize>)>| {
        let members = component.iter().flat_map(|pool| pool.1.clone()).collect();
        let mut classes: Vec<usize> = component.iter().flat_map(|pool| pool.0.clone()).collect();
        // A pool of its own keeps its classes in its own order.
        if component.len() > 1 {
            classes.sort_unstable();
            classes.dedup();
        }
        (classes, members)
    };
    let (classes, members): (Vec<_>, Vec<_>) = components(study.topology).into_iter().map(merged).unzip();
    let needs = minimum_enis(study, target, &members);
    pool_needs(study, classes.into_iter().zip(needs).collect())
}

/// What all functions that use any of these classes need, if any of the classes serves each of them.
pub(crate) fn enis_together(study: &Study<'_>, classes: &[usize]) -> Curve {
    let touching = pools(study.topology).into_iter();
    let touching = touching.filter(|pool| pool.0.iter().any(|class| classes.contains(class)));
    let members = touching.flat_map(|pool| pool.1).collect();
    let scope = PoolScope { classes: classes.to_vec(), members, alone: false };
    enis_for(study, &scope, &study.alive())
}

/// These classes, and what is needed of them, as a joint problem.
pub(crate) fn pool_needs(situation: &Situation<'_>, pools: Vec<(Vec<usize>, Curve)>) -> PooledJoint {
    let (topology, limits) = (situation.topology, &situation.topology.limits);
    let mut classes = Vec::new();
    let pools = pools
        .into_iter()
        .map(|(own, need)| {
            let first = classes.len();
            classes.extend(own);
            JointPool { classes: (first..classes.len()).collect(), need }
        })
        .collect();
    let joint = Joint {
        subnets: limits.subnets.clone(),
        classes: classes.iter().map(|&class| topology.classes[class].subnet).collect(),
        pools,
        vpc_quota: limits.vpc_quota,
        region_quota: limits.region_quota,
        survive_zone: limits.survive_zone,
        drains: true,
        span: situation.trace.span,
        boot: topology.boot.clone(),
        delete: topology.delete.clone(),
        api: limits.api,
        start: situation.start(),
    };
    PooledJoint { joint, classes }
}
