//! The cold path: when a phase starts, waits and ends.

use eniplan::cold_path::StepTiming;
use eniplan::platform::PhaseKind;
use eniplan::simulation::Nature;

use super::environments::Doing;
use super::{Event, Naive};

/// A phase of one environment's cold path, ms after the environment was started.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Phase {
    pub start: Option<u64>,
    pub wait: u64,
    pub end: Option<u64>,
}

/// What an `eni` phase waited for, ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Split {
    pub room: u64,
    pub token: u64,
    pub boot: u64,
    /// Whether it had requested its ENI itself.
    pub requested: bool,
}

impl Phase {
    pub(super) fn stretch(&self) -> StepTiming {
        StepTiming { start: self.start.unwrap(), wait: self.wait, end: self.end.unwrap() }
    }

    pub(super) fn is_running(&self) -> bool {
        self.start.is_some() && self.end.is_none()
    }
}

impl<N: Nature> Naive<'_, N> {
    /// "A phase starts when all of those have ended; the handler starts when all phases have ended."
    pub(super) fn go_on(&mut self, environment: usize) {
        while self.environments[environment].doing == Doing::Starting {
            let own = &self.environments[environment];
            if own.phases.iter().all(|phase| phase.end.is_some()) {
                return self.cold_path_ends(environment);
            }
            let steps = &self.scene.path(own.function).steps;
            let may_start = |&phase: &usize| {
                let before = &steps[phase].after;
                own.phases[phase].start.is_none()
                    && before.iter().all(|&before| own.phases[before].end.is_some())
            };
            let Some(phase) = (0..steps.len()).find(may_start) else { return };
            let branches = own.phases.iter().filter(|phase| phase.is_running()).count();
            self.saw_if(branches > 0, "phases side by side");
            self.phase_starts(environment, phase);
        }
    }

    fn phase_starts(&mut self, environment: usize, phase: usize) {
        let scene = self.scene;
        let own = &mut self.environments[environment];
        own.phases[phase].start = Some(self.now - own.born);
        let step = &scene.path(own.function).steps[phase];
        let granted = match step.kind {
            PhaseKind::Eni => return self.acquire(environment),
            PhaseKind::Microvm => self.host_turn(),
            PhaseKind::Plain => Some(self.now),
        };
        // Without a turn it waits for ever.
        let Some(granted) = granted else { return };
        self.saw_if(granted > self.now, "waited for a host");
        self.environments[environment].phases[phase].wait = granted - self.now;
        let duration = self.nature.phase(environment as u64, phase, &step.duration);
        self.saw_if(duration == 0, "phase of no length");
        self.schedule(granted + duration, Event::PhaseEnd { environment, phase });
    }

    /// "`MicroVMs` per second per host x hosts (excess waits, FIFO)."
    fn host_turn(&mut self) -> Option<u64> {
        let now = self.now;
        self.hosts.as_mut().map_or(Some(now), |hosts| hosts.take_in_turn(now))
    }

    pub(super) fn phase_ends(&mut self, environment: usize, phase: usize) {
        let own = &mut self.environments[environment];
        // Of an environment that has been given up, the other branches mean nothing any more.
        if own.doing == Doing::Starting {
            own.phases[phase].end = Some(self.now - own.born);
            self.go_on(environment);
        }
    }

    /// The environment has an ENI that is ready: its `eni` phase, which lasts as long as the wait, ends.
    pub(super) fn eni_phase_ends(&mut self, environment: usize) {
        let function = self.environments[environment].function;
        let steps = &self.scene.path(function).steps;
        let eni = steps.iter().position(|step| step.kind == PhaseKind::Eni).unwrap();
        let own = &mut self.environments[environment];
        let end = self.now - own.born;
        own.phases[eni].wait = end - own.phases[eni].start.unwrap();
        own.phases[eni].end = Some(end);
        // For room until it had its place; for the token until that was granted; for the boot since.
        let began = own.born + own.phases[eni].start.unwrap();
        let granted = own.eni.map_or(0, |eni| self.enis[eni].granted).max(own.placed);
        let split = Split {
            room: own.placed - began,
            token: granted - own.placed,
            boot: self.now - granted,
            requested: own.requested,
        };
        self.account.splits.insert(environment as u64, split);
    }
}
