//! Wait: what a step of one cold start waited for, and the explanation it is part of.

use serde::Serialize;

/// What a step of the cold path waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A microVM, at the hosts' rate.
    Host,
    /// Room on an ENI or a place in a quota, or the plan's next ENI.
    Room,
    /// The creation request of its ENI in the API's token queue, be it its own or one it has joined.
    Token,
    /// The boot of the ENI it has requested.
    Boot,
    /// What was left of the boot of an ENI that was requested before.
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
    #[serde(rename = "for")]
    pub cause: Cause,
    /// How long, ms.
    pub ms: u64,
    /// What limits that, where a limit does.
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

/// What an environment found when it asked for an ENI and no ready one took it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EniFound {
    /// Why no ready one took it.
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
    /// How long it waited: for a microVM of the hosts' rate, for an ENI.
    pub wait_ms: u64,
    /// How long it then took.
    pub duration_ms: u64,
    /// What it waited for; together as long as `wait_ms`.
    pub waits: Vec<PhaseWait>,
    /// Of an `eni` step that waited: what stood when the environment asked.
    #[serde(skip_serializing_if = "Option::is_none")]
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
