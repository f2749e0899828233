//! Platform: a provider's behaviour as a model file states it, every number with its source.
//!
//! Holds numbers only; what they do is the business of `topology`, `cold_path`
//! and `simulation`.

mod citation;
#[cfg(feature = "schema")]
mod keys;
mod load;
mod number;
mod phases;
pub mod registry;

pub use citation::Citation;
#[cfg(feature = "schema")]
pub use keys::ModelFile;
pub use load::{load, load_with};
pub use registry::{ALL, named};

use std::fmt;

use serde::{Serialize, Serializer};

use crate::quantity::{Capacity, Interval, Millis, Rate};

/// How far a number can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Grade {
    /// Primary text, code or raw data was read.
    #[cfg_attr(feature = "schema", schemars(rename = "H"))]
    High,
    /// Secondary sources or user reports.
    #[cfg_attr(feature = "schema", schemars(rename = "M"))]
    Medium,
    /// Inferred, or stated once.
    #[cfg_attr(feature = "schema", schemars(rename = "L"))]
    Low,
}

impl Grade {
    /// All of them, best first.
    pub const ALL: [Self; 3] = [Self::High, Self::Medium, Self::Low];

    /// The letter a model file writes: `H`, `M` or `L`.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::High => "H",
            Self::Medium => "M",
            Self::Low => "L",
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.letter())
    }
}

impl Serialize for Grade {
    fn serialize<S: Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        output.serialize_str(self.letter())
    }
}

/// A value with the place it was taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cited<T> {
    /// The value.
    pub value: T,
    /// Where it was read.
    pub source: String,
    /// How far it can be trusted.
    pub grade: Grade,
}

/// What happens in a phase of the cold path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhaseKind {
    /// Time passes.
    Plain,
    /// A microVM starts on a host, within the hosts' rate.
    Microvm,
    /// An ENI is acquired; its own duration is the wait for it.
    Eni,
}

/// One phase of the cold path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// Its name.
    pub name: String,
    /// What happens.
    pub kind: PhaseKind,
    /// Whether only functions with a VPC go through it.
    pub vpc: bool,
    /// The phases that must have ended before it starts.
    pub after: Vec<String>,
    /// How long it takes; zero for `eni`, whose length is the wait.
    pub duration: Cited<Interval>,
}

/// A token bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketModel {
    /// Tokens in a full bucket.
    pub burst: Cited<u32>,
    /// Tokens that come back per second.
    pub per_second: Cited<Rate>,
}

/// Whom a scaling limit holds for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalingScope {
    /// Each function has a bucket of its own.
    Function,
    /// The account has one bucket.
    Account,
}

/// The ENI's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EniTimes {
    /// From the granted request to ready.
    pub boot: Cited<Interval>,
    /// From the deletion's start to gone.
    pub delete: Cited<Interval>,
    /// What one carries, for policies with `capacity=model`.
    pub capacity: Cited<Capacity>,
    /// ENIs per VPC.
    pub vpc_quota: Option<Cited<u32>>,
    /// ENIs per Region.
    pub region_quota: Option<Cited<u32>>,
    /// Creation requests.
    pub api: Option<BucketModel>,
}

/// Limits on environments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentLimits {
    /// How long an idle environment lives.
    pub keep_alive: Cited<Millis>,
    /// What it is drawn from where the user asks for that.
    pub keep_alive_drawn: Option<Cited<Interval>>,
    /// Invocations in flight in the account.
    pub account_concurrency: Option<Cited<u32>>,
    /// How fast new environments may come, and for whom the bucket is.
    pub scaling: Option<(ScalingScope, BucketModel)>,
    /// `MicroVMs` per second on one host, and how many hosts there are.
    pub microvm: Option<(Cited<Rate>, Cited<u32>)>,
}

/// How a phase of several routes in one function comes of those of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeRule {
    /// All one after the other.
    Sum,
    /// As the largest of them.
    Max,
}

impl MergeRule {
    /// As a model file writes it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Max => "max",
        }
    }
}

/// How a phase grows with what is in a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Growth {
    /// The phase.
    pub phase: String,
    /// How several routes come together.
    pub rule: MergeRule,
    /// How much longer it takes for each MiB of code; zero for what is given as a time.
    pub per_mib: Millis,
}

/// What a function made of several routes takes to start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupingGrowth {
    /// The phase that grows with the size of the code.
    pub download: Option<Cited<Growth>>,
    /// The phase that grows with the routes' own initialisation.
    pub init: Option<Cited<Growth>>,
}

/// A provider's behaviour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    /// Its name.
    pub name: String,
    /// What it stands for, in one sentence.
    pub summary: String,
    /// The policy that describes it best, used where the user names none.
    pub policy: String,
    /// The cold path, in the file's order.
    pub phases: Vec<Phase>,
    /// ENIs.
    pub eni: EniTimes,
    /// Environments.
    pub environment: EnvironmentLimits,
    /// Functions made of several routes.
    pub grouping: GroupingGrowth,
}
