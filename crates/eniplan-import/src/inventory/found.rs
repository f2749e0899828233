//! Found: what one file says of functions, subnets and ENIs, before the files are united.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::access::Rules;
use eniplan_core::document::Place;

/// How far what a file says is there already; what is nearer to the cloud wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Authority {
    /// The cloud answered so.
    Live,
    /// A tool's state says what it made.
    Recorded,
    /// A plan or a template says what will be.
    Planned,
}

impl Authority {
    /// In a sentence.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Recorded => "recorded",
            Self::Planned => "planned",
        }
    }
}

/// Where something was said.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FactOrigin {
    /// How near to the cloud.
    pub authority: Authority,
    /// The file, as the user named it.
    pub file: String,
    /// Where in it.
    pub place: Place,
}

impl FactOrigin {
    /// `functions.json:12`.
    pub fn words(&self) -> String {
        format!("{}:{}", self.file, self.place.line)
    }
}

/// What a subnet or group is called: the cloud's id, or, of what has none yet, a name within one file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id {
    /// The id or name.
    pub name: String,
    /// The file in which the name means something; none for an id of the cloud's.
    pub scope: Option<String>,
}

impl Id {
    /// An id of the cloud's.
    pub fn real(name: impl Into<String>) -> Self {
        Self { name: name.into(), scope: None }
    }

    /// A name that stands for an id not known yet.
    pub fn symbol(name: impl Into<String>, file: &str) -> Self {
        Self { name: name.into(), scope: Some(file.to_owned()) }
    }
}

/// The subnets and security groups of a function in a VPC, each once and sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FunctionNetwork {
    pub(super) subnets: Vec<Id>,
    pub(super) groups: Vec<Id>,
    pub(super) vpc: Option<String>,
}

impl FunctionNetwork {
    pub(super) fn new(mut subnets: Vec<Id>, mut groups: Vec<Id>, vpc: Option<String>) -> Self {
        for ids in [&mut subnets, &mut groups] {
            ids.sort();
            ids.dedup();
        }
        Self { subnets, groups, vpc }
    }
}

/// A function, as one file tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FoundFunction {
    pub(super) name: String,
    /// The file in which the name means something, where it is not the function's own.
    pub(super) scope: Option<String>,
    /// Its ARN without a version.
    pub(super) arn: Option<String>,
    /// A published version, which may have a network of its own.
    pub(super) version: Option<String>,
    pub(super) memory_mib: Option<u64>,
    pub(super) timeout_s: Option<u64>,
    /// The most environments at once that are reserved for it.
    pub(super) concurrency: Option<u64>,
    /// None: it is not in a VPC.
    pub(super) network: Option<FunctionNetwork>,
    pub(super) origin: FactOrigin,
}

/// A subnet, as one file tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FoundSubnet {
    pub(super) id: Id,
    pub(super) label: Option<String>,
    pub(super) zone: Option<String>,
    pub(super) vpc: Option<String>,
    pub(super) cidr: Option<Ipv4Net>,
    /// Addresses that are free.
    pub(super) free: Option<u32>,
    /// It has no IPv4 addresses at all.
    pub(super) ipv6_only: bool,
    pub(super) origin: FactOrigin,
}

/// An ENI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FoundEni {
    pub(super) id: String,
    /// Whether Lambda made it.
    pub(super) lambda: bool,
    pub(super) subnet: String,
    pub(super) groups: Vec<String>,
    pub(super) vpc: Option<String>,
    pub(super) zone: Option<String>,
    /// Whether it is attached to something.
    pub(super) attached: bool,
    /// IPv4 addresses it holds.
    pub(super) addresses: u32,
    /// The function it was made for, of those that say so.
    pub(super) made_for: Option<String>,
    pub(super) origin: FactOrigin,
}

/// What is limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quota {
    /// ENIs of Lambda's in one VPC.
    VpcEnis,
    /// ENIs in the Region.
    RegionEnis,
    /// Invocations in flight in the account.
    Concurrency,
    /// Security groups on one ENI.
    GroupsPerEni,
}

/// One page of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ListingPage {
    pub(super) file: String,
    /// Whether it says that another follows.
    pub(super) more: bool,
}

/// Everything that the files say.
#[derive(Clone, Debug, Default)]
pub(super) struct InventoryFacts {
    pub(super) functions: Vec<FoundFunction>,
    pub(super) subnets: Vec<FoundSubnet>,
    pub(super) enis: Vec<FoundEni>,
    /// What groups are called.
    pub(super) group_labels: BTreeMap<String, String>,
    /// What groups let through.
    pub(super) rules: Rules,
    pub(super) quotas: Vec<(Quota, u64, FactOrigin)>,
    /// The pages of each kind of listing.
    pub(super) pages: BTreeMap<&'static str, Vec<ListingPage>>,
    pub(super) notes: Vec<String>,
}
