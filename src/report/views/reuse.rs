//! The JSON view of `reuse`.

use serde::Serialize;

use super::SubjectView;

/// A probability estimated over runs.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ChanceForm"))]
pub(in crate::report) struct ChanceView {
    /// The mean over the runs.
    pub mean: f64,
    /// Where its 95% interval begins.
    pub low_95: f64,
    /// Where it ends.
    pub high_95: f64,
    /// How many runs stand behind it.
    pub runs: u64,
}

/// A value kept somewhere.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Cache"))]
pub(in crate::report) struct CacheView {
    /// Invocations that found it, 0 to 1; null where none was served.
    pub hit_share: Option<f64>,
    /// How often it was loaded.
    pub loads_per_hour: f64,
    /// How old the oldest was that an invocation was served with.
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
    /// The largest.
    pub max: u64,
}

/// Environments by how many invocations they served.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Served"))]
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

/// What the memory of environments is worth.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ReusedBy"))]
pub(in crate::report) struct ReusedMemoryView {
    /// Invocations served.
    pub served: u64,
    /// Those that found warm memory, 0 to 1; null where none was served.
    pub warm_share: Option<f64>,
    /// A value kept outside the handler.
    pub memory: CacheView,
    /// A cache that all environments of a function share.
    pub shared: CacheView,
    /// How many environments there were.
    pub environments: u64,
    /// Those alive at the end, which are counted as far as they have come.
    pub alive_at_end: u64,
    /// Invocations per environment.
    pub invocations_per_environment: QuantilesView,
    /// Environments by how many invocations they served.
    pub environments_serving: ServedCountsView,
    /// The age of the memory that invocations found.
    pub memory_age_ms: QuantilesView,
    /// The age of an environment's memory when it was last used.
    pub memory_age_at_last_use_ms: QuantilesView,
}

/// The invocations that `--at` looks at.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Watched"))]
pub(in crate::report) struct ReuseAtView {
    /// When they arrive in the first run.
    pub at_ms: u64,
    /// How many they are there.
    pub invocations: u64,
    /// Those that found warm memory, a mean over the runs.
    pub warm_share: f64,
    /// The probability that one does.
    pub warm_probability: Option<ChanceView>,
}

/// One function.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "FunctionReused"))]
pub(in crate::report) struct FunctionReuseView<'a> {
    /// Its name.
    pub function: &'a str,
    #[serde(flatten)]
    pub reused: ReusedMemoryView,
    /// The probability that an invocation finds warm memory.
    pub warm_probability: Option<ChanceView>,
    /// The invocations that are looked at; null where none are.
    pub at: Option<ReuseAtView>,
}

/// What the memory of environments is worth as a cache.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct ReuseView<'a> {
    #[serde(flatten)]
    pub about: SubjectView<'a>,
    /// How long a value is good; null: as long as its environment lives.
    pub cache_ttl_ms: Option<u64>,
    /// How many runs.
    pub runs: u64,
    /// Whether keep-alives were drawn.
    pub keep_alive_drawn: bool,
    /// All functions together.
    pub together: ReusedMemoryView,
    /// Each function, the most invoked first.
    pub functions: Vec<FunctionReuseView<'a>>,
}
