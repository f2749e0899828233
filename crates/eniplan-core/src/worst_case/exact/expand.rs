//! Expansion: everything one event can make of a state.

use super::machine::{EventEffects, ZoneMachine};
use super::model::ExactModel;
use super::open::OpenState;
use super::script::BranchScript;

/// What one event made of a state.
pub(super) struct ChildState {
    pub(super) open: OpenState,
    pub(super) choices: Vec<u16>,
    pub(super) seen: EventEffects,
    /// The longest cold start that ends with this event.
    pub(super) cold: u64,
    /// Whether anything can follow.
    pub(super) goes_on: bool,
}

/// Everything one event can make of a state.
pub(super) fn children(model: &ExactModel<'_>, open: &OpenState, first: bool) -> Vec<ChildState> {
    let mut children = Vec::new();
    let mut given = Some(Vec::new());
    while let Some(choices) = given {
        let OpenState { state, zone, misses_left, .. } = open;
        let script = BranchScript::new(choices);
        let mut machine = ZoneMachine::new(model, state.clone(), zone.clone(), *misses_left, script);
        let goes_on = if first {
            machine.set_up();
            true
        } else {
            machine.step()
        };
        given = machine.script.next();
        let latest = machine.zone.latest(machine.now);
        debug_assert!(machine.seen.started.iter().all(|&arrival| arrival <= latest));
        let lengths = machine.seen.started.iter().map(|arrival| latest - arrival);
        // None starts before it arrives.
        let cold = lengths.max().map_or(0, i64::unsigned_abs);
        let ZoneMachine { mut state, mut zone, misses_left, script, seen, .. } = machine;
        state.normalize(model, &mut zone);
        let open = OpenState { state, zone, misses_left, failed: open.failed, node: 0 };
        children.push(ChildState { open, choices: script.choices(), seen, cold, goes_on });
    }
    children
}
