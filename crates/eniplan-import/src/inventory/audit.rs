//! Audit: an estate held against a model: classes, ENIs expected and there, orphans, room, limits.

use std::collections::{BTreeMap, BTreeSet};

use super::estate::{Estate, EstateEni, EstateFunction};
use super::found::{Authority, Quota};
use super::merge::{self, Merges};
use super::rule::{ClassLoad, EniRule};
use eniplan_core::platform::Platform;

/// A subnet is near exhaustion where fewer than one in so many of its usable addresses would be
/// free once every expected ENI is there. A tenth is this project's choice.
pub(super) const NEAR: u64 = 10;

/// One ENI class and who shares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassAudit {
    /// Its subnet.
    pub subnet: String,
    /// Its security groups.
    pub security_groups: Vec<String>,
    /// Who uses it.
    pub functions: Vec<String>,
    /// Attached ENIs of Lambda's in it; none where no list of ENIs was given.
    pub exist: Option<u64>,
    /// ENIs the model expects.
    pub expected: u64,
    /// Whether only functions use it that a plan or a template announces.
    pub planned: bool,
    /// Whether more may come: a function's concurrency is not known.
    pub at_least: bool,
}

impl ClassAudit {
    /// ENIs that are expected and not there.
    pub const fn missing(&self) -> u64 {
        match self.exist {
            Some(exist) => self.expected.saturating_sub(exist),
            None => self.expected,
        }
    }
}

/// An ENI of Lambda's that serves nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// The ENI.
    pub eni: EstateEni,
    /// Why it is one.
    pub why: &'static str,
}

/// How much room a subnet has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressRoom {
    /// Fewer addresses are free than ENIs are still expected.
    Short,
    /// Fewer than a tenth of its addresses would be left.
    Near,
    /// Enough.
    Enough,
    /// No file says how many are free.
    Unknown,
}

impl AddressRoom {
    /// In one word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Near => "near",
            Self::Enough => "enough",
            Self::Unknown => "unknown",
        }
    }
}

/// A subnet that functions use, and its addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubnetAudit {
    /// Its name.
    pub name: String,
    /// Its zone.
    pub zone: Option<String>,
    /// Addresses the provider leaves for use.
    pub usable: Option<u32>,
    /// Addresses that are free; where only the ENIs are listed, at most so many.
    pub free: Option<u64>,
    /// ENIs that the model expects and that are not there.
    pub missing: u64,
    /// What that comes to.
    pub room: AddressRoom,
}

/// A limit and what is needed of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaAudit {
    /// What is limited.
    pub what: String,
    /// How much there may be.
    pub limit: u64,
    /// How much is needed.
    pub needed: u64,
    /// Where the limit stands.
    pub source: String,
}

/// An estate held against a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// How many ENIs the model expects of a class.
    pub rule: EniRule,
    /// The classes in use, by subnet and groups.
    pub classes: Vec<ClassAudit>,
    /// Lambda's ENIs; none where no list of ENIs was given.
    pub exist: Option<u64>,
    /// Lambda's ENIs that serve nobody; none where no live functions or ENIs were given.
    pub orphans: Option<Vec<Orphan>>,
    /// Lambda's ENIs in Regions whose functions were not given.
    pub elsewhere: u64,
    /// The subnets that functions use.
    pub subnets: Vec<SubnetAudit>,
    /// The limits, the most used first.
    pub quotas: Vec<QuotaAudit>,
    /// Sets of security groups that could be one.
    pub merges: Merges,
}

impl Audit {
    /// Holds `estate` against the model.
    pub fn compare(estate: &Estate, platform: &Platform) -> Self {
        let rule = EniRule::from_platform(platform);
        let classes = classes(estate, &rule);
        let (orphans, elsewhere) = orphans(estate);
        let quotas = quotas(estate, platform, &classes);
        Self {
            exist: estate.enis_listed.then(|| estate.enis.iter().filter(|eni| eni.lambda).count() as u64),
            subnets: subnets(estate, &classes),
            merges: merge::merges(estate, &rule),
            orphans: (estate.enis_listed && estate.functions_listed).then_some(orphans),
            rule,
            classes,
            elsewhere,
            quotas,
        }
    }

    /// ENIs the model expects of all classes.
    pub fn expected(&self) -> u64 {
        self.classes.iter().fold(0, |sum, class| sum.saturating_add(class.expected))
    }

    /// Whether more may come than [`Audit::expected`].
    pub fn at_least(&self) -> bool {
        self.classes.iter().any(|class| class.at_least)
    }
}

/// Subnet and groups.
type ClassKey<'e> = (usize, &'e [String]);

fn classes(estate: &Estate, rule: &EniRule) -> Vec<ClassAudit> {
    let mut loads: BTreeMap<ClassKey<'_>, (ClassLoad, Vec<&EstateFunction>)> = BTreeMap::new();
    for function in estate.users() {
        for &subnet in &function.subnets {
            let entry = loads.entry((subnet, &function.security_groups)).or_default();
            entry.0 = entry.0.plus(rule.load(function));
            entry.1.push(function);
        }
    }
    let mut exist: BTreeMap<(&str, &[String]), u64> = BTreeMap::new();
    for eni in estate.enis.iter().filter(|eni| eni.lambda && eni.attached) {
        *exist.entry((&eni.subnet, &eni.security_groups)).or_default() += 1;
    }
    let class = |((subnet, groups), (load, functions)): (ClassKey<'_>, (ClassLoad, Vec<&EstateFunction>))| {
        let subnet = estate.subnet_name(subnet);
        ClassAudit {
            subnet: subnet.to_owned(),
            security_groups: groups.to_vec(),
            planned: functions.iter().all(|function| function.origin.authority == Authority::Planned),
            functions: functions.into_iter().map(|function| function.name.clone()).collect(),
            exist: estate.enis_listed.then(|| exist.get(&(subnet, groups)).copied().unwrap_or(0)),
            expected: rule.enis(load),
            at_least: EniRule::at_least(load),
        }
    };
    loads.into_iter().map(class).collect()
}

/// The orphans, and how many ENIs are in Regions of which no function was given.
fn orphans(estate: &Estate) -> (Vec<Orphan>, u64) {
    let used: BTreeSet<(&str, &[String])> = estate
        .users()
        .flat_map(|function| {
            function.subnets.iter().map(|&at| (estate.subnet_name(at), function.security_groups.as_slice()))
        })
        .collect();
    let regions: BTreeSet<&str> =
        estate.functions.iter().filter_map(|function| function.region.as_deref()).collect();
    let mut orphans = Vec::new();
    let mut elsewhere = 0;
    for eni in estate.enis.iter().filter(|eni| eni.lambda) {
        let zone = eni.zone.as_deref().unwrap_or_default();
        let here =
            regions.is_empty() || zone.is_empty() || regions.iter().any(|region| zone.starts_with(region));
        if !here {
            elsewhere += 1;
        } else if !eni.attached {
            orphans.push(Orphan { eni: eni.clone(), why: "not attached" });
        } else if !used.contains(&(eni.subnet.as_str(), eni.security_groups.as_slice())) {
            let why = "no function uses this subnet and these security groups";
            orphans.push(Orphan { eni: eni.clone(), why });
        }
    }
    (orphans, elsewhere)
}

fn subnets(estate: &Estate, classes: &[ClassAudit]) -> Vec<SubnetAudit> {
    let mut missing: BTreeMap<&str, u64> = BTreeMap::new();
    for class in classes {
        let sum = missing.entry(&class.subnet).or_default();
        *sum = sum.saturating_add(class.missing());
    }
    let held = estate.addresses_held(|_| true);
    let audit = |subnet: &super::estate::EstateSubnet| {
        let missing = *missing.get(subnet.name.as_str())?;
        let usable = subnet.usable();
        let counted = usable
            .filter(|_| estate.enis_listed)
            .map(|usable| usable.saturating_sub(held.get(subnet.name.as_str()).copied().unwrap_or(0)));
        let free = subnet.free.or(counted).map(u64::from);
        let room = match (free, usable) {
            (None, _) => AddressRoom::Unknown,
            (Some(free), _) if free < missing => AddressRoom::Short,
            (Some(free), Some(usable)) if (free - missing).saturating_mul(NEAR) < u64::from(usable) => {
                AddressRoom::Near
            }
            _ => AddressRoom::Enough,
        };
        Some(SubnetAudit {
            name: subnet.name.clone(),
            zone: subnet.zone.clone(),
            usable,
            free,
            missing,
            room,
        })
    };
    estate.subnets.iter().filter_map(audit).collect()
}

fn quotas(estate: &Estate, platform: &Platform, classes: &[ClassAudit]) -> Vec<QuotaAudit> {
    let limit = |quota: Quota, cited: Option<(u32, String)>| match estate.quotas.get(&quota) {
        Some((limit, origin)) => Some((*limit, origin.words())),
        None => cited.map(|(limit, source)| (u64::from(limit), source)),
    };
    let of_model = format!("model {}", platform.name);
    let model = |cited: &Option<eniplan_core::platform::Cited<u32>>| {
        cited.as_ref().map(|cited| (cited.value, of_model.clone()))
    };
    let vpcs: BTreeMap<&str, Option<&str>> =
        estate.subnets.iter().map(|subnet| (subnet.name.as_str(), subnet.vpc.as_deref())).collect();
    let mut needed: BTreeMap<Option<&str>, u64> = BTreeMap::new();
    for class in classes {
        let sum = needed.entry(vpcs.get(class.subnet.as_str()).copied().flatten()).or_default();
        *sum = sum.saturating_add(class.expected);
    }
    let mut all = Vec::new();
    if let Some((limit, source)) = limit(Quota::VpcEnis, model(&platform.eni.vpc_quota)) {
        all.extend(
            needed.iter().map(|(vpc, needed)| QuotaAudit {
                what: vpc.map_or_else(
                    || "Lambda ENIs in the VPC".to_owned(),
                    |vpc| format!("Lambda ENIs in {vpc}"),
                ),
                limit,
                needed: *needed,
                source: source.clone(),
            }),
        );
    }
    let regions: BTreeSet<_> =
        estate.functions.iter().filter_map(|function| function.region.as_deref()).collect();
    if let Some((limit, source)) = limit(Quota::RegionEnis, model(&platform.eni.region_quota))
        && regions.len() < 2
        && estate.enis_listed
    {
        let there = estate.enis.len() as u64;
        let needed = classes.iter().fold(there, |sum, class| sum.saturating_add(class.missing()));
        let what = "all ENIs in the Region".to_owned();
        all.push(QuotaAudit { what, limit, needed, source });
    }
    let reserved = estate.functions.iter().filter_map(|function| function.concurrency);
    let account = model(&platform.environment.account_concurrency);
    if let Some((limit, source)) = limit(Quota::Concurrency, account)
        && regions.len() < 2
    {
        let needed = reserved.fold(0, u64::saturating_add);
        let what = "reserved concurrency in the account".to_owned();
        all.push(QuotaAudit { what, limit, needed, source });
    }
    all.retain(|quota| quota.needed > 0);
    all.sort_by(|a, b| {
        let used = |quota: &QuotaAudit, other: &QuotaAudit| {
            u128::from(quota.needed) * u128::from(other.limit.max(1))
        };
        used(b, a).cmp(&used(a, b)).then_with(|| a.what.cmp(&b.what))
    });
    all
}
