//! Case: one trace under one policy on one model, whatever the policy needs beside the simulator.
//!
//! The policies that follow a plan get theirs here: `scheduled` one that holds under every
//! realization, `clairvoyant` one made for the very world it runs in.

use std::sync::OnceLock;

use rayon::prelude::*;

use crate::cold_path::ColdPath;
use crate::plan::backend::Backend;
use crate::plan::explain::{explain, ways_out};
use crate::plan::{
    FollowedPlan, Headroom, Keeper, Plan, PlanError, PlanObjective, PlanProgress, Situation, Study, SweepStep,
};
use crate::plan::{clairvoyant, followed, headroom, plan, sweep};
use crate::policy::{IdleTtl, Policy, Provision};
use crate::quantity::{Interval, Millis};
use crate::simulation::{
    End, Nature, Outcome, Realization, Recorder, Silent, World, simulate, simulate_together,
};
use crate::topology::Topology;
use crate::trace::Trace;
use crate::worst_case::{
    CurvePoint, DrawnNature, ProvedPlan, SearchEffort, SearchObserver, WitnessCurve, WorstCase, hindsight,
    worst_case,
};

/// One traffic under one policy on one model.
#[derive(Clone)]
pub struct Case<'a> {
    study: Study<'a>,
    backend: &'a dyn Backend,
    progress: &'a PlanProgress<'a>,
    plan: OnceLock<Result<Option<FollowedPlan>, PlanError>>,
    /// By function: what its keep-alives are drawn from, where they are.
    lifetimes: Vec<Option<&'a Interval>>,
}

/// Why a case has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseError {
    /// The policy follows a plan, and there is none: `eniplan plan` says why.
    NoPlan,
    /// The planner failed.
    Plan(PlanError),
}

impl std::error::Error for CaseError {}

impl From<PlanError> for CaseError {
    fn from(error: PlanError) -> Self {
        Self::Plan(error)
    }
}

impl std::fmt::Display for CaseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoPlan => write!(f, "no plan keeps every ENI wait at zero; run `eniplan plan` to see why"),
            Self::Plan(error) => write!(f, "{error}"),
        }
    }
}

impl<'a> Case<'a> {
    /// This traffic under this policy; `backend` solves programs.
    pub const fn new(
        topology: &'a Topology,
        cold_path: &'a ColdPath,
        policy: &'a Policy,
        trace: &'a Trace,
        backend: &'a dyn Backend,
    ) -> Self {
        let study = Study::new(topology, cold_path, policy, trace);
        let progress = PlanProgress::unobserved();
        Self { study, backend, progress, plan: OnceLock::new(), lifetimes: Vec::new() }
    }

    /// The same case under another policy.
    #[must_use]
    pub fn under<'b>(&'b self, policy: &'b Policy) -> Case<'b> {
        let Situation { topology, cold_path, trace, .. } = *self.study;
        Case::new(topology, cold_path, policy, trace, self.backend)
    }

    /// Whether it is what [`Case::under`] gives for this policy.
    pub(super) fn is_plain(&self, policy: &Policy) -> bool {
        self.policy() == policy && self.study.minimise == PlanObjective::Enis && self.lifetimes.is_empty()
    }

    /// The same case with keep-alives drawn from these, by function. Runs alone look at that: plans
    /// and worst cases take each function's own.
    #[must_use]
    pub fn drawing_keep_alive(mut self, lifetimes: Vec<Option<&'a Interval>>) -> Self {
        self.lifetimes = lifetimes;
        self
    }

    /// What a plan of this case is made for.
    pub const fn study(&self) -> &Study<'a> {
        &self.study
    }

    /// What keeps `target`, or why nothing does.
    pub fn plan_for(&self, target: Millis) -> Result<Plan, PlanError> {
        plan(&self.study, target, self.backend, self.progress)
    }

    /// The same case with plans that make this small.
    #[must_use]
    pub fn minimising(self, minimise: PlanObjective) -> Self {
        Self { study: self.study.minimising(minimise), ..self }
    }

    /// The same case, telling an observer how far its plans are.
    #[must_use]
    pub fn observed_by(self, progress: &'a PlanProgress<'a>) -> Self {
        Self { progress, ..self }
    }

    /// The same with all that binds the plan, or with all that would make one possible: each number of
    /// it comes of planning again.
    pub fn explained(&self, target: Millis, mut plan: Plan) -> Result<Plan, PlanError> {
        if let Some(none) = plan.infeasible.take() {
            plan.infeasible = Some(ways_out(&self.study, target, self.backend, self.progress, none)?);
            return Ok(plan);
        }
        plan.explanation = explain(&self.study, &plan, self.progress)?;
        if plan.explanation.is_none() {
            plan.unproved.push("no explanation: replanning gave a different plan".into());
        }
        Ok(plan)
    }

    /// What keeps each of `targets`, the tightest first; `step` is called after each.
    pub fn sweep(&self, targets: &[Millis], step: &dyn Fn()) -> Result<Vec<SweepStep>, PlanError> {
        sweep(&self.study, targets, self.backend, self.progress, step)
    }

    /// How far the functions of these indices can grow (none: all) before `target` breaks, kept by
    /// a plan made anew for each factor or, `alone`, by the policy itself.
    /// `heard` is told how many factors were asked about, and about how many there will be.
    pub fn headroom(
        &self,
        target: Millis,
        alone: bool,
        grown: &[u32],
        heard: &dyn Fn(u64, u64),
    ) -> Result<Headroom, PlanError> {
        let keeper = if alone { Keeper::Policy } else { Keeper::Plan(self.backend) };
        headroom(&self.study, target, keeper, grown, heard)
    }

    /// The policy.
    pub fn policy(&self) -> &'a Policy {
        self.study.policy
    }

    /// How many invocations its trace has.
    pub fn invocations(&self) -> u64 {
        self.study.trace.invocations()
    }

    /// One run under `nature`, heard by `recorder`.
    pub fn run<N: Nature + Clone, R: Recorder>(
        &self,
        nature: N,
        recorder: R,
    ) -> Result<(Outcome, N, R), CaseError> {
        let world = self.world_of(&nature)?;
        Ok(simulate(&world, self.study.trace, nature, recorder))
    }

    /// What a run under each of `natures` comes to, all in one reading of the trace.
    pub(super) fn run_together<N: Nature + Clone>(&self, natures: Vec<N>) -> Result<Vec<Outcome>, CaseError> {
        let worlds: Vec<World<'_>> =
            natures.iter().map(|nature| self.world_of(nature)).collect::<Result<_, _>>()?;
        let runs = worlds.iter().zip(natures).map(|(world, nature)| (world, nature, Silent)).collect();
        let outcomes = simulate_together(self.study.trace, runs).into_iter();
        Ok(outcomes.map(|(outcome, ..)| outcome).collect())
    }

    /// The world of a run under `nature`, which a clairvoyant knows.
    fn world_of<N: Nature + Clone>(&self, nature: &N) -> Result<World<'_>, CaseError> {
        let world = self.world()?;
        let world = if self.policy().provision == Provision::Clairvoyant {
            let plan = clairvoyant(&self.study, nature.clone(), self.backend)?;
            world.with_schedule(plan.ok_or(CaseError::NoPlan)?.actions)
        } else {
            world
        };
        Ok(world.drawing_keep_alive(&self.lifetimes))
    }

    /// The worst case; `watch` looks on and may stop the search early.
    pub fn worst_case(
        &self,
        effort: SearchEffort,
        watch: &dyn SearchObserver,
    ) -> Result<WorstCase, CaseError> {
        let plan = if follows_a_plan(self.policy()) { self.plan()? } else { None };
        // What the plan proves, it proves where nothing is missed and nothing but the plan deletes.
        let policy = self.policy();
        let as_planned = policy.reuse && policy.miss_budget == 0 && policy.idle_ttl == IdleTtl::Forever;
        let planned = plan
            .filter(|_| as_planned)
            .as_ref()
            .map(|plan| ProvedPlan { eni_wait: Millis::ZERO, peak_enis: plan.peak_enis });
        if self.policy().provision == Provision::Clairvoyant {
            let at_corner = |end: End| {
                let corner = Realization::all(end);
                self.run(corner.clone(), Silent).map(|(outcome, ..)| (corner, outcome))
            };
            let (longest, shortest) = rayon::join(|| at_corner(End::Longest), || at_corner(End::Shortest));
            // What stands at the start is the same as under the plan that holds in every world.
            let world =
                self.world()?.with_schedule(plan.map(|plan| plan.actions.clone()).unwrap_or_default());
            return Ok(hindsight(
                &world,
                self.study.cold_path,
                self.study.trace,
                planned,
                [longest?, shortest?],
            ));
        }
        Ok(worst_case(&self.world()?, self.study.cold_path, self.study.trace, planned, effort, watch))
    }

    /// The longest cold start an arrival in each slot can meet: what is proved, and what the witnesses
    /// of `worst`, the ends and `drawn` seeded realizations show.
    pub fn curve(&self, worst: &WorstCase, slot: Millis, drawn: u64) -> Result<Vec<CurvePoint>, CaseError> {
        let shown = WitnessCurve::new(slot, self.study.trace);
        let ends = [End::Longest, End::Shortest].map(Realization::all);
        let written = [&worst.witness, &worst.witness_peak_enis, &worst.witness_failures];
        let written: Vec<&Realization> = written.into_iter().chain(&ends).collect();
        let listed = written.par_iter().map(|realization| self.shows((*realization).clone(), &shown));
        let seeded = (0..drawn).into_par_iter();
        let seeded = seeded.map(|seed| self.shows(DrawnNature::new(self.policy(), seed), &shown));
        let all: Vec<WitnessCurve> = listed.chain(seeded).collect::<Result<_, CaseError>>()?;
        let together = all.iter().fold(shown, WitnessCurve::merge);
        Ok(together.beside(|from, to| worst.bound_between(from, to)))
    }

    /// The same without a replay: what is proved alone.
    pub fn proved_curve(&self, worst: &WorstCase, slot: Millis) -> Vec<CurvePoint> {
        WitnessCurve::new(slot, self.study.trace).beside(|from, to| worst.bound_between(from, to))
    }

    fn shows<N: Nature + Clone>(&self, nature: N, empty: &WitnessCurve) -> Result<WitnessCurve, CaseError> {
        Ok(self.run(nature, empty.clone())?.2)
    }

    fn plan(&self) -> Result<Option<&FollowedPlan>, CaseError> {
        let plan = self.plan.get_or_init(|| followed(&self.study, self.backend));
        plan.as_ref().map(Option::as_ref).map_err(|error| CaseError::Plan(error.clone()))
    }

    /// The world; of `scheduled` with its plan.
    fn world(&self) -> Result<World<'_>, CaseError> {
        let Situation { topology, cold_path, policy, .. } = *self.study;
        let world = World::new(topology, cold_path, policy, self.study.initial().to_vec());
        if policy.provision == Provision::Scheduled {
            let plan = self.plan()?.ok_or(CaseError::NoPlan)?;
            return Ok(world.with_schedule(plan.actions.clone()));
        }
        Ok(world)
    }
}

fn follows_a_plan(policy: &Policy) -> bool {
    matches!(policy.provision, Provision::Scheduled | Provision::Clairvoyant)
}
