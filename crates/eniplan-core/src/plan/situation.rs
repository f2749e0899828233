//! A situation: what a plan is made for, the trace on a platform under a policy. Data alone.

use crate::cold_path::ColdPath;
use crate::demand::{Curve, keep_alive};
use crate::plan::terms::group::{Group, PlanStart};
use crate::plan::terms::limit::{Ceiling, EniLimit};
use crate::plan::terms::objective::PlanObjective;
use crate::policy::{IdleTtl, Policy, Provision, StartMode};
use crate::quantity::{Interval, Millis};
use crate::topology::Topology;
use crate::trace::Trace;

/// What a plan is made for.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// Classes, functions and limits.
    pub topology: &'a Topology,
    /// The phases of a cold start.
    pub cold_path: &'a ColdPath,
    /// Capacity, keep-alive, picks and start are its; who makes ENIs is the plan's business.
    pub policy: &'a Policy,
    /// The invocations.
    pub trace: &'a Trace,
    /// What its plans make small.
    pub minimise: PlanObjective,
}

impl<'a> Situation<'a> {
    /// The policy under which a plan of this situation runs.
    pub fn scheduled(&self, provision: Provision) -> Policy {
        let row = if provision == Provision::Clairvoyant { "clairvoyant" } else { "scheduled" };
        let mut policy = crate::policy::named(row).unwrap_or_else(|| self.policy.clone());
        policy.capacity = self.policy.capacity;
        policy.keep_alive = self.policy.keep_alive;
        policy.pick = self.policy.pick;
        policy.pick_environment = self.policy.pick_environment;
        policy.binding = self.policy.binding;
        policy.start = self.policy.start;
        policy.fallback = self.policy.fallback;
        policy
    }

    /// A topology and a policy under which every environment has its ENI at once, without limits.
    pub(crate) fn at_once(&self) -> (Topology, Policy) {
        let mut topology = self.topology.clone();
        (topology.boot, topology.delete) = (Interval::exactly(Millis::ZERO), Interval::exactly(Millis::ZERO));
        lift_limits(&mut topology);
        let mut policy = self.scheduled(Provision::Scheduled);
        (policy.provision, policy.idle_ttl) = (Provision::OnDemand, IdleTtl::After(Millis::ZERO));
        (topology, policy)
    }

    /// How long an idle environment of a function lives.
    pub(crate) fn keep_alive(&self, function: usize) -> Millis {
        Millis(keep_alive(self.topology, self.policy, function))
    }

    /// The zone that a class stands in.
    pub(crate) fn zone(&self, class: usize) -> &'a str {
        &self.topology.limits.subnets[self.topology.classes[class].subnet].zone
    }

    /// The topology after the loss of a zone.
    pub(crate) fn without(&self, lost: Option<&str>) -> Topology {
        let mut topology = self.topology.clone();
        let left = |class: &usize| Some(self.zone(*class)) != lost;
        topology.functions.iter_mut().for_each(|place| place.classes.retain(left));
        topology
    }

    /// What exists when the trace begins.
    pub(crate) fn start(&self) -> PlanStart {
        match self.policy.start {
            StartMode::Warm => PlanStart::Warm,
            StartMode::Empty => PlanStart::Empty { from_ms: 0 },
        }
    }

    /// A group of no need yet, in the roomiest of these classes (the first of equals); none: there are none.
    pub(crate) fn group_in(&self, classes: &[usize]) -> Option<(usize, Group)> {
        let limits = &self.topology.limits;
        let subnet = |class: usize| &limits.subnets[self.topology.classes[class].subnet];
        let roomiest = |class: &usize| (subnet(*class).addresses, std::cmp::Reverse(*class));
        let class = classes.iter().copied().max_by_key(roomiest)?;
        let addresses = EniLimit::Addresses { subnet: subnet(class).name.clone() };
        let addresses = Ceiling { limit: addresses, enis: subnet(class).addresses };
        // Spread over zones it takes only a part of each subnet, which the joint planner knows.
        let addresses = Some(addresses).filter(|_| !limits.survive_zone);
        let quotas = [(EniLimit::VpcQuota, limits.vpc_quota), (EniLimit::RegionQuota, limits.region_quota)];
        let quotas = quotas.into_iter().filter_map(|(limit, enis)| Some(Ceiling { limit, enis: enis? }));
        let group = Group {
            need: Curve::empty(),
            span: self.trace.span,
            boot: self.topology.boot.clone(),
            delete: self.topology.delete.clone(),
            ceilings: addresses.into_iter().chain(quotas).collect(),
            api: limits.api,
            start: self.start(),
        };
        Some((class, group))
    }
}

/// No limit on ENIs, nor on how fast they are requested.
pub(crate) fn lift_limits(topology: &mut Topology) {
    let limits = &mut topology.limits;
    (limits.api, limits.region_quota, limits.vpc_quota) = (None, None, None);
    limits.subnets.iter_mut().for_each(|subnet| subnet.addresses = u32::MAX);
}
