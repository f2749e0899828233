//! The explanation: what binds a plan, and what would make one possible where there is none.

use serde::Serialize;

/// What binds a plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Explanation {
    /// The first instant at which the plan holds the most, ms.
    pub peak_ms: i64,
    /// What it holds then for each set of functions.
    pub held: Vec<HeldForPool>,
    /// What each limit is worth.
    pub prices: Vec<ShadowPrice>,
}

/// ENIs held for functions that share their subnets and security groups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HeldForPool {
    /// The functions.
    pub functions: Vec<String>,
    /// The most they need from then until a boot later.
    pub needed: u32,
    /// ENIs held for them: those needed, those on their way out, and those in reserve for a zone.
    pub enis: u64,
}

/// The difference that so much more, or less, makes to the plan; savings are positive.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PriceDifference {
    /// How much more or less.
    pub by: u64,
    /// ENIs at the peak.
    pub peak_enis: i64,
    /// ENI-hours.
    pub eni_hours: f64,
    /// Creations.
    pub creations: i64,
    /// The cost or the addresses, where the plan makes these small.
    pub objective: Option<f64>,
}

/// What a limit is worth to the plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ShadowPrice {
    /// `addresses`, `vpc_quota`, `region_quota`, `api_burst`, `api_refill` or `head_start`.
    pub kind: &'static str,
    /// The limit, in the user's words.
    pub limit: String,
    /// How much there is, in `unit`.
    pub available: u64,
    /// The most that the plan uses of it at once.
    pub used: u64,
    /// What is counted.
    pub unit: &'static str,
    /// When it is used up.
    pub full: Vec<BindingStretch>,
    /// The fewest more that make the plan better, and what they save; `None`: no more ever does.
    pub more: Option<PriceDifference>,
    /// What having far more than enough saves.
    pub plenty: Option<PriceDifference>,
    /// How much less there can be while the plan stays as good.
    pub spare: u64,
    /// What one less than that costs, as negative savings; `None`: then there is no plan.
    pub less: Option<PriceDifference>,
}

/// From when until when, ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BindingStretch {
    /// From, ms; negative before the first instant.
    pub from_ms: i64,
    /// Until (exclusive), ms.
    pub to_ms: i64,
}

/// One kind of change, and the smallest of its kind after which there is a plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Remedy {
    /// `addresses`, `vpc_quota`, `region_quota`, `api_burst`, `api_refill`, `head_start`,
    /// `zone_survival`, `promise`, `keep_alive`, `move` or `together`.
    pub kind: &'static str,
    /// What changes, in the user's words.
    pub what: String,
    /// Whether any change of this kind alone brings a plan.
    pub works: bool,
    /// What it is now, in `unit`; `None`: no number.
    pub from: Option<u64>,
    /// The first at which there is a plan; `None`: none was found.
    pub to: Option<u64>,
    /// What the two count.
    pub unit: &'static str,
    /// The change in words; where none works, that.
    pub change: String,
    /// ENIs the plan then holds.
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
