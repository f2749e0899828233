//! Wait: what a step of one cold start waited for, and the explanation it is part of.

use serde::Serialize;

/// What a step of the cold path waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A microVM, at the hosts' rate.
    Host,
    /// Capacity on an ENI or in a quota, or the plan's next ENI.
    Room,
    /// The creation request of its ENI in the API's token queue.
    Token,
    /// The boot of the ENI it has requested.
    Boot,
    /// The rest of a boot in progress.
    Join,
}

/// What limits the system: the reason of a wait or a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SystemLimit {
    /// The rate at which hosts start microVMs.
    MicrovmRate,
    /// The token bucket of the API that creates ENIs.
    ApiTokens,
    /// The free addresses of the function's subnets.
    SubnetAddresses,
    /// The VPC's quota of ENIs.
    VpcQuota,
    /// The Region's quota of ENIs.
    RegionQuota,
    /// What the plan creates.
    Plan,
}

/// Part of a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PhaseWait {
    /// What was waited for.
    pub cause: Cause,
    /// How long, ms.
    #[serde(rename = "duration_ms")]
    pub ms: u64,
    /// The limit behind it, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<SystemLimit>,
}

/// Why no ready ENI took an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NoReady {
    /// The policy reuses no ENI.
    NeverReused,
    /// It missed the ENI it could have had.
    Missed,
    /// There were ready ones, and none had room for it.
    Full,
    /// There were only booting ones.
    Booting,
    /// There was none, ready or booting.
    NoneExists,
}

/// The ENIs of an environment's classes when none was ready for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EniFound {
    /// Why no ready one took it.
    #[serde(rename = "reason")]
    pub because: NoReady,
    /// ENIs of its classes that were ready.
    pub ready: u32,
    /// Those that were requested or booting.
    pub booting: u32,
    /// Those that were being deleted.
    pub deleting: u32,
}

/// Part of the explanation of a cold start: one step of the longest path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PathPhase {
    /// The phase.
    pub phase: String,
    /// When it started, ms after the arrival.
    pub start_ms: u64,
    /// How long it waited for a microVM or an ENI.
    pub wait_ms: u64,
    /// How long it took after the wait.
    pub duration_ms: u64,
    /// The parts of the wait; they sum to `wait_ms`.
    pub waits: Vec<PhaseWait>,
    /// The ENIs of its classes when it began to wait for one.
    #[serde(rename = "enis_found", skip_serializing_if = "Option::is_none")]
    pub found: Option<EniFound>,
}

/// What the `eni` step of one cold start waited for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EniWait {
    /// What stood when it asked; `None`: a ready ENI took it at once.
    pub found: Option<EniFound>,
    /// How long it waited until an ENI was its own, ms after the step's start, and what limited that.
    pub room: u64,
    /// What refused it an ENI.
    pub limit: Option<SystemLimit>,
    /// How long the request of its ENI then was in the token queue, ms.
    pub token: u64,
    /// Whether that ENI was requested by others.
    pub joined: bool,
}
