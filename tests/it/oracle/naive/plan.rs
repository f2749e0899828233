//! What stands at time 0, and what a plan does.

use eniplan::platform::PhaseKind;
use eniplan::policy::{Provision, StartMode};
use eniplan::simulation::Nature;

use super::enis::State;
use super::{Event, Naive};

/// One ENI that the plan still has to request or delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    at: i64,
    class: usize,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Request,
    /// One whose boot is known, so that it is ready at this instant.
    RequestFor(i64),
    Delete,
}

impl<N: Nature> Naive<'_, N> {
    /// What exists when the first millisecond begins.
    pub(super) fn set_up(&mut self) {
        let classes = 0..self.scene.topology.classes.len();
        self.take_up_plan();
        if self.scene.policy.provision == Provision::AtDeploy {
            classes.clone().for_each(|class| self.stand_ready(class, "stands from deployment"));
        }
        if self.scene.policy.start == StartMode::Warm {
            (0..self.scene.topology.functions.len()).for_each(|function| self.stand_idle(function));
        }
        for class in classes {
            self.fill_pool(class);
        }
    }

    /// "A deployment's ENIs are ready at 0 even with an empty start."
    fn stand_ready(&mut self, class: usize, rule: &'static str) {
        if self.class_of_new_eni(&[class]).is_ok() {
            self.saw(rule);
            let eni = self.add_eni(class, State::Ready);
            self.idle_if_empty(eni);
        }
    }

    /// "`start = "warm"`: the environments and ENIs that demand's closed forms need ... exist at time 0,
    /// idle and ready", as far as the limits, or the plan's ENIs, allow.
    fn stand_idle(&mut self, function: usize) {
        let path = self.scene.path(function);
        let needs_eni = path.steps.iter().any(|step| step.kind == PhaseKind::Eni);
        for _ in 0..self.scene.initial[function] {
            let eni = if needs_eni { self.standing_eni(function) } else { None };
            if needs_eni && eni.is_none() {
                return self.saw("start = warm: no ENI for an environment");
            }
            self.saw("start = warm: an environment stands idle");
            let environment = self.start_environment(function, None);
            if let Some(eni) = eni {
                self.board(environment, eni);
            }
            self.rest(environment);
        }
    }

    fn standing_eni(&mut self, function: usize) -> Option<usize> {
        let policy = &self.scene.policy;
        let existing = if policy.reuse { self.ready_eni(function) } else { None };
        if existing.is_some() || self.only_the_plan_creates() {
            return existing;
        }
        let class = self.class_of_new_eni(&self.scene.function(function).classes).ok()?;
        Some(self.add_eni(class, State::Ready))
    }

    /// The pool is full and ready in a running system; else it is requested at the first instant.
    fn fill_pool(&mut self, class: usize) {
        if self.scene.policy.start == StartMode::Warm {
            while self.pool_is_short(class) {
                self.stand_ready(class, "start = warm: the pool stands ready");
            }
        } else {
            self.replenish(class);
        }
    }

    /// "`scheduled` (a plan creates and deletes) · `clairvoyant`": "knows every boot and requests each ENI
    /// just in time". Nothing happens before the first instant of an empty start.
    fn take_up_plan(&mut self) {
        let empty = self.scene.policy.start == StartMode::Empty;
        let clairvoyant = self.scene.policy.provision == Provision::Clairvoyant;
        let mut actions = self.scene.schedule.clone();
        actions.sort_by_key(|action| action.at);
        let mut created = 0;
        for action in actions {
            let class = action.class;
            let at = if empty { action.at.max(0) } else { action.at };
            for _ in 0..action.create {
                if clairvoyant {
                    let boot = self.nature.boot(created, &self.scene.topology.boot);
                    created += 1;
                    let boot = i64::try_from(boot).unwrap();
                    let request = if empty { (at - boot).max(0) } else { at - boot };
                    self.plan.push(Planned { at: request, class, what: What::RequestFor(request + boot) });
                } else {
                    self.plan.push(Planned { at, class, what: What::Request });
                }
            }
            for _ in 0..action.delete {
                self.plan.push(Planned { at, class, what: What::Delete });
            }
        }
        self.plan.sort_by_key(|planned| planned.at);
        for planned in self.plan.clone().iter().filter(|planned| planned.at < 0) {
            self.saw("plan: before the first instant");
            self.act(*planned);
        }
        let mut instants: Vec<i64> = self.plan.iter().map(|action| action.at).filter(|at| *at >= 0).collect();
        instants.dedup();
        for at in instants {
            self.schedule(u64::try_from(at).unwrap(), Event::Plan);
        }
    }

    /// "A scheduled action happens before the arrivals of its millisecond", all those of one millisecond
    /// together.
    pub(super) fn follow_plan(&mut self) {
        let due = |action: &&Planned| u64::try_from(action.at).is_ok_and(|at| at == self.now);
        let due: Vec<Planned> = self.plan.iter().filter(due).copied().collect();
        for planned in due {
            self.act(planned);
        }
    }

    fn act(&mut self, planned: Planned) {
        let Planned { at, class, what } = planned;
        if what == What::Delete {
            return self.delete_by_plan(class);
        }
        if self.class_of_new_eni(&[class]).is_err() {
            return self.saw("plan: the limits refuse a creation");
        }
        match what {
            What::RequestFor(ready) => self.create_by_plan(class, ready),
            What::Request if at < 0 => {
                let boot = self.nature.boot(self.creations, &self.scene.topology.boot);
                self.create_by_plan(class, at + i64::try_from(boot).unwrap());
            }
            _ => {
                self.saw("plan: creation");
                self.request_eni(class);
                self.booting_room_appears();
            }
        }
    }

    /// "Creations before the first instant have booted, or are that far on their way, at 0." "The API
    /// bucket does not bind [the clairvoyant]."
    fn create_by_plan(&mut self, class: usize, ready: i64) {
        if let Some(ready) = u64::try_from(ready).ok().filter(|ready| *ready > self.now) {
            self.saw("plan: creation that is ready at a known instant");
            self.request_eni_ready_at(class, Some(ready));
            return self.booting_room_appears();
        }
        self.saw("plan: creation that is ready at once");
        self.creations += 1;
        let eni = self.add_eni(class, State::Ready);
        self.room_appears();
        self.idle_if_empty(eni);
    }

    /// Room on a booting ENI is room too, for those who may join.
    fn booting_room_appears(&mut self) {
        if self.scene.policy.join_booting {
            self.room_appears();
        }
    }

    /// "A scheduled deletion takes that many idle ENIs of the class at that moment (the newest first);
    /// where too few are idle, it takes the next ones to become idle."
    fn delete_by_plan(&mut self, class: usize) {
        let idle: Vec<usize> =
            (0..self.enis.len()).filter(|&eni| self.enis[eni].class == class && self.is_idle(eni)).collect();
        self.saw_if(idle.len() > 1, "plan: the newest of several idle ENIs is deleted");
        if let Some(&eni) = idle.last() {
            self.saw("plan: deletion");
            return self.delete_eni(eni);
        }
        self.saw("plan: deletion must wait");
        self.owed[class] += 1;
    }
}
