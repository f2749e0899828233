//! Search: all states that can be reached, layer by layer.
//!
//! A layer is what has seen the same number of arrivals and of events since. A state that
//! lies inside another one of the same arrivals is left out: whatever can become of it can
//! become of the other. So is one from which nothing better can come.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::super::objective::SearchObjective;
use super::super::progress::{SearchObserver, SearchProgress};
use super::expand::{ChildState, children};
use super::model::ExactModel;
use super::open::{OpenState, is_new, joined, priority};
use super::state::ExactState;
use super::zone::InstantZone;

/// One objective, and what is known of it.
#[derive(Clone, Copy, Debug)]
pub(in crate::worst_case) struct ExactGoal {
    pub(in crate::worst_case) objective: SearchObjective,
    /// There is a realization that shows this.
    pub(in crate::worst_case) witness: u64,
    /// This is proved.
    pub(in crate::worst_case) bound: Option<u64>,
}

impl ExactGoal {
    /// Whether witness and bound differ.
    pub(super) fn is_open(&self) -> bool {
        self.bound.is_none_or(|bound| self.witness < bound)
    }
}

/// How to search.
#[derive(Clone, Copy, Debug)]
pub(super) struct ZoneSearchRule {
    /// Whether states that differ in their instants alone are joined to the smallest zone around
    /// them: fewer, but with instants that no realization has. What is found then is a bound.
    pub(super) join: bool,
    /// States kept of a layer; where there are more, the search is not complete.
    pub(super) width: usize,
    /// Events to try in all.
    pub(super) budget: u64,
}

/// What has been found for one goal.
#[derive(Clone, Debug)]
pub(super) struct GoalValue {
    pub(super) goal: ExactGoal,
    /// The largest value seen, at least the witness.
    pub(super) largest: u64,
    /// The choices that lead to it, where it is more than the witness.
    pub(super) path: Option<Vec<Vec<u16>>>,
}

/// What a search has found.
#[derive(Clone, Debug)]
pub(super) struct Exploration {
    pub(super) values: Vec<GoalValue>,
    /// Whether every value is the largest there is (joined: a bound).
    pub(super) complete: bool,
    /// Whether the observer called it off.
    pub(super) stopped: bool,
    /// Arrivals up to which all states were gone through.
    pub(super) arrived: u32,
    /// Events tried.
    pub(super) steps: u64,
}

/// A goal in progress: the value, and the node that has shown it.
struct TrackedGoal {
    goal: ExactGoal,
    value: u64,
    node: Option<usize>,
}

struct ZoneSearch<'a> {
    model: &'a ExactModel<'a>,
    rule: ZoneSearchRule,
    tracked: Vec<TrackedGoal>,
    /// Of each node its parent and the choices of the event between.
    nodes: Vec<(usize, Vec<u16>)>,
    layers: BTreeMap<(u32, u32), Vec<OpenState>>,
    visited: BTreeMap<ExactState, Vec<(InstantZone, u32, u32)>>,
    /// Numbers kept in `visited`.
    stored: usize,
    steps: u64,
    /// The same, large states counted for more.
    work: u64,
    complete: bool,
    stopped: bool,
    arrived: u32,
}

/// The parent of the first nodes, which is none of them.
const ROOT: usize = usize::MAX;

/// Nodes of the tree of paths, and numbers in `visited`, that memory is spent on.
const MOST_NODES: usize = 4_000_000;
const MOST_STORED: usize = 20_000_000;

/// Numbers in the zones of one layer.
const MOST_IN_LAYER: usize = 8_000_000;

/// States expanded between two looks at the observer.
const CHUNK: usize = 512;

/// Searches for the largest value of every goal.
pub(super) fn explore(
    model: &ExactModel<'_>,
    goals: &[ExactGoal],
    rule: ZoneSearchRule,
    observer: &dyn SearchObserver,
) -> Exploration {
    let tracked = goals.iter().map(|&goal| TrackedGoal { goal, value: goal.witness, node: None }).collect();
    let mut search = ZoneSearch {
        model,
        rule,
        tracked,
        nodes: Vec::new(),
        layers: BTreeMap::new(),
        visited: BTreeMap::new(),
        stored: 0,
        steps: 0,
        work: 0,
        complete: true,
        stopped: false,
        arrived: 0,
    };
    search.begin();
    search.run(observer);
    let values = search.tracked.iter().map(|tracked| GoalValue {
        goal: tracked.goal,
        largest: tracked.value,
        path: tracked.node.filter(|_| !rule.join).map(|node| search.path(node)),
    });
    Exploration {
        values: values.collect(),
        complete: search.complete,
        stopped: search.stopped,
        arrived: search.arrived,
        steps: search.steps,
    }
}

impl ZoneSearch<'_> {
    /// What stands at time zero.
    fn begin(&mut self) {
        let root = OpenState {
            state: ExactState::new(self.model.world.functions.len()),
            zone: InstantZone::new(),
            misses_left: self.model.policy().miss_budget,
            failed: 0,
            node: ROOT,
        };
        for child in children(self.model, &root, true) {
            self.take_in(child, ROOT, (0, 0));
        }
    }

    fn run(&mut self, observer: &dyn SearchObserver) {
        while let Some(((arrivals, depth), layer)) = self.layers.pop_first() {
            if arrivals > self.arrived || self.stored > MOST_STORED {
                self.arrived = arrivals;
                self.stored = 0;
                self.visited.clear();
            }
            let layer = if self.rule.join { joined(layer) } else { layer };
            let layer = self.unvisited(layer);
            let layer = self.affordable(layer);
            for chunk in layer.chunks(CHUNK) {
                let model = self.model;
                let grown: Vec<Vec<ChildState>> =
                    chunk.par_iter().map(|open| children(model, open, false)).collect();
                for (open, grown) in chunk.iter().zip(grown) {
                    for child in grown {
                        self.take_in(child, open.node, (arrivals, depth));
                    }
                }
                if self.closed() {
                    return;
                }
                let spent = self.work >= self.rule.budget || self.nodes.len() >= MOST_NODES;
                self.stopped = !self.inform(observer);
                if spent || self.stopped {
                    self.complete = false;
                    return;
                }
            }
        }
    }

    /// As many as time and memory allow, the most promising ones.
    fn affordable(&mut self, mut layer: Vec<OpenState>) -> Vec<OpenState> {
        let largest = layer.iter().map(OpenState::size).max().unwrap_or(1);
        let width = self.rule.width.min(MOST_IN_LAYER / largest.max(1)).max(1);
        if layer.len() > width {
            self.complete = false;
            layer.sort_by_cached_key(|open| std::cmp::Reverse(priority(open)));
            layer.truncate(width);
        }
        layer
    }

    /// Notes what the child shows, and keeps it if something may still come of it.
    fn take_in(&mut self, mut child: ChildState, parent: usize, from: (u32, u32)) {
        self.steps += 1;
        self.work += 1 + child.open.size() as u64 / 64;
        child.open.failed += child.seen.failed;
        let node = self.nodes.len();
        let mut used = false;
        for tracked in &mut self.tracked {
            let value = match tracked.goal.objective {
                SearchObjective::ColdStart => child.cold,
                SearchObjective::PeakEnis => u64::from(child.seen.held),
                SearchObjective::SubnetPeak(subnet) => {
                    child.seen.by_subnet.get(subnet).copied().map_or(0, u64::from)
                }
                SearchObjective::Failures => u64::from(child.open.failed),
            };
            if value > tracked.value {
                (tracked.value, tracked.node, used) = (value, Some(node), true);
            }
        }
        let too_large = child.open.state.is_too_large();
        self.complete &= !too_large;
        let kept = child.goes_on && !too_large && self.may_improve(&child.open);
        if used || kept {
            self.nodes.push((parent, child.choices));
        }
        if kept {
            let arrivals = child.open.state.arrived;
            let depth = if from.0 == arrivals { from.1 + 1 } else { 0 };
            child.open.node = node;
            self.layers.entry((arrivals, depth)).or_default().push(child.open);
        }
    }

    /// Whether any goal can still gain from here.
    fn may_improve(&self, open: &OpenState) -> bool {
        let (state, policy) = (&open.state, self.model.policy());
        let coming = (self.model.arrivals.len() - state.arrived as usize) as u64;
        let waiting = u64::from(state.waiting_invocations(policy.binding));
        let acquires = || state.cold().any(|environment| environment.eni.is_none());
        self.tracked.iter().any(|tracked| {
            let still = tracked.goal.bound.is_none_or(|bound| tracked.value < bound);
            still
                && match tracked.goal.objective {
                    SearchObjective::ColdStart => coming + waiting > 0,
                    SearchObjective::Failures => u64::from(open.failed) + coming + waiting > tracked.value,
                    SearchObjective::PeakEnis | SearchObjective::SubnetPeak(_) => {
                        coming > 0 || policy.warm > 0 || acquires()
                    }
                }
        })
    }

    /// Those that lie in none that was seen before.
    fn unvisited(&mut self, layer: Vec<OpenState>) -> Vec<OpenState> {
        let mut fresh = Vec::new();
        for open in layer {
            let seen = self.visited.entry(open.state.clone()).or_default();
            if !is_new(seen, &open) {
                continue;
            }
            self.stored += open.size();
            fresh.push(open);
        }
        fresh
    }

    /// Whether every goal has reached what is proved.
    fn closed(&self) -> bool {
        self.tracked.iter().all(|tracked| tracked.goal.bound.is_some_and(|bound| tracked.value >= bound))
    }

    fn inform(&self, observer: &dyn SearchObserver) -> bool {
        let done = Some(self.work.min(self.rule.budget) * 1_000 / self.rule.budget.max(1));
        self.tracked
            .iter()
            .filter(|tracked| tracked.goal.bound.is_none_or(|bound| tracked.value < bound))
            .all(|tracked| {
                let witness = if self.rule.join { tracked.goal.witness } else { tracked.value };
                let ExactGoal { objective, bound, .. } = tracked.goal;
                observer.proceed(&SearchProgress { objective, witness, bound, steps: self.steps, done })
            })
    }

    /// The choices from the start to `node`.
    fn path(&self, node: usize) -> Vec<Vec<u16>> {
        let mut path = Vec::new();
        let mut at = node;
        while let Some((parent, choices)) = self.nodes.get(at) {
            path.push(choices.clone());
            at = *parent;
        }
        path.reverse();
        path
    }
}
