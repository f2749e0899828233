//! Exact: the worst case itself, by running the mechanism on sets of realizations at once.
//!
//! A state is discrete, with the instants of the events to come as a [`zone`]: all whole
//! numbers that the boots, deletions and phases so far allow. Which event comes next, which
//! environment misses and whether a token is there are branched on, each branch with the
//! part of the zone in which it holds. Every realization follows exactly one path, and every
//! point of a zone that is reached is a realization: the largest value over all states that
//! can be reached is the worst case. `docs/worst-case.md` has the argument.

mod bucket;
mod canonical;
mod event;
mod expand;
mod journal;
mod machine;
mod model;
mod number;
mod open;
mod script;
mod search;
mod state;
mod supply;
mod witness;
mod zone;

use super::effort::SearchEffort;
use super::objective::SearchObjective;
use super::progress::SearchObserver;
use crate::simulation::{Realization, World};
use crate::trace::Trace;
use model::ExactModel;
use search::{ZoneSearchRule, explore};

pub(super) use search::ExactGoal;

/// What is known of one objective.
#[derive(Clone, Debug)]
pub(super) struct RefinedGoal {
    pub(super) objective: SearchObjective,
    /// The largest value found, with the realization that shows it in a replay.
    pub(super) witness: Option<(u64, Realization)>,
    /// What is proved if the replay shows that value.
    pub(super) bound: Option<u64>,
    /// What is proved whatever the replay shows.
    pub(super) joined: Option<u64>,
}

/// States kept of a layer.
const WIDTH: usize = 20_000;

/// Invocations that the simulator replays in about the time of one event here.
const INVOCATIONS_PER_EVENT: u64 = 100;

/// The work of the first round, and how much more each further one may take.
const FIRST_ROUND: u64 = 6_000;
const GROWTH: u64 = 6;

/// So many times the work there is, by the pace so far, is not begun.
const HOPELESS: u64 = 8;

/// Larger traffic is left to the bounds and the replays.
const MOST_ARRIVALS: u64 = 20_000;

/// Narrows each of `known`; with the events tried. Nothing where
/// the engine cannot serve this world.
///
/// The first round does without the known bounds, so that small worlds are a check on them.
pub(super) fn refine(
    world: &World<'_>,
    trace: &Trace,
    known: &[ExactGoal],
    effort: SearchEffort,
    observer: &dyn SearchObserver,
) -> (Vec<RefinedGoal>, u64) {
    let most = effort.invocations / INVOCATIONS_PER_EVENT;
    let Some(model) = ExactModel::new(world, trace, MOST_ARRIVALS.min(most / 4)) else {
        return (Vec::new(), 0);
    };
    let goals: Vec<ExactGoal> = known.iter().map(|goal| ExactGoal { bound: None, ..*goal }).collect();
    let blank = |goal: &ExactGoal| RefinedGoal {
        objective: goal.objective,
        witness: None,
        bound: None,
        joined: None,
    };
    let mut engine = ExactEngine { model, refined: goals.iter().map(blank).collect(), goals, steps: 0 };
    let mut budget = FIRST_ROUND.min(most);
    let mut done = engine.search_states(budget, observer).is_none();
    if !done {
        for (goal, known) in engine.goals.iter_mut().zip(known) {
            // A bound that a witness exceeds is none.
            goal.bound = known.bound.filter(|&bound| bound >= goal.witness);
        }
        done = !engine.goals.iter().any(ExactGoal::is_open);
    }
    while !done {
        done = engine.round(budget, most, observer) || budget == most;
        budget = budget.saturating_mul(GROWTH).min(most);
    }
    (engine.refined, engine.steps)
}

struct ExactEngine<'a> {
    model: ExactModel<'a>,
    goals: Vec<ExactGoal>,
    refined: Vec<RefinedGoal>,
    steps: u64,
}

impl ExactEngine<'_> {
    /// Goes through all states; `None`: that was the last of use, else the arrivals it came to.
    fn search_states(&mut self, budget: u64, observer: &dyn SearchObserver) -> Option<u32> {
        let exact =
            explore(&self.model, &self.goals, ZoneSearchRule { join: false, width: WIDTH, budget }, observer);
        self.steps += exact.steps;
        for (n, found) in exact.values.iter().enumerate() {
            let late = found.goal.objective == SearchObjective::ColdStart;
            if let Some(path) = &found.path {
                let realization = witness::realization(&self.model, path, late);
                self.refined[n].witness = Some((found.largest, realization));
            }
            self.goals[n].witness = found.largest;
            if exact.complete {
                self.refined[n].bound = Some(found.largest);
            }
        }
        (!exact.complete && !exact.stopped).then_some(exact.arrived)
    }

    /// One search of each kind; whether it was the last that is of use.
    fn round(&mut self, budget: u64, most: u64, observer: &dyn SearchObserver) -> bool {
        let Some(arrived) = self.search_states(budget, observer) else { return true };
        let joined =
            explore(&self.model, &self.goals, ZoneSearchRule { join: true, width: WIDTH, budget }, observer);
        self.steps += joined.steps;
        if joined.complete {
            for (n, found) in joined.values.iter().enumerate() {
                let proved = found.goal.bound.map_or(found.largest, |bound| bound.min(found.largest));
                self.refined[n].joined = Some(proved);
                self.goals[n].bound = Some(proved);
            }
        }
        let all = self.model.arrivals.len() as u64;
        let needed = budget.saturating_mul(all) / u64::from(arrived.max(joined.arrived).max(1));
        joined.stopped || needed / HOPELESS > most || !self.goals.iter().any(ExactGoal::is_open)
    }
}
