//! Policy: how environments look for an ENI, when ENIs are made and when they go.
//!
//! One mechanism (`simulation`), many rows of parameters ([`registry::ALL`]).
//! Depends on quantities alone.

mod overrides;
pub mod registry;

pub use overrides::{KEYS, ParameterKey, parse};
pub use registry::{ALL, named};

pub use crate::quantity::Capacity;
use crate::quantity::{Millis, Probability};

/// What an ENI is taken from, first to last, among ready ones with room. Ties: the lowest id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pick {
    /// The one with the least room left.
    #[default]
    Fullest,
    /// The one with the most room left.
    Emptiest,
    /// The last requested.
    Newest,
    /// The first requested.
    Oldest,
}

/// Which idle environment serves an arrival.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PickEnvironment {
    /// The most recently used one.
    #[default]
    NewestIdle,
    /// The one idle for the longest.
    OldestIdle,
    /// The one created last.
    NewestCreated,
    /// The one created first.
    OldestCreated,
}

/// Whether an environment that becomes free may serve an invocation that waits for another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EnvironmentBinding {
    /// No: a new environment belongs to the invocation that started it.
    #[default]
    Bound,
    /// Yes: the function's waiting invocations form a FIFO queue.
    Queued,
}

/// What happens to an environment for which no ENI can be had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnExhausted {
    /// Its invocation fails; the failure names the limit.
    #[default]
    Fail,
    /// It waits, first come first served, until room or a slot appears.
    Wait,
}

/// When an idle ENI is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdleTtl {
    /// After this long without an environment.
    After(Millis),
    /// Never.
    Forever,
}

/// Who makes ENIs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Provision {
    /// The environments that need one.
    #[default]
    OnDemand,
    /// The deployment makes one per class; environments make more when it is full.
    AtDeploy,
    /// A plan, and nothing else.
    Scheduled,
    /// A plan made with full knowledge of the trace and of every boot.
    Clairvoyant,
}

/// What exists at time 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StartMode {
    /// A running system: what the first slot needs is idle and ready.
    #[default]
    Warm,
    /// Nothing.
    Empty,
}

/// One row of parameters of the mechanism.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The row's name, with the overrides it was asked for.
    pub name: String,
    /// Whether environments look for an ENI that has room before one is made.
    pub reuse: bool,
    /// Whether an environment may wait for an ENI that boots for another one.
    pub join_booting: bool,
    /// Probability that an environment misses an ENI it could have reused.
    pub miss: Probability,
    /// Misses the worst case may place.
    pub miss_budget: u32,
    /// Which ENI is taken.
    pub pick: Pick,
    /// Which environment serves.
    pub pick_environment: PickEnvironment,
    /// Who serves an invocation that waits.
    pub binding: EnvironmentBinding,
    /// What happens when no ENI can be had.
    pub on_exhausted: OnExhausted,
    /// How many environments an ENI carries; `None`: what the model says.
    pub capacity: Option<Capacity>,
    /// When an idle ENI goes.
    pub idle_ttl: IdleTtl,
    /// Free ENIs kept per class, ready or booting.
    pub warm: u32,
    /// Who makes ENIs.
    pub provision: Provision,
    /// Under `scheduled`: whether an environment that finds no room makes an ENI of its own,
    /// where otherwise it waits for the next one the plan brings.
    pub fallback: bool,
    /// How long an idle environment lives; `None`: what the function or the model says.
    pub keep_alive: Option<Millis>,
    /// What exists at time 0.
    pub start: StartMode,
}
