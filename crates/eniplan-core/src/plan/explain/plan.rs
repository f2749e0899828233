//! What binds a plan: where its peak comes from, and what each limit is worth.

use super::lever::Lever;
use super::prices::shadow_prices;
use super::trial::plan_again;
use crate::plan::answer::{Explanation, HeldForPool, Plan};
use crate::plan::progress::PlanProgress;
use crate::plan::requirement::joint::{PooledJoint, pool_requirement};
use crate::plan::requirement::study::Study;
use crate::plan::terms::error::PlanError;
use crate::plan::terms::joint::{Joint, JointPool};
use crate::plan::terms::solution::JointPlan;

/// What this plan is bound by; none: it has no plan to explain, or not one
/// that planning again agrees with.
pub fn explain(
    study: &Study<'_>,
    plan: &Plan,
    progress: &PlanProgress<'_>,
) -> Result<Option<Explanation>, PlanError> {
    let Some(amount) = plan.amount else { return Ok(None) };
    let Some(requirement) = &plan.basis.requirement else { return Ok(None) };
    let pooled = pool_requirement(study, requirement);
    let base = match &plan.basis.joint {
        Some(joint) => Some(joint.clone()),
        None => plan_again(&pooled.joint, study.minimise)?,
    };
    let Some(base) = base else { return Ok(None) };
    if u64::from(base.objectives.peak) != amount.peak_enis {
        return Ok(None);
    }
    let limits = Lever::all(&pooled.joint).len() as u64;
    progress.announce(limits);
    progress.begin(limits);
    let peak_ms = peak_ms(&pooled.joint, &base);
    Ok(Some(Explanation {
        peak_ms,
        held: held_by_pool(study, &pooled, &base, peak_ms),
        prices: shadow_prices(&pooled.joint, study.minimise, &base, progress)?,
    }))
}

/// The first instant of the most that is held.
fn peak_ms(joint: &Joint, plan: &JointPlan) -> i64 {
    let mut changes: Vec<(i64, i64)> = Vec::new();
    for entry in &plan.entries {
        changes.push((entry.at_ms, i64::from(entry.create)));
        changes.push((entry.at_ms.saturating_add_unsigned(joint.delete.max.0), -i64::from(entry.delete)));
    }
    changes.sort_unstable();
    let (mut held, mut most, mut at) = (0, 0, 0);
    for &(at_ms, change) in &changes {
        held += change;
        if held > most {
            (most, at) = (held, at_ms);
        }
    }
    at
}

/// What is held for each pool at that instant.
fn held_by_pool(study: &Study<'_>, pooled: &PooledJoint, plan: &JointPlan, at_ms: i64) -> Vec<HeldForPool> {
    let joint = &pooled.joint;
    let held_for = |pool: &JointPool| {
        let own = |class: usize| pool.classes.contains(&class);
        let mut enis = 0_i64;
        for entry in plan.entries.iter().filter(|entry| own(entry.class) && entry.at_ms <= at_ms) {
            enis += i64::from(entry.create);
            if entry.at_ms.saturating_add_unsigned(joint.delete.max.0) <= at_ms {
                enis -= i64::from(entry.delete);
            }
        }
        let until = at_ms.saturating_add_unsigned(joint.boot.max.0).max(0).unsigned_abs();
        let from = at_ms.max(0).unsigned_abs();
        let inside = pool.need.steps().iter().filter(|&&(at, _)| at > from && at <= until);
        let needed = inside.map(|&(_, value)| value).chain([pool.need.at(from)]).max().unwrap_or(0);
        let classes: Vec<usize> = pool.classes.iter().map(|&class| pooled.classes[class]).collect();
        let uses = |classes_of: &[usize]| classes_of.iter().any(|class| classes.contains(class));
        let functions = study.topology.functions.iter().filter(|place| uses(&place.classes));
        let functions = functions.map(|place| place.name.clone()).collect();
        HeldForPool { functions, needed, enis: enis.max(0).unsigned_abs() }
    };
    joint.pools.iter().map(held_for).filter(|held| held.enis > 0).collect()
}
