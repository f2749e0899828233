//! Worst case: the largest cold start, the most ENIs and the most failures over every
//! realization of the uncertainty set.
//!
//! The answer is an interval: a witness that the simulator replays, and a bound that is
//! proved (`docs/worst-case.md`). Nothing sampled is called a worst case.

mod answer;
mod bound;
mod curve;
mod drawn;
mod effort;
mod exact;
mod objective;
mod progress;
mod replay;
mod search;
mod upper;

pub use answer::{Bracket, PeakEnis, SubnetPeak, WorstCase, WorstColdStart};
pub use bound::{BoundBySlot, Bounds, ProvedPlan, bounds};
pub(crate) use bound::{surely_within, wait_for_host};
pub use curve::{CurvePoint, WitnessCurve};
pub use drawn::DrawnNature;
pub use effort::SearchEffort;
pub use objective::SearchObjective;
pub use progress::{SearchObserver, SearchProgress, Unobserved};

use exact::{ExactGoal, RefinedGoal, refine};
use replay::Replay;
use search::{BestReplays, SearchContext};
use upper::UpperBounds;

use std::sync::Arc;

use crate::cold_path::ColdPath;
use crate::simulation::{Outcome, Realization, World};
use crate::trace::Trace;

/// The worst case of `trace` in `world`; `planned` where the world follows a plan. `observer`
/// is told how far the search is and may cancel it.
pub fn worst_case(
    world: &World<'_>,
    cold_path: &ColdPath,
    trace: &Trace,
    planned: Option<ProvedPlan>,
    effort: SearchEffort,
    observer: &dyn SearchObserver,
) -> WorstCase {
    let context = SearchContext { world, trace, effort, observer };
    let mut best = search::replay_corners(&context);
    let shown = best.value(SearchObjective::ColdStart);
    let proved = bound::bounds_observed(world, cold_path, trace, planned, observer, shown);
    let mut bounds = UpperBounds::new(&proved);
    if proved.waits_for_tokens && bounds.get(SearchObjective::ColdStart) > Some(shown) {
        search::replay_switch_points(&context, &proved.by_slot, &mut best);
    }
    search::replay_first_draws(&context, &mut best);
    let known = best.all().iter().map(|(objective, replay)| ExactGoal {
        objective: *objective,
        witness: replay.value(*objective),
        bound: bounds.get(*objective),
    });
    let known: Vec<ExactGoal> = known.collect();
    let (refined, states) = refine(world, trace, &known, effort.in_memory(), observer);
    for refined in refined {
        take_over(&context, refined, &mut best, &mut bounds);
    }
    // A plan's own proof is what the replays are to put to the test: they go on.
    let open = |objective: SearchObjective, witness: u64| {
        let bound = bounds.get(objective);
        let open = planned.is_some() || bound.is_none_or(|bound| witness < bound);
        open.then_some(SearchProgress { objective, witness, bound, steps: 0, done: None })
    };
    search::search_on(&context, &mut best, &open);
    let mut by_slot = proved.by_slot;
    for (objective, replay) in best.all() {
        let refuted = bounds.get(*objective).is_some_and(|bound| replay.value(*objective) > bound);
        debug_assert!(planned.is_some() || !refuted, "a replay refutes the bound of {objective:?}");
        if refuted && planned.is_none() {
            bounds.withdraw(*objective);
            by_slot = BoundBySlot::default();
        }
    }
    WorstCase::new(world, &bounds, by_slot, &best, states)
}

/// Replays what the exact engine has found, and believes of it what the replay confirms.
fn take_over(
    context: &SearchContext<'_>,
    refined: RefinedGoal,
    best: &mut BestReplays,
    bounds: &mut UpperBounds,
) {
    let RefinedGoal { objective, witness, bound, joined } = refined;
    let mut confirmed = true;
    if let Some((value, realization)) = witness {
        let replay = Arc::new(Replay::new(context.world, context.trace, realization));
        confirmed = replay.value(objective) == value;
        debug_assert!(confirmed, "the simulator does not follow the path to {value} of {objective:?}");
        best.add(&replay, 1);
    }
    if let Some(bound) = bound.filter(|_| confirmed) {
        bounds.replace(objective, bound);
    } else if let Some(joined) = joined {
        bounds.tighten(objective, joined);
    }
}

/// The worst case of a world whose plan is made anew for every realization, of these two that were
/// played, with what they led to.
pub fn hindsight(
    world: &World<'_>,
    cold_path: &ColdPath,
    trace: &Trace,
    planned: Option<ProvedPlan>,
    played: [(Realization, Outcome); 2],
) -> WorstCase {
    let proved = bounds(world, cold_path, trace, planned);
    let [first, second] = played.map(|(realization, outcome)| Replay::run_elsewhere(realization, outcome));
    let mut best = BestReplays::only(world, first);
    best.add(&Arc::new(second), 1);
    WorstCase::new(world, &UpperBounds::new(&proved), proved.by_slot, &best, 0)
}
