//! Path: the phases of one kind of function in topological order, and how long they take.

use super::wait::{Cause, EniWait, PathPhase, PhaseWait, SystemLimit};
use crate::platform::PhaseKind;
use crate::quantity::{Interval, Millis};

/// A phase in place: it names its predecessors by their index in the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathStep {
    /// The phase's name.
    pub name: String,
    /// What happens in it.
    pub kind: PhaseKind,
    /// How long it takes; of an `eni` step zero, since its length is the wait.
    pub duration: Interval,
    /// Indices of the steps it comes after, all smaller than its own.
    pub after: Vec<usize>,
}

/// The phases of one kind of function, in topological order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// The steps.
    pub steps: Vec<PathStep>,
}

/// What one step did in one cold start, ms after the arrival.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepTiming {
    /// When the step started.
    pub start: u64,
    /// How much of it was waiting.
    pub wait: u64,
    /// When it ended.
    pub end: u64,
}

impl PathStep {
    /// The parts of a wait of `ms`, first to last.
    fn waits(&self, ms: u64, eni: &EniWait) -> Vec<PhaseWait> {
        let parts = match self.kind {
            PhaseKind::Plain => vec![],
            PhaseKind::Microvm => vec![(Cause::Host, ms, Some(SystemLimit::MicrovmRate))],
            PhaseKind::Eni => {
                let room = eni.room.min(ms);
                let token = eni.token.min(ms - room);
                let boot = if eni.joined { Cause::Join } else { Cause::Boot };
                vec![
                    (Cause::Room, room, eni.limit),
                    (Cause::Token, token, Some(SystemLimit::ApiTokens)),
                    (boot, ms - room - token, None),
                ]
            }
        };
        let waits = parts.into_iter().filter(|(_, ms, _)| *ms > 0);
        waits.map(|(cause, ms, limit)| PhaseWait { cause, ms, limit }).collect()
    }
}

impl Path {
    /// The length of the path when every step takes its longest and the special steps wait this long.
    pub fn longest(&self, eni_wait: Millis, microvm_wait: Millis) -> Millis {
        let stretches = self.step_timings(|step| step.duration.max, eni_wait, microvm_wait);
        Millis(stretches.iter().map(|stretch| stretch.end).max().unwrap_or(0))
    }

    /// What explains that length: the steps along the longest path, an ENI's wait being its boot.
    pub fn longest_path(&self, eni_wait: Millis, microvm_wait: Millis) -> Vec<PathPhase> {
        let stretches = self.step_timings(|step| step.duration.max, eni_wait, microvm_wait);
        self.explain(&stretches, &EniWait::default())
    }

    /// The length of the path when every step takes its shortest and nothing waits.
    pub fn shortest(&self) -> Millis {
        let stretches = self.step_timings(|step| step.duration.min, Millis::ZERO, Millis::ZERO);
        Millis(stretches.iter().map(|stretch| stretch.end).max().unwrap_or(0))
    }

    /// The length where the ENI keeps the path waiting for so long, what follows it takes its shortest, and all
    /// else its longest.
    pub fn shortest_after(&self, eni_wait: Millis) -> Millis {
        let mut steps = self.steps.clone();
        let mut follows: Vec<bool> = Vec::with_capacity(steps.len());
        for step in &mut steps {
            let late = step.after.iter().any(|&before| follows[before]);
            if late {
                step.duration = Interval::exactly(step.duration.min);
            }
            follows.push(late || step.kind == PhaseKind::Eni);
        }
        Self { steps }.longest(eni_wait, Millis::ZERO)
    }

    /// The latest the `eni` step starts, when microVMs wait this long; zero without one.
    pub fn latest_acquire(&self, microvm_wait: Millis) -> Millis {
        let stretches = self.step_timings(|step| step.duration.max, Millis::ZERO, microvm_wait);
        let eni = self.steps.iter().position(|step| step.kind == PhaseKind::Eni);
        Millis(eni.map_or(0, |index| stretches[index].start))
    }

    /// Whether an ENI is part of it.
    pub fn needs_eni(&self) -> bool {
        self.steps.iter().any(|step| step.kind == PhaseKind::Eni)
    }

    pub(super) fn step_timings(
        &self,
        duration: impl Fn(&PathStep) -> Millis,
        eni_wait: Millis,
        microvm_wait: Millis,
    ) -> Vec<StepTiming> {
        let mut stretches: Vec<StepTiming> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let start = step.after.iter().map(|&before| stretches[before].end).max().unwrap_or(0);
            let wait = match step.kind {
                PhaseKind::Plain => 0,
                PhaseKind::Microvm => microvm_wait.0,
                PhaseKind::Eni => eni_wait.0,
            };
            let end = start.saturating_add(wait).saturating_add(duration(step).0);
            stretches.push(StepTiming { start, wait, end });
        }
        stretches
    }

    /// The steps along the longest path of one cold start, first to last: what explains its length.
    ///
    /// `stretches` holds one entry for each step, in the same order; steps without one are left out.
    /// `eni` tells what its `eni` step waited for.
    pub fn explain(&self, stretches: &[StepTiming], eni: &EniWait) -> Vec<PathPhase> {
        let latest = |among: &mut dyn Iterator<Item = usize>| {
            among
                .filter_map(|index| Some((index, *stretches.get(index)?)))
                .max_by_key(|&(index, stretch)| (stretch.end, std::cmp::Reverse(index)))
        };
        let mut path = Vec::new();
        let mut at = latest(&mut (0..self.steps.len()));
        while let Some((index, stretch)) = at {
            let Some(step) = self.steps.get(index) else { break };
            path.push(PathPhase {
                phase: step.name.clone(),
                start_ms: stretch.start,
                wait_ms: stretch.wait,
                duration_ms: stretch.end.saturating_sub(stretch.start).saturating_sub(stretch.wait),
                waits: step.waits(stretch.wait, eni),
                found: eni.found.filter(|_| step.kind == PhaseKind::Eni),
            });
            at = latest(&mut step.after.iter().copied().filter(|&before| before < index));
        }
        path.reverse();
        path
    }
}
