//! Priced: what no joint plan can do without, where a creation weighs as much as some held time.

use super::bound::{bound, late_needs};
use super::requests::{free_batches, group_of};
use crate::demand::Curve;
use crate::plan::solve::congestion::relieve;
use crate::plan::terms::joint::Joint;
use crate::quantity::convert::lower_bound;

/// The pools apart, without limits on addresses, through the one bucket: the least held time and the
/// creations that go with it, where a creation spared is worth `creation_ms` and is counted as held
/// time. None: too many separate requests.
pub(crate) fn apart(joint: &Joint, creation_ms: u64) -> Option<(u128, u64)> {
    let mut turns = free_batches(joint).0;
    turns.discount_gaps(creation_ms);
    let relief = relieve(&turns, &group_of(joint, Curve::empty()))?;
    Some((relief.bound.held_ms, turns.objectives.creations))
}

/// The least that is held in all at each instant, late by the longest boot.
pub(crate) fn least_total(joint: &Joint) -> Curve {
    let totals = bound(joint, &late_needs(joint)).totals;
    Curve::new(totals.into_iter().map(|(at, total)| (at, lower_bound(total))))
}
