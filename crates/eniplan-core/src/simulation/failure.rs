//! Failure: what fails an invocation.

use crate::cold_path::SystemLimit;

/// Why an invocation fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    /// Too many invocations in flight in the account.
    AccountConcurrency,
    /// New environments come faster than the scaling limit.
    Scaling,
    /// The subnets of the function have no free address.
    SubnetAddresses,
    /// The VPC's ENI quota is used up.
    VpcQuota,
    /// The Region's ENI quota is used up.
    RegionQuota,
    /// It waited to the end, and no ENI came.
    Starved,
}

impl Failure {
    /// The limit on ENIs that it is, if it is one.
    pub const fn limit(self) -> Option<SystemLimit> {
        match self {
            Self::SubnetAddresses => Some(SystemLimit::SubnetAddresses),
            Self::VpcQuota => Some(SystemLimit::VpcQuota),
            Self::RegionQuota => Some(SystemLimit::RegionQuota),
            Self::AccountConcurrency | Self::Scaling | Self::Starved => None,
        }
    }

    /// Its name in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccountConcurrency => "account_concurrency",
            Self::Scaling => "scaling",
            Self::SubnetAddresses => "subnet_addresses",
            Self::VpcQuota => "vpc_quota",
            Self::RegionQuota => "region_quota",
            Self::Starved => "starved",
        }
    }
}
