//! A limit: everything that can be too little, and how many ENIs it allows.

use std::fmt;

use serde::Serialize;

/// Everything that can be too little.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EniLimit {
    /// Free addresses of a subnet.
    Addresses {
        /// The subnet's name.
        subnet: String,
    },
    /// Free addresses of several subnets together.
    Together {
        /// The subnets' names.
        subnets: Vec<String>,
        /// Whether they must cover the need without any one zone.
        survive_zone: bool,
    },
    /// ENIs per VPC.
    VpcQuota,
    /// ENIs per Region.
    RegionQuota,
    /// The API's token bucket for creation requests.
    ApiBucket,
    /// The longest boot: from an empty start nothing is ready sooner.
    Boot,
}

impl EniLimit {
    /// That it is exceeded: a clause.
    pub(crate) fn exceeded(&self) -> String {
        match self {
            Self::Addresses { subnet } => format!("{subnet} runs out of addresses"),
            Self::Together { subnets, survive_zone } => {
                let run = if subnets.len() == 1 { "runs" } else { "run" };
                let lost = if *survive_zone { " without any one zone" } else { "" };
                format!("{} {run} out of addresses{lost}", subnets.join(", "))
            }
            Self::VpcQuota => "the ENI quota of the VPC is exceeded".to_owned(),
            Self::RegionQuota => "the ENI quota of the Region is exceeded".to_owned(),
            Self::ApiBucket => "the API bucket runs out of creation requests".to_owned(),
            Self::Boot => "no ENI can boot in time after an empty start".to_owned(),
        }
    }

    /// What it counts.
    pub(crate) const fn unit(&self) -> &'static str {
        match self {
            Self::Addresses { .. } | Self::Together { .. } => "addresses",
            Self::VpcQuota | Self::RegionQuota | Self::ApiBucket | Self::Boot => "ENIs",
        }
    }
}

impl fmt::Display for EniLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Addresses { subnet } => write!(f, "free addresses of subnet {subnet}"),
            Self::Together { subnets, survive_zone } => {
                let some = if subnets.len() == 1 { "subnet" } else { "subnets" };
                let lost = if *survive_zone { " without any one zone" } else { "" };
                write!(f, "free addresses of {some} {}{lost}", subnets.join(", "))
            }
            Self::VpcQuota => write!(f, "ENI quota of the VPC"),
            Self::RegionQuota => write!(f, "ENI quota of the Region"),
            Self::ApiBucket => write!(f, "API bucket for ENI creation"),
            Self::Boot => write!(f, "longest ENI boot after an empty start"),
        }
    }
}

/// A limit on ENIs held at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceiling {
    /// Which limit.
    pub limit: EniLimit,
    /// How many ENIs it lets the group hold.
    pub enis: u32,
}
