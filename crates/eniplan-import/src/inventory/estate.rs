//! Estate: everything the files tell, united: each function, subnet and ENI once, under a name of its own.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::Ipv4Net;

use super::access::AccessRule;
use super::found::{FactOrigin, Quota};
use eniplan_core::quantity::Memory;
use eniplan_core::scenario::usable;

/// A function, or a published version of one that is in other subnets or groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EstateFunction {
    /// Its name, which no other has.
    pub name: String,
    /// Its memory, where any file says it.
    pub memory: Option<Memory>,
    /// How long an invocation may last, s.
    pub timeout_s: Option<u64>,
    /// Environments that are reserved for it: no more run at once.
    pub concurrency: Option<u64>,
    /// Indices of its subnets, in the order of their names; empty: it is not in a VPC.
    pub subnets: Vec<usize>,
    /// Its security groups, sorted, each once.
    pub security_groups: Vec<String>,
    /// Its Region, where its ARN is known.
    pub region: Option<String>,
    /// Where it was read.
    pub origin: FactOrigin,
}

/// A subnet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EstateSubnet {
    /// Its id, or what stands for it; no other has the same.
    pub name: String,
    /// What it is called.
    pub label: Option<String>,
    /// Its availability zone.
    pub zone: Option<String>,
    /// Its VPC.
    pub vpc: Option<String>,
    /// Its block of addresses.
    pub cidr: Option<Ipv4Net>,
    /// Addresses that are free.
    pub free: Option<u32>,
    /// Where it was read; none where functions name it and no file describes it.
    pub origin: Option<FactOrigin>,
}

impl EstateSubnet {
    /// Addresses the provider leaves for use: 2^(32-mask) - 5.
    pub fn usable(&self) -> Option<u32> {
        self.cidr.map(|cidr| usable(cidr.prefix_len()))
    }
}

/// An ENI that there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EstateEni {
    /// Its id.
    pub id: String,
    /// Whether Lambda made it.
    pub lambda: bool,
    /// The id of its subnet.
    pub subnet: String,
    /// Its security groups, sorted, each once.
    pub security_groups: Vec<String>,
    /// Its availability zone.
    pub zone: Option<String>,
    /// Whether it is attached to something.
    pub attached: bool,
    /// IPv4 addresses it holds.
    pub addresses: u32,
    /// The function it was made for, where it says so.
    pub made_for: Option<String>,
    /// Where it was read.
    pub origin: FactOrigin,
}

/// Everything the user has, as far as the files tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Estate {
    /// The functions, by name.
    pub functions: Vec<EstateFunction>,
    /// Published versions that are in other subnets or groups than their function.
    pub versions: Vec<EstateFunction>,
    /// The subnets, by name.
    pub subnets: Vec<EstateSubnet>,
    /// The ENIs, by id.
    pub enis: Vec<EstateEni>,
    /// The account's limits.
    pub quotas: BTreeMap<Quota, (u64, FactOrigin)>,
    /// What groups are called, by id.
    pub group_labels: BTreeMap<String, String>,
    /// The rules of the groups that were described, by id.
    pub rules: BTreeMap<String, BTreeSet<AccessRule>>,
    /// The files, each with what prints such a file.
    pub sources: Vec<(String, &'static str)>,
    /// Whether a whole live list of functions was given: without one no ENI can be called orphaned.
    pub functions_listed: bool,
    /// Whether a live list of ENIs was given.
    pub enis_listed: bool,
    /// Listings of which a page is missing.
    pub incomplete: Vec<&'static str>,
    /// What the user should know of how the files were read.
    pub notes: Vec<String>,
}

impl Estate {
    /// The functions and the versions that differ: everyone who uses ENIs.
    pub fn users(&self) -> impl Iterator<Item = &EstateFunction> {
        self.functions.iter().chain(&self.versions)
    }

    /// The name of the subnet at `index`.
    pub fn subnet_name(&self, index: usize) -> &str {
        self.subnets.get(index).map_or("", |subnet| subnet.name.as_str())
    }

    /// A group with what it is called: `sg-1 (app)`.
    pub fn group_words(&self, id: &str) -> String {
        match self.group_labels.get(id).filter(|label| *label != id) {
            Some(label) => format!("{id} ({label})"),
            None => id.to_owned(),
        }
    }

    /// IPv4 addresses that the listed ENIs hold in each subnet.
    pub fn addresses_held(&self, counts: impl Fn(&EstateEni) -> bool) -> BTreeMap<&str, u32> {
        let mut held: BTreeMap<&str, u32> = BTreeMap::new();
        for eni in self.enis.iter().filter(|eni| counts(eni)) {
            let sum = held.entry(&eni.subnet).or_default();
            *sum = sum.saturating_add(eni.addresses);
        }
        held
    }
}
