//! Supply: the half of the machine that makes, shares and deletes ENIs.

use super::event::ExactEvent;
use super::journal::LastingThing;
use super::machine::ZoneMachine;
use super::number::number;
use super::state::{EniStage, ExactEni};
use crate::platform::PhaseKind;
use crate::policy::{OnExhausted, Pick, Provision, StartMode};

enum EniAcquisition {
    Ready(u16),
    Booting(u16),
    Nothing,
    Failed,
}

impl ZoneMachine<'_> {
    /// What exists at time 0.
    pub(super) fn set_up(&mut self) {
        let (policy, classes) = (self.model.policy(), self.model.topology().classes.len());
        if policy.provision == Provision::AtDeploy {
            (0..classes).for_each(|class| self.stand_ready(class));
        }
        if policy.start == StartMode::Warm {
            (0..self.model.world.functions.len()).for_each(|function| self.stand_idle(function));
            for class in 0..classes {
                while self.short_of_free(class) {
                    self.stand_ready(class);
                }
            }
        } else {
            (0..classes).for_each(|class| self.replenish(class));
        }
    }

    fn stand_idle(&mut self, function: usize) {
        let place = &self.model.world.functions[function];
        for _ in 0..self.model.initial.environments[function] {
            let mut eni = None;
            if place.path.needs_eni() {
                let classes = &place.function.classes;
                let found =
                    if self.model.policy().reuse { self.pick_ready(classes, place.size) } else { None };
                eni = found.or_else(|| {
                    let class = self.pick_class(classes)?;
                    Some(self.make_eni(class, EniStage::Ready))
                });
                if eni.is_none() {
                    return;
                }
            }
            let environment = self.start_environment(function, None);
            if let Some(eni) = eni {
                self.occupy(environment, eni);
            }
            self.rest(environment);
        }
    }

    fn stand_ready(&mut self, class: usize) {
        if self.pick_class(&[class]).is_some() {
            let eni = self.make_eni(class, EniStage::Ready);
            self.eni_idle(eni);
        }
    }

    fn make_eni(&mut self, class: usize, stage: EniStage) -> u16 {
        let class = number(class);
        let room = self.model.world.capacity;
        self.state.enis.push(Some(ExactEni { class, stage, room, environments: 0, waiting: Vec::new() }));
        self.note_held(class);
        number(self.state.enis.len() - 1)
    }

    fn note_held(&mut self, class: u16) {
        let model = self.model;
        let subnet = model.subnet(class);
        self.seen.held = self.seen.held.max(self.state.count_enis(|_| true));
        let here = self.state.count_enis(|class| model.subnet(class) == subnet);
        let most = &mut self.seen.by_subnet[subnet];
        *most = (*most).max(here);
    }

    /// Requests an ENI of `class`: it takes its token in turn and then boots.
    fn request(&mut self, class: usize) -> u16 {
        let request = self.journal.as_mut().map_or(0, |journal| journal.next_request());
        let granted = self.take_token(|state| &mut state.api, self.model.api);
        let boot = self.model.boot;
        let ready = granted.map(|granted| self.lasting(granted, boot, LastingThing::Boot { request }));
        let eni = self.make_eni(class, EniStage::Booting);
        self.state.schedule(ready, ExactEvent::EniReady { eni });
        eni
    }

    /// The `eni` step of an environment's cold path begins.
    pub(super) fn acquire(&mut self, environment: u16, step: usize) {
        match self.look_for_eni(environment, true) {
            EniAcquisition::Ready(eni) => {
                self.place(environment, eni);
                self.end_step(environment, step);
            }
            EniAcquisition::Booting(eni) => self.join(environment, eni),
            EniAcquisition::Nothing => self.state.waiters.push(environment),
            EniAcquisition::Failed => self.abort(environment),
        }
    }

    fn join(&mut self, environment: u16, eni: u16) {
        self.place(environment, eni);
        if let Some(eni) = self.state.eni_mut(eni) {
            eni.waiting.push(environment);
        }
    }

    fn look_for_eni(&mut self, environment: u16, first: bool) -> EniAcquisition {
        let (model, policy) = (self.model, self.model.policy());
        let Some(entry) = self.state.environment(environment) else { return EniAcquisition::Nothing };
        let place = &model.world.functions[usize::from(entry.function)];
        let classes = &place.function.classes;
        if policy.reuse {
            let ready = self.pick_ready(classes, place.size).map(EniAcquisition::Ready);
            let found = ready.or_else(|| {
                let joined = policy.join_booting.then(|| self.pick_booting(classes, place.size));
                joined.flatten().map(EniAcquisition::Booting)
            });
            if let Some(found) = found
                && !(first && self.misses())
            {
                return found;
            }
        }
        match self.pick_class(classes) {
            Some(class) => EniAcquisition::Booting(self.request(class)),
            None if policy.on_exhausted == OnExhausted::Wait => EniAcquisition::Nothing,
            None => EniAcquisition::Failed,
        }
    }

    fn misses(&mut self) -> bool {
        let policy = self.model.policy();
        if policy.miss.0 == 0 && policy.miss_budget == 0 {
            return false;
        }
        let misses = self.misses_left > 0 && self.script.choose(2) == 1;
        self.misses_left -= u32::from(misses);
        if let Some(journal) = self.journal.as_mut() {
            journal.acquires(misses);
        }
        misses
    }

    fn enis_in_classes<'s>(
        &'s self,
        classes: &'s [usize],
        stage: EniStage,
        size: u64,
    ) -> impl Iterator<Item = (u16, &'s ExactEni)> {
        let enis = self.state.enis.iter().enumerate();
        enis.filter_map(|(n, eni)| Some((number(n), eni.as_ref()?))).filter(move |(_, eni)| {
            eni.stage == stage && eni.room >= size.max(1) && classes.contains(&usize::from(eni.class))
        })
    }

    fn pick_ready(&self, classes: &[usize], size: u64) -> Option<u16> {
        let key = |&(number, eni): &(u16, &ExactEni)| match self.model.policy().pick {
            Pick::Fullest => (eni.room, number),
            Pick::Emptiest => (u64::MAX - eni.room, number),
            Pick::Newest => (u64::MAX - u64::from(number), number),
            Pick::Oldest => (u64::from(number), number),
        };
        self.enis_in_classes(classes, EniStage::Ready, size).min_by_key(key).map(|(number, _)| number)
    }

    fn pick_booting(&self, classes: &[usize], size: u64) -> Option<u16> {
        self.enis_in_classes(classes, EniStage::Booting, size).next().map(|(number, _)| number)
    }

    /// The class among these to make an ENI in, if the limits allow one.
    fn pick_class(&self, classes: &[usize]) -> Option<usize> {
        let (model, limits) = (self.model, self.model.limits());
        let mut best: Option<(u32, usize)> = None;
        for &class in classes {
            let subnet = model.subnet(number(class));
            let room = &limits.subnets[subnet];
            let held = self.state.count_enis(|class| model.subnet(class) == subnet);
            debug_assert!(held <= room.addresses);
            let free = room.addresses - held;
            let in_vpc = |class: u16| limits.subnets[model.subnet(class)].vpc == room.vpc;
            let full = limits.vpc_quota.is_some_and(|quota| self.state.count_enis(in_vpc) >= quota);
            if free > 0 && !full && best.is_none_or(|(most, _)| free > most) {
                best = Some((free, class));
            }
        }
        let used_up = limits.region_quota.is_some_and(|quota| self.state.count_enis(|_| true) >= quota);
        best.filter(|_| !used_up).map(|(_, class)| class)
    }

    /// Gives the environment its units of the ENI.
    fn occupy(&mut self, environment: u16, eni: u16) {
        let Some(entry) = self.state.environment_mut(environment) else { return };
        entry.eni = Some(eni);
        let size = self.model.world.functions[usize::from(entry.function)].size;
        if let Some(entry) = self.state.eni_mut(eni) {
            entry.room -= size;
            entry.environments += 1;
        }
        self.state.cancel(|event| event == ExactEvent::EniExpiry { eni });
    }

    fn place(&mut self, environment: u16, eni: u16) {
        self.occupy(environment, eni);
        if let Some(class) = self.state.eni(eni).map(|entry| entry.class) {
            self.replenish(usize::from(class));
        }
    }

    pub(super) fn leave_eni(&mut self, eni: u16, size: u64) {
        if let Some(entry) = self.state.eni_mut(eni) {
            entry.room += size;
            entry.environments -= 1;
        }
        self.serve_waiters();
        if self.state.is_idle(eni) {
            self.eni_idle(eni);
        }
    }

    /// Room or a slot has appeared: those who wait try again, first come first served.
    fn serve_waiters(&mut self) {
        if self.state.waiters.is_empty() {
            return;
        }
        let still = std::mem::take(&mut self.state.waiters);
        let mut refused = vec![false; self.model.world.functions.len()];
        let mut left = Vec::new();
        for environment in still {
            let Some(entry) = self.state.environment(environment) else { continue };
            let function = usize::from(entry.function);
            if entry.cold.is_none() {
                continue;
            }
            if refused[function] {
                left.push(environment);
                continue;
            }
            match self.look_for_eni(environment, false) {
                EniAcquisition::Ready(eni) => {
                    self.place(environment, eni);
                    self.eni_step_ended(environment);
                }
                EniAcquisition::Booting(eni) => self.join(environment, eni),
                EniAcquisition::Nothing | EniAcquisition::Failed => {
                    refused[function] = true;
                    left.push(environment);
                }
            }
        }
        left.append(&mut self.state.waiters);
        self.state.waiters = left;
    }

    fn eni_step_ended(&mut self, environment: u16) {
        let Some(entry) = self.state.environment(environment) else { return };
        let steps = &self.model.world.functions[usize::from(entry.function)].path.steps;
        if let Some(step) = steps.iter().position(|step| step.kind == PhaseKind::Eni) {
            self.end_step(environment, step);
        }
    }

    /// An ENI has booted.
    pub(super) fn eni_ready(&mut self, eni: u16) {
        let Some(entry) = self.state.eni_mut(eni) else { return };
        entry.stage = EniStage::Ready;
        for environment in std::mem::take(&mut entry.waiting) {
            self.eni_step_ended(environment);
        }
        self.serve_waiters();
        if self.state.is_idle(eni) {
            self.eni_idle(eni);
        }
    }

    fn eni_idle(&mut self, eni: u16) {
        if let Some(ttl) = self.model.idle_ttl {
            self.state.cancel(|event| event == ExactEvent::EniExpiry { eni });
            self.state.schedule(Some(self.now.plus(ttl)), ExactEvent::EniExpiry { eni });
        }
    }

    pub(super) fn eni_expired(&mut self, eni: u16) {
        let Some(class) = self.state.eni(eni).map(|entry| usize::from(entry.class)) else { return };
        if self.state.is_idle(eni) && self.free(class) > self.model.policy().warm as usize {
            self.delete(eni);
        }
    }

    fn delete(&mut self, eni: u16) {
        if let Some(entry) = self.state.eni_mut(eni) {
            entry.stage = EniStage::Deleting;
        }
        let deletion = self.journal.as_mut().map_or(0, |journal| journal.next_deletion());
        let gone = self.lasting(self.now, self.model.deletion, LastingThing::Deletion { deletion });
        self.state.schedule(Some(gone), ExactEvent::EniGone { eni });
    }

    pub(super) fn eni_gone(&mut self, eni: u16) {
        if let Some(entry) = self.state.enis.get_mut(usize::from(eni)) {
            *entry = None;
        }
        self.serve_waiters();
        (0..self.model.topology().classes.len()).for_each(|class| self.replenish(class));
    }

    /// ENIs of `class` without an environment, ready or booting.
    fn free(&self, class: usize) -> usize {
        let free = |eni: &&ExactEni| eni.environments == 0 && eni.stage != EniStage::Deleting;
        let here = |eni: &&ExactEni| usize::from(eni.class) == class;
        self.state.enis.iter().flatten().filter(here).filter(free).count()
    }

    fn short_of_free(&self, class: usize) -> bool {
        self.free(class) < self.model.policy().warm as usize && self.pick_class(&[class]).is_some()
    }

    /// Brings the free ENIs of `class` back to the policy's number.
    fn replenish(&mut self, class: usize) {
        while self.short_of_free(class) {
            self.request(class);
        }
    }
}
