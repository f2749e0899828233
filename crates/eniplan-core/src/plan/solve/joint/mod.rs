//! Joint: several pools of functions planned at once, sharing addresses, quotas and the API bucket.
//!
//! A pool may use several ENI classes, one in each of its subnets; its need is covered by all of
//! them together and, where a zone's loss is to be survived, by those outside any one zone. In: a
//! [`Joint`]. Out: a [`JointAnswer`], with its proof. docs/plan.md, "Several pools", has the lemmas.
//!
//! `cover` is how many ENIs cover a need, in closed form; `bound` what no plan can beat; `place`
//! puts the runs of the need's levels into classes; `requests` puts those through the bucket; `solve` is the
//! way through; `steady` deletes late or never; `priced` is what `bound` is where creations have a price; `grid` the same
//! problem as a plain integer program, for small ones and as a reference; `check` trusts none of
//! them. Times are ms from the first instant of the traffic.

mod bound;
pub mod check;
mod cover;
mod grid;
mod place;
pub(crate) mod priced;
mod requests;
mod solve;
mod steady;

pub use grid::solve_by_grid;
pub(crate) use solve::solve_joint_idle;
pub use solve::{JointAnswer, JointPlanned, JointShortage, joint_bound, joint_shortages, solve_joint};

use crate::demand::Curve;
use crate::plan::solve::tokens::Bucket;
use crate::plan::terms::group::{LONGEST_MS, PlanError, Start};
use crate::quantity::{Interval, Millis};
use crate::topology::{SubnetRoom, TokenBucket};

/// Functions that use the same ENI classes, and what they need of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolNeed {
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
    pub pools: Vec<PoolNeed>,
    /// ENIs each VPC may hold.
    pub vpc_quota: Option<u32>,
    /// ENIs the Region may hold.
    pub region_quota: Option<u32>,
    /// Whether the classes outside any one zone must cover every need too.
    pub survive_zone: bool,
    /// Whether the limits must hold too where environments stay on ENIs that are to be deleted.
    pub lingers: bool,
    /// The traffic's length.
    pub span: Millis,
    /// An ENI's boot.
    pub boot: Interval,
    /// An ENI's deletion.
    pub delete: Interval,
    /// Creation requests of all classes, first come first served.
    pub api: Option<TokenBucket>,
    /// What exists at the start.
    pub start: Start,
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
    /// The end of the account: the end of the traffic or the last change of a need.
    pub fn end_ms(&self) -> u64 {
        let last = |pool: &PoolNeed| pool.need.steps().last().map_or(0, |&(at, _)| at);
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

    /// Refuses what arithmetic in 64 bits could not carry, and classes or subnets that are not there.
    pub(crate) fn validate(&self) -> Result<(), PlanError> {
        let from = match self.start {
            Start::Warm => 0,
            Start::Empty { from_ms } => from_ms.unsigned_abs(),
        };
        let times = [
            ("traffic", self.end_ms()),
            ("boot", self.boot.max.0),
            ("deletion", self.delete.max.0),
            ("start", from),
        ];
        if let Some((what, ms)) = times.into_iter().find(|&(_, ms)| ms > LONGEST_MS) {
            return Err(PlanError::OutOfRange { what, ms });
        }
        if self.api.is_some_and(|bucket| !Bucket::from(bucket).is_exact()) {
            return Err(PlanError::TooFast);
        }
        let mut used: Vec<usize> = self.pools.iter().flat_map(|pool| pool.classes.iter().copied()).collect();
        used.sort_unstable();
        let twice = used.windows(2).any(|pair| pair.first() == pair.last());
        let missing = used.last().is_some_and(|&class| class >= self.classes.len());
        let nowhere = self.classes.iter().any(|&subnet| subnet >= self.subnets.len());
        let several_zones = self.zones().into_iter().max().unwrap_or(0) >= MOST_ZONES;
        if twice || missing || nowhere || several_zones {
            return Err(PlanError::Malformed);
        }
        Ok(())
    }
}

/// Zones are kept as the bits of a word.
const MOST_ZONES: usize = 64;
