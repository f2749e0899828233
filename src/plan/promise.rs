//! Promise: from "no cold start above S" to a plan that is checked, attacked and bounded.

use super::answer::{Amount, Binding, NoPlan, Plan, ScheduleRow, Shortfall, Verdict};
use super::backend::Backend;
use super::group::{Group, Limit, PlanError};
use super::schedule::{Objectives, Schedule};
use super::shortage::{Change, Fix};
use super::solve::{Answer, Effort, Infeasible, solve};
use super::study::{Pool, Study};
use super::target;
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

/// The pools' solutions.
struct Solved {
    /// By class, with the peak of each.
    schedules: Vec<(usize, Schedule, u32)>,
    objectives: Objectives,
}

/// A plan under which no cold start exceeds `promise` and none fails, or why there is none.
pub fn plan(study: &Study<'_>, promise: Millis, backend: &dyn Backend) -> Result<Plan, PlanError> {
    let most = study.most();
    let cold_path = cold_path(study);
    let pools = study.pools(promise);
    let mut plan = Plan {
        status: Verdict::Feasible,
        max_cold_start_ms: promise.0,
        cold_path_ms: cold_path.0,
        amount: None,
        lower_bound: lower_bound(&pools, backend)?,
        gap: 0.0,
        schedule: Vec::new(),
        constant_pool: target::constant(&pools)?,
        warm_target: target::warm(study, promise, most),
        binding: Vec::new(),
        infeasible: None,
        attacks: 0,
        unproved: Vec::new(),
    };
    if cold_path > promise {
        plan.refuse(path_too_long(study, cold_path, promise));
        return Ok(plan);
    }
    match solve_pools(study, &pools, backend)? {
        Ok(solved) => settle(&mut plan, study, &solved, promise)?,
        Err(none) => plan.refuse(none),
    }
    Ok(plan)
}

/// The plan that keeps every ENI wait at zero, for the `scheduled` policy; `None` where none exists.
pub fn followed(study: &Study<'_>, backend: &dyn Backend) -> Result<Option<Followed>, PlanError> {
    let pools = study.pools(study.longest().into_iter().max().unwrap_or_default());
    Ok(solve_pools(study, &pools, backend)?.ok().map(|solved| Followed {
        actions: actions(&solved.schedules),
        peak_enis: u64::from(solved.objectives.peak),
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
    let solved = solve_pools(study, &study.pools(promise), backend)?;
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

fn lower_bound(pools: &[Pool], backend: &dyn Backend) -> Result<Amount, PlanError> {
    let mut bound = Amount::default();
    for pool in pools {
        // Limits do not matter to a lower bound.
        let group = Group { ceilings: Vec::new(), api: None, ..pool.at_least.clone() };
        let least = match solve(&group, backend, &Effort::default())? {
            Answer::Planned(planned) => planned.lower_bound,
            Answer::Infeasible(_) => Objectives { peak: group.need.peak().0, held_ms: 0, creations: 0 },
        };
        bound.peak_enis = bound.peak_enis.max(u64::from(least.peak));
        bound.eni_hours += hours(least.held_ms);
        bound.creations += least.creations;
    }
    Ok(bound)
}

fn hours(held_ms: u128) -> f64 {
    held_ms as f64 / 3_600_000.0
}

fn solve_pools(
    study: &Study<'_>,
    pools: &[Pool],
    backend: &dyn Backend,
) -> Result<Result<Solved, NoPlan>, PlanError> {
    let mut solved = Solved { schedules: Vec::new(), objectives: Objectives::default() };
    let mut none = NoPlan { proved: true, ..NoPlan::default() };
    for pool in pools {
        match solve(&pool.group, backend, &Effort::default())? {
            Answer::Planned(planned) => {
                let sum = &mut solved.objectives;
                sum.peak = sum.peak.saturating_add(planned.objectives.peak);
                sum.held_ms += planned.objectives.held_ms;
                sum.creations += planned.objectives.creations;
                solved.schedules.push((pool.class, planned.schedule, planned.objectives.peak));
            }
            Answer::Infeasible(infeasible) => explain(&mut none, pool, &infeasible),
        }
    }
    if none.shortages.is_empty() {
        over_shared_limits(study, pools, &solved, &mut none);
    }
    Ok(if none.shortages.is_empty() { Ok(solved) } else { Err(none) })
}

fn explain(none: &mut NoPlan, pool: &Pool, infeasible: &Infeasible) {
    let short = |shortage: &super::shortage::Shortage| Shortfall {
        limit: shortage.limit.to_string(),
        from_ms: shortage.from_ms,
        to_ms: shortage.to_ms,
        needed: u64::from(shortage.needed),
        available: u64::from(shortage.available),
        unit: "ENIs",
    };
    none.shortages.extend(infeasible.shortages.iter().map(short));
    none.fixes.extend(infeasible.fixes.iter().map(words));
    // Proved only if what is needed at least is already too much.
    none.proved &= !super::shortage::shortages(&pool.at_least).is_empty();
}

/// Several pools share quotas and subnets; each was planned as if alone.
fn over_shared_limits(study: &Study<'_>, pools: &[Pool], solved: &Solved, none: &mut NoPlan) {
    let limits = &study.topology.limits;
    let total = u64::from(solved.objectives.peak);
    let mut short = |limit: Limit, available: u32| {
        if total > u64::from(available) && pools.len() > 1 {
            none.proved = false;
            none.fixes.push(format!("raise the {limit} by {}", total - u64::from(available)));
            none.shortages.push(Shortfall {
                limit: limit.to_string(),
                from_ms: 0,
                to_ms: study.traffic.span.0,
                needed: total,
                available: u64::from(available),
                unit: "ENIs",
            });
        }
    };
    if let Some(quota) = limits.region_quota {
        short(Limit::RegionQuota, quota);
    }
    if let Some(quota) = limits.vpc_quota {
        short(Limit::VpcQuota, quota);
    }
    for subnet in &limits.subnets {
        let uses =
            |pool: &&Pool| limits.subnets[study.topology.classes[pool.class].subnet].name == subnet.name;
        if pools.iter().filter(uses).count() > 1 {
            short(Limit::Addresses { subnet: subnet.name.clone() }, subnet.addresses);
        }
    }
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
        fixes: vec![format!("promise {path} or more; no number of ENIs shortens the rest of the cold path")],
    }
}

fn words(fix: &Fix) -> String {
    let change = |change: &Change| match change {
        Change::Raise { limit, by } => format!("raise the {limit} by {by}"),
        Change::Burst { by } => format!("raise the API bucket's burst by {by}"),
        Change::Refill { by } => format!("raise the API bucket's refill by {}", crate::quantity::Rate(*by)),
        Change::StartEarlier { by } => format!("start creating ENIs {by} earlier"),
    };
    fix.changes.iter().map(change).collect::<Vec<_>>().join(" and ")
}

fn actions(schedules: &[(usize, Schedule, u32)]) -> Vec<Action> {
    let of = |(class, schedule, _): &(usize, Schedule, u32)| {
        let class = *class;
        let act = move |entry: &super::schedule::Entry| Action {
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
fn settle(plan: &mut Plan, study: &Study<'_>, solved: &Solved, promise: Millis) -> Result<(), PlanError> {
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
    let policy = study.scheduled(Provision::Scheduled);
    let world = World::new(study.topology, study.cold_path, &policy, study.initial().to_vec());
    let world = world.with_schedule(actions(&solved.schedules));
    let followed = worst_case::Planned { eni_wait: Millis::ZERO, peak_enis: amount.peak_enis };
    let effort = worst_case::Effort { invocations: 2_000_000, ..worst_case::Effort::default() };
    let attack = worst_case::worst_case(
        &world,
        study.cold_path,
        study.traffic,
        Some(followed),
        effort,
        &worst_case::Unwatched,
    );
    plan.attacks = attack.replays;
    if attack.cold_start.witness_ms > promise.0 || attack.peak_enis.peak.witness > amount.peak_enis {
        return Err(PlanError::Unsound(Vec::new()));
    }
    refused_invocations(plan, &attack);
    Ok(())
}

/// Failures that have nothing to do with ENIs: the plan cannot prevent them.
fn refused_invocations(plan: &mut Plan, attack: &worst_case::WorstCase) {
    let failures = attack.failures;
    if failures.witness > 0 {
        plan.status = Verdict::Feasible;
        plan.unproved.push(format!(
            "a replay fails {} invocations at the account's concurrency or scaling limit, which no ENI can mend",
            failures.witness
        ));
    } else if failures.bound != Some(0) {
        plan.unproved.push(
            "it is not proved that the account's concurrency and scaling limits refuse no invocation; no replay showed one".into(),
        );
    }
}

fn rows(study: &Study<'_>, schedules: &[(usize, Schedule, u32)]) -> Vec<ScheduleRow> {
    let mut rows: Vec<ScheduleRow> = Vec::new();
    for (class, schedule, _) in schedules {
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

/// The limit that the plan leaves the least of; the peaks of pools in one subnet are added up.
fn binding(study: &Study<'_>, solved: &Solved) -> Vec<Binding> {
    let limits = &study.topology.limits;
    let total = u64::from(solved.objectives.peak);
    let quotas = [(Limit::VpcQuota, limits.vpc_quota), (Limit::RegionQuota, limits.region_quota)];
    let quotas = quotas.into_iter().filter_map(|(limit, quota)| Some((limit, total, quota?)));
    let subnets = limits.subnets.iter().enumerate().map(|(index, subnet)| {
        let here = |(class, _, _): &&(usize, Schedule, u32)| study.topology.classes[*class].subnet == index;
        let used = solved.schedules.iter().filter(here).map(|(_, _, peak)| u64::from(*peak)).sum();
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
