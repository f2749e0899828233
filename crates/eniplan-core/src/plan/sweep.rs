//! Sweep: the same plan for several targets, the trade-off between waiting and ENIs.
//!
//! A plan that keeps a target keeps every looser one. So where the plan found for a looser target
//! costs more, the tighter target's is taken instead, and the costs never rise along the sweep.

use serde::Serialize;

use super::answer::{Plan, PlanAmount, PlanVerdict, TargetBracket};
use super::planner::plan;
use super::progress::PlanProgress;
use super::requirement::study::Study;
use super::solve::backend::Backend;
use super::terms::error::PlanError;
use crate::policy::Provision;
use crate::quantity::Millis;
use crate::simulation::World;
use crate::worst_case::bounds;

/// The plan for one target.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SweepStep {
    /// The plan for it.
    #[serde(flatten)]
    pub plan: Plan,
    /// The tighter target whose plan is used, ms, if the plan for this target costs more.
    #[serde(rename = "plan_target_ms")]
    pub plan_of_ms: Option<u64>,
    /// Whether the policy keeps the target without a plan, by its proved bounds.
    #[serde(rename = "policy_suffices")]
    pub policy_alone: bool,
}

/// Plans for each of `targets`, the tightest first, each target once; `done` is called after each.
pub fn sweep(
    study: &Study<'_>,
    targets: &[Millis],
    backend: &dyn Backend,
    progress: &PlanProgress<'_>,
    done: &dyn Fn(),
) -> Result<Vec<SweepStep>, PlanError> {
    let mut targets = targets.to_vec();
    targets.sort_unstable();
    targets.dedup();
    let alone = alone(study);
    let mut steps: Vec<SweepStep> = Vec::with_capacity(targets.len());
    for target in targets {
        let plan = plan(study, target, backend, progress)?;
        done();
        let policy_alone = alone.is_some_and(|longest| longest <= target.0);
        let step = SweepStep { plan, plan_of_ms: None, policy_alone };
        steps.push(match steps.last() {
            Some(tighter) => step.no_worse_than(tighter),
            None => step,
        });
    }
    Ok(steps)
}

/// The longest cold start under the policy itself, ms, where it is proved that none fails.
fn alone(study: &Study<'_>) -> Option<u64> {
    if matches!(study.policy.provision, Provision::Scheduled | Provision::Clairvoyant) {
        return None;
    }
    let world = World::new(study.topology, study.cold_path, study.policy, study.initial().to_vec());
    let bounds = bounds(&world, study.cold_path, study.trace, None);
    bounds.cold_start_ms.filter(|_| bounds.failures == 0)
}

impl SweepStep {
    fn no_worse_than(mut self, tighter: &Self) -> Self {
        let order = |plan: &Plan, amount: PlanAmount| {
            let value = plan.minimised.as_ref().and_then(|minimised| minimised.value);
            (value.unwrap_or(0.0), amount.peak_enis, amount.eni_hours, amount.creations)
        };
        let Some(before) = tighter.plan.amount else { return self };
        self.targets_no_worse_than(&tighter.plan);
        if self.plan.amount.is_some_and(|now| order(&self.plan, now) <= order(&tighter.plan, before)) {
            return self;
        }
        let lower_bound = self.plan.lower_bound;
        let open = before.peak_enis.saturating_sub(lower_bound.peak_enis);
        let gap = if before.peak_enis == 0 { 0.0 } else { open as f64 / before.peak_enis as f64 };
        let minimised =
            self.plan.minimised.as_ref().map(|own| own.with_value_of(tighter.plan.minimised.as_ref()));
        let met = minimised.as_ref().map_or(before == lower_bound, |minimised| minimised.met)
            && !tighter.plan.basis.refuses;
        let status = if met { PlanVerdict::Optimal } else { PlanVerdict::Feasible };
        let max_cold_start_ms = self.plan.max_cold_start_ms;
        let Self { plan: own, policy_alone, .. } = self;
        let plan = Plan {
            status,
            max_cold_start_ms,
            lower_bound,
            minimised,
            gap,
            constant_pool: own.constant_pool,
            constant_pools: own.constant_pools,
            warm_target: own.warm_target,
            ..tighter.plan.clone()
        };
        let plan_of_ms = tighter.plan_of_ms.or(Some(tighter.plan.max_cold_start_ms));
        Self { plan, plan_of_ms, policy_alone }
    }

    /// What is enough for a tighter target is enough; what fails there may do here.
    fn targets_no_worse_than(&mut self, tighter: &Plan) {
        let enough =
            |own: &TargetBracket, before: &TargetBracket| own.enough.into_iter().chain(before.enough).min();
        let own = &mut self.plan;
        own.warm_target.enough = enough(&own.warm_target, &tighter.warm_target);
        let before = enough(&own.constant_pool, &tighter.constant_pool);
        if before != own.constant_pool.enough {
            own.constant_pool.enough = before;
            for (own, tighter) in own.constant_pools.iter_mut().zip(&tighter.constant_pools) {
                (own.enough, own.classes) = (tighter.enough, tighter.classes.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::NoPlan;
    use crate::plan::answer::plan::PlanBasis;

    fn step(target: u64, amount: Option<PlanAmount>) -> SweepStep {
        let bracket = TargetBracket { enough: None, at_least: 0, fails_at_ms: None };
        let plan = Plan {
            status: if amount.is_some() { PlanVerdict::Feasible } else { PlanVerdict::Infeasible },
            max_cold_start_ms: target,
            cold_path_ms: 0,
            eni_wait_ms: 0,
            amount,
            lower_bound: some(2),
            gap: 0.5,
            schedule: Vec::new(),
            constant_pool: bracket.clone(),
            constant_pools: Vec::new(),
            warm_target: bracket,
            binding: Vec::new(),
            infeasible: amount.is_none().then(NoPlan::default),
            attacks: 0,
            counterexamples: 0,
            unproved: Vec::new(),
            minimised: None,
            explanation: None,
            basis: PlanBasis::default(),
        };
        SweepStep { plan, plan_of_ms: None, policy_alone: false }
    }

    fn some(peak_enis: u64) -> PlanAmount {
        PlanAmount { peak_enis, eni_hours: 1.0, creations: 3 }
    }

    #[test]
    fn a_looser_target_takes_the_tighter_ones_plan_where_its_own_costs_more() {
        let tight = step(5, Some(some(4)));
        let cheaper = step(9, Some(some(3)));
        assert_eq!(cheaper.clone().no_worse_than(&tight), cheaper);
        for own in [Some(some(5)), None] {
            let looser = step(9, own).no_worse_than(&tight);
            assert_eq!((looser.plan.amount, looser.plan_of_ms), (Some(some(4)), Some(5)));
            assert_eq!((looser.plan.max_cold_start_ms, looser.plan.gap), (9, 0.5));
            // And so on, from the first.
            let loosest = step(12, Some(some(6))).no_worse_than(&looser);
            assert_eq!((loosest.plan.max_cold_start_ms, loosest.plan_of_ms), (12, Some(5)));
        }
        assert_eq!(step(9, Some(some(2))).no_worse_than(&step(5, Some(some(2)))).plan_of_ms, None);
        let equal = step(9, Some(some(9))).no_worse_than(&step(5, Some(some(2))));
        assert_eq!(equal.plan.status, PlanVerdict::Optimal);
        assert_eq!(step(9, None).no_worse_than(&step(5, None)), step(9, None));
    }

    #[test]
    fn targets_of_a_tighter_target_are_enough_but_refute_nothing() {
        let with = |target: u64, amount: Option<PlanAmount>, enough: Option<u32>, at_least: u32| {
            let mut step = step(target, amount);
            let target = TargetBracket { enough, at_least, fails_at_ms: Some(target) };
            (step.plan.constant_pool, step.plan.warm_target) = (target.clone(), target);
            step
        };
        let tight = with(5, Some(some(3)), Some(4), 4);
        for own in [Some(some(2)), Some(some(9)), None] {
            for (enough, found) in [(Some(3), 3), (Some(7), 4), (None, 4)] {
                let plan = with(9, own, enough, 2).no_worse_than(&tight).plan;
                let target = TargetBracket { enough: Some(found), at_least: 2, fails_at_ms: Some(9) };
                assert_eq!((plan.constant_pool, plan.warm_target), (target.clone(), target));
            }
        }
    }
}
