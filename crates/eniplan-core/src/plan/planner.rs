//! Planned: the plan for a promise, and what it is worth in what it was asked to make small.

use crate::plan::answer::{Plan, Verdict};
use crate::plan::refine::kept;
use crate::plan::requirement::pools;
use crate::plan::solve::backend::Backend;
use crate::plan::solve::objective::{Minimise, Minimised, bound, worth};
use crate::plan::{PlanError, Study};
use crate::quantity::Millis;

/// A plan under which no cold start exceeds `promise` and none fails, or why there is none.
pub fn plan(study: &Study<'_>, promise: Millis, backend: &dyn Backend) -> Result<Plan, PlanError> {
    let mut plan = kept(study, promise, backend)?;
    if study.minimise == Minimise::Enis {
        return Ok(plan);
    }
    let names: Vec<&str> = study.topology.limits.subnets.iter().map(|subnet| subnet.name.as_str()).collect();
    let delete = study.topology.delete.max.0;
    let end = plan.made.asked.as_ref().map_or(0, |asked| study.account_end(asked));
    let value = worth(&plan.schedule, delete, end, study.minimise, &names);
    let mut least = pools::least(study, promise).joint;
    least.api = None;
    let bound = bound(&least, study.minimise)?;
    if plan.amount.is_some() && value < bound {
        // A plan below what is proved to be the least: one of the two is wrong.
        return Err(PlanError::Unsound(Vec::new()));
    }
    let minimised = Minimised::new(study.minimise, &names, plan.amount.map(|_| value), bound);
    // Where a replay fails invocations no plan is called the best.
    if plan.amount.is_some() {
        let met = minimised.as_ref().is_some_and(|it| it.met) && !plan.made.refuses;
        plan.status = if met { Verdict::Optimal } else { Verdict::Feasible };
    }
    plan.minimised = minimised;
    Ok(plan)
}
