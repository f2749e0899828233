//! A joint problem: several pools of functions and all that they share, times in milliseconds.
//!
//! A pool may use several ENI classes, one in each of its subnets; its need is covered by all of
//! them together and, where a zone's loss is to be survived, by those outside any one zone.

use super::group::PlanStart;
use crate::demand::Curve;
use crate::quantity::{Interval, Millis};
use crate::topology::{SubnetRoom, TokenBucket};

/// Functions that use the same ENI classes, and what they need of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JointPool {
    /// Indices of the classes, each once, in different subnets.
    pub classes: Vec<usize>,
    /// ENIs that must be ready at each instant; the last step holds for ever.
    pub need: Curve,
}

/// All pools and what they share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joint {
    /// The subnets, each with its zone, VPC and free addresses.
    pub subnets: Vec<SubnetRoom>,
    /// The subnet of each class.
    pub classes: Vec<usize>,
    /// The pools; no class is in two of them.
    pub pools: Vec<JointPool>,
    /// ENIs each VPC may hold.
    pub vpc_quota: Option<u32>,
    /// ENIs the Region may hold.
    pub region_quota: Option<u32>,
    /// Whether the classes outside any one zone must cover every need too.
    pub survive_zone: bool,
    /// Whether the limits must hold too where environments stay on ENIs that are to be deleted.
    pub drains: bool,
    /// The trace's length.
    pub span: Millis,
    /// An ENI's boot.
    pub boot: Interval,
    /// An ENI's deletion.
    pub delete: Interval,
    /// Creation requests of all classes, first come first served.
    pub api: Option<TokenBucket>,
    /// What exists at the start.
    pub start: PlanStart,
}

/// What happens in one class at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct JointEntry {
    /// When, ms; negative before the first instant.
    pub at_ms: i64,
    /// Index of the class.
    pub class: usize,
    /// ENIs requested.
    pub create: u32,
    /// Deletions begun.
    pub delete: u32,
}

impl Joint {
    /// The end of the account: the end of the trace or the last change of a need.
    pub fn end_ms(&self) -> u64 {
        let last = |pool: &JointPool| pool.need.steps().last().map_or(0, |&(at, _)| at);
        self.pools.iter().map(last).max().unwrap_or(0).max(self.span.0)
    }

    /// For how long an ENI is held at least: the longest boot and the longest deletion, ms.
    pub(crate) fn turnaround_ms(&self) -> u64 {
        self.boot.max.0.saturating_add(self.delete.max.0)
    }

    /// The zone of each subnet, as an index from 0 in the order of first use.
    pub(crate) fn zones(&self) -> Vec<usize> {
        let mut names: Vec<&str> = Vec::new();
        let mut index = |name| {
            names.iter().position(|known| *known == name).unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            })
        };
        self.subnets.iter().map(|subnet| index(subnet.zone.as_str())).collect()
    }
}
