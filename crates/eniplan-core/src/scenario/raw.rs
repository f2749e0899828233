//! What a scenario file says, before defaults, every part with its place.

use std::collections::{BTreeMap, BTreeSet};

use super::Allow;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::{DocumentOrigin, Place, Placed, listed, nearest};
use crate::quantity::{Memory, Millis, Price, Rate};

/// What a scenario file says, before defaults; the default is to have no file.
#[derive(Clone, Debug, Default)]
pub struct Raw {
    /// Where its values come from.
    pub(super) origin: DocumentOrigin,
    pub(super) model: Option<Placed<String>>,
    pub(super) policy: Option<Placed<String>>,
    pub(super) subnets: Vec<RawSubnet>,
    pub(super) functions: Vec<RawFunction>,
    pub(super) routes: Vec<RawRoute>,
    pub(super) groupings: Vec<RawGrouping>,
    pub(super) destinations: Vec<RawDestination>,
    pub(super) allows: Vec<Allow>,
    pub(super) max_cold_start: Option<Millis>,
    pub(super) survive_zone: bool,
    pub(super) eni_hour: Option<Price>,
    pub(super) creation: Option<Price>,
    pub(super) quota: RawQuota,
}

/// One `[[subnet]]`.
#[derive(Clone, Debug)]
pub(super) struct RawSubnet {
    pub(super) name: Placed<String>,
    pub(super) zone: Option<String>,
    pub(super) cidr: Option<Placed<ipnet::Ipv4Net>>,
    pub(super) vpc: Option<String>,
    pub(super) in_use: Option<Placed<u32>>,
}

/// One `[[function]]`.
#[derive(Clone, Debug)]
pub(super) struct RawFunction {
    pub(super) name: Placed<String>,
    pub(super) memory: Option<Memory>,
    pub(super) connections: Option<u32>,
    pub(super) subnets: Option<Vec<Placed<String>>>,
    pub(super) security_groups: Option<Vec<String>>,
    pub(super) duration: Option<Millis>,
    pub(super) keep_alive: Option<Millis>,
    pub(super) reaches: Vec<Placed<String>>,
}

/// What one `[[route]]` says beside what a function of its name would; that stands among the functions.
#[derive(Clone, Debug)]
pub(super) struct RawRoute {
    pub(super) name: Placed<String>,
    pub(super) code: Option<Memory>,
    pub(super) init: Option<Millis>,
}

/// One `[[grouping]]`.
#[derive(Clone, Debug)]
pub(super) struct RawGrouping {
    pub(super) name: Placed<String>,
    /// Names of functions, each with those of its routes.
    pub(super) functions: Vec<(Placed<String>, Vec<Placed<String>>)>,
}

/// One `[[destination]]`.
#[derive(Clone, Debug)]
pub(super) struct RawDestination {
    pub(super) name: Placed<String>,
    pub(super) subnet: Option<Placed<String>>,
    pub(super) security_groups: Option<Vec<String>>,
}

/// `[quota]`: limits of the account; what it leaves out is as the model says.
#[derive(Clone, Debug, Default)]
pub(super) struct RawQuota {
    /// ENIs of one VPC.
    pub(super) vpc_enis: Option<Placed<u32>>,
    /// ENIs of the Region.
    pub(super) region_enis: Option<Placed<u32>>,
    /// Invocations in flight in the account.
    pub(super) concurrency: Option<Placed<u32>>,
    /// Creation requests: burst, and how many come back.
    pub(super) api: Option<(Placed<u32>, Placed<Rate>)>,
}

impl RawSubnet {
    /// The VPC it is in.
    pub(super) fn vpc(&self) -> &str {
        self.vpc.as_deref().unwrap_or(super::DEFAULT_VPC)
    }

    /// Addresses the provider leaves for use.
    pub(super) fn usable(&self) -> u32 {
        usable(self.cidr.as_ref().map_or(super::DEFAULT_PREFIX, |cidr| cidr.value.prefix_len()))
    }
}

/// Addresses the provider leaves for use in a subnet of this prefix length: 2^(32-mask) - 5.
/// Source: Amazon VPC user guide, subnet sizing.
pub fn usable(prefix: u8) -> u32 {
    let last_address = u32::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
    last_address.saturating_sub(4)
}

impl Raw {
    /// The model it names.
    pub fn model(&self) -> Option<&str> {
        self.model.as_ref().map(|model| model.value.as_str())
    }

    /// Where it names its model.
    pub fn model_place(&self) -> Option<Place> {
        self.model.as_ref().map(|model| model.place)
    }

    /// The policy it names, with overrides.
    pub fn policy(&self) -> Option<&str> {
        self.policy.as_ref().map(|policy| policy.value.as_str())
    }

    /// Where it names its policy.
    pub fn policy_place(&self) -> Option<Place> {
        self.policy.as_ref().map(|policy| policy.place)
    }

    /// How long one invocation of each function lasts, where the file says so.
    pub fn durations(&self) -> BTreeMap<String, Millis> {
        self.functions
            .iter()
            .filter_map(|function| Some((function.name.value.clone(), function.duration?)))
            .collect()
    }

    /// The problems of a topology (E301) with the line and column of the `reaches` they come from.
    #[must_use]
    pub fn locate(&self, problems: &Diagnostics) -> Diagnostics {
        let mut located = Diagnostics::default();
        for problem in problems.sorted() {
            let place = (problem.code == Code::Unreachable)
                .then(|| problem.value.as_deref().and_then(|value| self.reach(value)))
                .flatten();
            let problem = problem.clone();
            located.push(match place {
                Some(at) => self.origin.locate(problem, at),
                None => problem,
            });
        }
        located
    }

    /// The functions that a setting added and no traffic names (E204).
    pub(super) fn added_in_vain(&self, observed: &BTreeSet<&str>) -> Diagnostics {
        let mut problems = Diagnostics::default();
        let added =
            self.functions.iter().filter(|function| self.origin.setting(function.name.place).is_some());
        for name in
            added.map(|function| &function.name).filter(|name| !observed.contains(name.value.as_str()))
        {
            let known: Vec<&str> = observed.iter().copied().collect();
            let help = match nearest(&name.value, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("one of: {}", listed(&known)),
            };
            let message = format!("unknown function `{}`: not in the trace or the scenario", name.value);
            let problem = Diagnostic::new(Code::UnknownName, message, help).with_value(&name.value);
            problems.push(self.origin.locate(problem, name.place));
        }
        problems
    }

    fn reach(&self, arrow: &str) -> Option<Place> {
        self.functions.iter().find_map(|function| {
            let destination = arrow.strip_prefix(function.name.value.as_str())?.strip_prefix(super::ARROW)?;
            function.reaches.iter().find(|reach| reach.value == destination).map(|reach| reach.place)
        })
    }
}
