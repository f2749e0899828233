//! Study: what a plan is made for, and what its ENI classes need at most and at least.
//!
//! Functions that share their classes form a pool, and each pool is one [`Group`]. At most:
//! `demand::need`, with every cold start at most as long as the cold path with an ENI at hand.
//! At least: as many environments as run nominally exist, and each has its place when the
//! promise is over (docs/plan.md, "What the traffic needs").

use std::sync::OnceLock;

use super::group::{Ceiling, Group, Limit, Start as From};
use super::heard::Heard;
use super::lives::served;
use super::objective::Minimise;
use crate::cold_path::ColdPath;
use crate::demand::need::{self, Premises};
use crate::demand::{Curve, at_start, keep_alive, pools};
use crate::policy::{EnvironmentBinding, Policy, Provision, StartMode};
use crate::quantity::{Millis, Rate};
use crate::simulation::{Assignment, End};
use crate::topology::{TokenBucket, Topology};
use crate::trace::Traffic;
use crate::worst_case::wait_for_host;

/// What a plan is made for. What the traffic comes to is worked out once and kept.
#[derive(Clone, Debug)]
pub struct Study<'a> {
    /// Classes, functions and limits.
    pub topology: &'a Topology,
    /// The phases of a cold start.
    pub cold_path: &'a ColdPath,
    /// Capacity, keep-alive, picks and start are its; who makes ENIs is the plan's business.
    pub policy: &'a Policy,
    /// The invocations.
    pub traffic: &'a Traffic,
    /// What its plans make small.
    pub minimise: Minimise,
    /// Who is told how far it is.
    heard: Option<&'a Heard<'a>>,
    initial: OnceLock<Vec<u32>>,
    most: OnceLock<Vec<need::Most>>,
    /// What surely has a place, and for which promise that is.
    pub(super) places: OnceLock<(Millis, Vec<Curve>)>,
    /// The environments that have served, where every cold start takes its longest.
    longest_served: OnceLock<Vec<Curve>>,
}

/// One pool, its class for the plan, and its need.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    /// Index of the class the plan makes ENIs in: the one with the most addresses.
    pub(crate) class: usize,
    /// How many classes its functions may use.
    pub(crate) classes: usize,
    /// At most this many ENIs are needed.
    pub(crate) group: Group,
    /// The same group with what is needed at least.
    pub(crate) at_least: Group,
}

impl<'a> Study<'a> {
    /// A plan for this traffic.
    pub const fn new(
        topology: &'a Topology,
        cold_path: &'a ColdPath,
        policy: &'a Policy,
        traffic: &'a Traffic,
    ) -> Self {
        let minimise = Minimise::Enis;
        Self {
            topology,
            cold_path,
            policy,
            traffic,
            minimise,
            heard: None,
            initial: OnceLock::new(),
            most: OnceLock::new(),
            places: OnceLock::new(),
            longest_served: OnceLock::new(),
        }
    }

    /// The same with plans that make this small.
    #[must_use]
    pub fn minimising(self, minimise: Minimise) -> Self {
        Self { minimise, ..self }
    }

    /// The same, telling how far it is.
    #[must_use]
    pub fn hearing(self, heard: &'a Heard<'a>) -> Self {
        Self { heard: Some(heard), ..self }
    }

    /// So many steps will be made from here, about.
    pub(super) fn expects(&self, steps: u64) {
        self.heard.into_iter().for_each(|heard| heard.expects(steps));
    }

    /// A part of so many steps begins.
    pub(super) fn begins(&self, steps: u64) {
        self.heard.into_iter().for_each(|heard| heard.begins(steps));
    }

    /// One step of the part is done.
    pub(super) fn passed(&self) {
        self.heard.into_iter().for_each(Heard::passed);
    }

    /// The same with functions in other subnets: what their environments come to stays.
    pub(super) fn elsewhere<'b>(&'b self, topology: &'b Topology) -> Study<'b> {
        Study { topology, ..self.clone() }
    }

    /// The policy under which a plan of this study runs.
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

    /// The environments of each function that are idle at time 0.
    pub fn initial(&self) -> &[u32] {
        self.initial.get_or_init(|| match self.policy.start {
            StartMode::Empty => vec![0; self.topology.functions.len()],
            StartMode::Warm => at_start(self.traffic, self.topology, self.policy),
        })
    }

    /// The longest cold start of each function when an ENI is always at hand.
    pub fn longest(&self) -> Vec<Millis> {
        self.longest_waiting(Millis::ZERO)
    }

    /// The same where environments wait for an ENI for at most so long.
    pub(super) fn longest_waiting(&self, eni_wait: Millis) -> Vec<Millis> {
        let microvm_wait = wait_for_host(&self.topology.limits, self.traffic.invocations());
        let path = |in_vpc: bool| self.cold_path.path_for(in_vpc).longest(eni_wait, Millis(microvm_wait));
        self.topology.functions.iter().map(|place| path(!place.classes.is_empty())).collect()
    }

    /// What each function's environments come to at most.
    pub(crate) fn most(&self) -> &[need::Most] {
        self.most.get_or_init(|| {
            let premises = Premises::none_fails(self.policy.binding == EnvironmentBinding::Queued);
            let (topology, policy) = (self.topology, self.policy);
            need::environments(self.traffic, topology, policy, &self.longest(), self.initial(), &premises)
        })
    }

    /// The environments of each function that have served and live, where every cold start takes its longest.
    pub(super) fn longest_served(&self) -> &[Curve] {
        self.longest_served.get_or_init(|| served(self, Assignment::all(End::Longest)))
    }

    /// The environments of each function that can be alive while none waits for an ENI.
    pub(super) fn alive(&self) -> Vec<Curve> {
        self.most().iter().map(|most| most.alive.clone()).collect()
    }

    /// The zone that a class stands in.
    pub(super) fn zone(&self, class: usize) -> &'a str {
        &self.topology.limits.subnets[self.topology.classes[class].subnet].zone
    }

    /// The topology after the loss of a zone.
    pub(super) fn without(&self, lost: Option<&str>) -> Topology {
        let mut topology = self.topology.clone();
        let left = |class: &usize| Some(self.zone(*class)) != lost;
        topology.functions.iter_mut().for_each(|place| place.classes.retain(left));
        topology
    }

    /// The pools with their needs, while no environment waits for an ENI and no cold start exceeds `promise`.
    pub(crate) fn pools(&self, promise: Millis) -> Vec<Pool> {
        let most = self.needs();
        let members: Vec<Vec<usize>> = pools(self.topology).into_iter().map(|(_, members)| members).collect();
        let least = self.least(promise, &members);
        let shares = u32::try_from(most.len()).unwrap_or(u32::MAX).max(1);
        most.into_iter()
            .zip(least)
            .map(|((classes, most), least)| {
                let class = self.roomiest(&classes);
                let group = |need| self.group(class, self.covered(&classes, need), shares);
                Pool { class, classes: classes.len(), group: group(most), at_least: group(least) }
            })
            .collect()
    }

    /// The classes of each pool, and the ENIs that are enough for it.
    pub(crate) fn needs(&self) -> Vec<(Vec<usize>, Curve)> {
        need::enis(self.topology, self.policy, &self.alive())
    }

    /// How long an idle environment of a function lives.
    pub(super) fn keep_alive(&self, function: usize) -> Millis {
        Millis(keep_alive(self.topology, self.policy, function))
    }

    /// The ENIs that cover a need without any one zone, where there is room for them.
    fn covered(&self, classes: &[usize], need: Curve) -> Curve {
        if !self.topology.limits.survive_zone {
            return need;
        }
        let zone = |class: &usize| &self.topology.limits.subnets[self.topology.classes[*class].subnet].zone;
        let zones: std::collections::BTreeSet<&String> = classes.iter().map(zone).collect();
        let others = u32::try_from(zones.len()).unwrap_or(u32::MAX).saturating_sub(1).max(1);
        let cover = |value: u32| value.saturating_add(value.div_ceil(others));
        Curve::new(need.steps().iter().map(|&(at, value)| (at, cover(value))))
    }

    fn roomiest(&self, classes: &[usize]) -> usize {
        let room = |class: usize| {
            let subnet = self.topology.classes[class].subnet;
            self.topology.limits.subnets[subnet].addresses
        };
        let best = classes.iter().copied().max_by_key(|&class| (room(class), std::cmp::Reverse(class)));
        best.unwrap_or(0)
    }

    pub(super) fn group(&self, class: usize, need: Curve, shares: u32) -> Group {
        let limits = &self.topology.limits;
        let subnet = &limits.subnets[self.topology.classes[class].subnet];
        let addresses = Limit::Addresses { subnet: subnet.name.clone() };
        let mut ceilings = vec![Ceiling { limit: addresses, enis: subnet.addresses }];
        if limits.survive_zone {
            // Spread over zones; the joint planner knows how much of each subnet that takes.
            ceilings.clear();
        }
        let quotas = [(Limit::VpcQuota, limits.vpc_quota), (Limit::RegionQuota, limits.region_quota)];
        let quotas = quotas.into_iter().filter_map(|(limit, enis)| Some(Ceiling { limit, enis: enis? }));
        ceilings.extend(quotas);
        let api = limits.api.map(|api| TokenBucket {
            burst: (api.burst / shares).max(1),
            per_second: Rate(api.per_second.0 / u64::from(shares)),
        });
        let start = match self.policy.start {
            StartMode::Warm => From::Warm,
            StartMode::Empty => From::Empty { from_ms: 0 },
        };
        let (boot, delete) = (self.topology.boot.clone(), self.topology.delete.clone());
        Group { need, span: self.traffic.span, boot, delete, ceilings, api, start }
    }
}
