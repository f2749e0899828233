//! Keys: what a scenario file may hold, for its JSON schema (feature `schema`).
//!
//! [`read`](super::read) is what judges a file; a test holds the keys here against those it knows.

#![allow(dead_code, reason = "read by the derive alone")]

use std::collections::BTreeMap;

use schemars::JsonSchema;

/// A scenario: functions, subnets and destinations. Every key is optional; what is left out has a default.
#[derive(JsonSchema)]
pub struct ScenarioFile {
    /// The model: a built-in one's name, or a path.
    model: Option<String>,
    /// The policy, with overrides: `idle-reuse`, `warm-pool:warm=10`.
    policy: Option<String>,
    /// The subnets.
    subnet: Option<Vec<SubnetKeys>>,
    /// The functions; those of the trace that are not here have the defaults.
    function: Option<Vec<FunctionKeys>>,
    /// Routes that could share functions, for `compose`; each is a function until then.
    route: Option<Vec<RouteKeys>>,
    /// Ways to put routes into functions, for `compose`.
    grouping: Option<Vec<GroupingKeys>>,
    /// What functions reach.
    destination: Option<Vec<DestinationKeys>>,
    /// Which security groups may reach which.
    allow: Option<Vec<AllowKeys>>,
    /// The target.
    slo: Option<SloKeys>,
    /// Prices in the user's currency, for plans of least cost.
    prices: Option<PricesKeys>,
    /// The account's own limits, which go before those of the model.
    quota: Option<QuotaKeys>,
}

/// A subnet.
#[derive(JsonSchema)]
struct SubnetKeys {
    /// Its name.
    name: String,
    /// Its availability zone.
    zone: Option<String>,
    /// Its IPv4 block, /16 to /28: `10.0.1.0/26`.
    cidr: Option<String>,
    /// Its VPC.
    vpc: Option<String>,
    /// Addresses already taken.
    in_use: Option<u32>,
}

/// A function.
#[derive(JsonSchema)]
struct FunctionKeys {
    /// Its name, as the trace has it.
    name: String,
    /// Its memory: `1536 MiB`.
    memory: Option<String>,
    /// Connections of one environment.
    #[schemars(range(min = 1))]
    connections: Option<u32>,
    /// Its subnets; `[]`: in no VPC.
    subnets: Option<Vec<String>>,
    /// Its security groups.
    security_groups: Option<Vec<String>>,
    /// How long an invocation lasts, where the trace does not say: `120ms`.
    duration: Option<String>,
    /// How long an idle environment of it lives: `10m`.
    keep_alive: Option<String>,
    /// The destinations it must be able to reach.
    reaches: Option<Vec<String>>,
}

/// A route: what a function of its own would be, and what it brings into a shared one.
#[derive(JsonSchema)]
struct RouteKeys {
    #[serde(flatten)]
    function: FunctionKeys,
    /// The size of its code: `12 MiB`.
    code: Option<String>,
    /// How long its own initialisation takes: `80ms`.
    init: Option<String>,
}

/// A way to put routes into functions.
#[derive(JsonSchema)]
struct GroupingKeys {
    /// Its name.
    name: String,
    /// The functions by name, each with its routes.
    functions: BTreeMap<String, Vec<String>>,
}

/// What functions reach.
#[derive(JsonSchema)]
struct DestinationKeys {
    /// Its name.
    name: String,
    /// Its subnet.
    subnet: Option<String>,
    /// Its security groups.
    security_groups: Option<Vec<String>>,
}

/// That one security group may reach another.
#[derive(JsonSchema)]
struct AllowKeys {
    /// Where connections come from.
    from: String,
    /// Where they go to.
    to: String,
}

/// The target.
#[derive(JsonSchema)]
struct SloKeys {
    /// No cold start is longer: `1s`.
    max_cold_start: Option<String>,
    /// What it must survive.
    survive: Option<SurviveKeys>,
}

/// What a target can survive.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
enum SurviveKeys {
    /// The loss of any one zone.
    Zone,
}

/// Prices in the user's currency.
#[derive(JsonSchema)]
struct PricesKeys {
    /// Of an ENI for an hour: `0.005`.
    eni_hour: Option<String>,
    /// Of a creation: `0.002`.
    creation: Option<String>,
}

/// The account's own limits.
#[derive(JsonSchema)]
struct QuotaKeys {
    /// ENIs of one VPC.
    #[schemars(range(min = 1))]
    vpc_enis: Option<u32>,
    /// ENIs of the Region.
    #[schemars(range(min = 1))]
    region_enis: Option<u32>,
    /// Invocations in flight in the account.
    #[schemars(range(min = 1))]
    concurrency: Option<u32>,
    /// The token bucket of creation requests.
    api: Option<ApiKeys>,
}

/// The token bucket of creation requests.
#[derive(JsonSchema)]
struct ApiKeys {
    /// Tokens in a full one.
    #[schemars(range(min = 1))]
    burst: u32,
    /// Tokens that come back: `5/s`.
    per_second: String,
}
