//! Exact: the worst case itself, by running the mechanism on sets of assignments at once.
//!
//! A state is discrete, with the instants of the events to come as a [`zone`]: all whole
//! numbers that the boots, deletions and phases so far allow. Which event comes next, which
//! environment misses and whether a token is there are branched on, each branch with the
//! part of the zone in which it holds. Every assignment follows exactly one path, and every
//! point of a zone that is reached is an assignment: the largest value over all states that
//! can be reached is the worst case. `docs/worst-case.md` has the argument.

mod bucket;
mod machine;
mod model;
mod script;
mod search;
mod state;
mod supply;
mod trace;
mod zone;

use super::{Effort, Objective, Watch};
use crate::simulation::{Assignment, World};
use crate::traffic::Traffic;
use model::Model;
use search::{Goal, Rule, explore};

/// What is known of one objective.
#[derive(Clone, Debug)]
pub(super) struct Refined {
    pub(super) objective: Objective,
    /// The largest value found, with the assignment that shows it in a replay.
    pub(super) witness: Option<(u64, Assignment)>,
    /// What is proved if the replay shows that value.
    pub(super) bound: Option<u64>,
    /// What is proved whatever the replay shows.
    pub(super) joined: Option<u64>,
}

/// States kept of a layer.
const WIDTH: usize = 20_000;

/// Invocations that the simulator replays in about the time of one event here.
const WORTH: u64 = 100;

/// The work of the first round, and how much more each further one may take.
const FIRST_ROUND: u64 = 6_000;
const GROWTH: u64 = 6;

/// Larger traffic is left to the bounds and the replays.
const MOST_ARRIVALS: u64 = 20_000;

/// Narrows each of `known` (objective, witness, bound) that is not exact; with the events tried.
/// Nothing where the engine cannot serve this world.
pub(super) fn refine(
    world: &World<'_>,
    traffic: &Traffic,
    known: &[(Objective, u64, Option<u64>)],
    effort: Effort,
    watch: &dyn Watch,
) -> (Vec<Refined>, u64) {
    let goal = |&(objective, witness, bound): &_| Goal { objective, witness, bound };
    let goals: Vec<Goal> = known.iter().map(goal).filter(Goal::is_open).collect();
    let most = effort.invocations / WORTH;
    let model = Model::new(world, traffic, MOST_ARRIVALS.min(most / 4));
    let (Some(model), false) = (model, goals.is_empty()) else { return (Vec::new(), 0) };
    let blank = |goal: &Goal| Refined { objective: goal.objective, witness: None, bound: None, joined: None };
    let mut refiner = Refiner { model, refined: goals.iter().map(blank).collect(), goals, steps: 0 };
    let mut budget = FIRST_ROUND;
    loop {
        let budget_now = budget.min(most);
        if refiner.round(budget_now, watch) || budget_now == most {
            return (refiner.refined, refiner.steps);
        }
        budget = budget.saturating_mul(GROWTH);
    }
}

struct Refiner<'a> {
    model: Model<'a>,
    goals: Vec<Goal>,
    refined: Vec<Refined>,
    steps: u64,
}

impl Refiner<'_> {
    /// One search of each kind; whether it was the last that is of use.
    fn round(&mut self, budget: u64, watch: &dyn Watch) -> bool {
        let rule = Rule { join: false, width: WIDTH, budget };
        let exact = explore(&self.model, &self.goals, rule, watch);
        self.steps += exact.steps;
        for (n, found) in exact.values.iter().enumerate() {
            let late = found.goal.objective == Objective::ColdStart;
            if let Some(path) = &found.path {
                let assignment = trace::assignment(&self.model, path, late);
                self.refined[n].witness = Some((found.largest, assignment));
            }
            self.goals[n].witness = found.largest;
            if exact.complete {
                self.refined[n].bound = Some(found.largest);
            }
        }
        if exact.complete || exact.stopped {
            return true;
        }
        let joined = explore(&self.model, &self.goals, Rule { join: true, ..rule }, watch);
        self.steps += joined.steps;
        if joined.complete {
            for (n, found) in joined.values.iter().enumerate() {
                let proved = found.goal.bound.map_or(found.largest, |bound| bound.min(found.largest));
                self.refined[n].joined = Some(proved);
                self.goals[n].bound = Some(proved);
            }
        }
        joined.stopped || !self.goals.iter().any(Goal::is_open)
    }
}
