//! Prices: what one more or one less of each limit would change, each planned again.
//!
//! Exact differences in the plan's own objective, not duals: the problem is one of whole numbers, where
//! one address may save nothing and two an ENI. So the answer is the fewest more that save anything, and
//! the most that can be taken away without costing anything (docs/plan.md, "The explanation").

use super::binds::used;
use super::lever::Lever;
use super::trial::{plan_again, smallest};
use crate::plan::answer::{PriceDifference, ShadowPrice};
use crate::plan::progress::PlanProgress;
use crate::plan::terms::error::PlanError;
use crate::plan::terms::joint::Joint;
use crate::plan::terms::objective::{EniPrices, PlanObjective};
use crate::plan::terms::schedule::Objectives;
use crate::plan::terms::solution::JointPlan;

/// What each number that says no is worth to this plan of a joint problem.
pub fn shadow_prices(
    joint: &Joint,
    minimise: PlanObjective,
    base: &JointPlan,
    progress: &PlanProgress<'_>,
) -> Result<Vec<ShadowPrice>, PlanError> {
    let problem = PricedProblem { joint, minimise };
    let priced = |lever| {
        let price = problem.price(base, lever);
        progress.step();
        price
    };
    Lever::all(joint).into_iter().map(priced).collect()
}

/// The objective, its parts in their order; smaller is better.
type ObjectiveKey = [u128; 4];

/// A joint problem and what is made small in it.
struct PricedProblem<'a> {
    joint: &'a Joint,
    minimise: PlanObjective,
}

impl PricedProblem<'_> {
    fn key(&self, plan: &JointPlan) -> ObjectiveKey {
        let Objectives { peak, held_ms, creations } = plan.objectives;
        [self.value(plan).unwrap_or(0), peak.into(), held_ms, creations.into()]
    }

    /// What comes before the ENIs, where anything does.
    fn value(&self, plan: &JointPlan) -> Option<u128> {
        self.minimise.value(plan.objectives, &plan.subnet_peaks)
    }

    fn saved(&self, base: &JointPlan, other: &JointPlan, by: u64) -> PriceDifference {
        let value = |plan| self.value(plan).map(|value| self.in_words(value));
        let (was, is) = (base.objectives, other.objectives);
        PriceDifference {
            by,
            peak_enis: i64::from(was.peak) - i64::from(is.peak),
            eni_hours: (was.held_ms as f64 - is.held_ms as f64) / 3_600_000.0,
            creations: 0_i64.saturating_add_unsigned(was.creations).saturating_sub_unsigned(is.creations),
            objective: value(base).zip(value(other)).map(|(was, is)| was - is),
        }
    }

    fn in_words(&self, value: u128) -> f64 {
        match self.minimise {
            PlanObjective::Cost(_) => EniPrices::in_currency(value),
            PlanObjective::Enis | PlanObjective::Addresses { .. } => value as f64,
        }
    }

    fn price(&self, base: &JointPlan, lever: Lever) -> Result<ShadowPrice, PlanError> {
        let joint = self.joint;
        let now = lever.value(joint);
        let best = self.key(base);
        let plan = |value: u64| match plan_again(&lever.with(joint, value), self.minimise) {
            Err(PlanError::TooFast) => Ok(None),
            other => other,
        };
        let better = |value: u64| Ok::<_, PlanError>(plan(value)?.filter(|plan| self.key(plan) < best));
        let loosest = lever.loosest(joint);
        let plenty = if loosest > now { better(loosest)? } else { None };
        let more = match plenty {
            Some(_) => smallest(now, loosest, better)?,
            None => None,
        };
        // Fewer and fewer until it is no longer as good.
        let worse = |less: u64| {
            let plan = plan(now - less)?;
            let as_good = plan.as_ref().is_some_and(|plan| self.key(plan) <= best);
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
