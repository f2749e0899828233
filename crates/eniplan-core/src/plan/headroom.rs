//! Headroom: how far the trace can grow before a target breaks, and what breaks then.
//!
//! Every probe scales the trace ([`Trace::scaled`](crate::trace::Traffic::scaled)) and asks
//! anew: doubling or halving first, then bisecting to a thousandth, then a few probes well below and
//! above. Nothing forces a larger factor to be harder, since rounding moves invocations about; the
//! answer says whether the probes were in order, and is the largest one below the first that breaks.

use std::collections::BTreeMap;

use serde::Serialize;

use super::answer::{PlanAmount, Shortfall};
use super::planner::{Outlook, outlook};
use super::requirement::study::Study;
use super::situation::Situation;
use super::solve::backend::Backend;
use super::terms::error::PlanError;
use super::verify::failure::{FirstFailure, reason};
use crate::demand::demand;
use crate::policy::Provision;
use crate::quantity::Millis;
use crate::simulation::{End, Realization, World, simulate};
use crate::trace::{Factor, Trace};
use crate::worst_case::{ProvedPlan, bounds};

/// Who is to keep the target.
#[derive(Clone, Copy)]
pub enum Keeper<'a> {
    /// A plan made anew for each factor.
    Plan(&'a dyn Backend),
    /// The study's policy by itself, by its proved bounds.
    Policy,
}

/// A limit that is exceeded where the target is missed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProbeShortage {
    /// The limit, in the user's words.
    pub limit: String,
    /// From when on, ms; null: the proof names no instant.
    pub from_ms: Option<u64>,
    /// Until when, ms.
    pub to_ms: Option<u64>,
    /// What is needed; null: no bound was found.
    pub needed: Option<u64>,
    /// What there is.
    pub available: u64,
    /// The unit of the two: `addresses`, `ENIs`, `ms`, `invocations`, `concurrent invocations` or `plans`.
    pub unit: &'static str,
    /// The shortage in words, without its numbers.
    pub summary: String,
}

/// One factor that was tried.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Probe {
    /// The factor.
    pub factor: Factor,
    /// Whether the target is kept.
    pub holds: bool,
    /// Peak ENIs of the plan, or the bound of the policy; null if the target is missed.
    pub peak_enis: Option<u64>,
    /// ENI-hours of the plan.
    pub eni_hours: Option<f64>,
    /// Creations of the plan.
    pub creations: Option<u64>,
    /// The limits that are exceeded; empty if the target is kept.
    pub shortages: Vec<ProbeShortage>,
    /// Whether it is proved that the target is missed; otherwise no plan or proof was found.
    pub proved: bool,
    /// What the proof does not cover.
    pub unproved: Vec<String>,
}

/// The answer to `headroom`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Headroom {
    /// The cold-start target, ms.
    pub max_cold_start_ms: u64,
    /// `plan` or `policy`.
    pub kept_by: &'static str,
    /// The functions that grow; empty: all.
    #[serde(rename = "scaled_functions")]
    pub grown: Vec<String>,
    /// The largest factor below the first that misses the target; null: none was found.
    #[serde(rename = "largest_holding")]
    pub holds: Option<Probe>,
    /// The smallest factor found to miss the target; null: none was found.
    #[serde(rename = "smallest_failing")]
    pub breaks: Option<Probe>,
    /// Whether every smaller factor tried keeps the target and every larger one misses it.
    pub monotone: bool,
    /// Why no larger factor was tried, if none misses the target.
    #[serde(rename = "stopped_because")]
    pub stopped: Option<String>,
    /// Every factor tried, smallest first.
    pub probes: Vec<Probe>,
}

/// Factors beyond these are not asked about.
const LEAST: Factor = Factor(1_000);
const MOST: Factor = Factor(1_024_000_000);
/// Nor is traffic of more invocations than this.
const MOST_INVOCATIONS: u64 = 20_000_000;
/// Probes well below what holds and well above what breaks, in thousandths of it.
const BELOW: [u64; 3] = [500, 900, 990];
const ABOVE: [u64; 3] = [1_010, 1_100, 2_000];

/// The largest factor on `grown` (indices of functions; none: on all) under which no cold start
/// exceeds `target` and none fails, to a thousandth. `tell` is told the factors asked about and how
/// many there will be in all, about, after each.
pub fn headroom(
    study: &Study<'_>,
    target: Millis,
    keeper: Keeper<'_>,
    grown: &[u32],
    tell: &dyn Fn(u64, u64),
) -> Result<Headroom, PlanError> {
    let mut search =
        HeadroomSearch { study, target, keeper, grown, tell, probes: BTreeMap::new(), stopped: None };
    search.widen()?;
    search.narrow()?;
    search.look_around()?;
    search.narrow()?;
    let (holds, breaks) = search.bracket();
    let probe = |factor: Option<Factor>| factor.and_then(|factor| search.probes.get(&factor)).cloned();
    let name = |&function: &u32| Some(study.trace.functions.get(function as usize)?.name.clone());
    Ok(Headroom {
        max_cold_start_ms: target.0,
        kept_by: match keeper {
            Keeper::Plan(_) => "plan",
            Keeper::Policy => "policy",
        },
        grown: grown.iter().filter_map(name).collect(),
        holds: probe(holds),
        breaks: probe(breaks),
        monotone: breaks.is_none_or(|first| search.probes.range(first..).all(|(_, probe)| !probe.holds)),
        stopped: search.stopped.filter(|_| breaks.is_none()),
        probes: search.probes.into_values().collect(),
    })
}

struct HeadroomSearch<'a> {
    study: &'a Study<'a>,
    target: Millis,
    keeper: Keeper<'a>,
    grown: &'a [u32],
    tell: &'a dyn Fn(u64, u64),
    probes: BTreeMap<Factor, Probe>,
    stopped: Option<String>,
}

impl HeadroomSearch<'_> {
    /// Doubles the factor until the target breaks, or halves it until it holds.
    fn widen(&mut self) -> Result<(), PlanError> {
        let mut factor = Factor::ONE;
        if self.ask(factor)? == Some(false) {
            while factor > LEAST && self.ask(factor)? == Some(false) {
                factor = Factor((factor.0 / 2).max(LEAST.0));
            }
            self.ask(factor)?;
            return Ok(());
        }
        while self.ask(factor)? == Some(true) {
            factor = Factor(factor.0 * 2);
        }
        Ok(())
    }

    /// Bisects until the two differ by a thousandth at most.
    fn narrow(&mut self) -> Result<(), PlanError> {
        while let (Some(holds), Some(breaks)) = self.bracket() {
            let between = breaks.0 - holds.0;
            if between <= holds.0 / 1_000 || self.ask(Factor(holds.0 + between / 2))?.is_none() {
                break;
            }
        }
        Ok(())
    }

    /// Asks well below and well above, where the answers should be the same.
    fn look_around(&mut self) -> Result<(), PlanError> {
        let (holds, breaks) = self.bracket();
        let times = |factor: Factor, thousandths: u64| Factor(factor.0.saturating_mul(thousandths) / 1_000);
        let below = holds.into_iter().flat_map(|factor| BELOW.map(|part| times(factor, part)));
        let above = breaks.into_iter().flat_map(|factor| ABOVE.map(|part| times(factor, part)));
        for factor in below.chain(above).filter(|&factor| factor >= LEAST) {
            self.ask(factor)?;
        }
        Ok(())
    }

    /// The first factor that breaks, and the last that holds below it.
    fn bracket(&self) -> (Option<Factor>, Option<Factor>) {
        let breaks = self.probes.iter().find(|(_, probe)| !probe.holds).map(|(factor, _)| *factor);
        let below = self.probes.keys().copied().filter(|factor| breaks.is_none_or(|first| *factor < first));
        (below.max(), breaks)
    }

    /// Whether the target holds at this factor; `None`: it is not asked about.
    fn ask(&mut self, factor: Factor) -> Result<Option<bool>, PlanError> {
        if let Some(known) = self.probes.get(&factor) {
            return Ok(Some(known.holds));
        }
        if factor > MOST {
            self.stopped = Some(format!("{MOST} is the largest factor tried"));
            return Ok(None);
        }
        let trace = self.study.trace.scaled(factor, self.grown);
        if factor > Factor::ONE && trace.invocations() > MOST_INVOCATIONS {
            let beyond = "would exceed 20 million invocations, the limit of this search";
            self.stopped = Some(format!("{factor} {beyond}"));
            return Ok(None);
        }
        let probe = match self.probe(factor, &trace) {
            // What the trace at hand is planned for may be beyond the planner elsewhere.
            Err(error) if factor != Factor::ONE => Probe {
                shortages: vec![short("limits of the planner", Some(1), 0, "plans")],
                unproved: vec![error.to_string()],
                ..Probe::broken(factor)
            },
            probe => probe?,
        };
        let holds = probe.holds;
        self.probes.insert(factor, probe);
        let asked = self.probes.len() as u64;
        (self.tell)(asked, asked + self.left());
        Ok(Some(holds))
    }

    /// About how many factors are still to be asked about: each halves what lies between the bracket's ends.
    fn left(&self) -> u64 {
        let around = (BELOW.len() + ABOVE.len()) as u64;
        let (holds, breaks) = self.bracket();
        let between = holds.zip(breaks).map_or(1_000, |(holds, breaks)| {
            breaks.0.saturating_sub(holds.0).saturating_mul(1_000) / holds.0.max(1)
        });
        let halvings = u64::from(u64::BITS - between.leading_zeros());
        // The first bisection comes before the looking around, and takes most of the factors.
        if between > 1 { halvings + around } else { 1 }
    }

    fn probe(&self, factor: Factor, trace: &Trace) -> Result<Probe, PlanError> {
        let Situation { topology, cold_path, policy, .. } = **self.study;
        let study = Study::new(topology, cold_path, policy, trace);
        match self.keeper {
            Keeper::Plan(backend) => probe_plan(factor, &study, self.target, backend),
            Keeper::Policy => Ok(probe_policy(factor, &study, self.target)),
        }
    }
}

fn probe_plan(
    factor: Factor,
    study: &Study<'_>,
    target: Millis,
    backend: &dyn Backend,
) -> Result<Probe, PlanError> {
    let mut probe = Probe::broken(factor);
    if let Some(short) = too_many_at_once(study) {
        (probe.proved, probe.shortages) = (true, vec![short]);
        return Ok(probe);
    }
    let Outlook { amount, actions, eni_wait } = match outlook(study, target, backend)? {
        Ok(found) => found,
        Err(none) => {
            probe.proved = none.proved;
            probe.shortages = none.shortages.into_iter().map(ProbeShortage::from).collect();
            return Ok(probe);
        }
    };
    let policy = study.scheduled(Provision::Scheduled);
    let world = World::new(study.topology, study.cold_path, &policy, study.initial().to_vec());
    let world = world.with_schedule(actions);
    let planned = ProvedPlan { eni_wait, peak_enis: amount.peak_enis };
    if bounds(&world, study.cold_path, study.trace, Some(planned)).failures > 0 {
        if let Some(short) = refused(&world, study.trace) {
            probe.shortages.push(short);
            return Ok(probe);
        }
        probe.unproved.push(
            "the account's concurrency and scaling limits may reject invocations: no replay shows it, but it is \
             not ruled out"
                .into(),
        );
    }
    let PlanAmount { peak_enis, eni_hours, creations } = amount;
    (probe.holds, probe.peak_enis) = (true, Some(peak_enis));
    (probe.eni_hours, probe.creations) = (Some(eni_hours), Some(creations));
    Ok(probe)
}

/// More invocations at once, even if none were cold, than the account may have: then some fail.
fn too_many_at_once(study: &Study<'_>) -> Option<ProbeShortage> {
    let available = study.topology.limits.account_concurrency?;
    let demand = demand(study.trace, study.topology, study.policy);
    (demand.peak_concurrency > available).then(|| ProbeShortage {
        limit: "account concurrency".into(),
        from_ms: Some(demand.peak_concurrency_at),
        to_ms: None,
        needed: Some(demand.peak_concurrency.into()),
        available: available.into(),
        unit: "concurrent invocations",
        summary: "the account runs out of concurrency".to_owned(),
    })
}

/// The invocations that fail under the plan in a replay, which no number of ENIs can mend.
fn refused(world: &World<'_>, trace: &Trace) -> Option<ProbeShortage> {
    [End::Longest, End::Shortest].into_iter().find_map(|end| {
        let (outcome, _, first) = simulate(world, trace, Realization::all(end), FirstFailure::default());
        let (at, function, failure) = first.0?;
        let function = world.topology.functions.get(function).map_or("", |place| place.name.as_str());
        Some(ProbeShortage {
            limit: format!("capacity for invocations of {function} ({})", reason(failure)),
            from_ms: Some(at),
            to_ms: None,
            needed: Some(outcome.failures()),
            available: 0,
            unit: "invocations",
            summary: format!("{function} fails ({})", reason(failure)),
        })
    })
}

fn probe_policy(factor: Factor, study: &Study<'_>, target: Millis) -> Probe {
    let world = World::new(study.topology, study.cold_path, study.policy, study.initial().to_vec());
    let bounds = bounds(&world, study.cold_path, study.trace, None);
    let mut shortages = Vec::new();
    if bounds.cold_start_ms.is_none_or(|longest| longest > target.0) {
        shortages.push(short("proved bound on cold starts", bounds.cold_start_ms, target.0, "ms"));
    }
    if bounds.failures > 0 {
        let failures = Some(bounds.failures);
        shortages.push(short("proved bound on failed invocations", failures, 0, "invocations"));
    }
    let holds = shortages.is_empty();
    let peak_enis = holds.then_some(bounds.peak_enis);
    Probe { holds, peak_enis, shortages, ..Probe::broken(factor) }
}

/// A shortage without an instant.
fn short(limit: &str, needed: Option<u64>, available: u64, unit: &'static str) -> ProbeShortage {
    let (from_ms, to_ms, summary) = (None, None, limit.to_owned());
    ProbeShortage { limit: limit.to_owned(), from_ms, to_ms, needed, available, unit, summary }
}

impl Probe {
    const fn broken(factor: Factor) -> Self {
        Self {
            factor,
            holds: false,
            peak_enis: None,
            eni_hours: None,
            creations: None,
            shortages: Vec::new(),
            proved: false,
            unproved: Vec::new(),
        }
    }
}

impl From<Shortfall> for ProbeShortage {
    fn from(short: Shortfall) -> Self {
        Self {
            limit: short.limit,
            from_ms: Some(short.from_ms),
            to_ms: Some(short.to_ms),
            needed: Some(short.needed),
            available: short.available,
            unit: short.unit,
            summary: short.summary,
        }
    }
}
