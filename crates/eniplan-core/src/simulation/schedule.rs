//! Schedule: the plan's requests and deletions, each at its instant.

use super::enis::EniStage;
use super::nature::Nature;
use super::planned::{PlannedChange, PlannedStep};
use super::queue::Event;
use super::record::Recorder;
use super::run::SimulationRun;
use crate::policy::{Provision, StartMode};

impl<N: Nature, R: Recorder> SimulationRun<'_, N, R> {
    /// Lists what the plan does, and does what lies before the first instant.
    pub(super) fn take_up_plan(&mut self) {
        let clairvoyant = self.world.policy.provision == Provision::Clairvoyant;
        let warm = self.world.policy.start == StartMode::Warm;
        let mut planned = Vec::new();
        let mut requests = 0;
        for action in &self.world.schedule {
            let at = if warm { action.at } else { action.at.max(0) };
            let class = action.class;
            if clairvoyant {
                for _ in 0..action.create {
                    let boot = self.nature.boot(requests, &self.world.topology.boot);
                    requests += 1;
                    let earliest = if warm { i64::MIN } else { 0 };
                    let request = at.saturating_sub_unsigned(boot).max(earliest);
                    let ready = request.saturating_add_unsigned(boot);
                    planned.push(PlannedStep { at: request, class, what: PlannedChange::RequestFor(ready) });
                }
            } else if action.create > 0 {
                planned.push(PlannedStep { at, class, what: PlannedChange::Request(action.create) });
            }
            if action.delete > 0 {
                planned.push(PlannedStep { at, class, what: PlannedChange::Delete(action.delete) });
            }
        }
        planned.sort_by_key(|planned| planned.at);
        self.planned = planned.into();
        while self.planned.front().is_some_and(|planned| planned.at < 0) {
            self.follow_one();
        }
    }

    fn follow_one(&mut self) {
        let Some(PlannedStep { at, class, what }) = self.planned.pop_front() else { return };
        let now = at.max(0).unsigned_abs();
        match what {
            PlannedChange::Delete(n) => self.delete_idle(class, n, now),
            PlannedChange::RequestFor(ready) => self.plan_eni(class, now, ready),
            PlannedChange::Request(n) => (0..n).for_each(|_| {
                if at >= 0 {
                    if self.enis.pick_class(self.world, &[class]).is_ok() {
                        self.request(class, now);
                        self.offer_booting(now);
                    }
                } else {
                    let boot = self.nature.boot(self.outcome.creations, &self.world.topology.boot);
                    self.plan_eni(class, now, at.saturating_add_unsigned(boot));
                }
            }),
        }
    }

    /// An ENI the plan has asked for, ready at `ready`, which may lie before the first instant.
    fn plan_eni(&mut self, class: usize, now: u64, ready: i64) {
        if self.enis.pick_class(self.world, &[class]).is_err() {
            return;
        }
        match u64::try_from(ready) {
            Ok(ready) if ready > now => {
                self.request_ready_at(class, now, ready);
                self.offer_booting(now);
            }
            _ => {
                self.outcome.creations += 1;
                let eni = self.make_eni(class, EniStage::Ready, now);
                self.serve_waiters(now);
                if self.enis.is_idle(eni) {
                    self.eni_idle(eni, now);
                }
            }
        }
    }

    /// Those who wait may join the ENI that the plan has just requested, before anyone who comes later.
    fn offer_booting(&mut self, now: u64) {
        if self.world.policy.join_booting {
            self.serve_waiters(now);
        }
    }

    fn delete_idle(&mut self, class: usize, n: u32, now: u64) {
        for left in (1..=u64::from(n)).rev() {
            let Some(eni) = self.enis.newest_idle(class) else {
                self.pending_deletions[class] += left;
                return;
            };
            self.delete(eni, now);
        }
    }

    /// The plan's actions that are due.
    pub(super) fn follow_plan(&mut self, now: u64) {
        while self.planned.front().is_some_and(|planned| u64::try_from(planned.at).is_ok_and(|at| at <= now))
        {
            self.follow_one();
        }
        self.wake_for_plan();
    }

    pub(super) fn wake_for_plan(&mut self) {
        if let Some(at) = self.planned.front().and_then(|planned| u64::try_from(planned.at).ok()) {
            self.queue.push(at, Event::Schedule);
        }
    }
}
