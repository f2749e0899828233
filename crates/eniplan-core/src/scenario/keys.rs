//! Keys: what a scenario file may hold, for its JSON schema (feature `schema`).
//!
//! [`read`](super::read) is what judges a file; a test holds the keys here against those it knows.

#![allow(dead_code, reason = "read by the derive alone")]

use std::collections::BTreeMap;

use schemars::JsonSchema;

/// A scenario: functions, subnets and destinations. Every key is optional and has a default.
#[derive(JsonSchema)]
pub struct ScenarioFile {
    /// The model: a built-in name or a path.
    model: Option<String>,
    /// The policy, with overrides: `idle-reuse`, `warm-pool:warm=10`.
    policy: Option<String>,
    /// The subnets.
    subnet: Option<Vec<SubnetKeys>>,
    /// The functions; functions of the trace that are not listed have the defaults.
    function: Option<Vec<FunctionKeys>>,
    /// Routes that could share functions, for `compose`; otherwise each is a function.
    route: Option<Vec<RouteKeys>>,
    /// Groupings of routes into functions, for `compose`.
    grouping: Option<Vec<GroupingKeys>>,
    /// Destinations that functions reach.
    destination: Option<Vec<DestinationKeys>>,
    /// Which security groups may reach which.
    allow: Option<Vec<AllowKeys>>,
    /// The cold-start target.
    slo: Option<SloKeys>,
    /// Prices in any currency, for plans of minimum cost.
    prices: Option<PricesKeys>,
    /// Limits of the account, in place of those of the model.
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
    /// Addresses already in use.
    in_use: Option<u32>,
}

/// A function.
#[derive(JsonSchema)]
struct FunctionKeys {
    /// Its name, as in the trace.
    name: String,
    /// Its memory: `1536 MiB`.
    memory: Option<String>,
    /// Connections of one environment.
    #[schemars(range(min = 1))]
    connections: Option<u32>,
    /// Its subnets; `[]` for no VPC.
    subnets: Option<Vec<String>>,
    /// Its security groups.
    security_groups: Option<Vec<String>>,
    /// Duration of an invocation if the trace does not give one: `120ms`.
    duration: Option<String>,
    /// How long an idle environment is kept: `10m`.
    keep_alive: Option<String>,
    /// The destinations it must be able to reach.
    reaches: Option<Vec<String>>,
}

/// A route: its keys as a function of its own, and what it adds to a shared function.
#[derive(JsonSchema)]
struct RouteKeys {
    #[serde(flatten)]
    function: FunctionKeys,
    /// The size of its code: `12 MiB`.
    code: Option<String>,
    /// How long its own initialisation takes: `80ms`.
    init: Option<String>,
}

/// A grouping of routes into functions.
#[derive(JsonSchema)]
struct GroupingKeys {
    /// Its name.
    name: String,
    /// The functions by name, each with its routes.
    functions: BTreeMap<String, Vec<String>>,
}

/// Destinations that functions reach.
#[derive(JsonSchema)]
struct DestinationKeys {
    /// Its name.
    name: String,
    /// Its subnet.
    subnet: Option<String>,
    /// Its security groups.
    security_groups: Option<Vec<String>>,
}

/// A security group that may reach another.
#[derive(JsonSchema)]
struct AllowKeys {
    /// Where connections come from.
    from: String,
    /// Where they go to.
    to: String,
}

/// The cold-start target.
#[derive(JsonSchema)]
struct SloKeys {
    /// The longest cold start allowed: `1s`.
    max_cold_start: Option<String>,
    /// What the plan must survive.
    survive: Option<SurviveKeys>,
}

/// What a plan can survive.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
enum SurviveKeys {
    /// The loss of any one zone.
    Zone,
}

/// Prices in any currency.
#[derive(JsonSchema)]
struct PricesKeys {
    /// Price of one ENI per hour: `0.005`.
    eni_hour: Option<String>,
    /// Price of creating one ENI: `0.002`.
    creation: Option<String>,
}

/// Limits of the account.
#[derive(JsonSchema)]
struct QuotaKeys {
    /// ENIs per VPC.
    #[schemars(range(min = 1))]
    vpc_enis: Option<u32>,
    /// ENIs per Region.
    #[schemars(range(min = 1))]
    region_enis: Option<u32>,
    /// Concurrent invocations in the account.
    #[schemars(range(min = 1))]
    concurrency: Option<u32>,
    /// The token bucket for ENI creation requests.
    api: Option<ApiKeys>,
}

/// The token bucket for ENI creation requests.
#[derive(JsonSchema)]
struct ApiKeys {
    /// Tokens in a full bucket.
    #[schemars(range(min = 1))]
    burst: u32,
    /// Refill rate: `5/s`.
    per_second: String,
}
