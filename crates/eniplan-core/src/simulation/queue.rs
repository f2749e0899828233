//! The event queue: ordered by time, then rank, then the order of scheduling.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::wheel::Wheel;

/// What happens. The variants stand in the order of semantics.md, "Order of things that
/// happen at the same millisecond"; arrivals come from the trace, not from this queue,
/// and stand between `Schedule` and `EnvironmentExpiry`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// A deletion has ended.
    EniGone { eni: u32 },
    /// An ENI has booted.
    EniReady { eni: u32 },
    /// A step of an environment's cold path has ended.
    PhaseEnd { environment: u32, serial: u64, step: u32 },
    /// An invocation has ended.
    InvocationEnd { environment: u32 },
    /// The next action of the schedule is due.
    Schedule,
    /// The function's longest idle environment may have been idle for its keep-alive.
    EnvironmentExpiry { function: u32 },
    /// The ENI may have been idle for its ttl since the idleness of this mark.
    EniExpiry { eni: u32, mark: u64 },
}

impl Event {
    pub(crate) const fn rank(self) -> u8 {
        match self {
            Self::EniGone { .. } => 0,
            Self::EniReady { .. } => 1,
            Self::PhaseEnd { .. } | Self::InvocationEnd { .. } => 2,
            Self::Schedule => 3,
            Self::EnvironmentExpiry { .. } => 5,
            Self::EniExpiry { .. } => 6,
        }
    }
}

/// The rank of arrivals.
const ARRIVAL_RANK: u8 = 4;

/// When an event is due; smaller is earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EventTime {
    pub(crate) at: u64,
    pub(crate) rank: u8,
    pub(crate) sequence: u64,
}

/// Events to come: the ends of invocations and phases on a wheel while they are near, the rest in a heap.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queue {
    heap: BinaryHeap<Reverse<(EventTime, Event)>>,
    near: Wheel<Event>,
    sequence: u64,
    now: u64,
}

/// The rank of everything on the wheel.
const NEAR_RANK: u8 = 2;

impl Queue {
    /// A number for the next event, later than all before.
    pub(crate) fn next_sequence(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    /// Schedules `event`; an event at `u64::MAX` never happens.
    #[inline]
    pub(crate) fn push(&mut self, at: u64, event: Event) {
        let sequence = self.next_sequence();
        if event.rank() != NEAR_RANK || self.near.add(self.now, at, sequence, event).is_err() {
            self.push_as(at, sequence, event);
        }
    }

    /// Schedules `event` in the place of an earlier number.
    pub(crate) fn push_as(&mut self, at: u64, sequence: u64, event: Event) {
        if at < u64::MAX {
            self.heap.push(Reverse((EventTime { at, rank: event.rank(), sequence }, event)));
        }
    }

    /// When the first event on the wheel and the first in the heap are due.
    #[inline]
    fn heads(&mut self) -> (Option<EventTime>, Option<EventTime>) {
        let near = self.near.next_due().map(|(at, sequence)| EventTime { at, rank: NEAR_RANK, sequence });
        (near, self.heap.peek().map(|Reverse((due, _))| *due))
    }

    /// When the next event is due.
    pub(crate) fn next_due(&mut self) -> Option<EventTime> {
        let (near, far) = self.heads();
        near.into_iter().chain(far).min()
    }

    /// Time has come to `now` without an event.
    pub(crate) fn advance(&mut self, now: u64) {
        self.now = now;
    }

    /// Takes the next event, if it comes before the arrivals of instant `arrival`.
    #[inline]
    pub(crate) fn pop_before(&mut self, arrival: u64) -> Option<(EventTime, Event)> {
        let (near, far) = self.heads();
        // Mostly the wheel's comes first by its instant alone.
        if let Some(due) = near.filter(|near| far.is_none_or(|far| near.at < far.at)) {
            if due.at > arrival {
                return None;
            }
            self.now = due.at;
            return self.near.take().map(|event| (due, event));
        }
        let is_far = match (near, far) {
            (Some(near), Some(far)) => far < near,
            (None, None) => return None,
            (near, _) => near.is_none(),
        };
        let due = if is_far { far } else { near }?;
        if (due.at, due.rank) >= (arrival, ARRIVAL_RANK) {
            return None;
        }
        self.now = due.at;
        if is_far {
            return self.heap.pop().map(|Reverse(item)| item);
        }
        self.near.take().map(|event| (due, event))
    }
}
