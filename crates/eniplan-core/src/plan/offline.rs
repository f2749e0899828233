//! The offline optimum: the clairvoyant's schedule, which knows the trace and everything uncertain.
//!
//! It follows from a run in which every ENI is at hand: what is in use then is exactly what is
//! needed, and the plan of that need has the smallest peak there can be. Its creations stand for
//! the instants at which the ENIs are to be ready; since it knows each boot, it requests each one
//! no earlier than that takes. Whether an idle ENI is kept over a gap is decided for the longest
//! boot and deletion, so that the peak holds in every world.

use super::followed::FollowedPlan;
use super::requirement::joint::pool_needs;
use super::requirement::pools::scopes;
use super::requirement::study::Study;
use super::solve::backend::Backend;
use super::solve::group::{GroupAnswer, ProgramEffort, solve};
use super::solve::joint::solve_joint;
use super::terms::error::PlanError;
use super::terms::group::Group;
use super::terms::solution::JointAnswer;
use crate::demand::Curve;
use crate::simulation::{EniAction, Nature, Recorder, World, simulate};

/// ENIs in use over time, by group of classes.
struct InUseRecorder {
    /// The group of each class.
    of: Vec<usize>,
    /// What each class holds now.
    held: Vec<u32>,
    groups: Vec<InUseCurve>,
}

/// The curve of one group: within one millisecond the most that are in use count.
#[derive(Default)]
struct InUseCurve {
    curve: Curve,
    at: u64,
    most: u32,
    last: u32,
}

impl InUseCurve {
    fn set(&mut self, at: u64, value: u32) {
        if at > self.at {
            self.close();
            (self.at, self.most) = (at, self.last);
        }
        self.most = self.most.max(value);
        self.last = value;
    }

    fn close(&mut self) {
        self.curve.set(self.at, self.most);
        self.curve.set(self.at + 1, self.last);
    }
}

impl Recorder for InUseRecorder {
    fn enis_changed(&mut self, at: u64, class: usize, held: u32) {
        let group = &mut self.groups[self.of[class]];
        let all = group.last - self.held[class] + held;
        self.held[class] = held;
        group.set(at, all);
    }
}

/// The clairvoyant's schedule in the world of `nature`; `None` where even it has no plan.
///
/// Functions that may use several subnets are planned in all of them together; where that finds no
/// room, or where functions share only some of their subnets, each ENI class by itself.
pub fn clairvoyant(
    study: &Study<'_>,
    nature: impl Nature + Clone,
    backend: &dyn Backend,
) -> Result<Option<FollowedPlan>, PlanError> {
    if let Some(groups) = groups(study)
        && let Some(followed) = jointly(study, &groups, nature.clone())?
    {
        return Ok(Some(followed));
    }
    let mut actions = Vec::new();
    let mut peak_enis = 0_u64;
    let alone: Vec<usize> = (0..study.topology.classes.len()).collect();
    for (class, need) in in_use(study, &alone, nature).into_iter().enumerate() {
        let (_, group) = study.group_in(&[class]).ok_or(PlanError::Malformed)?;
        let group = Group { api: None, need, ..group };
        let answer = solve(&group, backend, &ProgramEffort::of(backend))?;
        let GroupAnswer::Planned(planned) = answer else { return Ok(None) };
        peak_enis = peak_enis.saturating_add(u64::from(planned.objectives.peak));
        let entries = planned.schedule.entries.iter();
        actions.extend(entries.flat_map(|entry| acts(study, entry.at_ms, class, entry.create, entry.delete)));
    }
    actions.retain(|action| (action.create, action.delete) != (0, 0));
    Ok(Some(FollowedPlan { actions, peak_enis }))
}

/// What is to be ready `create` in time, and what goes.
fn acts(study: &Study<'_>, at_ms: i64, class: usize, create: u32, delete: u32) -> [EniAction; 2] {
    let ready = at_ms.saturating_add_unsigned(study.topology.boot.max.0);
    let act = |at, create, delete| EniAction { at, class, create, delete };
    [act(ready, create, 0), act(at_ms, 0, delete)]
}

/// The classes of each pool of functions; none where there is one class, or where pools share some of theirs.
fn groups(study: &Study<'_>) -> Option<Vec<Vec<usize>>> {
    let groups: Vec<Vec<usize>> = scopes(study).into_iter().map(|scope| scope.classes).collect();
    let mut used: Vec<usize> = groups.iter().flatten().copied().collect();
    let all = used.len();
    used.sort_unstable();
    used.dedup();
    (all > 1 && used.len() == all).then_some(groups)
}

/// All pools planned together, without a zone to lose: the clairvoyant knows that none is lost.
fn jointly(
    study: &Study<'_>,
    groups: &[Vec<usize>],
    nature: impl Nature,
) -> Result<Option<FollowedPlan>, PlanError> {
    // Classes that no pool is planned in hold nothing of their own; the last group is theirs.
    let of = |class: usize| groups.iter().position(|group| group.contains(&class)).unwrap_or(groups.len());
    let of: Vec<usize> = (0..study.topology.classes.len()).map(of).collect();
    let needs = in_use(study, &of, nature);
    if needs.get(groups.len()).is_some_and(|rest| rest.peak().0 > 0) {
        return Ok(None);
    }
    let pools = groups.iter().cloned().zip(needs).collect();
    let mut pooled = pool_needs(study, pools);
    (pooled.joint.api, pooled.joint.survive_zone) = (None, false);
    let JointAnswer::Planned(planned) = solve_joint(&pooled.joint)? else { return Ok(None) };
    let Some(peak) = planned.draining_peak else { return Ok(None) };
    let entries = planned.entries.iter();
    let acts = entries
        .flat_map(|entry| acts(study, entry.at_ms, pooled.classes[entry.class], entry.create, entry.delete));
    let mut actions: Vec<EniAction> = acts.collect();
    actions.retain(|action| (action.create, action.delete) != (0, 0));
    Ok(Some(FollowedPlan { actions, peak_enis: peak.into() }))
}

/// What each group of classes has in use when ENIs come and go in no time and without limits.
fn in_use(study: &Study<'_>, of: &[usize], nature: impl Nature) -> Vec<Curve> {
    let (topology, policy) = study.at_once();
    let world = World::new(&topology, study.cold_path, &policy, study.initial().to_vec());
    let groups = of.iter().max().map_or(0, |most| most + 1);
    let groups = (0..groups).map(|_| InUseCurve::default()).collect();
    let listening = InUseRecorder { of: of.to_vec(), held: vec![0; of.len()], groups };
    let (_, _, seen) = simulate(&world, study.trace, nature, listening);
    let closed = |mut change: InUseCurve| {
        change.close();
        change.curve
    };
    seen.groups.into_iter().map(closed).collect()
}
