//! Supply: the half of the engine that makes, shares and deletes ENIs.

use super::enis::EniStage;
use super::failure::Failure;
use super::nature::Nature;
use super::queue::Event;
use super::record::Recorder;
use super::run::SimulationRun;
use crate::cold_path::{EniFound, EniWait, SystemLimit};
use crate::policy::{IdleTtl, OnExhausted, Provision, StartMode};

enum Acquisition {
    Ready(u32),
    Joined(u32),
    Requested(u32),
    Nothing(SystemLimit),
    Failed(Failure),
}

impl<N: Nature, R: Recorder> SimulationRun<'_, N, R> {
    /// What exists at time 0.
    pub(super) fn set_up(&mut self) {
        let (policy, classes) = (self.world.policy, self.world.topology.classes.len());
        self.take_up_plan();
        if policy.provision == Provision::AtDeploy {
            (0..classes).for_each(|class| self.make_initial_eni(class));
        }
        if policy.start == StartMode::Warm {
            (0..self.world.functions.len()).for_each(|function| self.make_initial_environments(function));
            for class in 0..classes {
                while self.short_of_free(class) {
                    self.make_initial_eni(class);
                }
            }
        } else {
            (0..classes).for_each(|class| self.replenish(class, 0));
        }
        self.wake_for_plan();
    }

    /// The environments of `function` that a running system has, each on an ENI with room.
    fn make_initial_environments(&mut self, function: usize) {
        let world = self.world;
        let place = &world.functions[function];
        let on_demand = self.creates_on_demand();
        for _ in 0..world.initial.get(function).copied().unwrap_or(0) {
            let mut eni = None;
            if place.path.needs_eni() {
                let classes = &place.function.classes;
                let found = if world.policy.reuse { self.enis.pick_ready(classes, place.size) } else { None };
                let made = || on_demand.then(|| self.enis.pick_class(world, classes).ok()).flatten();
                eni = match (found, found.is_none().then(made).flatten()) {
                    (Some(found), _) => Some(found),
                    (None, Some(class)) => Some(self.make_eni(class, EniStage::Ready, 0)),
                    (None, None) => return,
                };
            }
            let environment = self.start_environment(function, None, 0);
            if let (Some(eni), Some(instance)) = (eni, self.environments[environment as usize].as_mut()) {
                instance.eni = Some(eni);
                self.enis.place(eni, place.size);
            }
            if let Some(instance) = &self.environments[environment as usize] {
                self.recorder.initially_idle(function, instance.serial);
            }
            self.rest(environment, 0);
        }
    }

    /// An ENI of `class` that is ready at time 0, if the limits allow one.
    fn make_initial_eni(&mut self, class: usize) {
        if self.enis.pick_class(self.world, &[class]).is_ok() {
            let eni = self.make_eni(class, EniStage::Ready, 0);
            self.eni_idle(eni, 0);
        }
    }

    pub(super) fn make_eni(&mut self, class: usize, state: EniStage, now: u64) -> u32 {
        let eni = self.enis.make(self.world, class, state);
        self.note_held(class, now);
        eni
    }

    fn note_held(&mut self, class: usize, now: u64) {
        let subnet = self.world.topology.classes[class].subnet;
        self.outcome.enis.set(now, u64::from(self.enis.held));
        self.outcome.subnets[subnet].set(now, u64::from(self.enis.subnet_held[subnet]));
        self.recorder.enis_changed(now, class, self.enis.class_held(class));
    }

    /// Requests an ENI of `class`: it takes its token in turn and then boots.
    pub(super) fn request(&mut self, class: usize, now: u64) -> u32 {
        let boot = self.nature.boot(self.outcome.creations, &self.world.topology.boot);
        let granted = self.api.as_mut().map_or(now, |bucket| bucket.take_in_turn(now));
        let eni = self.request_ready_at(class, now, granted.saturating_add(boot));
        self.enis.grant(eni, granted);
        eni
    }

    pub(super) fn request_ready_at(&mut self, class: usize, now: u64, ready: u64) -> u32 {
        self.outcome.creations += 1;
        let eni = self.make_eni(class, EniStage::Booting, now);
        self.queue.push(ready, Event::EniReady { eni });
        eni
    }

    /// The `eni` step of an environment's cold path begins.
    pub(super) fn acquire(&mut self, environment: u32, step: usize, now: u64) {
        let (acquired, serial) = self.look_for_eni(environment, true, now);
        match acquired {
            Acquisition::Ready(eni) => {
                self.place(environment, eni, now);
                self.end_step(environment, step, now);
            }
            Acquisition::Joined(eni) => self.wait_for_boot(environment, eni, true, now),
            Acquisition::Requested(eni) => self.wait_for_boot(environment, eni, false, now),
            Acquisition::Nothing(limit) => {
                self.note_eni_wait(environment, |wait, _| wait.limit = Some(limit));
                self.waiters.push_back((environment, serial));
            }
            Acquisition::Failed(failure) => self.abort(environment, failure, now),
        }
    }

    fn look_for_eni(&mut self, environment: u32, first: bool, now: u64) -> (Acquisition, u64) {
        let (world, policy) = (self.world, self.world.policy);
        let Some(instance) = &self.environments[environment as usize] else {
            return (Acquisition::Nothing(SystemLimit::Plan), 0);
        };
        let (serial, place) = (instance.serial, &world.functions[instance.function as usize]);
        let classes = &place.function.classes;
        let mut could = false;
        if policy.reuse {
            let ready = self.enis.pick_ready(classes, place.size).map(Acquisition::Ready);
            let found = ready.or_else(|| {
                let joined = policy.join_booting.then(|| self.enis.pick_booting(classes, place.size));
                joined.flatten().map(Acquisition::Joined)
            });
            could = found.is_some();
            if let Some(found) = found
                && !(first && self.misses())
            {
                if first && matches!(found, Acquisition::Joined(_)) {
                    self.note_found(environment, self.enis.survey(classes, false, true));
                }
                return (found, serial);
            }
        }
        if first {
            self.note_found(environment, self.enis.survey(classes, could, policy.reuse));
        }
        let falls_back = policy.fallback && policy.provision == Provision::Scheduled;
        if !self.creates_on_demand() && !falls_back {
            return (Acquisition::Nothing(SystemLimit::Plan), serial);
        }
        let acquired = match self.enis.pick_class(world, classes) {
            Ok(class) => Acquisition::Requested(self.request(class, now)),
            Err(failure) if policy.on_exhausted == OnExhausted::Wait => {
                Acquisition::Nothing(failure.limit().unwrap_or(SystemLimit::SubnetAddresses))
            }
            Err(failure) => Acquisition::Failed(failure),
        };
        (acquired, serial)
    }

    fn note_found(&mut self, environment: u32, found: EniFound) {
        self.note_eni_wait(environment, |wait, _| wait.found = Some(found));
    }

    /// Notes what the environment's `eni` step waits for; `note` is also told when the step began, ms.
    fn note_eni_wait(&mut self, environment: u32, note: impl FnOnce(&mut EniWait, u64)) {
        let Some(instance) = self.environments[environment as usize].as_mut() else { return };
        let steps = &self.world.functions[instance.function as usize].path.steps;
        let eni_step = steps.iter().position(|step| step.kind == crate::platform::PhaseKind::Eni);
        if let (Some(step), Some(cold)) = (eni_step, instance.cold.as_mut()) {
            let began = cold.born.saturating_add(cold.timings[step].start);
            note(&mut cold.eni_wait, began);
        }
    }

    /// The environment has its place on an ENI that is not ready yet.
    fn wait_for_boot(&mut self, environment: u32, eni: u32, joined: bool, now: u64) {
        let granted = self.enis.get(eni).granted;
        self.note_eni_wait(environment, |wait, began| {
            wait.room = now.saturating_sub(began);
            wait.token = granted.saturating_sub(now);
            wait.joined = joined;
        });
        self.place(environment, eni, now);
        self.enis.wait_for(eni, environment);
    }

    fn misses(&mut self) -> bool {
        let policy = self.world.policy;
        if policy.miss.0 == 0 && policy.miss_budget == 0 {
            return false;
        }
        let acquisition = self.acquisitions;
        self.acquisitions += 1;
        self.nature.misses(acquisition, policy.miss)
    }

    fn place(&mut self, environment: u32, eni: u32, now: u64) {
        let Some(instance) = self.environments[environment as usize].as_mut() else { return };
        instance.eni = Some(eni);
        let size = self.world.functions[instance.function as usize].size;
        self.enis.place(eni, size);
        self.replenish(self.enis.get(eni).class as usize, now);
    }

    /// An environment gives up its place.
    pub(super) fn leave_eni(&mut self, eni: u32, size: u64, now: u64) {
        self.enis.leave(eni, size);
        self.serve_waiters(now);
        if self.enis.is_idle(eni) {
            self.eni_idle(eni, now);
        }
    }

    /// Room or a slot has appeared: those who wait try again, first come first served.
    pub(super) fn serve_waiters(&mut self, now: u64) {
        if self.waiters.is_empty() {
            return;
        }
        let mut still = std::mem::take(&mut self.waiters);
        // What one environment of a function cannot have, the next one cannot have either.
        let mut refused = vec![false; self.world.functions.len()];
        let mut left = std::collections::VecDeque::new();
        while let Some((environment, serial)) = still.pop_front() {
            let Some(function) =
                self.environments[environment as usize].as_ref().map(|instance| instance.function as usize)
            else {
                continue;
            };
            if !self.is_cold(environment, serial) {
                continue;
            }
            if refused[function] {
                left.push_back((environment, serial));
                continue;
            }
            match self.look_for_eni(environment, false, now).0 {
                Acquisition::Ready(eni) => {
                    self.note_eni_wait(environment, |wait, began| wait.room = now.saturating_sub(began));
                    self.place(environment, eni, now);
                    self.eni_step_ended(environment, now);
                }
                Acquisition::Joined(eni) => self.wait_for_boot(environment, eni, true, now),
                Acquisition::Requested(eni) => self.wait_for_boot(environment, eni, false, now),
                Acquisition::Nothing(_) | Acquisition::Failed(_) => {
                    refused[function] = true;
                    left.push_back((environment, serial));
                }
            }
        }
        // Those who came to wait meanwhile stand behind.
        left.append(&mut self.waiters);
        self.waiters = left;
    }

    fn eni_step_ended(&mut self, environment: u32, now: u64) {
        let Some(instance) = self.environments[environment as usize].as_mut() else { return };
        let steps = &self.world.functions[instance.function as usize].path.steps;
        let eni_step = steps.iter().position(|step| step.kind == crate::platform::PhaseKind::Eni);
        if let (Some(step), Some(cold)) = (eni_step, instance.cold.as_mut()) {
            cold.note_wait(step, now);
            self.end_step(environment, step, now);
        }
    }

    /// An ENI has booted.
    pub(super) fn eni_ready(&mut self, eni: u32, now: u64) {
        for environment in self.enis.end_boot(eni) {
            self.eni_step_ended(environment, now);
        }
        self.serve_waiters(now);
        if self.enis.is_idle(eni) {
            self.eni_idle(eni, now);
        }
    }

    /// The ENI has no environment: it goes if the plan says so, and else when its ttl is over.
    pub(super) fn eni_idle(&mut self, eni: u32, now: u64) {
        let class = self.enis.get(eni).class as usize;
        if self.pending_deletions[class] > 0 {
            self.pending_deletions[class] -= 1;
            return self.delete(eni, now);
        }
        if let IdleTtl::After(ttl) = self.world.policy.idle_ttl {
            let mark = self.queue.next_sequence();
            self.enis.begin_idleness(eni, mark);
            self.queue.push(now.saturating_add(ttl.0), Event::EniExpiry { eni, mark });
        }
    }

    pub(super) fn eni_expired(&mut self, eni: u32, mark: u64, now: u64) {
        let class = self.enis.get(eni).class as usize;
        let kept = self.enis.free(class) <= u64::from(self.world.policy.warm);
        if self.enis.idle_since(eni, mark) && !kept {
            self.delete(eni, now);
        }
    }

    pub(super) fn delete(&mut self, eni: u32, now: u64) {
        self.enis.begin_deletion(eni);
        let duration = self.nature.deletion(self.deletions, &self.world.topology.delete);
        self.deletions += 1;
        self.queue.push(now.saturating_add(duration), Event::EniGone { eni });
    }

    pub(super) fn eni_gone(&mut self, eni: u32, now: u64) {
        let class = self.enis.get(eni).class as usize;
        self.enis.end_deletion(self.world, eni);
        self.note_held(class, now);
        self.serve_waiters(now);
        (0..self.world.topology.classes.len()).for_each(|class| self.replenish(class, now));
    }

    /// Whether anything but a plan creates ENIs.
    fn creates_on_demand(&self) -> bool {
        matches!(self.world.policy.provision, Provision::OnDemand | Provision::AtDeploy)
    }

    fn short_of_free(&self, class: usize) -> bool {
        self.creates_on_demand()
            && self.enis.free(class) < u64::from(self.world.policy.warm)
            && self.enis.pick_class(self.world, &[class]).is_ok()
    }

    /// Brings the free ENIs of `class` back to the policy's number.
    fn replenish(&mut self, class: usize, now: u64) {
        while self.short_of_free(class) {
            self.request(class, now);
        }
    }
}
