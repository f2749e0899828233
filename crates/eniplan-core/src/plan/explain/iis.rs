//! An irreducible infeasible set: limits that no plan keeps together, and of which none can be left out.
//!
//! A deletion filter: each limit in turn is taken away; where there is still no plan it stays away.

use std::fmt;

use super::lever::Lever;
use super::trial::{plan_any, plenty};
use crate::plan::terms::error::PlanError;
use crate::plan::terms::group::PlanStart;
use crate::plan::terms::joint::Joint;
use crate::plan::terms::limit::EniLimit;
use crate::plan::terms::objective::PlanObjective;

/// A limit that can be taken away as a whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IisLimit {
    /// One that says how much there is.
    EniLimit(EniLimit),
    /// That the loss of any one zone must be survived.
    Zones,
}

impl fmt::Display for IisLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EniLimit(limit) => write!(f, "{limit}"),
            Self::Zones => write!(f, "requirement to survive the loss of a zone"),
        }
    }
}

/// Every limit of the problem.
pub fn limits(joint: &Joint) -> Vec<IisLimit> {
    let mut limits: Vec<EniLimit> = Lever::all(joint).into_iter().map(|lever| lever.limit(joint)).collect();
    limits.dedup();
    let zones = joint.survive_zone.then_some(IisLimit::Zones);
    zones.into_iter().chain(limits.into_iter().map(IisLimit::EniLimit)).collect()
}

/// The problem without a limit: addresses for all, no quota, no bucket, a boot before the start.
#[must_use]
pub fn lift(joint: &Joint, rule: &IisLimit) -> Joint {
    let mut joint = joint.clone();
    match rule {
        IisLimit::Zones => joint.survive_zone = false,
        IisLimit::EniLimit(EniLimit::Addresses { subnet }) => {
            let plenty = plenty(&joint);
            for room in joint.subnets.iter_mut().filter(|room| room.name == *subnet) {
                room.addresses = room.addresses.max(plenty);
            }
        }
        IisLimit::EniLimit(EniLimit::VpcQuota) => joint.vpc_quota = None,
        IisLimit::EniLimit(EniLimit::RegionQuota) => joint.region_quota = None,
        IisLimit::EniLimit(EniLimit::ApiBucket) => joint.api = None,
        IisLimit::EniLimit(EniLimit::Boot) => {
            if let PlanStart::Empty { from_ms } = &mut joint.start {
                *from_ms = from_ms.saturating_sub_unsigned(joint.boot.max.0);
            }
        }
        IisLimit::EniLimit(EniLimit::Together { .. }) => {}
    }
    joint
}

/// Limits that together leave no plan, while without any one of them there is one, each planned again; empty:
/// there is a plan, or taking away all limits brings none. A plan of any of these problems will do; they differ
/// in what is needed alone.
pub fn irreducible_infeasible_set(joints: &[Joint]) -> Result<Vec<IisLimit>, PlanError> {
    let fails =
        |joints: &[Joint]| Ok::<_, PlanError>(plan_any(joints, Joint::clone, PlanObjective::Enis)?.is_none());
    let mut kept = joints.first().map(limits).unwrap_or_default();
    let mut current = joints.to_vec();
    if !fails(&current)? {
        return Ok(Vec::new());
    }
    loop {
        let mut next = Vec::new();
        let before = kept.len();
        for rule in kept {
            let looser: Vec<Joint> = current.iter().map(|joint| lift(joint, &rule)).collect();
            if fails(&looser)? {
                current = looser;
            } else {
                next.push(rule);
            }
        }
        // What was needed beside more limits is needed beside fewer; a plan that is not found is why it is asked again.
        if next.len() == before || next.is_empty() {
            return Ok(next);
        }
        kept = next;
    }
}
