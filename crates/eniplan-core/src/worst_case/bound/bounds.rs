//! Bounds: what no realization of the uncertainty set can exceed.

use std::ops::RangeInclusive;

use crate::demand::Curve;
use crate::quantity::Millis;
use crate::quantity::convert::{Unrepresentable, index, index_up_to};

/// What no realization exceeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The longest cold start, ms; `None`: an invocation may wait without a bound we can prove.
    pub cold_start_ms: Option<u64>,
    /// The same by the slot in which the invocation arrives.
    pub by_slot: BoundBySlot,
    /// Whether a creation request may wait for its token.
    pub waits_for_tokens: bool,
    /// The most ENIs held.
    pub peak_enis: u64,
    /// The most ENIs held at each instant; `u32::MAX` is no bound.
    pub held: Curve,
    /// The same per subnet, at any instant.
    pub by_subnet: Vec<u64>,
    /// The most failed invocations.
    pub failures: u64,
}

/// The longest cold start of the invocations that arrive in each slot of the trace's span.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BoundBySlot {
    /// Length of a slot, ms: a minute, or as many as keep the slots to about 1,500.
    pub slot_ms: u64,
    /// For each slot the longest, ms: 0 where every arrival is surely warm, `None` where no bound is known.
    /// Without a slot nothing is proved.
    pub longest_ms: Vec<Option<u64>>,
}

impl BoundBySlot {
    pub(super) fn new(span: Millis, value: Option<u64>) -> Self {
        const MOST_SLOTS: u64 = 1_500;
        let slot_ms = span.0.div_ceil(60_000 * MOST_SLOTS).max(1) * 60_000;
        Self::with_slots(slot_ms, index(span.0 / slot_ms + 1), value)
    }

    fn with_slots(slot_ms: u64, slots: Result<usize, Unrepresentable>, value: Option<u64>) -> Self {
        Self { slot_ms, longest_ms: slots.map_or_else(|_| Vec::new(), |slots| vec![value; slots]) }
    }

    /// The slots of `first..=last`, ms; what lies beyond the last slot counts to it. `None`: there is no slot.
    pub(super) fn slots_of(&self, first: u64, last: u64) -> Option<RangeInclusive<usize>> {
        let end = self.longest_ms.len().checked_sub(1)?;
        let index = |at: u64| index_up_to(at / self.slot_ms.max(1), end);
        Some(index(first)..=index(last))
    }

    /// The longest, ms, of the slots that `from..to` meets.
    pub(in crate::worst_case) fn longest_between(&self, from: u64, to: u64) -> Option<u64> {
        let last = to.saturating_sub(1).max(from);
        longest_of(&self.longest_ms[self.slots_of(from, last)?])
    }

    /// The longest of all slots, ms.
    pub(super) fn longest(&self) -> Option<u64> {
        longest_of(&self.longest_ms)
    }
}

/// The largest, unless there is none or one of them has no bound.
fn longest_of(slots: &[Option<u64>]) -> Option<u64> {
    slots.iter().copied().collect::<Option<Vec<u64>>>()?.into_iter().max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::convert::count;

    #[test]
    fn a_stretch_is_as_long_as_its_worst_slot() {
        let by_slot = BoundBySlot { slot_ms: 10, longest_ms: vec![Some(3), Some(0), None, Some(7)] };
        let over = |from, to| by_slot.longest_between(from, to);
        assert_eq!([over(0, 10), over(10, 20), over(9, 11)], [Some(3), Some(0), Some(3)]);
        assert_eq!(
            [over(10, 21), over(30, 40), over(35, 999), over(99, 99)],
            [None, Some(7), Some(7), Some(7)]
        );
        assert_eq!(by_slot.longest(), None, "one slot without a bound leaves the whole without one");
    }

    #[test]
    fn slots_that_cannot_be_counted_prove_nothing() {
        let uncountable = count(u64::MAX).map(|_| 0);
        assert!(uncountable.is_err());
        let by_slot = BoundBySlot::with_slots(60_000, uncountable, Some(0));
        assert_eq!((by_slot.longest(), by_slot.longest_between(0, 5)), (None, None));
        assert_eq!(BoundBySlot::default().longest_between(0, 5), None);
        // Where nothing is cold, a single slot says so.
        assert_eq!(BoundBySlot::new(Millis::ZERO, Some(0)).longest(), Some(0));
    }
}
