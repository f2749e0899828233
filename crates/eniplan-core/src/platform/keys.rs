//! Keys: what a model file may hold, for its JSON schema (feature `schema`).
//!
//! [`load`](super::load) is what judges a file; a test holds the keys here against those it knows.

#![allow(dead_code, reason = "read by the derive alone")]

use std::collections::BTreeMap;

use schemars::JsonSchema;

/// A model of a provider: its cold path, its ENIs, its limits; every number with its source.
#[derive(JsonSchema)]
pub struct ModelFile {
    /// Its name.
    name: String,
    /// What it stands for, in one sentence.
    summary: Option<String>,
    /// The policy that describes it best, used where the user names none.
    policy: String,
    /// The phases of the cold path.
    phase: Option<Vec<PhaseKeys>>,
    /// ENIs.
    eni: EniModelKeys,
    /// Environments.
    environment: EnvironmentKeys,
    /// How phases grow with what is in a function made of several routes.
    grouping: Option<GroupingGrowthKeys>,
}

/// A phase of the cold path.
#[derive(JsonSchema)]
struct PhaseKeys {
    /// Its name.
    name: String,
    /// What happens in it; `plain` where nothing is said.
    kind: Option<KindKeys>,
    /// Whether only functions with a VPC go through it.
    vpc: Option<bool>,
    /// The phases that must have ended before it starts.
    after: Option<Vec<String>>,
    /// How long it takes; not of `eni`, which lasts as long as the wait for its ENI.
    duration: Option<CitedInterval>,
}

/// What happens in a phase.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
enum KindKeys {
    /// Time passes.
    Plain,
    /// A microVM starts on a host, within the hosts' rate.
    Microvm,
    /// An ENI is acquired.
    Eni,
}

/// The life of an ENI.
#[derive(JsonSchema)]
struct EniModelKeys {
    /// From the granted request to ready.
    boot: CitedInterval,
    /// From the deletion's start to gone.
    delete: CitedInterval,
    /// What one carries.
    capacity: CitedCapacity,
    /// ENIs per VPC.
    vpc_quota: Option<CitedCount>,
    /// ENIs per Region.
    region_quota: Option<CitedCount>,
    /// The token bucket of creation requests.
    api: Option<BucketKeys>,
}

/// Limits on environments.
#[derive(JsonSchema)]
struct EnvironmentKeys {
    /// How long an idle environment lives.
    keep_alive: CitedDuration,
    /// What that is drawn from where the user asks for it.
    keep_alive_drawn: Option<CitedInterval>,
    /// Invocations in flight in the account.
    account_concurrency: Option<CitedCount>,
    /// How fast new environments may come.
    scaling: Option<ScalingKeys>,
    /// How fast hosts start microVMs.
    microvm: Option<MicrovmKeys>,
}

/// A token bucket.
#[derive(JsonSchema)]
struct BucketKeys {
    /// Tokens in a full one.
    burst: CitedCount,
    /// Tokens that come back.
    per_second: CitedRate,
}

/// How fast new environments may come.
#[derive(JsonSchema)]
struct ScalingKeys {
    /// Whom the bucket is for.
    scope: ScopeKeys,
    /// Tokens in a full one.
    burst: CitedCount,
    /// Tokens that come back.
    per_second: CitedRate,
}

/// Whom a bucket is for.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
enum ScopeKeys {
    /// Each function has one of its own.
    Function,
    /// The account has one.
    Account,
}

/// How fast hosts start microVMs.
#[derive(JsonSchema)]
struct MicrovmKeys {
    /// On one host.
    per_host: CitedRate,
    /// How many hosts there are.
    hosts: CitedCount,
}

/// How phases grow with what is in a function.
#[derive(JsonSchema)]
struct GroupingGrowthKeys {
    /// The phase that grows with the size of the code.
    download: Option<CitedGrowthBySize>,
    /// The phase that grows with the routes' own initialisation.
    init: Option<CitedGrowth>,
}

/// A duration, or an interval that holds it: `value`, or `min` and `max`.
#[derive(JsonSchema)]
struct CitedInterval {
    /// The duration, where it is certain: `50ms`.
    value: Option<String>,
    /// The shortest.
    min: Option<String>,
    /// The longest.
    max: Option<String>,
    /// Quantiles between them: `p50`, `p99.9`.
    quantiles: Option<BTreeMap<String, String>>,
    /// Where it was read.
    source: String,
    /// How far it can be trusted.
    grade: GradeKeys,
}

/// A duration.
#[derive(JsonSchema)]
struct CitedDuration {
    /// The duration: `10m`.
    value: String,
    /// Where it was read.
    source: String,
    /// How far it can be trusted.
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
    /// How far it can be trusted.
    grade: GradeKeys,
}

/// A rate.
#[derive(JsonSchema)]
struct CitedRate {
    /// The rate: `5/s`.
    value: String,
    /// Where it was read.
    source: String,
    /// How far it can be trusted.
    grade: GradeKeys,
}

/// What an ENI carries: exactly one of `count`, `memory` and `connections`.
#[derive(JsonSchema)]
struct CitedCapacity {
    /// Environments.
    #[schemars(range(min = 1))]
    count: Option<u32>,
    /// Their memory together: `3 GiB`.
    memory: Option<String>,
    /// Their connections together.
    #[schemars(range(min = 1))]
    connections: Option<u32>,
    /// Where it was read.
    source: String,
    /// How far it can be trusted.
    grade: GradeKeys,
}

/// How a phase grows with the size of the code.
#[derive(JsonSchema)]
struct CitedGrowthBySize {
    /// The phase.
    phase: String,
    /// How several routes come together.
    rule: RuleKeys,
    /// How much longer it takes for each MiB: `2ms`.
    per_mib: String,
    /// Where it was read.
    source: String,
    /// How far it can be trusted.
    grade: GradeKeys,
}

/// How a phase grows with what is given as a time.
#[derive(JsonSchema)]
struct CitedGrowth {
    /// The phase.
    phase: String,
    /// How several routes come together.
    rule: RuleKeys,
    /// Where it was read.
    source: String,
    /// How far it can be trusted.
    grade: GradeKeys,
}

/// How several routes come together.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
enum RuleKeys {
    /// All one after the other.
    Sum,
    /// As the largest of them.
    Max,
}

/// How far a number can be trusted.
#[derive(JsonSchema)]
enum GradeKeys {
    /// Primary text, code or raw data was read.
    H,
    /// Secondary sources or user reports.
    M,
    /// Inferred, or stated once.
    L,
}
