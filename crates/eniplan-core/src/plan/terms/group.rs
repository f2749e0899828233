//! A group: what the plan of one ENI class is asked for, times in milliseconds.
//!
//! Knows nothing of how it is solved.

use std::fmt;

use serde::Serialize;

use crate::demand::Curve;
use crate::plan::check::Violation;
use crate::plan::solve::tokens::Bucket;
use crate::quantity::{Interval, Millis};
use crate::topology::TokenBucket;

/// Everything that can be too little.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
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

impl fmt::Display for Limit {
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
            Self::ApiBucket => write!(f, "API bucket of creation requests"),
            Self::Boot => write!(f, "longest ENI boot after an empty start"),
        }
    }
}

/// A limit on ENIs held at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceiling {
    /// Which limit.
    pub limit: Limit,
    /// How many ENIs it lets the group hold.
    pub enis: u32,
}

/// What exists when the traffic begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// A running system: ENIs may have been requested at any time before, each with its token.
    Warm,
    /// Nothing: no request before this instant (0, or negative where a fix starts earlier).
    Empty {
        /// The earliest request.
        from_ms: i64,
    },
}

/// One ENI class and what is asked of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// ENIs that must be ready at each instant; the last step holds for ever.
    pub need: Curve,
    /// The traffic's length.
    pub span: Millis,
    /// An ENI's boot, from the granted request to ready.
    pub boot: Interval,
    /// An ENI's deletion, from its start to gone.
    pub delete: Interval,
    /// Limits on ENIs held at once; the smallest binds, and every short one is named.
    pub ceilings: Vec<Ceiling>,
    /// Creation requests, first come first served; full at the first request (warm) or the start (empty).
    pub api: Option<TokenBucket>,
    /// What exists at the start.
    pub start: Start,
}

/// The latest instant and the longest span a group may name, ms: a few centuries, so that sums stay far from overflow.
pub(crate) const LONGEST_MS: u64 = 4 * Millis::LONGEST.0;

impl Group {
    /// The most ENIs that may be held at once, and the ceiling that says so (the first of equals).
    pub fn limit(&self) -> Option<&Ceiling> {
        self.ceilings.iter().min_by_key(|ceiling| ceiling.enis)
    }

    /// The end of the account: held time is integrated from the first request to here, the end of
    /// the traffic or the last change of the need, whichever is later.
    pub fn end_ms(&self) -> u64 {
        self.need.steps().last().map_or(0, |&(at, _)| at).max(self.span.0)
    }

    /// The longest boot.
    pub(crate) fn lead_ms(&self) -> i64 {
        i64::try_from(self.boot.max.0).unwrap_or(i64::MAX)
    }

    /// The longest deletion.
    pub(crate) fn drain_ms(&self) -> i64 {
        i64::try_from(self.delete.max.0).unwrap_or(i64::MAX)
    }

    /// The earliest instant at which a request may stand.
    pub(crate) fn earliest_ms(&self) -> Option<i64> {
        match self.start {
            Start::Warm => None,
            Start::Empty { from_ms } => Some(from_ms),
        }
    }

    /// Refuses what arithmetic in 64 bits could not carry.
    pub(crate) fn validate(&self) -> Result<(), PlanError> {
        let from = self.earliest_ms().unwrap_or(0).unsigned_abs();
        let times = [
            ("traffic", self.end_ms()),
            ("boot", self.boot.max.0),
            ("deletion", self.delete.max.0),
            ("start", from),
        ];
        match times.into_iter().find(|&(_, ms)| ms > LONGEST_MS) {
            Some((what, ms)) => Err(PlanError::OutOfRange { what, ms }),
            None if self.api.is_some_and(|bucket| !Bucket::from(bucket).is_exact()) => {
                Err(PlanError::TooFast)
            }
            None => Ok(()),
        }
    }
}

/// Why there is neither a plan nor a proof that there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// A time lies centuries away.
    OutOfRange {
        /// What the time belongs to.
        what: &'static str,
        /// The time.
        ms: u64,
    },
    /// The API bucket refills more than its burst less one within a millisecond: tokens spill
    /// between the instants this planner counts in.
    TooFast,
    /// The schedule would have more entries than memory should hold.
    TooMany {
        /// How many it may have.
        most: usize,
    },
    /// The checker found the schedule wrong: a defect of this program, never of the input.
    Unsound(Vec<Violation>),
    /// The same of a joint schedule.
    JointUnsound(Vec<crate::plan::solve::joint::check::Violation>),
    /// A class stands in two pools, or a class or subnet is not there: a defect of the caller.
    Malformed,
    /// The linear program was asked for by name and gave nothing.
    Backend(String),
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange { what, ms } => write!(f, "the {what} reaches to {ms} ms, centuries away"),
            Self::TooFast => {
                write!(
                    f,
                    "the API bucket refills faster than its burst can hold; raise the burst or leave it out"
                )
            }
            Self::TooMany { most } => {
                write!(f, "the API bucket splits the plan into more than {most} separate requests")
            }
            Self::Unsound(violations) => match violations.first() {
                Some(first) => write!(f, "the schedule found does not hold: {first}"),
                None => write!(f, "the schedule found does not hold"),
            },
            Self::JointUnsound(violations) => match violations.first() {
                Some(first) => write!(f, "the schedule found does not hold: {first}"),
                None => write!(f, "the schedule found does not hold"),
            },
            Self::Malformed => write!(f, "the pools' classes contradict each other"),
            Self::Backend(message) => write!(f, "the solver failed: {message}"),
        }
    }
}

impl std::error::Error for PlanError {}
