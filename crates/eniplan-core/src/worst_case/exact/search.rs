//! Search: all states that can be reached, layer by layer.
//!
//! A layer is what has seen the same number of arrivals and of events since. A state that
//! lies inside another one of the same arrivals is left out: whatever can become of it can
//! become of the other. So is one from which nothing better can come.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::machine::{Machine, Seen};
use super::model::Model;
use super::script::Script;
use super::state::State;
use super::zone::Zone;
use crate::policy::EnvironmentBinding;
use crate::worst_case::{Objective, Progress, Watch};

/// One objective, and what is known of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Goal {
    pub(super) objective: Objective,
    /// There is an assignment that shows this.
    pub(super) witness: u64,
    /// This is proved.
    pub(super) bound: Option<u64>,
}

impl Goal {
    /// Whether witness and bound differ.
    pub(super) fn is_open(&self) -> bool {
        self.bound.is_none_or(|bound| self.witness < bound)
    }
}

/// How to search.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    /// Whether states that differ in their instants alone are joined to the smallest zone around
    /// them: fewer, but with instants that no assignment has. What is found then is a bound.
    pub(super) join: bool,
    /// States kept of a layer; where there are more, the search is not complete.
    pub(super) width: usize,
    /// Events to try in all.
    pub(super) budget: u64,
}

/// What has been found for one goal.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) goal: Goal,
    /// The largest value seen, at least the witness.
    pub(super) largest: u64,
    /// The choices that lead to it, where it is more than the witness.
    pub(super) path: Option<Vec<Vec<u16>>>,
}

/// What a search has found.
#[derive(Clone, Debug)]
pub(super) struct Explored {
    pub(super) values: Vec<Value>,
    /// Whether every value is the largest there is (joined: a bound).
    pub(super) complete: bool,
    /// Whether the watch called it off.
    pub(super) stopped: bool,
    /// Arrivals up to which all states were gone through.
    pub(super) arrived: u32,
    /// Events tried.
    pub(super) steps: u64,
}

/// A state to go on from.
#[derive(Clone, Debug)]
struct Open {
    state: State,
    zone: Zone,
    misses_left: u32,
    failed: u32,
    /// Its place in the tree of paths.
    node: u32,
}

impl Open {
    /// About how many numbers it is made of.
    fn size(&self) -> usize {
        let State { pending, environments, enis, .. } = &self.state;
        self.zone.variables().pow(2) + 4 * (pending.len() + environments.len() + enis.len())
    }
}

/// What one event made of a state.
struct Child {
    open: Open,
    choices: Vec<u16>,
    seen: Seen,
    /// The longest cold start that ends with this event.
    cold: u64,
    /// Whether anything can follow.
    goes_on: bool,
}

/// A goal in progress: the value, and the node that has shown it.
struct Tracked {
    goal: Goal,
    value: u64,
    node: Option<u32>,
}

struct Search<'a> {
    model: &'a Model<'a>,
    rule: Rule,
    tracked: Vec<Tracked>,
    /// Of each node its parent and the choices of the event between.
    nodes: Vec<(u32, Vec<u16>)>,
    layers: BTreeMap<(u32, u32), Vec<Open>>,
    visited: BTreeMap<State, Vec<(Zone, u32, u32)>>,
    /// Numbers kept in `visited`.
    stored: usize,
    steps: u64,
    /// The same, large states counted for more.
    work: u64,
    complete: bool,
    stopped: bool,
    arrived: u32,
}

/// Nodes of the tree of paths, and numbers in `visited`, that memory is spent on.
const MOST_NODES: usize = 4_000_000;
const MOST_STORED: usize = 20_000_000;

/// Numbers in the zones of one layer.
const MOST_IN_LAYER: usize = 8_000_000;

/// States expanded between two looks at the watch.
const CHUNK: usize = 512;

/// Searches for the largest value of every goal.
pub(super) fn explore(model: &Model<'_>, goals: &[Goal], rule: Rule, watch: &dyn Watch) -> Explored {
    let tracked = goals.iter().map(|&goal| Tracked { goal, value: goal.witness, node: None }).collect();
    let mut search = Search {
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
    search.run(watch);
    let values = search.tracked.iter().map(|it| Value {
        goal: it.goal,
        largest: it.value,
        path: it.node.filter(|_| !rule.join).map(|node| search.path(node)),
    });
    Explored {
        values: values.collect(),
        complete: search.complete,
        stopped: search.stopped,
        arrived: search.arrived,
        steps: search.steps,
    }
}

impl Search<'_> {
    /// What stands at time zero.
    fn begin(&mut self) {
        let root = Open {
            state: State::new(self.model.world.functions.len()),
            zone: Zone::new(),
            misses_left: self.model.policy().miss_budget,
            failed: 0,
            node: u32::MAX,
        };
        for child in children(self.model, &root, true) {
            self.take_in(child, u32::MAX, (0, 0));
        }
    }

    fn run(&mut self, watch: &dyn Watch) {
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
                let grown: Vec<Vec<Child>> =
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
                self.stopped = !self.told(watch);
                if spent || self.stopped {
                    self.complete = false;
                    return;
                }
            }
        }
    }

    /// As many as time and memory allow, the most promising ones.
    fn affordable(&mut self, mut layer: Vec<Open>) -> Vec<Open> {
        let largest = layer.iter().map(Open::size).max().unwrap_or(1);
        let width = self.rule.width.min(MOST_IN_LAYER / largest.max(1)).max(1);
        if layer.len() > width {
            self.complete = false;
            layer.sort_by_cached_key(|open| std::cmp::Reverse(promise(open)));
            layer.truncate(width);
        }
        layer
    }

    /// Notes what the child shows, and keeps it if something may still come of it.
    fn take_in(&mut self, mut child: Child, parent: u32, from: (u32, u32)) {
        self.steps += 1;
        self.work += 1 + child.open.size() as u64 / 64;
        child.open.failed += child.seen.failed;
        let node = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let mut used = false;
        for it in &mut self.tracked {
            let value = match it.goal.objective {
                Objective::ColdStart => child.cold,
                Objective::PeakEnis => u64::from(child.seen.held),
                Objective::SubnetPeak(subnet) => {
                    child.seen.by_subnet.get(subnet).copied().map_or(0, u64::from)
                }
                Objective::Failures => u64::from(child.open.failed),
            };
            if value > it.value {
                (it.value, it.node, used) = (value, Some(node), true);
            }
        }
        let kept = child.goes_on && self.may_improve(&child.open);
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
    fn may_improve(&self, open: &Open) -> bool {
        let (state, policy) = (&open.state, self.model.policy());
        let coming = self.model.arrivals.len() - state.arrived as usize;
        let waiting = match policy.binding {
            EnvironmentBinding::Bound => state.cold().count(),
            EnvironmentBinding::Queued => state.queued.len(),
        };
        let acquires = || state.cold().any(|it| it.eni.is_none());
        self.tracked.iter().any(|it| {
            let still = it.goal.bound.is_none_or(|bound| it.value < bound);
            still
                && match it.goal.objective {
                    Objective::ColdStart => coming + waiting > 0,
                    Objective::Failures => u64::from(open.failed) + (coming + waiting) as u64 > it.value,
                    Objective::PeakEnis | Objective::SubnetPeak(_) => {
                        coming > 0 || policy.warm > 0 || acquires()
                    }
                }
        })
    }

    /// Those that lie in none that was seen before.
    fn unvisited(&mut self, layer: Vec<Open>) -> Vec<Open> {
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
        self.tracked.iter().all(|it| it.goal.bound.is_some_and(|bound| it.value >= bound))
    }

    fn told(&self, watch: &dyn Watch) -> bool {
        let done = Some(self.work.min(self.rule.budget) * 1_000 / self.rule.budget.max(1));
        self.tracked.iter().filter(|it| it.goal.bound.is_none_or(|bound| it.value < bound)).all(|it| {
            let witness = if self.rule.join { it.goal.witness } else { it.value };
            let Goal { objective, bound, .. } = it.goal;
            watch.proceed(&Progress { objective, witness, bound, steps: self.steps, done })
        })
    }

    /// The choices from the start to `node`.
    fn path(&self, node: u32) -> Vec<Vec<u16>> {
        let mut path = Vec::new();
        let mut at = node;
        while let Some((parent, choices)) = self.nodes.get(at as usize) {
            path.push(choices.clone());
            at = *parent;
        }
        path.reverse();
        path
    }
}

/// Whether none of `seen`, all of one discrete state, has all that `open` has; then it is noted there
/// instead of those that have no more than it. What has failed counts: whoever has failed more
/// can come to more failures, whatever follows.
fn is_new(seen: &mut Vec<(Zone, u32, u32)>, open: &Open) -> bool {
    let covered = |(zone, misses_left, failed): &(Zone, u32, u32)| {
        *misses_left >= open.misses_left && *failed >= open.failed && zone.includes(&open.zone)
    };
    if seen.iter().any(covered) {
        return false;
    }
    seen.retain(|(zone, misses_left, failed)| {
        !(open.misses_left >= *misses_left && open.failed >= *failed && open.zone.includes(zone))
    });
    seen.push((open.zone.clone(), open.misses_left, open.failed));
    true
}

/// Everything one event can make of a state.
fn children(model: &Model<'_>, open: &Open, first: bool) -> Vec<Child> {
    let mut children = Vec::new();
    let mut given = Some(Vec::new());
    while let Some(choices) = given {
        let Open { state, zone, misses_left, .. } = open;
        let script = Script::new(choices);
        let mut machine = Machine::new(model, state.clone(), zone.clone(), *misses_left, script);
        let goes_on = if first {
            machine.set_up();
            true
        } else {
            machine.step()
        };
        given = machine.script.next();
        let latest = machine.zone.latest(machine.now);
        let lengths = machine.seen.started.iter().map(|arrival| latest - arrival);
        let cold = lengths.max().and_then(|length| u64::try_from(length).ok()).unwrap_or(0);
        let Machine { mut state, mut zone, misses_left, script, seen, .. } = machine;
        state.settle(model, &mut zone);
        let open = Open { state, zone, misses_left, failed: open.failed, node: 0 };
        children.push(Child { open, choices: script.choices(), seen, cold, goes_on });
    }
    children
}

/// One for each state, with the smallest zone around all of them.
fn joined(layer: Vec<Open>) -> Vec<Open> {
    let mut joined: BTreeMap<State, Open> = BTreeMap::new();
    for open in layer {
        if let Some(known) = joined.get_mut(&open.state) {
            known.zone.hull(&open.zone);
            known.misses_left = known.misses_left.max(open.misses_left);
            known.failed = known.failed.max(open.failed);
        } else {
            joined.insert(open.state.clone(), open);
        }
    }
    joined.into_values().collect()
}

/// What to keep where not everything can be: failures, ENIs held, and how late things are.
fn promise(open: &Open) -> (u32, u32, i64) {
    let latest = open.state.pending.iter().filter_map(|it| it.at).map(|at| open.zone.latest(at));
    (open.failed, open.state.held(|_| true), latest.max().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::super::zone::When;
    use super::*;

    fn open(until: i64, misses_left: u32, failed: u32) -> Open {
        let mut zone = Zone::new();
        zone.grow(When::at(0), 0, until);
        Open { state: State::new(1), zone, misses_left, failed, node: 0 }
    }

    #[test]
    fn a_state_is_left_out_only_for_one_with_as_many_failures_and_misses_left() {
        let mut seen = Vec::new();
        assert!(is_new(&mut seen, &open(10, 1, 1)));
        assert!(!is_new(&mut seen, &open(10, 1, 1)), "the very same");
        assert!(!is_new(&mut seen, &open(9, 0, 0)), "less of everything");
        assert!(is_new(&mut seen, &open(9, 1, 2)), "one more has failed");
        assert!(is_new(&mut seen, &open(9, 2, 1)), "one more may miss");
        assert!(is_new(&mut seen, &open(11, 1, 1)), "it may be later");
        // That took the place of the first, which it covers, and of no other.
        assert_eq!(seen.len(), 3);
        assert!(is_new(&mut seen, &open(20, 3, 3)));
        assert_eq!(seen.len(), 1, "all that it covers is left out");
    }

    #[test]
    fn what_is_joined_has_failed_as_often_as_the_worst_of_it() {
        let joined = joined(vec![open(5, 0, 2), open(9, 1, 0)]);
        let [one] = joined.as_slice() else { panic!("equal states are joined") };
        assert_eq!((one.misses_left, one.failed), (1, 2));
        assert!(one.zone.includes(&open(9, 0, 0).zone) && one.zone.includes(&open(5, 0, 0).zone));
    }
}
