//! What is required, solved: as one group where that is all there is, else jointly.

use super::backend::Backend;
use super::group::{GroupAnswer, ProgramEffort, solve};
use super::joint::joint_shortages;
use super::objective::solve_objective;
use super::shortage::shortages;
use crate::plan::answer::{NoPlan, Shortfall};
use crate::plan::check::check_draining;
use crate::plan::requirement::joint::{PooledJoint, pool_minimum, pool_requirement};
use crate::plan::requirement::minimum::minimum_enis;
use crate::plan::requirement::readiness::{PoolRequirement, Requirement};
use crate::plan::requirement::study::Study;
use crate::plan::terms::error::PlanError;
use crate::plan::terms::group::Group;
use crate::plan::terms::joint::JointEntry;
use crate::plan::terms::objective::PlanObjective;
use crate::plan::terms::schedule::{Objectives, Schedule};
use crate::plan::terms::solution::{JointAnswer, JointPlan, Shortage};
use crate::quantity::Millis;

/// The schedules of all classes, checked.
#[derive(Clone, Debug)]
pub(crate) struct RequiredPlan {
    /// By class of the topology.
    pub schedules: Vec<(usize, Schedule)>,
    /// What they amount to together.
    pub objectives: Objectives,
    /// The most that is held where ENIs stay in use beyond their deletion's instant.
    pub draining_peak: u32,
    /// The most held in each subnet.
    pub subnet_peaks: Vec<u32>,
    /// The plan of the joint problem, where it was not planned as one group.
    pub joint: Option<JointPlan>,
}

/// The plan of all that is required, or why there is none; proved where what is needed at least is already too much.
pub(crate) fn solve_requirement(
    study: &Study<'_>,
    requirement: &Requirement,
    target: Millis,
    backend: &dyn Backend,
) -> Result<Result<RequiredPlan, NoPlan>, PlanError> {
    let plain = study.minimise == PlanObjective::Enis && !study.topology.limits.survive_zone;
    match requirement.pools.as_slice() {
        [pool] if plain && pool.scope.alone => solve_alone(study, requirement, pool, target, backend),
        _ => solve_jointly(study, requirement, target),
    }
}

/// One pool, in the roomiest of its classes if that will do.
fn solve_alone(
    study: &Study<'_>,
    requirement: &Requirement,
    pool: &PoolRequirement,
    target: Millis,
    backend: &dyn Backend,
) -> Result<Result<RequiredPlan, NoPlan>, PlanError> {
    let (class, group) = study.group_in(&pool.scope.classes).ok_or(PlanError::Malformed)?;
    let group = Group { need: pool.ready.clone(), ..group };
    debug_assert_eq!(group.end_ms(), requirement.end_ms(study), "one account");
    match solve(&group, backend, &ProgramEffort::of(backend))? {
        GroupAnswer::Planned(planned) => {
            let mut subnet_peaks = vec![0; study.topology.limits.subnets.len()];
            subnet_peaks[study.topology.classes[class].subnet] = planned.objectives.peak;
            Ok(Ok(RequiredPlan {
                schedules: vec![(class, planned.schedule)],
                objectives: planned.objectives,
                draining_peak: planned.objectives.peak,
                subnet_peaks,
                joint: None,
            }))
        }
        GroupAnswer::Infeasible(short) if pool.scope.classes.len() == 1 => {
            let minimum = minimum_enis(study, target, std::slice::from_ref(&pool.scope.members));
            let minimum = minimum.into_iter().next().unwrap_or_default();
            let proved = !shortages(&Group { need: minimum, ..group }).is_empty();
            let shortages = short.iter().map(Shortfall::from).collect();
            Ok(Err(NoPlan { proved, shortages, ..NoPlan::default() }))
        }
        // It may have room in several subnets together.
        GroupAnswer::Infeasible(_) => solve_jointly(study, requirement, target),
    }
}

fn solve_jointly(
    study: &Study<'_>,
    requirement: &Requirement,
    target: Millis,
) -> Result<Result<RequiredPlan, NoPlan>, PlanError> {
    let pooled = pool_requirement(study, requirement);
    let refuse = |shortages: &[Shortage], proved: bool| {
        let shortages = shortages.iter().map(Shortfall::from).collect();
        Ok(Err(NoPlan { proved, shortages, ..NoPlan::default() }))
    };
    match solve_objective(&pooled.joint, study.minimise)? {
        JointAnswer::Planned(planned) => {
            let Some(draining_peak) = planned.draining_peak else {
                let over = check_draining(&pooled.joint, &planned.entries).err().unwrap_or_default();
                let first: Vec<Shortage> = over.iter().filter_map(Shortage::of_violation).take(1).collect();
                return refuse(&first, false);
            };
            Ok(Ok(RequiredPlan {
                schedules: schedules_by_class(&pooled, &planned.entries),
                objectives: planned.objectives,
                draining_peak,
                subnet_peaks: planned.subnet_peaks.clone(),
                joint: Some(planned),
            }))
        }
        JointAnswer::Infeasible { shortages, .. } => {
            refuse(&shortages, !joint_shortages(&pool_minimum(study, target).joint).is_empty())
        }
    }
}

fn schedules_by_class(pooled: &PooledJoint, entries: &[JointEntry]) -> Vec<(usize, Schedule)> {
    let mut classes: Vec<usize> = pooled.classes.clone();
    classes.sort_unstable();
    classes.dedup();
    let schedule = |class: usize| {
        let own = || entries.iter().filter(move |entry| pooled.classes[entry.class] == class);
        let creations = own().map(|entry| (entry.at_ms, entry.create));
        Schedule::from_parts(creations, own().map(|entry| (entry.at_ms, entry.delete)))
    };
    let schedules = classes.into_iter().map(|class| (class, schedule(class)));
    schedules.filter(|(_, schedule)| !schedule.entries.is_empty()).collect()
}
