//! Promise: from "no cold start above S" to a plan that is checked, attacked and bounded.

use super::answer::{Amount, Binding, Made, NoPlan, Plan, ScheduleRow, Shortfall, Verdict};
use super::asked::Asked;
use super::attack::{self, Attacked, Counterexample, What, actions, attack};
use super::backend::Backend;
use super::group::{Limit, PlanError};
use super::joint::{joint_bound, joint_shortages};
use super::lives::alive;
use super::pooling;
use super::schedule::{Objectives, Schedule};
use super::study::{Pool, Study};
use super::target;
use super::waiting;
use super::whole::{Solved, solve_pools};
use crate::quantity::Millis;
use crate::simulation::EniAction;

/// A plan as the simulator follows it, with what its own proof says.
#[derive(Clone, Debug)]
pub struct Followed {
    /// The schedule.
    pub actions: Vec<EniAction>,
    /// The most ENIs it holds.
    pub peak_enis: u64,
}

/// A plan under which no cold start exceeds `promise` and none fails, or why there is none.
///
/// What keeps the promise at the least cost is tried first: each way of asking for ENIs that leaves
/// the promise whole is solved, and the cheapest goes through [`hold`].
pub(super) fn kept(study: &Study<'_>, promise: Millis, backend: &dyn Backend) -> Result<Plan, PlanError> {
    let [needs, constants, warm, attack] = steps(study);
    study.expects(needs + constants + warm + attack);
    study.begins(needs);
    let cold_path = cold_path(study);
    let pools = study.pools(promise);
    let ways = waiting::ways(study, promise);
    study.begins(constants);
    let (constant_pool, constant_pools) = target::constant(study, &ways, promise)?;
    study.begins(warm);
    let warm_target = target::warm(study, promise);
    let mut plan = Plan {
        status: Verdict::Feasible,
        max_cold_start_ms: promise.0,
        cold_path_ms: cold_path.0,
        eni_wait_ms: 0,
        amount: None,
        lower_bound: lower_bound(study, promise)?,
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
        made: Made::default(),
    };
    if cold_path > promise {
        plan.refuse(path_too_long(study, cold_path, promise));
        return Ok(plan);
    }
    if target::too_much(study) {
        plan.unproved
            .push("the smallest warm target was not searched for: so much traffic takes long".into());
    }
    study.begins(attack);
    match cheapest(study, &pools, ways, promise, backend)? {
        Err(none) => plan.refuse(none),
        Ok(ways) => first_held(&mut plan, study, &pools, ways, backend)?,
    }
    Ok(plan)
}

/// Passes over the traffic, about: for what is needed, the constant pools, the warm target, the attack.
fn steps(study: &Study<'_>) -> [u64; 4] {
    [4, target::passes_of_pools(study), target::passes_of_warm(study), attack::passes(study)]
}

/// Fills in the plan of the first of these ways that holds, or why the last does not.
fn first_held(
    plan: &mut Plan,
    study: &Study<'_>,
    pools: &[Pool],
    ways: Vec<Asked>,
    backend: &dyn Backend,
) -> Result<(), PlanError> {
    let promise = Millis(plan.max_cold_start_ms);
    let last = ways.len().saturating_sub(1);
    for (index, way) in ways.into_iter().enumerate() {
        let held = hold(study, pools, way, promise, backend)?;
        plan.attacks += held.replays;
        plan.counterexamples += held.counterexamples;
        match held.end {
            // Longer cold starts may meet the account's limits where none would.
            Ok((_, ref attacked)) if index < last && !attacked.none_fails => {}
            Err(_) if index < last => {}
            Ok((solved, attacked)) => {
                settle(plan, study, &solved, &attacked);
                plan.eni_wait_ms = held.asked.eni_wait();
                plan.made.asked = Some(held.asked);
                plan.made.joint = solved.joint;
                break;
            }
            Err(none) => plan.refuse(none),
        }
    }
    Ok(())
}

/// The ways of asking that have a plan, the cheapest first and none dearer than the one without any
/// waiting; or why the first of them has none.
fn cheapest(
    study: &Study<'_>,
    pools: &[Pool],
    ways: Vec<Asked>,
    promise: Millis,
    backend: &dyn Backend,
) -> Result<Result<Vec<Asked>, NoPlan>, PlanError> {
    let mut found: Vec<((u128, Objectives), Asked)> = Vec::new();
    let mut none = None;
    if ways.len() == 1 {
        return Ok(Ok(ways));
    }
    for way in ways {
        match solve_pools(study, pools, &way, promise, backend)? {
            Ok(solved) => found.push(((solved.worth(study.minimise), solved.objectives), way)),
            Err(why) => none = none.or(Some(why)),
        }
    }
    // In a tie the one that waits less, which stands before.
    found.sort_by_key(|(worth, _)| *worth);
    let plain = found.iter().position(|(_, way)| way.eni_wait() == 0);
    found.truncate(plain.map_or(found.len(), |plain| plain + 1));
    let ways = found.into_iter().map(|(_, way)| way).collect::<Vec<_>>();
    Ok(none.filter(|_| ways.is_empty()).map_or(Ok(ways), Err))
}

/// What has become of one way of asking.
struct Held {
    /// What was asked for in the end.
    asked: Asked,
    /// Assignments that were replayed.
    replays: u64,
    /// Those that broke a plan and became constraints.
    counterexamples: u64,
    /// The plan that nothing broke, or what is left.
    end: Result<(Solved, Attacked), NoPlan>,
}

/// The loop: solve and check, attack; ask for what the counterexample lacked; solve again, until no
/// attack breaks the plan. It says what is left where a counterexample teaches nothing new.
fn hold(
    study: &Study<'_>,
    pools: &[Pool],
    mut asked: Asked,
    promise: Millis,
    backend: &dyn Backend,
) -> Result<Held, PlanError> {
    let (mut replays, mut counterexamples) = (0, 0);
    let end = loop {
        // What leaves the solver has passed the checker.
        let solved = match solve_pools(study, pools, &asked, promise, backend)? {
            Ok(solved) => solved,
            Err(none) => break Err(none),
        };
        let attacked = attack(study, promise, &solved, asked.eni_wait());
        replays += attacked.replays;
        let Some(broken) = &attacked.counterexample else { break Ok((solved, attacked)) };
        let learnt = asked.learn(study, &alive(study, broken.assignment.clone()));
        if !learnt || counterexamples == MOST_COUNTEREXAMPLES {
            break Err(left(broken, promise, &solved));
        }
        counterexamples += 1;
    };
    Ok(Held { asked, replays, counterexamples, end })
}

/// After so many the loop gives up and says what is left.
const MOST_COUNTEREXAMPLES: u64 = 50;

/// A counterexample that no constraint takes away.
fn left(broken: &Counterexample, promise: Millis, solved: &Solved) -> NoPlan {
    let lost = broken.lost.as_ref().map_or_else(String::new, |zone| format!(" without zone {zone}"));
    let (limit, available, unit) = match &broken.what {
        What::TooLong(function) => (format!("cold start of {function} in a replay{lost}"), promise.0, "ms"),
        What::TooMany => (format!("ENIs held in a replay{lost}"), u64::from(solved.lingering_peak), "ENIs"),
        What::Unserved => (format!("invocations never served in a replay{lost}"), 0, "invocations"),
    };
    let (from_ms, to_ms) = (broken.at_ms, broken.at_ms);
    let shortages = vec![Shortfall { limit, from_ms, to_ms, needed: broken.shown, available, unit }];
    NoPlan { proved: false, shortages, ..NoPlan::default() }
}

/// The plan that keeps every ENI wait at zero, for the `scheduled` policy; `None` where none exists.
pub fn followed(study: &Study<'_>, backend: &dyn Backend) -> Result<Option<Followed>, PlanError> {
    let promise = study.longest().into_iter().max().unwrap_or_default();
    let pools = study.pools(promise);
    let asked = Asked::at_once(study);
    Ok(solve_pools(study, &pools, &asked, promise, backend)?.ok().map(|solved| Followed {
        actions: actions(&solved.schedules),
        peak_enis: u64::from(solved.lingering_peak),
    }))
}

/// What a plan for `promise` amounts to and does, without its proof of optimality, its targets and
/// the attack on it; or why there is none.
pub(super) struct Outlook {
    /// What it amounts to.
    pub amount: Amount,
    /// What it does.
    pub actions: Vec<EniAction>,
    /// The longest an environment waits for its ENI.
    pub eni_wait: Millis,
}

/// The [`Outlook`] of `study`.
pub(super) fn outlook(
    study: &Study<'_>,
    promise: Millis,
    backend: &dyn Backend,
) -> Result<Result<Outlook, NoPlan>, PlanError> {
    let cold_path = cold_path(study);
    if cold_path > promise {
        return Ok(Err(path_too_long(study, cold_path, promise)));
    }
    let pools = study.pools(promise);
    let asked = match cheapest(study, &pools, waiting::ways(study, promise), promise, backend)? {
        Ok(ways) => ways.into_iter().next().unwrap_or_else(|| Asked::at_once(study)),
        Err(none) => return Ok(Err(none)),
    };
    let solved = solve_pools(study, &pools, &asked, promise, backend)?;
    Ok(solved.map(|solved| {
        let Objectives { peak, held_ms, creations } = solved.objectives;
        let amount = Amount { peak_enis: u64::from(peak), eni_hours: hours(held_ms), creations };
        Outlook { amount, actions: actions(&solved.schedules), eni_wait: Millis(asked.eni_wait()) }
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
    let peak = peak.max(study.least_by_work(promise));
    if joint_shortages(&least).iter().any(|short| short.limit == Limit::Boot) {
        // Nothing can be ready in time: of plans that do not exist only the need is said.
        return Ok(Amount { peak_enis: u64::from(peak), ..Amount::default() });
    }
    Ok(Amount { peak_enis: u64::from(peak), eni_hours: hours(held_ms), creations })
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

/// Fills in the plan that withstood the attack.
fn settle(plan: &mut Plan, study: &Study<'_>, solved: &Solved, attacked: &Attacked) {
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
    refused_invocations(plan, attacked);
}

/// Failures that have nothing to do with ENIs: the plan cannot prevent them.
fn refused_invocations(plan: &mut Plan, attacked: &Attacked) {
    if attacked.failures > 0 {
        plan.status = Verdict::Feasible;
        plan.made.refuses = true;
        plan.unproved.push(format!(
            "a replay fails {} invocations at the account's concurrency or scaling limit, which no ENI can mend",
            attacked.failures
        ));
    } else if !attacked.none_fails {
        plan.unproved.push(
            "it is not proved that the account's concurrency and scaling limits refuse no invocation; no replay \
             showed one"
                .to_owned(),
        );
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use petgraph::graph::DiGraph;

    use super::*;
    use crate::cold_path::{ColdPath, Path, PathStep};
    use crate::demand::Curve;
    use crate::platform::PhaseKind;
    use crate::policy::{Capacity, StartMode, named};
    use crate::quantity::{Interval, Memory};
    use crate::topology::{EniClass, FunctionPlace, SubnetRoom, SystemLimits, Topology};
    use crate::trace::{Entry, Shape, Traffic, TrafficFunction};

    /// Three bursts of one function, in one subnet of `addresses`.
    fn bursts(addresses: u32) -> (Topology, ColdPath, Traffic) {
        let burst = |n: u32| Entry { at: u64::from(n) * 300_000, duration: 5_000, function: 0, count: 4 + n };
        let place = FunctionPlace {
            name: "f".into(),
            memory: Memory::mib(1_024),
            connections: 1,
            keep_alive: Millis(60_000),
            classes: vec![0],
        };
        let room = SubnetRoom { name: "a".into(), zone: "z".into(), vpc: 0, addresses };
        let topology = Topology {
            graph: DiGraph::new(),
            classes: vec![EniClass { subnet: 0, security_groups: Vec::new() }],
            functions: vec![place],
            limits: SystemLimits { subnets: vec![room], ..SystemLimits::default() },
            boot: Interval::between(Millis(5_000), Millis(20_000)),
            delete: Interval::exactly(Millis(10_000)),
            capacity: Capacity::Count(1),
        };
        let step = PathStep {
            name: "eni".into(),
            kind: PhaseKind::Eni,
            duration: Interval::exactly(Millis::ZERO),
            after: Vec::new(),
        };
        let cold_path = ColdPath { vpc: Path { steps: vec![step] }, plain: Path::default() };
        let traffic = Traffic {
            functions: vec![TrafficFunction { name: "f".into(), memory: None, duration: None }],
            origin: None,
            span: Millis(900_000),
            notes: Vec::new(),
            shape: Shape::Log((0..3).map(burst).collect()),
        };
        (topology, cold_path, traffic)
    }

    /// What is left of a need if at most `most` ENIs are asked for at a time.
    fn weakened(mut asked: Asked, most: u32) -> Asked {
        for need in &mut asked.needs {
            let steps = need.ready.steps().iter();
            need.ready = Curve::new(steps.map(|&(at, value)| (at, value.min(most))));
        }
        asked
    }

    #[test]
    fn a_need_that_is_too_weak_is_mended_by_its_counterexamples() {
        let (topology, cold_path, traffic) = bursts(100);
        let mut policy = named("idle-reuse").unwrap();
        policy.start = StartMode::Warm;
        let study = Study::new(&topology, &cold_path, &policy, &traffic);
        let (promise, backend) = (Millis::ZERO, crate::plan::backend::ALL[0]);
        let pools = study.pools(promise);
        let whole = hold(&study, &pools, Asked::at_once(&study), promise, backend).unwrap();
        assert_eq!(whole.counterexamples, 0);
        let (best, _) = whole.end.unwrap();
        assert_eq!(best.objectives.peak, 6);
        for most in 0..6 {
            let weak = weakened(Asked::at_once(&study), most);
            let broken = solve_pools(&study, &pools, &weak, promise, backend).unwrap().unwrap();
            assert!(attack(&study, promise, &broken, 0).counterexample.is_some(), "{most} are enough");
            let mended = hold(&study, &pools, weak, promise, backend).unwrap();
            assert!((1..=3).contains(&mended.counterexamples), "{most}: {}", mended.counterexamples);
            let (plan, attacked) = mended.end.unwrap();
            assert!(attacked.counterexample.is_none());
            // The constraints ask for no more than the proof does.
            assert_eq!(plan.objectives.peak, best.objectives.peak, "{most}");
            assert!(
                plan.objectives <= best.objectives,
                "{most}: {:?} {:?}",
                plan.objectives,
                best.objectives
            );
        }
    }

    #[test]
    fn what_no_constraint_takes_away_is_told() {
        let (topology, cold_path, traffic) = bursts(100);
        let mut policy = named("idle-reuse").unwrap();
        policy.start = StartMode::Warm;
        let study = Study::new(&topology, &cold_path, &policy, &traffic);
        let pools = study.pools(Millis::ZERO);
        let solved =
            solve_pools(&study, &pools, &Asked::at_once(&study), Millis::ZERO, crate::plan::backend::ALL[0])
                .unwrap();
        let mut solved = solved.unwrap();
        // A claim that is not true cannot be mended by asking for more ENIs.
        solved.lingering_peak = 3;
        let broken = attack(&study, Millis::ZERO, &solved, 0).counterexample.unwrap();
        assert_eq!((&broken.what, broken.shown), (&What::TooMany, 6));
        let mut asked = Asked::at_once(&study);
        assert!(!asked.learn(&study, &alive(&study, broken.assignment.clone())));
        let left = left(&broken, Millis::ZERO, &solved);
        assert_eq!((left.shortages[0].needed, left.shortages[0].available, left.proved), (6, 3, false));
    }
}
