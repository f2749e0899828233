//! Fixes: for each number that says no, the smallest one at which there is a plan, planned again.

use super::lever::Lever;
use super::trial::{plan_any, smallest};
use crate::plan::answer::Remedy;
use crate::plan::terms::error::PlanError;
use crate::plan::terms::joint::Joint;
use crate::plan::terms::objective::PlanObjective;
use crate::plan::terms::solution::JointPlan;

/// The smallest change of one number after which there is a plan; none: no number brings one.
/// A plan of any of these problems will do; they differ in what is needed alone.
pub fn smallest_fix(joints: &[Joint], lever: Lever) -> Result<Option<(u64, JointPlan)>, PlanError> {
    let give = |value: u64| plan_any(joints, |joint| lever.with(joint, value), PlanObjective::Enis);
    let now = joints.first().map_or(0, |joint| lever.value(joint));
    smallest(now, loosest(joints, lever), give)
}

fn loosest(joints: &[Joint], lever: Lever) -> u64 {
    joints.iter().map(|joint| lever.loosest(joint)).max().unwrap_or(0)
}

/// For each number alone the smallest that works, or that none does.
pub(crate) fn numbers(joints: &[Joint]) -> Result<Vec<Remedy>, PlanError> {
    let Some(joint) = joints.first() else { return Ok(Vec::new()) };
    Lever::all(joint).into_iter().map(|lever| number(joints, joint, lever)).collect()
}

fn number(joints: &[Joint], joint: &Joint, lever: Lever) -> Result<Remedy, PlanError> {
    let (what, now) = (lever.name(joint), lever.value(joint));
    let Some((to, plan)) = smallest_fix(joints, lever)? else {
        let most = lever.amount(loosest(joints, lever));
        let vain = Remedy::vain(lever.kind(), &what, &format!("no value up to {most} helps"));
        return Ok(Remedy { from: Some(now), unit: lever.unit(), ..vain });
    };
    Ok(Remedy {
        kind: lever.kind(),
        works: true,
        from: Some(now),
        to: Some(to),
        unit: lever.unit(),
        change: format!("raise the {}", raised(joint, lever, now, to)),
        what,
        peak_enis: Some(plan.objectives.peak.into()),
    })
}

fn raised(joint: &Joint, lever: Lever, now: u64, to: u64) -> String {
    let (by, to, now) = (lever.amount(to - now), lever.amount(to), lever.amount(now));
    format!("{} by {by} (from {now} to {to})", lever.name(joint))
}

/// Giving up the survival of a zone; none where it is not asked for.
pub(crate) fn zones(joints: &[Joint]) -> Result<Option<Remedy>, PlanError> {
    if joints.iter().all(|joint| !joint.survive_zone) {
        return Ok(None);
    }
    let looser = |joint: &Joint| Joint { survive_zone: false, ..joint.clone() };
    let what = "requirement to survive the loss of a zone";
    Ok(Some(match plan_any(joints, looser, PlanObjective::Enis)? {
        None => Remedy::vain("zone_survival", what, "dropping it alone does not help"),
        Some(plan) => Remedy {
            works: true,
            change: "drop the requirement to survive the loss of a zone".to_owned(),
            peak_enis: Some(plan.objectives.peak.into()),
            ..Remedy::vain("zone_survival", what, "")
        },
    }))
}

/// Where no number alone works: several together, none of which can be smaller; none: not even all do.
pub(crate) fn together(joints: &[Joint]) -> Result<Option<Remedy>, PlanError> {
    let Some(joint) = joints.first() else { return Ok(None) };
    let levers = Lever::all(joint);
    let set = |all: &mut [Joint], lever: Lever, value: u64| {
        for joint in all {
            *joint = lever.with(joint, value);
        }
    };
    let mut all = joints.to_vec();
    for lever in &levers {
        let most = loosest(&all, *lever);
        set(&mut all, *lever, most);
    }
    let Some(mut best) = plan_any(&all, Joint::clone, PlanObjective::Enis)? else { return Ok(None) };
    let mut changes = Vec::new();
    for lever in levers {
        let now = lever.value(joint);
        let give = |value: u64| plan_any(&all, |joint| lever.with(joint, value), PlanObjective::Enis);
        if let Some(plan) = give(now)? {
            set(&mut all, lever, now);
            best = plan;
            continue;
        }
        let most = all.first().map_or(now, |joint| lever.value(joint));
        if let Some((to, plan)) = smallest(now, most, give)? {
            set(&mut all, lever, to);
            best = plan;
            changes.push(raised(joint, lever, now, to));
        }
    }
    Ok(Some(Remedy {
        works: true,
        change: format!("raise the {}", changes.join(" and the ")),
        peak_enis: Some(best.objectives.peak.into()),
        ..Remedy::vain("combined", "several limits at once", "")
    }))
}
