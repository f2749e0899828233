//! A plan as the simulator follows it.

use crate::plan::requirement::readiness::Requirement;
use crate::plan::requirement::study::Study;
use crate::plan::solve::backend::Backend;
use crate::plan::solve::required::solve_requirement;
use crate::plan::terms::error::PlanError;
use crate::plan::terms::schedule::{Schedule, ScheduleEntry};
use crate::simulation::EniAction;

/// What the simulator does, and what its own proof says of it.
#[derive(Clone, Debug)]
pub struct FollowedPlan {
    /// The schedule.
    pub actions: Vec<EniAction>,
    /// The most ENIs it holds.
    pub peak_enis: u64,
}

/// The plan that keeps every ENI wait at zero, for the `scheduled` policy; `None` where none exists.
pub fn followed(study: &Study<'_>, backend: &dyn Backend) -> Result<Option<FollowedPlan>, PlanError> {
    let target = study.longest().into_iter().max().unwrap_or_default();
    let requirement = Requirement::without_waiting(study);
    Ok(solve_requirement(study, &requirement, target, backend)?
        .ok()
        .map(|plan| FollowedPlan { actions: actions(&plan.schedules), peak_enis: plan.draining_peak.into() }))
}

/// What the simulator does of these schedules.
pub(crate) fn actions(schedules: &[(usize, Schedule)]) -> Vec<EniAction> {
    let acts = |(class, schedule): &(usize, Schedule)| {
        let class = *class;
        let act = move |entry: &ScheduleEntry| EniAction {
            at: entry.at_ms,
            class,
            create: entry.create,
            delete: entry.delete,
        };
        schedule.entries.iter().map(act).collect::<Vec<_>>()
    };
    schedules.iter().flat_map(acts).collect()
}
