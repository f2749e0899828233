//! Curve: the largest cold start that an arrival can meet, slot by slot over the trace.
//!
//! Like the worst case itself an interval in every slot: what a replay has shown, and what is proved.

use serde::Serialize;

use crate::quantity::Millis;
use crate::quantity::convert::index_up_to;
use crate::simulation::{Recorder, ServedInvocation};
use crate::trace::Trace;

/// One slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Point"))]
pub struct CurvePoint {
    /// When it begins, ms.
    pub at_ms: u64,
    /// Invocations that arrive in it.
    pub invocations: u64,
    /// The longest cold start of one of them shown by replay, ms.
    pub witness_ms: u64,
    /// The proved upper bound, ms: 0 in a slot without arrivals; null: none was found.
    pub bound_ms: Option<u64>,
}

/// What a replay shows in each slot. Hears one run; several are put together with [`WitnessCurve::merge`].
#[derive(Clone, Debug)]
pub struct WitnessCurve {
    slot: u64,
    /// The longest cold start, ms, and how many arrive.
    slots: Vec<(u64, u64)>,
}

impl WitnessCurve {
    /// The arrivals of `trace` by slots of length `slot`, before anything is replayed; one at or
    /// after the end counts to the last slot.
    pub fn new(slot: Millis, trace: &Trace) -> Self {
        let slot = slot.0.max(1);
        let slots = (0..trace.span.0.div_ceil(slot).max(1)).map(|_| (0, 0));
        let mut curve = Self { slot, slots: slots.collect() };
        for entry in trace.arrivals() {
            curve.at(entry.at).1 += u64::from(entry.count);
        }
        debug_assert_eq!(curve.invocations(), trace.invocations(), "every arrival is in one slot");
        curve
    }

    fn at(&mut self, arrival: u64) -> &mut (u64, u64) {
        let last = self.slots.len() - 1;
        &mut self.slots[index_up_to(arrival / self.slot, last)]
    }

    fn invocations(&self) -> u64 {
        self.slots.iter().map(|&(_, invocations)| invocations).sum()
    }

    /// The larger of the two in each slot, which must be slots of one trace.
    #[must_use]
    pub fn merge(mut self, other: &Self) -> Self {
        debug_assert_eq!((self.slot, self.slots.len()), (other.slot, other.slots.len()));
        debug_assert_eq!(self.invocations(), other.invocations());
        for ((longest, _), (more, _)) in self.slots.iter_mut().zip(&other.slots) {
            *longest = (*longest).max(*more);
        }
        self
    }

    /// Beside what is proved of the arrivals in each `from..to`, ms.
    pub fn beside(&self, proved: impl Fn(u64, u64) -> Option<u64>) -> Vec<CurvePoint> {
        let starts = (0_u64..).map(|n| n * self.slot);
        let point = |(at_ms, &(witness_ms, invocations)): (u64, &(u64, u64))| {
            let bound_ms = match invocations {
                0 => Some(0),
                _ => proved(at_ms, at_ms.saturating_add(self.slot)),
            };
            debug_assert!(
                bound_ms.is_none_or(|bound| witness_ms <= bound),
                "a replay refutes a proof at {at_ms} ms"
            );
            CurvePoint { at_ms, invocations, witness_ms, bound_ms }
        };
        starts.zip(&self.slots).map(point).collect()
    }
}

impl Recorder for WitnessCurve {
    fn served(&mut self, served: &ServedInvocation<'_>) {
        if served.cold {
            let (longest, _) = self.at(served.arrival);
            *longest = (*longest).max(served.start - served.arrival);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Entry, Shape};

    #[test]
    fn every_arrival_counts_to_its_slot() {
        let entry = |at, count| Entry { at, duration: 1, function: 0, count };
        let entries = [(0, 1), (9, 2), (20, 1), (25, 1), (31, 1)].map(|(at, count)| entry(at, count));
        let trace = Trace {
            functions: Vec::new(),
            origin: None,
            span: Millis(25),
            notes: Vec::new(),
            shape: Shape::Log(entries.into_iter().collect()),
        };
        let mut curve = WitnessCurve::new(Millis(10), &trace);
        let mut other = curve.clone();
        (curve.at(9).0, curve.at(31).0, other.at(3).0) = (7, 5, 9);
        let points = curve.merge(&other).beside(|from, to| (from > 0).then_some(to));
        let flat: Vec<_> = points
            .iter()
            .map(|point| (point.at_ms, point.invocations, point.witness_ms, point.bound_ms))
            .collect();
        assert_eq!(flat, [(0, 3, 9, None), (10, 0, 0, Some(0)), (20, 3, 5, Some(30))]);
    }
}
