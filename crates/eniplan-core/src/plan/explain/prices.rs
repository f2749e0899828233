//! Prices: what one more or one less of each limit would change, each planned again.
//!
//! Exact differences in the plan's own objective, not duals: the problem is one of whole numbers, where
//! one address may save nothing and two an ENI. So the answer is the fewest more that save anything, and
//! the most that can be taken away without costing anything (docs/plan.md, "The explanation").

use serde::Serialize;

use crate::plan::explain::binds::{Stretch, used};
use crate::plan::explain::trial::{planned, smallest};
use crate::plan::explain::{Lever, Setting};
use crate::plan::solve::joint::JointPlanned;
use crate::plan::solve::objective::Prices;
use crate::plan::terms::group::PlanError;

/// The difference that so much more, or less, makes to the plan; savings are positive.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Difference {
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
    pub full: Vec<Stretch>,
    /// The fewest more that make the plan better, and what they save; `None`: no more ever does.
    pub more: Option<Difference>,
    /// What having far more than enough saves.
    pub plenty: Option<Difference>,
    /// How much less there can be while the plan stays as good.
    pub spare: u64,
    /// What one less than that costs, as negative savings; `None`: then there is no plan.
    pub less: Option<Difference>,
}

/// The objective, its parts in their order; smaller is better.
type Key = [u128; 4];

impl Setting<'_> {
    fn key(&self, plan: &JointPlanned) -> Key {
        let it = plan.objectives;
        let (peak, creations) = (u128::from(it.peak), u128::from(it.creations));
        [self.first(plan).unwrap_or(0), peak, it.held_ms, creations]
    }

    /// What comes before the ENIs, where anything does.
    fn first(&self, plan: &JointPlanned) -> Option<u128> {
        use crate::plan::solve::objective::Minimise;
        match self.minimise {
            Minimise::Enis => None,
            Minimise::Cost(prices) => Some(prices.cost(plan.objectives.held_ms, plan.objectives.creations)),
            Minimise::Addresses { subnet } => {
                let peaks = plan.subnet_peaks.iter().enumerate();
                let own = peaks.filter(|(index, _)| subnet.is_none_or(|subnet| subnet == *index));
                Some(own.map(|(_, peak)| u128::from(*peak)).max().unwrap_or(0))
            }
        }
    }

    fn saved(&self, base: &JointPlanned, other: &JointPlanned, by: u64) -> Difference {
        let whole =
            |a: u64, b: u64| i64::try_from(a).unwrap_or(i64::MAX) - i64::try_from(b).unwrap_or(i64::MAX);
        let first = |plan| self.first(plan).map(|value| self.in_words(value));
        let (was, is) = (base.objectives, other.objectives);
        Difference {
            by,
            peak_enis: whole(was.peak.into(), is.peak.into()),
            eni_hours: (was.held_ms as f64 - is.held_ms as f64) / 3_600_000.0,
            creations: whole(was.creations, is.creations),
            objective: first(base).zip(first(other)).map(|(was, is)| was - is),
        }
    }

    fn in_words(&self, value: u128) -> f64 {
        match self.minimise {
            crate::plan::solve::objective::Minimise::Cost(_) => Prices::in_currency(value),
            _ => value as f64,
        }
    }

    /// What each number that says no is worth to this plan.
    pub(crate) fn prices(&self, base: &JointPlanned) -> Result<Vec<ShadowPrice>, PlanError> {
        let priced = |lever| {
            let price = self.price(base, lever);
            (self.passed)();
            price
        };
        Lever::all(self.joint).into_iter().map(priced).collect()
    }

    fn price(&self, base: &JointPlanned, lever: Lever) -> Result<ShadowPrice, PlanError> {
        let joint = self.joint;
        let now = lever.value(joint);
        let best = self.key(base);
        let plan = |value: u64| match planned(&lever.with(joint, value), self.minimise) {
            Err(PlanError::TooFast) => Ok(None),
            other => other,
        };
        let better = |value: u64| Ok::<_, PlanError>(plan(value)?.filter(|it| self.key(it) < best));
        let loosest = lever.loosest(joint);
        let plenty = if loosest > now { better(loosest)? } else { None };
        let more = match plenty {
            Some(_) => smallest(now, loosest, better)?,
            None => None,
        };
        // Fewer and fewer until it is no longer as good.
        let worse = |less: u64| {
            let plan = plan(now - less)?;
            let as_good = plan.as_ref().is_some_and(|it| self.key(it) <= best);
            Ok::<_, PlanError>((!as_good).then_some(plan))
        };
        let worse = if now == 0 { None } else { smallest(0, now, worse)? };
        let less = worse.as_ref().and_then(|(by, plan)| Some(self.saved(base, plan.as_ref()?, *by)));
        let in_use = used(joint, &base.entries, lever);
        Ok(ShadowPrice {
            kind: lever.kind(),
            limit: lever.name(joint),
            available: now,
            used: in_use.used,
            unit: lever.unit(),
            full: in_use.full,
            more: more.map(|(to, plan)| self.saved(base, &plan, to - now)),
            plenty: plenty.map(|plan| self.saved(base, &plan, loosest - now)),
            spare: worse.as_ref().map_or(now, |(by, _)| by - 1),
            less,
        })
    }
}
