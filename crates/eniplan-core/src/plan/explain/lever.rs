//! A lever: one number of a joint problem that its owner could change, and how far that makes sense.

use super::trial::plenty;
use crate::plan::solve::tokens::ExactBucket;
use crate::plan::terms::exact::instant_ms;
use crate::plan::terms::group::PlanStart;
use crate::plan::terms::joint::Joint;
use crate::plan::terms::limit::EniLimit;
use crate::quantity::convert::lower_bound;
use crate::quantity::{Millis, Rate};

/// One number that says no; larger is looser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lever {
    /// Free addresses of the subnet of this index.
    Addresses(usize),
    /// ENIs each VPC may hold.
    VpcQuota,
    /// ENIs the Region may hold.
    RegionQuota,
    /// Tokens of a full API bucket.
    Burst,
    /// The bucket's refill, in thousandths of a token per second.
    Refill,
    /// How long before the trace an empty system may begin, ms.
    HeadStart,
}

impl Lever {
    /// All that this problem has, each subnet that a pool uses among them.
    pub fn all(joint: &Joint) -> Vec<Self> {
        let mut used: Vec<usize> = joint.classes.clone();
        used.sort_unstable();
        used.dedup();
        let mut all: Vec<Self> = used.into_iter().map(Self::Addresses).collect();
        all.extend(joint.vpc_quota.map(|_| Self::VpcQuota));
        all.extend(joint.region_quota.map(|_| Self::RegionQuota));
        all.extend(joint.api.into_iter().flat_map(|_| [Self::Burst, Self::Refill]));
        all.extend(matches!(joint.start, PlanStart::Empty { .. }).then_some(Self::HeadStart));
        all
    }

    /// What it is now; 0 where the problem has none.
    pub fn value(self, joint: &Joint) -> u64 {
        match self {
            Self::Addresses(subnet) => joint.subnets.get(subnet).map_or(0, |room| room.addresses.into()),
            Self::VpcQuota => joint.vpc_quota.map_or(0, u64::from),
            Self::RegionQuota => joint.region_quota.map_or(0, u64::from),
            Self::Burst => joint.api.map_or(0, |api| api.burst.into()),
            Self::Refill => joint.api.map_or(0, |api| api.per_second.0),
            Self::HeadStart => match joint.start {
                PlanStart::Warm => 0,
                PlanStart::Empty { from_ms } => from_ms.min(0).unsigned_abs(),
            },
        }
    }

    /// The problem with another number.
    #[must_use]
    pub fn with(self, joint: &Joint, value: u64) -> Joint {
        let mut joint = joint.clone();
        let count = lower_bound(value);
        match self {
            Self::Addresses(subnet) => {
                if let Some(room) = joint.subnets.get_mut(subnet) {
                    room.addresses = count;
                }
            }
            Self::VpcQuota => joint.vpc_quota = Some(count),
            Self::RegionQuota => joint.region_quota = Some(count),
            Self::Burst => joint.api.iter_mut().for_each(|api| api.burst = count),
            Self::Refill => joint.api.iter_mut().for_each(|api| api.per_second = Rate(value)),
            Self::HeadStart => {
                let from_ms = -instant_ms(value);
                joint.start = PlanStart::Empty { from_ms };
            }
        }
        joint
    }

    /// A number beyond which more changes nothing.
    pub fn loosest(self, joint: &Joint) -> u64 {
        let now = self.value(joint);
        let plenty = u64::from(plenty(joint));
        now.max(match self {
            Self::Addresses(_) | Self::VpcQuota | Self::RegionQuota | Self::Burst => plenty,
            // As fast as tokens are counted exactly; of one token, one a millisecond.
            Self::Refill => {
                let spare = joint.api.map_or(0, |api| api.burst).saturating_sub(1).max(1);
                u64::from(spare.min(1_000)) * 1_000_000
            }
            Self::HeadStart => {
                let width = joint.api.map_or(Some(0), |api| ExactBucket::from(api).width_ms(plenty));
                now.saturating_add(joint.turnaround_ms()).saturating_add(width.unwrap_or(0))
            }
        })
    }

    /// The limit it is a part of.
    pub fn limit(self, joint: &Joint) -> EniLimit {
        match self {
            Self::Addresses(subnet) => {
                let name = joint.subnets.get(subnet).map(|room| room.name.clone());
                EniLimit::Addresses { subnet: name.unwrap_or_default() }
            }
            Self::VpcQuota => EniLimit::VpcQuota,
            Self::RegionQuota => EniLimit::RegionQuota,
            Self::Burst | Self::Refill => EniLimit::ApiBucket,
            Self::HeadStart => EniLimit::Boot,
        }
    }

    /// `addresses`, `vpc_quota`, ...: the kind, for programs.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Addresses(_) => "addresses",
            Self::VpcQuota => "vpc_quota",
            Self::RegionQuota => "region_quota",
            Self::Burst => "api_burst",
            Self::Refill => "api_refill",
            Self::HeadStart => "head_start",
        }
    }

    /// What the number counts.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Addresses(_) => "addresses",
            Self::VpcQuota | Self::RegionQuota => "ENIs",
            Self::Burst => "tokens",
            Self::Refill => "tokens per 1000 s",
            Self::HeadStart => "ms",
        }
    }

    /// The number's name in words.
    pub fn name(self, joint: &Joint) -> String {
        match self {
            Self::Burst => "burst of the API bucket".to_owned(),
            Self::Refill => "refill of the API bucket".to_owned(),
            Self::HeadStart => "head start for creating ENIs".to_owned(),
            Self::Addresses(_) | Self::VpcQuota | Self::RegionQuota => self.limit(joint).to_string(),
        }
    }

    /// An amount of it in words: `3`, `0.5/s`, `10m`.
    pub fn amount(self, value: u64) -> String {
        match self {
            Self::Refill => Rate(value).to_string(),
            Self::HeadStart => Millis(value).to_string(),
            Self::Addresses(_) | Self::VpcQuota | Self::RegionQuota | Self::Burst => value.to_string(),
        }
    }
}
