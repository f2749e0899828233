//! Keys: what a model file may hold, for its JSON schema (feature `schema`).
//!
//! [`load`](super::load) is what judges a file; a test holds the keys here against those it knows.

#![allow(dead_code, reason = "read by the derive alone")]

use std::collections::BTreeMap;

use schemars::JsonSchema;

/// A platform model: cold path, ENIs and limits, every number with its source.
#[derive(JsonSchema)]
pub struct ModelFile {
    /// Its name.
    name: String,
    /// What it describes, in one sentence.
    summary: Option<String>,
    /// Its default policy.
    policy: String,
    /// The phases of the cold path.
    phase: Option<Vec<PhaseKeys>>,
    /// ENIs.
    eni: EniModelKeys,
    /// Environments.
    environment: EnvironmentKeys,
    /// How phases grow in a function made of several routes.
    grouping: Option<GroupingGrowthKeys>,
}

/// A phase of the cold path.
#[derive(JsonSchema)]
struct PhaseKeys {
    /// Its name.
    name: String,
    /// What happens in it [default: `plain`].
    kind: Option<KindKeys>,
    /// Whether only functions in a VPC have this phase.
    vpc: Option<bool>,
    /// The phases that must end before it starts.
    after: Option<Vec<String>>,
    /// Its duration; not for `eni`, which lasts as long as the wait for its ENI.
    duration: Option<CitedInterval>,
}

/// What happens in a phase.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
enum KindKeys {
    /// Only time passes.
    Plain,
    /// A microVM starts on a host, within the hosts' rate.
    Microvm,
    /// An ENI is acquired.
    Eni,
}

/// The life of an ENI.
#[derive(JsonSchema)]
struct EniModelKeys {
    /// Time from the granted request to ready.
    boot: CitedInterval,
    /// Time from the start of the deletion to its end.
    delete: CitedInterval,
    /// Capacity of one ENI.
    capacity: CitedCapacity,
    /// ENIs per VPC.
    vpc_quota: Option<CitedCount>,
    /// ENIs per Region.
    region_quota: Option<CitedCount>,
    /// The token bucket for creation requests.
    api: Option<BucketKeys>,
}

/// Limits on environments.
#[derive(JsonSchema)]
struct EnvironmentKeys {
    /// How long an idle environment is kept.
    keep_alive: CitedDuration,
    /// Distribution of the keep-alive, for drawn keep-alives.
    keep_alive_drawn: Option<CitedInterval>,
    /// Concurrent invocations in the account.
    account_concurrency: Option<CitedCount>,
    /// How fast new environments may start.
    scaling: Option<ScalingKeys>,
    /// How fast hosts start microVMs.
    microvm: Option<MicrovmKeys>,
}

/// A token bucket.
#[derive(JsonSchema)]
struct BucketKeys {
    /// Tokens in a full bucket.
    burst: CitedCount,
    /// Refill rate.
    per_second: CitedRate,
}

/// How fast new environments may start.
#[derive(JsonSchema)]
struct ScalingKeys {
    /// Who shares the bucket.
    scope: ScopeKeys,
    /// Tokens in a full bucket.
    burst: CitedCount,
    /// Refill rate.
    per_second: CitedRate,
}

/// Who shares a bucket.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
enum ScopeKeys {
    /// One bucket per function.
    Function,
    /// One bucket for the account.
    Account,
}

/// How fast hosts start microVMs.
#[derive(JsonSchema)]
struct MicrovmKeys {
    /// Rate of one host.
    per_host: CitedRate,
    /// Number of hosts.
    hosts: CitedCount,
}

/// How phases grow with the content of a function.
#[derive(JsonSchema)]
struct GroupingGrowthKeys {
    /// The phase that grows with the size of the code.
    download: Option<CitedGrowthBySize>,
    /// The phase that grows with the init time of the routes.
    init: Option<CitedGrowth>,
}

/// A duration or a range: `value`, or `min` and `max`.
#[derive(JsonSchema)]
struct CitedInterval {
    /// The duration, if certain: `50ms`.
    value: Option<String>,
    /// The shortest.
    min: Option<String>,
    /// The longest.
    max: Option<String>,
    /// Quantiles between them: `p50`, `p99.9`.
    quantiles: Option<BTreeMap<String, String>>,
    /// Where it was read.
    source: String,
    /// How reliable it is.
    grade: GradeKeys,
}

/// A duration.
#[derive(JsonSchema)]
struct CitedDuration {
    /// The duration: `10m`.
    value: String,
    /// Where it was read.
    source: String,
    /// How reliable it is.
    grade: GradeKeys,
}

/// A count.
#[derive(JsonSchema)]
struct CitedCount {
    /// The count, at least 1.
    #[schemars(range(min = 1))]
    value: u32,
    /// Where it was read.
    source: String,
    /// How reliable it is.
    grade: GradeKeys,
}

/// A rate.
#[derive(JsonSchema)]
struct CitedRate {
    /// The rate: `5/s`.
    value: String,
    /// Where it was read.
    source: String,
    /// How reliable it is.
    grade: GradeKeys,
}

/// Capacity of an ENI: exactly one of `count`, `memory` and `connections`.
#[derive(JsonSchema)]
struct CitedCapacity {
    /// Environments.
    #[schemars(range(min = 1))]
    count: Option<u32>,
    /// Their total memory: `3 GiB`.
    memory: Option<String>,
    /// Their total connections.
    #[schemars(range(min = 1))]
    connections: Option<u32>,
    /// Where it was read.
    source: String,
    /// How reliable it is.
    grade: GradeKeys,
}

/// How a phase grows with the size of the code.
#[derive(JsonSchema)]
struct CitedGrowthBySize {
    /// The phase.
    phase: String,
    /// How several routes combine.
    rule: RuleKeys,
    /// Additional time per MiB: `2ms`.
    per_mib: String,
    /// Where it was read.
    source: String,
    /// How reliable it is.
    grade: GradeKeys,
}

/// How a phase grows with the init time of routes.
#[derive(JsonSchema)]
struct CitedGrowth {
    /// The phase.
    phase: String,
    /// How several routes combine.
    rule: RuleKeys,
    /// Where it was read.
    source: String,
    /// How reliable it is.
    grade: GradeKeys,
}

/// How several routes combine.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
enum RuleKeys {
    /// One after the other.
    Sum,
    /// As long as the longest.
    Max,
}

/// Reliability of a number.
#[derive(JsonSchema)]
enum GradeKeys {
    /// Read in primary text, code or raw data.
    H,
    /// From secondary sources or user reports.
    M,
    /// Inferred, or stated only once.
    L,
}
