//! The explanation: what binds a plan, and what would make one possible where there is none.

use serde::Serialize;

/// What binds a plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Explanation {
    /// The first instant of the peak, ms.
    #[serde(rename = "peak_at_ms")]
    pub peak_ms: i64,
    /// The ENIs held then for each set of functions.
    #[serde(rename = "held_at_peak")]
    pub held: Vec<HeldForPool>,
    /// The shadow price of each limit.
    #[serde(rename = "shadow_prices")]
    pub prices: Vec<ShadowPrice>,
}

/// ENIs held for functions that share their subnets and security groups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeldForPool {
    /// The functions.
    pub functions: Vec<String>,
    /// The most they need from then until one boot later.
    pub needed: u32,
    /// ENIs held for them: needed, draining, and in reserve for a zone.
    pub enis: u64,
}

/// The change of the plan when a limit changes by an amount; savings are positive.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PriceDifference {
    /// The change of the limit.
    #[serde(rename = "amount")]
    pub by: u64,
    /// ENIs at the peak.
    pub peak_enis: i64,
    /// ENI-hours.
    pub eni_hours: f64,
    /// Creations.
    pub creations: i64,
    /// The plan's own objective, if it is not the peak.
    pub objective: Option<f64>,
}

/// The shadow price of a limit.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ShadowPrice {
    /// `addresses`, `vpc_quota`, `region_quota`, `api_burst`, `api_refill` or `head_start`.
    pub kind: &'static str,
    /// The limit, in the user's words.
    pub limit: String,
    /// The limit, in `unit`.
    pub available: u64,
    /// The most that the plan uses.
    pub used: u64,
    /// The unit of `available`, `used` and `slack`.
    pub unit: &'static str,
    /// When the plan uses all of it.
    #[serde(rename = "exhausted")]
    pub full: Vec<BindingStretch>,
    /// The smallest increase that improves the plan, and its savings; null: none does.
    #[serde(rename = "smallest_increase")]
    pub more: Option<PriceDifference>,
    /// The savings without the limit.
    #[serde(rename = "unlimited")]
    pub plenty: Option<PriceDifference>,
    /// How far the limit can fall with the plan as good.
    #[serde(rename = "slack")]
    pub spare: u64,
    /// The cost of one less than that, as negative savings; null: there is no plan.
    #[serde(rename = "beyond_slack")]
    pub less: Option<PriceDifference>,
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BindingStretch {
    /// From, ms; negative before the start.
    pub from_ms: i64,
    /// Until (exclusive), ms.
    pub to_ms: i64,
}

/// One kind of change, and the smallest of its kind that makes a plan possible.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Remedy {
    /// `addresses`, `vpc_quota`, `region_quota`, `api_burst`, `api_refill`, `head_start`,
    /// `zone_survival`, `target`, `keep_alive`, `move` or `combined`.
    pub kind: &'static str,
    /// What changes.
    #[serde(rename = "parameter")]
    pub what: String,
    /// Whether a change of this kind alone makes a plan possible.
    #[serde(rename = "helps")]
    pub works: bool,
    /// The present value, in `unit`; null: not a number.
    pub from: Option<u64>,
    /// The first value with a plan; null: none was found.
    pub to: Option<u64>,
    /// The unit of the two.
    pub unit: &'static str,
    /// The change in words, or that none helps.
    pub change: String,
    /// Peak ENIs of the plan after the change.
    pub peak_enis: Option<u64>,
}

impl Remedy {
    /// A kind of change that never works.
    pub(crate) fn vain(kind: &'static str, what: &str, why: &str) -> Self {
        Self {
            kind,
            what: what.to_owned(),
            works: false,
            from: None,
            to: None,
            unit: "",
            change: format!("{what}: {why}"),
            peak_enis: None,
        }
    }
}
