//! The optimum without the API bucket: the held curve, and the deadline batches and gaps read off it.
//!
//! `held(t) = max need over (t - delete.max, t + boot.max]` bounds every schedule from below at
//! every instant, and the schedule that creates where it rises and deletes where it falls attains
//! it (docs/plan.md, lemmas 1 and 2). O(n). Knows nothing of tokens or solvers.

use crate::plan::terms::exact::instant_ms;
use crate::plan::terms::group::Group;
use crate::plan::terms::schedule::{DeadlineBatch, Objectives};

/// ENIs that are deleted and later created again, rather than kept idle in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IdleGap {
    /// Index of the creation that ends it.
    pub creation: usize,
    /// Index of the deletion that begins it.
    pub deletion: usize,
    /// How many ENIs.
    pub count: u32,
    /// Time between gone and requested again, ms: what keeping one of them would cost more.
    pub width_ms: u64,
}

/// The held curve taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Decomposition {
    /// Requests, in time order, one per rise.
    pub creations: Vec<DeadlineBatch>,
    /// Deletions, in time order, one per fall before the end.
    pub deletions: Vec<DeadlineBatch>,
    /// Which creation brings back which deletion's ENIs, level by level.
    pub gaps: Vec<IdleGap>,
    /// The objectives, each a lower bound for every schedule.
    pub objectives: Objectives,
}

/// Takes the group's held curve apart.
pub(crate) fn decompose(group: &Group) -> Decomposition {
    let (boot, delete, end) = (group.boot.max.0, group.delete.max.0, group.end_ms());
    // The held curve, late by the longest boot so that it starts no earlier than 0.
    let late = group.need.sliding_max(boot + delete);
    let mut apart = Decomposition {
        objectives: Objectives {
            peak: group.need.peak().0,
            held_ms: late.integral(0, end + boot),
            creations: 0,
        },
        ..Decomposition::default()
    };
    // Levels that are down: (index of their deletion, when they were gone, how many), the lowest level last.
    let mut down: Vec<(usize, i64, u32)> = Vec::new();
    let mut value = 0;
    for &(at, next) in late.steps().iter().take_while(|&&(at, _)| at < end + boot) {
        let at_ms = instant_ms(at) - group.boot_ms();
        if next > value {
            apart.rise(at_ms, next - value, &mut down);
        } else {
            down.push((apart.deletions.len(), at_ms, value - next));
            apart.deletions.push(DeadlineBatch { at_ms: at_ms - group.delete_ms(), count: value - next });
        }
        value = next;
    }
    debug_assert!(apart.is_sound(), "{apart:?}");
    apart
}

impl Decomposition {
    /// Whether it is in order, and ends with no more ENIs than it has made.
    fn is_sound(&self) -> bool {
        let in_order = |batches: &[DeadlineBatch]| batches.is_sorted_by_key(|batch| batch.at_ms);
        let sum =
            |batches: &[DeadlineBatch]| -> u64 { batches.iter().map(|batch| u64::from(batch.count)).sum() };
        let created = sum(&self.creations);
        let bridged: u64 = self.gaps.iter().map(|gap| u64::from(gap.count)).sum();
        in_order(&self.creations)
            && in_order(&self.deletions)
            && created == self.objectives.creations
            && created >= sum(&self.deletions)
            && created >= bridged + u64::from(self.objectives.peak.min(1))
    }

    /// Gaps count less by what creating again costs, `creation_ms` of holding.
    pub(crate) fn discount_gaps(&mut self, creation_ms: u64) {
        self.gaps.iter_mut().for_each(|gap| gap.width_ms = gap.width_ms.saturating_sub(creation_ms));
    }

    fn rise(&mut self, at_ms: i64, count: u32, down: &mut Vec<(usize, i64, u32)>) {
        let creation = self.creations.len();
        self.creations.push(DeadlineBatch { at_ms, count });
        self.objectives.creations += u64::from(count);
        let mut rest = count;
        while rest > 0 {
            let Some((deletion, gone_ms, waiting)) = down.pop() else { return };
            let count = rest.min(waiting);
            self.gaps.push(IdleGap { creation, deletion, count, width_ms: at_ms.abs_diff(gone_ms) });
            rest -= count;
            if waiting > count {
                down.push((deletion, gone_ms, waiting - count));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demand::Curve;
    use crate::plan::PlanStart;
    use crate::quantity::{Interval, Millis};

    fn group(need: &[(u64, u32)], span: u64, boot: u64, delete: u64) -> Group {
        Group {
            need: Curve::new(need.iter().copied()),
            span: Millis(span),
            boot: Interval::between(Millis(1), Millis(boot)),
            delete: Interval::between(Millis(1), Millis(delete)),
            ceilings: Vec::new(),
            api: None,
            start: PlanStart::Warm,
        }
    }

    #[test]
    fn a_gap_longer_than_boot_and_deletion_is_not_kept() {
        // Two ENIs until 100, two again from 120; boot 10, deletion 10: keeping costs 20, as does
        // deleting, and keeping creates fewer. One ms more and they go.
        let kept = decompose(&group(&[(0, 2), (100, 0), (120, 2), (200, 0)], 300, 10, 10));
        assert_eq!(kept.creations, [DeadlineBatch { at_ms: -10, count: 2 }]);
        assert_eq!(kept.deletions, [DeadlineBatch { at_ms: 200, count: 2 }]);
        let gone = decompose(&group(&[(0, 2), (100, 0), (121, 2), (200, 0)], 300, 10, 10));
        assert_eq!(
            gone.creations,
            [DeadlineBatch { at_ms: -10, count: 2 }, DeadlineBatch { at_ms: 111, count: 2 }]
        );
        assert_eq!(
            gone.deletions,
            [DeadlineBatch { at_ms: 100, count: 2 }, DeadlineBatch { at_ms: 200, count: 2 }]
        );
        assert_eq!(gone.gaps, [IdleGap { creation: 1, deletion: 0, count: 2, width_ms: 1 }]);
        assert_eq!(gone.objectives, Objectives { peak: 2, held_ms: 2 * (120 + 99), creations: 4 });
    }

    #[test]
    fn gaps_pair_level_by_level() {
        // Down 3 -> 2 -> 0, then up to 2 and to 3: the last to go are the first to come back.
        let turns = decompose(&group(&[(0, 3), (10, 2), (20, 0), (50, 2), (60, 3), (70, 0)], 71, 1, 1));
        let pairs: Vec<_> = turns.gaps.iter().map(|gap| (gap.creation, gap.deletion, gap.width_ms)).collect();
        assert_eq!(pairs, [(1, 1, 28), (2, 0, 48)]);
        // The last deletion would end with the account and saves nothing.
        assert_eq!(turns.deletions.len(), 2);
    }
}
