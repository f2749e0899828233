//! The planner: from "no cold start above S" to a plan that is checked, searched for counterexamples and bounded.

use super::answer::minimised::value_rows;
use super::answer::plan::PlanBasis;
use super::answer::{BindingLimit, Minimised, NoPlan, Plan, PlanAmount, PlanVerdict, ScheduleRow, Shortfall};
use super::followed::actions;
use super::progress::PlanProgress;
use super::refine::{Candidate, rank_candidates, refine};
use super::refute::{self, Refutation};
use super::requirement::joint::pool_minimum;
use super::requirement::minimum::minimum_by_work;
use super::requirement::readiness::Requirement;
use super::requirement::study::Study;
use super::requirement::waiting::candidates;
use super::solve::backend::Backend;
use super::solve::joint::{joint_bound, joint_shortages};
use super::solve::objective::bound_objective;
use super::solve::required::RequiredPlan;
use super::targets;
use super::terms::error::PlanError;
use super::terms::exact::instant_ms;
use super::terms::joint::Joint;
use super::terms::limit::EniLimit;
use super::terms::objective::PlanObjective;
use super::terms::schedule::Schedule;
use crate::quantity::Millis;
use crate::simulation::EniAction;

/// A plan under which no cold start exceeds `target` and none fails, or why there is none.
///
/// What keeps the target at the least cost is tried first: each candidate for what is required is solved,
/// and the cheapest goes through `refine`.
pub fn plan(
    study: &Study<'_>,
    target: Millis,
    backend: &dyn Backend,
    progress: &PlanProgress<'_>,
) -> Result<Plan, PlanError> {
    let [needs, constants, warm, search] = passes(study);
    progress.announce(needs + constants + warm + search);
    progress.begin(needs);
    let cold_path = study.longest_possible();
    let requirements = candidates(study, target);
    progress.begin(constants);
    let (constant_pool, constant_pools) = targets::constant_pools(study, &requirements, target, progress)?;
    progress.begin(warm);
    let warm_target = targets::warm_target(study, target, progress);
    let minimum = Joint { api: None, ..pool_minimum(study, target).joint };
    let mut plan = Plan {
        status: PlanVerdict::Feasible,
        max_cold_start_ms: target.0,
        cold_path_ms: cold_path.0,
        eni_wait_ms: 0,
        amount: None,
        lower_bound: lower_bound(study, &minimum, target)?,
        gap: 0.0,
        schedule: Vec::new(),
        constant_pool,
        constant_pools,
        warm_target,
        binding: Vec::new(),
        infeasible: None,
        attacks: 0,
        counterexamples: 0,
        unproved: Vec::new(),
        minimised: None,
        explanation: None,
        basis: PlanBasis::default(),
    };
    progress.begin(search);
    match keep(&mut plan, study, requirements, backend, progress)? {
        Ok((kept, refutation)) => fill_in(&mut plan, study, kept, &refutation),
        Err(none) => (plan.status, plan.infeasible) = (PlanVerdict::Infeasible, Some(none)),
    }
    value_plan(&mut plan, study, &minimum)?;
    Ok(plan)
}

/// The plan that no counterexample broke, or why there is none.
fn keep(
    plan: &mut Plan,
    study: &Study<'_>,
    requirements: Vec<Requirement>,
    backend: &dyn Backend,
    progress: &PlanProgress<'_>,
) -> Result<Result<(Candidate, Refutation), NoPlan>, PlanError> {
    let (cold_path, target) = (Millis(plan.cold_path_ms), Millis(plan.max_cold_start_ms));
    if cold_path > target {
        return Ok(Err(path_too_long(study, cold_path, target)));
    }
    if targets::too_many_invocations(study) {
        plan.unproved.push("the minimum warm target was not searched: the trace is too large".into());
    }
    match rank_candidates(study, requirements, target, backend)? {
        Err(none) => Ok(Err(none)),
        Ok(candidates) => {
            let refined = refine(study, candidates, target, backend, progress)?;
            (plan.attacks, plan.counterexamples) = (refined.replays, refined.counterexamples);
            Ok(refined.outcome)
        }
    }
}

/// Passes over the trace, about: for what is required, the constant pools, the warm target, the search.
fn passes(study: &Study<'_>) -> [u64; 4] {
    [4, targets::passes_of_pools(study), targets::passes_of_warm(study), refute::passes(study)]
}

/// What a plan for `target` amounts to and does, without its proof of optimality, its targets and
/// the search for counterexamples.
pub(crate) struct Outlook {
    /// What it amounts to.
    pub amount: PlanAmount,
    /// What it does.
    pub actions: Vec<EniAction>,
    /// The longest an environment waits for its ENI.
    pub eni_wait: Millis,
}

/// The [`Outlook`] of `study`, or why there is no plan.
pub(crate) fn outlook(
    study: &Study<'_>,
    target: Millis,
    backend: &dyn Backend,
) -> Result<Result<Outlook, NoPlan>, PlanError> {
    let cold_path = study.longest_possible();
    if cold_path > target {
        return Ok(Err(path_too_long(study, cold_path, target)));
    }
    let ranked = rank_candidates(study, candidates(study, target), target, backend)?;
    Ok(ranked.and_then(|candidates| {
        let cheapest = candidates.into_iter().next().ok_or_else(NoPlan::default)?;
        Ok(Outlook {
            amount: PlanAmount::from(cheapest.plan.objectives),
            actions: actions(&cheapest.plan.schedules),
            eni_wait: Millis(cheapest.requirement.eni_wait()),
        })
    }))
}

/// What no plan can beat, whatever the limits.
fn lower_bound(study: &Study<'_>, minimum: &Joint, target: Millis) -> Result<PlanAmount, PlanError> {
    let bound = PlanAmount::from(joint_bound(minimum)?);
    let peak_enis = bound.peak_enis.max(minimum_by_work(study, target).into());
    if joint_shortages(minimum).iter().any(|short| short.limit == EniLimit::Boot) {
        // Nothing can be ready in time: of plans that do not exist only the need is said.
        return Ok(PlanAmount { peak_enis, ..PlanAmount::default() });
    }
    Ok(PlanAmount { peak_enis, ..bound })
}

fn path_too_long(study: &Study<'_>, path: Millis, target: Millis) -> NoPlan {
    NoPlan {
        proved: true,
        shortages: vec![Shortfall {
            limit: "cold path with an ENI ready".into(),
            from_ms: 0,
            to_ms: study.trace.span.0,
            needed: path.0,
            available: target.0,
            unit: "ms",
            summary: "the cold path is longer than the target".into(),
        }],
        ..NoPlan::default()
    }
}

/// Fills in the plan that no counterexample broke.
fn fill_in(plan: &mut Plan, study: &Study<'_>, kept: Candidate, refutation: &Refutation) {
    let Candidate { requirement, plan: solved } = kept;
    let amount = PlanAmount::from(solved.objectives);
    plan.amount = Some(amount);
    let open = amount.peak_enis.saturating_sub(plan.lower_bound.peak_enis);
    plan.gap = if amount.peak_enis == 0 { 0.0 } else { open as f64 / amount.peak_enis as f64 };
    if amount == plan.lower_bound {
        plan.status = PlanVerdict::Optimal;
    }
    plan.schedule = schedule_rows(study, &solved.schedules);
    plan.binding = binding_limit(study, &solved);
    if solved.draining_peak > solved.objectives.peak {
        plan.unproved.push(format!(
            "if environments stay on draining ENIs while others are idle, the peak is up to {} ENIs instead of \
             {}",
            solved.draining_peak, solved.objectives.peak
        ));
    }
    tell_refused(plan, refutation);
    plan.eni_wait_ms = requirement.eni_wait();
    plan.basis.requirement = Some(requirement);
    plan.basis.joint = solved.joint;
}

/// Failures that have nothing to do with ENIs: the plan cannot prevent them.
fn tell_refused(plan: &mut Plan, refutation: &Refutation) {
    if refutation.failures > 0 {
        plan.status = PlanVerdict::Feasible;
        plan.basis.refuses = true;
        plan.unproved.push(format!(
            "failed invocations in a replay: {}, at the account's concurrency or scaling limit, which ENIs cannot \
             change",
            refutation.failures
        ));
    } else if !refutation.none_fails {
        plan.unproved.push(
            "the account's concurrency and scaling limits may reject invocations: no replay shows it, but it is \
             not ruled out"
                .to_owned(),
        );
    }
}

fn schedule_rows(study: &Study<'_>, schedules: &[(usize, Schedule)]) -> Vec<ScheduleRow> {
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
fn binding_limit(study: &Study<'_>, solved: &RequiredPlan) -> Vec<BindingLimit> {
    let limits = &study.topology.limits;
    let total = u64::from(solved.objectives.peak);
    let quotas = [(EniLimit::VpcQuota, limits.vpc_quota), (EniLimit::RegionQuota, limits.region_quota)];
    let quotas = quotas.into_iter().filter_map(|(limit, quota)| Some((limit, total, quota?)));
    let subnets = limits.subnets.iter().enumerate().map(|(index, subnet)| {
        let used = solved.subnet_peaks.get(index).map_or(0, |peak| u64::from(*peak));
        (EniLimit::Addresses { subnet: subnet.name.clone() }, used, subnet.addresses)
    });
    let row = |(limit, used, available): (EniLimit, u64, u32)| BindingLimit {
        limit: limit.to_string(),
        used,
        available: u64::from(available),
    };
    let rows = subnets.chain(quotas).map(row).filter(|row| row.used > 0);
    rows.min_by_key(|row| row.available.saturating_sub(row.used)).into_iter().collect()
}

/// What the plan is worth in what it was to make small, counted from its rows.
fn value_plan(plan: &mut Plan, study: &Study<'_>, minimum: &Joint) -> Result<(), PlanError> {
    if study.minimise == PlanObjective::Enis {
        return Ok(());
    }
    let names: Vec<&str> = study.topology.limits.subnets.iter().map(|subnet| subnet.name.as_str()).collect();
    let delete = study.topology.delete.max.0;
    let end = plan.basis.requirement.as_ref().map_or(0, |requirement| requirement.end_ms(study));
    let value = value_rows(&plan.schedule, delete, instant_ms(end), study.minimise, &names);
    let bound = bound_objective(minimum, study.minimise)?;
    if plan.amount.is_some() && value < bound {
        // A plan below what is proved to be the least: one of the two is wrong.
        return Err(PlanError::Unsound(Vec::new()));
    }
    let minimised = Minimised::new(study.minimise, &names, plan.amount.map(|_| value), bound);
    // Where a replay fails invocations no plan is called the best.
    if plan.amount.is_some() {
        let met = minimised.as_ref().is_some_and(|minimised| minimised.met) && !plan.basis.refuses;
        plan.status = if met { PlanVerdict::Optimal } else { PlanVerdict::Feasible };
    }
    plan.minimised = minimised;
    Ok(())
}
