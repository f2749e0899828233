//! Rule: how many ENIs a model expects of one class.

use super::estate::EstateFunction;
use eniplan_core::platform::Platform;
use eniplan_core::policy::{self, Provision};
use eniplan_core::quantity::Capacity;

/// How many ENIs a model expects of one class (subnet, set of security groups).
///
/// A function's reserved concurrency is spread evenly over its subnets, rounded up; what
/// all functions of the class need together, divided by what one ENI carries and rounded
/// up, is expected: `concurrency x memory / 3 GB` before Hyperplane (AWS Lambda developer
/// guide, 2018), connections / 65,000 since. A model whose policy makes ENIs at deployment
/// expects at least one of every class in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EniRule {
    capacity: Capacity,
    at_deploy: bool,
}

/// What the functions of one class need of its ENIs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ClassLoad {
    /// In units of the capacity: environments, bytes or connections.
    units: u128,
    /// Functions whose concurrency nobody says.
    unknown: u64,
}

impl ClassLoad {
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            units: self.units.saturating_add(other.units),
            unknown: self.unknown.saturating_add(other.unknown),
        }
    }
}

impl EniRule {
    /// The rule of this model.
    pub fn from_platform(platform: &Platform) -> Self {
        let policy = policy::named(&platform.policy);
        Self {
            capacity: platform.eni.capacity.value,
            at_deploy: policy.is_some_and(|policy| policy.provision == Provision::AtDeploy),
        }
    }

    /// What `function` needs in each of its subnets.
    pub(super) fn load(&self, function: &EstateFunction) -> ClassLoad {
        let Some(concurrency) = function.concurrency else { return ClassLoad { units: 0, unknown: 1 } };
        let here = concurrency.div_ceil(function.subnets.len().max(1) as u64);
        let unit = match self.capacity {
            Capacity::Count(_) | Capacity::Connections(_) => 1,
            Capacity::Memory(whole) => function.memory.map_or(whole.0, |memory| memory.0.min(whole.0)),
        };
        ClassLoad { units: u128::from(here).saturating_mul(unit.into()), unknown: 0 }
    }

    /// The ENIs of a class that needs `load`.
    pub(super) fn enis(&self, load: ClassLoad) -> u64 {
        let one = match self.capacity {
            Capacity::Count(n) | Capacity::Connections(n) => u128::from(n),
            Capacity::Memory(whole) => u128::from(whole.0),
        };
        let enis = u64::try_from(load.units.div_ceil(one.max(1))).unwrap_or(u64::MAX);
        if self.at_deploy { enis.max(1) } else { enis }
    }

    /// Whether more than [`Rule::enis`] may come, for want of a concurrency.
    pub(super) const fn at_least(load: ClassLoad) -> bool {
        load.unknown > 0
    }

    /// Whether every class in use has an ENI from deployment on, whatever its trace.
    pub const fn at_deploy(&self) -> bool {
        self.at_deploy
    }

    /// The rule in words.
    pub fn words(&self) -> String {
        let first = "one ENI per subnet and set of security groups in use, from deployment";
        match (self.at_deploy, self.capacity) {
            (true, Capacity::Connections(n)) => {
                format!("{first}, and more beyond {n} connections each, one connection per environment")
            }
            (true, Capacity::Count(n)) => format!("{first}, and more beyond {n} environments each"),
            (true, Capacity::Memory(whole)) => format!("{first}, and more beyond {whole} of memory each"),
            (false, Capacity::Memory(whole)) => {
                format!("ENIs = peak concurrency x memory / {whole}, per subnet and set of security groups")
            }
            (false, Capacity::Count(n) | Capacity::Connections(n)) => {
                format!("ENIs = peak concurrency / {n}, per subnet and set of security groups")
            }
        }
    }
}
