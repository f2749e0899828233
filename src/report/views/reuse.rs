//! The JSON view of `reuse`.

use serde::Serialize;

use super::SubjectView;

/// A probability estimated over runs.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Probability"))]
pub(in crate::report) struct ChanceView {
    /// The mean over the runs.
    pub mean: f64,
    /// Lower end of the 95% confidence interval.
    pub low_95: f64,
    /// Upper end of the 95% confidence interval.
    pub high_95: f64,
    /// Number of runs behind it.
    pub runs: u64,
}

/// A cached value.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Cache"))]
pub(in crate::report) struct CacheView {
    /// Share of invocations that hit, 0 to 1; null if none was served.
    pub hit_share: Option<f64>,
    /// Loads per hour.
    pub loads_per_hour: f64,
    /// The age of the oldest value that an invocation used.
    pub stalest_ms: u64,
}

/// A distribution.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Quantiles"))]
pub(in crate::report) struct QuantilesView {
    /// The mean.
    pub mean: f64,
    /// At 50%.
    pub p50: u64,
    /// At 90%.
    pub p90: u64,
    /// At 99%.
    pub p99: u64,
    /// The maximum.
    pub max: u64,
}

/// Environments by the number of invocations they served.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "EnvironmentsByInvocations"))]
pub(in crate::report) struct ServedCountsView {
    /// Served none.
    pub none: u64,
    /// Served one.
    pub one: u64,
    /// 2 to 9.
    pub from_2_to_9: u64,
    /// 10 to 99.
    pub from_10_to_99: u64,
    /// 100 to 999.
    pub from_100_to_999: u64,
    /// 1,000 or more.
    pub from_1000: u64,
}

/// How well the memory of environments works as a cache.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "MemoryReuse"))]
pub(in crate::report) struct ReusedMemoryView {
    /// Invocations served.
    pub served: u64,
    /// Share of invocations that found warm memory, 0 to 1; null if none was served.
    pub warm_share: Option<f64>,
    /// A value kept outside the handler.
    pub environment_cache: CacheView,
    /// A cache that all environments of a function share.
    pub shared_cache: CacheView,
    /// Number of environments.
    pub environments: u64,
    /// Environments alive at the end; they count with what they served so far.
    pub alive_at_end: u64,
    /// Invocations per environment.
    pub invocations_per_environment: QuantilesView,
    /// Environments by the number of invocations they served.
    pub environments_by_invocations: ServedCountsView,
    /// The age of the memory that invocations found.
    pub memory_age_ms: QuantilesView,
    /// The age of an environment's memory at its last use.
    pub memory_age_at_last_use_ms: QuantilesView,
}

/// The invocations at the instant of `--at`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ReuseAt"))]
pub(in crate::report) struct ReuseAtView {
    /// When they arrive in the first run.
    pub at_ms: u64,
    /// Number of them in the first run.
    pub invocations: u64,
    /// Share that found warm memory, mean over the runs.
    pub warm_share: f64,
    /// The probability that one of them does.
    pub warm_probability: Option<ChanceView>,
}

/// One function.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "FunctionReuse"))]
pub(in crate::report) struct FunctionReuseView<'a> {
    /// Its name.
    pub function: &'a str,
    #[serde(flatten)]
    pub reused: ReusedMemoryView,
    /// The probability that an invocation finds warm memory.
    pub warm_probability: Option<ChanceView>,
    /// The invocations at the instant of `--at`; null without it.
    pub at: Option<ReuseAtView>,
}

/// How well the memory of environments works as a cache.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct ReuseView<'a> {
    #[serde(flatten)]
    pub about: SubjectView<'a>,
    /// How long a value is valid; null: for the life of its environment.
    pub cache_ttl_ms: Option<u64>,
    /// Number of runs.
    pub runs: u64,
    /// Whether keep-alives were drawn.
    pub keep_alive_drawn: bool,
    /// All functions.
    pub all_functions: ReusedMemoryView,
    /// Each function, most invoked first.
    pub functions: Vec<FunctionReuseView<'a>>,
}
