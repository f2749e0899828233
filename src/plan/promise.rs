//! Promise: from "no cold start above S" to a plan that is checked, attacked and bounded.

use super::answer::{Amount, Binding, NoPlan, Plan, ScheduleRow, Shortfall, Target, Verdict};
use super::backend::Backend;
use super::group::{Limit, PlanError};
use super::joint::{JointAnswer, joint_bound, joint_shortages, solve_joint};
use super::pooling;
use super::schedule::{Entry, Objectives, Schedule};
use super::study::{Pool, Study};
use super::target;
use super::whole::{Solved, solve_pools};
use crate::demand::Curve;
use crate::policy::Provision;
use crate::quantity::Millis;
use crate::simulation::{Action, World};
use crate::worst_case;

/// A plan as the simulator follows it, with what its own proof says.
#[derive(Clone, Debug)]
pub struct Followed {
    /// The schedule.
    pub actions: Vec<Action>,
    /// The most ENIs it holds.
    pub peak_enis: u64,
}

/// A plan under which no cold start exceeds `promise` and none fails, or why there is none.
pub(super) fn kept(study: &Study<'_>, promise: Millis, backend: &dyn Backend) -> Result<Plan, PlanError> {
    let most = study.most();
    let cold_path = cold_path(study);
    let pools = study.pools(promise);
    let mut plan = Plan {
        status: Verdict::Feasible,
        max_cold_start_ms: promise.0,
        cold_path_ms: cold_path.0,
        amount: None,
        lower_bound: lower_bound(study, promise)?,
        gap: 0.0,
        schedule: Vec::new(),
        constant_pool: constant(study, &pools)?,
        warm_target: target::warm(study, promise, most),
        binding: Vec::new(),
        infeasible: None,
        attacks: 0,
        unproved: Vec::new(),
        minimised: None,
        explanation: None,
    };
    if cold_path > promise {
        plan.refuse(path_too_long(study, cold_path, promise));
        return Ok(plan);
    }
    match solve_pools(study, &pools, promise, backend)? {
        Ok(solved) => settle(&mut plan, study, &solved)?,
        Err(none) => plan.refuse(none),
    }
    Ok(plan)
}

/// The plan that keeps every ENI wait at zero, for the `scheduled` policy; `None` where none exists.
pub fn followed(study: &Study<'_>, backend: &dyn Backend) -> Result<Option<Followed>, PlanError> {
    let promise = study.longest().into_iter().max().unwrap_or_default();
    let pools = study.pools(promise);
    Ok(solve_pools(study, &pools, promise, backend)?.ok().map(|solved| Followed {
        actions: actions(&solved.schedules),
        peak_enis: u64::from(solved.lingering_peak),
    }))
}

/// What a plan for `promise` amounts to and does, without its proof of optimality, its targets and
/// the attack on it; or why there is none.
pub(super) fn outlook(
    study: &Study<'_>,
    promise: Millis,
    backend: &dyn Backend,
) -> Result<Result<(Amount, Vec<Action>), NoPlan>, PlanError> {
    let cold_path = cold_path(study);
    if cold_path > promise {
        return Ok(Err(path_too_long(study, cold_path, promise)));
    }
    let solved = solve_pools(study, &study.pools(promise), promise, backend)?;
    Ok(solved.map(|solved| {
        let Objectives { peak, held_ms, creations } = solved.objectives;
        let amount = Amount { peak_enis: u64::from(peak), eni_hours: hours(held_ms), creations };
        (amount, actions(&solved.schedules))
    }))
}

/// The longest cold start of any function that may have one, while an ENI is at hand.
pub(super) fn cold_path(study: &Study<'_>) -> Millis {
    let longest = study.longest();
    let cold = longest.iter().zip(study.most()).filter(|(_, most)| most.possibly_cold() > 0);
    cold.map(|(longest, _)| *longest).max().unwrap_or(Millis::ZERO)
}

/// What no plan can beat, whatever the limits.
fn lower_bound(study: &Study<'_>, promise: Millis) -> Result<Amount, PlanError> {
    let mut least = pooling::least(study, promise).joint;
    least.api = None;
    let Objectives { peak, held_ms, creations } = joint_bound(&least)?;
    if joint_shortages(&least).iter().any(|short| short.limit == Limit::Boot) {
        // Nothing can be ready in time: of plans that do not exist only the need is said.
        return Ok(Amount { peak_enis: u64::from(peak), ..Amount::default() });
    }
    Ok(Amount { peak_enis: u64::from(peak), eni_hours: hours(held_ms), creations })
}

/// The constant pool, enough only where all pools' together keep within what they share.
fn constant(study: &Study<'_>, pools: &[Pool]) -> Result<Target, PlanError> {
    let mut target = target::constant(pools)?;
    let limits = &study.topology.limits;
    if pools.len() > 1 || limits.survive_zone {
        let mut joint = pooling::most(study).joint;
        joint.pools.iter_mut().for_each(|pool| pool.need = Curve::new([(0, pool.need.peak().0)]));
        target.enough = match solve_joint(&joint)? {
            JointAnswer::Planned(planned) => Some(planned.objectives.peak),
            JointAnswer::Infeasible { .. } => None,
        };
    }
    Ok(target)
}

fn hours(held_ms: u128) -> f64 {
    held_ms as f64 / 3_600_000.0
}

fn path_too_long(study: &Study<'_>, path: Millis, promise: Millis) -> NoPlan {
    NoPlan {
        proved: true,
        shortages: vec![Shortfall {
            limit: "cold path with an ENI at hand".into(),
            from_ms: 0,
            to_ms: study.traffic.span.0,
            needed: path.0,
            available: promise.0,
            unit: "ms",
        }],
        ..NoPlan::default()
    }
}

fn actions(schedules: &[(usize, Schedule)]) -> Vec<Action> {
    let of = |(class, schedule): &(usize, Schedule)| {
        let class = *class;
        let act = move |entry: &Entry| Action {
            at: entry.at_ms,
            class,
            create: entry.create,
            delete: entry.delete,
        };
        schedule.entries.iter().map(act).collect::<Vec<_>>()
    };
    schedules.iter().flat_map(of).collect()
}

/// Fills in the plan, then attacks it.
fn settle(plan: &mut Plan, study: &Study<'_>, solved: &Solved) -> Result<(), PlanError> {
    let Objectives { peak, held_ms, creations } = solved.objectives;
    let amount = Amount { peak_enis: u64::from(peak), eni_hours: hours(held_ms), creations };
    plan.amount = Some(amount);
    let open = amount.peak_enis.saturating_sub(plan.lower_bound.peak_enis);
    plan.gap = if amount.peak_enis == 0 { 0.0 } else { open as f64 / amount.peak_enis as f64 };
    if amount == plan.lower_bound {
        plan.status = Verdict::Optimal;
    }
    plan.schedule = rows(study, &solved.schedules);
    plan.binding = binding(study, solved);
    if solved.lingering_peak > peak {
        plan.unproved.push(format!(
            "where environments stay on ENIs that are to be deleted while others stand idle, up to {} ENIs are \
             held instead of {peak}",
            solved.lingering_peak
        ));
    }
    let refused = attack(plan, study, solved, None)?;
    if study.topology.limits.survive_zone {
        let used = |(class, _): &(usize, Schedule)| {
            &study.topology.limits.subnets[study.topology.classes[*class].subnet].zone
        };
        let zones: std::collections::BTreeSet<&String> = solved.schedules.iter().map(used).collect();
        for zone in zones {
            if attack(plan, study, solved, Some(zone))? > refused {
                return Err(PlanError::Unsound(Vec::new()));
            }
        }
    }
    Ok(())
}

/// Looks for an assignment that breaks the plan, where a zone is lost from the beginning; tells the
/// invocations that failed.
fn attack(plan: &mut Plan, study: &Study, solved: &Solved, lost: Option<&str>) -> Result<u64, PlanError> {
    let mut topology = study.topology.clone();
    let subnets = &study.topology.limits.subnets;
    let left = |class: &usize| Some(subnets[study.topology.classes[*class].subnet].zone.as_str()) != lost;
    topology.functions.iter_mut().for_each(|place| place.classes.retain(left));
    let schedules: Vec<_> = solved.schedules.iter().filter(|(class, _)| left(class)).cloned().collect();
    let policy = study.scheduled(Provision::Scheduled);
    let world = World::new(&topology, study.cold_path, &policy, study.initial().to_vec());
    let world = world.with_schedule(actions(&schedules));
    let most = u64::from(solved.lingering_peak);
    let followed = worst_case::Planned { eni_wait: Millis::ZERO, peak_enis: most };
    let effort = worst_case::Effort { invocations: 2_000_000, ..worst_case::Effort::default() };
    let attack = worst_case::worst_case(
        &world,
        study.cold_path,
        study.traffic,
        Some(followed),
        effort,
        &worst_case::Unwatched,
    );
    plan.attacks += attack.replays;
    if attack.cold_start.witness_ms > plan.max_cold_start_ms || attack.peak_enis.peak.witness > most {
        return Err(PlanError::Unsound(Vec::new()));
    }
    refused_invocations(plan, &attack);
    Ok(attack.failures.witness)
}

/// Failures that have nothing to do with ENIs: the plan cannot prevent them.
fn refused_invocations(plan: &mut Plan, attack: &worst_case::WorstCase) {
    let failures = attack.failures;
    let told = if failures.witness > 0 {
        plan.status = Verdict::Feasible;
        format!(
            "a replay fails {} invocations at the account's concurrency or scaling limit, which no ENI can mend",
            failures.witness
        )
    } else if failures.bound != Some(0) {
        "it is not proved that the account's concurrency and scaling limits refuse no invocation; no replay showed one"
            .to_owned()
    } else {
        return;
    };
    if !plan.unproved.contains(&told) {
        plan.unproved.push(told);
    }
}

fn rows(study: &Study<'_>, schedules: &[(usize, Schedule)]) -> Vec<ScheduleRow> {
    let mut rows: Vec<ScheduleRow> = Vec::new();
    for (class, schedule) in schedules {
        let class = &study.topology.classes[*class];
        rows.extend(schedule.entries.iter().map(|entry| ScheduleRow {
            at_ms: entry.at_ms,
            subnet: study.topology.limits.subnets[class.subnet].name.clone(),
            security_groups: class.security_groups.clone(),
            create: entry.create,
            delete: entry.delete,
        }));
    }
    rows.sort_by_key(|row| row.at_ms);
    rows
}

/// The limit that the plan leaves the least of.
fn binding(study: &Study<'_>, solved: &Solved) -> Vec<Binding> {
    let limits = &study.topology.limits;
    let total = u64::from(solved.objectives.peak);
    let quotas = [(Limit::VpcQuota, limits.vpc_quota), (Limit::RegionQuota, limits.region_quota)];
    let quotas = quotas.into_iter().filter_map(|(limit, quota)| Some((limit, total, quota?)));
    let subnets = limits.subnets.iter().enumerate().map(|(index, subnet)| {
        let used = solved.subnet_peaks.get(index).map_or(0, |peak| u64::from(*peak));
        (Limit::Addresses { subnet: subnet.name.clone() }, used, subnet.addresses)
    });
    let row = |(limit, used, available): (Limit, u64, u32)| Binding {
        limit: limit.to_string(),
        used,
        available: u64::from(available),
    };
    let rows = subnets.chain(quotas).map(row).filter(|row| row.used > 0);
    rows.min_by_key(|row| row.available.saturating_sub(row.used)).into_iter().collect()
}

impl Plan {
    fn refuse(&mut self, none: NoPlan) {
        self.status = Verdict::Infeasible;
        self.infeasible = Some(none);
    }
}
