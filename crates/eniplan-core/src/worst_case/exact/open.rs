//! Open states: those from which the search goes on.

use std::collections::BTreeMap;

use super::state::ExactState;
use super::zone::InstantZone;

/// A state to go on from.
#[derive(Clone, Debug)]
pub(super) struct OpenState {
    pub(super) state: ExactState,
    pub(super) zone: InstantZone,
    pub(super) misses_left: u32,
    pub(super) failed: u32,
    /// Its place in the tree of paths.
    pub(super) node: usize,
}

impl OpenState {
    /// About how many numbers it is made of.
    pub(super) fn size(&self) -> usize {
        let ExactState { pending, environments, enis, .. } = &self.state;
        self.zone.variables().pow(2) + 4 * (pending.len() + environments.len() + enis.len())
    }
}

/// Whether none of `seen`, all of one discrete state, has all that `open` has; then it is noted there
/// instead of those that have no more than it. What has failed counts: whoever has failed more
/// can come to more failures, whatever follows.
pub(super) fn is_new(seen: &mut Vec<(InstantZone, u32, u32)>, open: &OpenState) -> bool {
    let covered = |(zone, misses_left, failed): &(InstantZone, u32, u32)| {
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

/// One for each state, with the smallest zone around all of them.
pub(super) fn joined(layer: Vec<OpenState>) -> Vec<OpenState> {
    let mut joined: BTreeMap<ExactState, OpenState> = BTreeMap::new();
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
pub(super) fn priority(open: &OpenState) -> (u32, u32, i64) {
    let latest = open.state.pending.iter().filter_map(|pending| pending.at).map(|at| open.zone.latest(at));
    (open.failed, open.state.count_enis(|_| true), latest.max().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::super::zone::ZoneInstant;
    use super::*;

    fn open(until: i64, misses_left: u32, failed: u32) -> OpenState {
        let mut zone = InstantZone::new();
        zone.grow(ZoneInstant::at(0), 0, until);
        OpenState { state: ExactState::new(1), zone, misses_left, failed, node: 0 }
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
