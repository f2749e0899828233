//! Conflict: a set of limits that no plan keeps together, and of which none can be left out.
//!
//! A deletion filter: each limit in turn is taken away; where there is still no plan it stays away.

use std::fmt;

use crate::plan::explain::trial::{any, plenty};
use crate::plan::solve::joint::Joint;
use crate::plan::solve::objective::Minimise;
use crate::plan::terms::group::{Limit, PlanError, Start};

/// A limit that can be taken away as a whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// One that says how much there is.
    Limit(Limit),
    /// That the loss of any one zone must be survived.
    Zones,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limit(limit) => write!(f, "{limit}"),
            Self::Zones => write!(f, "loss of any one zone, to be survived"),
        }
    }
}

/// Every limit of the problem.
pub fn rules(joint: &Joint) -> Vec<Rule> {
    let mut limits: Vec<Limit> =
        crate::plan::explain::Lever::all(joint).into_iter().map(|lever| lever.limit(joint)).collect();
    limits.dedup();
    let zones = joint.survive_zone.then_some(Rule::Zones);
    zones.into_iter().chain(limits.into_iter().map(Rule::Limit)).collect()
}

/// The problem without a limit: addresses for all, no quota, no bucket, a boot before the start.
#[must_use]
pub fn lifted(joint: &Joint, rule: &Rule) -> Joint {
    let mut joint = joint.clone();
    match rule {
        Rule::Zones => joint.survive_zone = false,
        Rule::Limit(Limit::Addresses { subnet }) => {
            let plenty = plenty(&joint);
            for room in joint.subnets.iter_mut().filter(|room| room.name == *subnet) {
                room.addresses = room.addresses.max(plenty);
            }
        }
        Rule::Limit(Limit::VpcQuota) => joint.vpc_quota = None,
        Rule::Limit(Limit::RegionQuota) => joint.region_quota = None,
        Rule::Limit(Limit::ApiBucket) => joint.api = None,
        Rule::Limit(Limit::Boot) => {
            if let Start::Empty { from_ms } = &mut joint.start {
                *from_ms = from_ms.saturating_sub_unsigned(joint.boot.max.0);
            }
        }
        Rule::Limit(Limit::Together { .. }) => {}
    }
    joint
}

/// The limits of a minimal conflict: together they have no plan, without any one of them there is one,
/// each planned again; empty: there is a plan, or taking away all limits brings none.
pub fn conflict(joint: &Joint) -> Result<Vec<Rule>, PlanError> {
    conflict_of(std::slice::from_ref(joint))
}

/// The same where a plan of any of these problems will do; they differ in what is needed alone.
pub(crate) fn conflict_of(joints: &[Joint]) -> Result<Vec<Rule>, PlanError> {
    let fails = |joints: &[Joint]| Ok::<_, PlanError>(any(joints, Joint::clone, Minimise::Enis)?.is_none());
    let mut kept = joints.first().map(rules).unwrap_or_default();
    let mut current = joints.to_vec();
    if !fails(&current)? {
        return Ok(Vec::new());
    }
    loop {
        let mut next = Vec::new();
        let before = kept.len();
        for rule in kept {
            let looser: Vec<Joint> = current.iter().map(|joint| lifted(joint, &rule)).collect();
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
