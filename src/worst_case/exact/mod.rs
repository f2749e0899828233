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
use search::{Explored, Goal, Rule, Value, explore};

/// What is known of one objective before, and what the engine makes of it.
#[derive(Clone, Debug)]
pub(super) struct Refined {
    pub(super) objective: Objective,
    /// The largest value that is to be replayed, with the assignment that should show it.
    pub(super) witness: Option<(u64, Assignment)>,
    /// What is proved now, on the condition that the replay shows the witness.
    pub(super) bound: Option<u64>,
    /// What is proved whatever the replay shows.
    pub(super) joined: Option<u64>,
}

/// States kept of a layer.
const WIDTH: usize = 20_000;

/// Invocations replayed by the simulator in about the time of one event here.
const WORTH: u64 = 100;

/// Narrows each of `known` (objective, witness, bound); `None` where the engine cannot serve this world.
pub(super) fn refine(
    world: &World<'_>,
    traffic: &Traffic,
    known: &[(Objective, u64, Option<u64>)],
    effort: Effort,
    watch: &dyn Watch,
) -> Option<(Vec<Refined>, u64)> {
    let goal =
        |&(objective, witness, bound): &(Objective, u64, Option<u64>)| Goal { objective, witness, bound };
    let open = |goal: &Goal| goal.bound.is_none_or(|bound| goal.witness < bound);
    let mut goals: Vec<Goal> = known.iter().map(goal).filter(open).collect();
    if goals.is_empty() {
        return None;
    }
    let budget = effort.invocations / WORTH;
    let model = Model::new(world, traffic, budget / 4)?;
    let rule = Rule { join: false, width: WIDTH, budget };
    let exact = explore(&model, &goals, rule, watch);
    let mut steps = exact.steps;
    let joined = if exact.complete {
        None
    } else {
        for (goal, found) in goals.iter_mut().zip(&exact.values) {
            goal.witness = found.value;
        }
        let joined = explore(&model, &goals, Rule { join: true, ..rule }, watch);
        steps += joined.steps;
        Some(joined)
    };
    Some((
        exact
            .values
            .iter()
            .enumerate()
            .map(|(n, value)| refined(&model, n, value, exact.complete, joined.as_ref()))
            .collect(),
        steps,
    ))
}

fn refined(model: &Model<'_>, n: usize, found: &Value, complete: bool, joined: Option<&Explored>) -> Refined {
    let Goal { objective, bound, .. } = found.goal;
    let late = objective == Objective::ColdStart;
    let assignment = |path: &Vec<Vec<u8>>| (found.value, trace::assignment(model, path, late));
    let joined = joined.filter(|joined| joined.complete).and_then(|joined| joined.values.get(n));
    Refined {
        objective,
        witness: found.path.as_ref().map(assignment),
        bound: if complete { Some(found.value) } else { bound },
        joined: joined.map(|it| it.value),
    }
}
