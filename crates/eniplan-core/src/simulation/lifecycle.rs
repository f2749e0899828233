//! Lifecycle: an environment rests, expires or is given up.

use super::environment::Environment;
use super::failure::Failure;
use super::idle::Idle;
use super::nature::Nature;
use super::queue::Event;
use super::record::Recorder;
use super::run::SimulationRun;
use crate::policy::EnvironmentBinding;

impl<N: Nature, R: Recorder> SimulationRun<'_, N, R> {
    /// The environment becomes idle.
    pub(super) fn rest(&mut self, environment: u32, now: u64) {
        let Some(instance) = self.environments[environment as usize].as_mut() else { return };
        self.starting -= u32::from(instance.cold.take().is_some());
        let function = instance.function;
        let sequence = self.queue.next_sequence();
        let place = &self.world.functions[function as usize];
        if let Some(drawn) = place.drawn {
            let expires = now.saturating_add(self.nature.lifetime(instance.serial, instance.served, drawn));
            let idle = Idle { environment, serial: instance.serial, expires, sequence };
            self.uneven[function as usize].add(idle);
            return self.queue.push_as(expires, sequence, Event::EnvironmentExpiry { function });
        }
        let expires = now.saturating_add(place.keep_alive);
        let pool = &mut self.idle[function as usize];
        pool.add(Idle { environment, serial: instance.serial, expires, sequence });
        self.arm(function);
    }

    /// Takes the idle environment of `function` that serves the next arrival.
    pub(super) fn take_idle(&mut self, function: usize) -> Option<Idle> {
        if self.world.functions[function].drawn.is_some() {
            return self.uneven[function].take();
        }
        self.idle[function].take()
    }

    fn arm(&mut self, function: u32) {
        let pool = &mut self.idle[function as usize];
        if pool.timer {
            return;
        }
        if let Some(first) = pool.first_to_expire() {
            pool.timer = true;
            self.queue.push_as(first.expires, first.sequence, Event::EnvironmentExpiry { function });
        }
    }

    /// The expiry event of the environment that became idle as number `sequence`, if it still is idle.
    pub(super) fn expire(&mut self, function: u32, now: u64, sequence: u64) {
        if self.world.functions[function as usize].drawn.is_some() {
            if let Some(idle) = self.uneven[function as usize].expire(sequence) {
                self.end_environment(idle.environment, now);
            }
            return;
        }
        let pool = &mut self.idle[function as usize];
        pool.timer = false;
        let due = |first: Idle| first.sequence == sequence && first.expires <= now;
        let expired = if pool.first_to_expire().is_some_and(due) { pool.expire() } else { None };
        self.arm(function);
        if let Some(idle) = expired {
            self.end_environment(idle.environment, now);
        }
    }

    /// The environment ends and gives up its place on its ENI.
    pub(super) fn end_environment(&mut self, environment: u32, now: u64) -> Option<Environment> {
        let instance = self.environments[environment as usize].take()?;
        self.vacant.push(environment);
        self.alive -= 1;
        self.starting -= u32::from(instance.cold.is_some());
        self.outcome.environments.set(now, self.alive.into());
        self.recorder.ended(now, instance.serial);
        if let Some(eni) = instance.eni {
            self.leave_eni(eni, self.world.functions[instance.function as usize].size, now);
        }
        Some(instance)
    }

    /// No ENI can be had for the environment: it ends, and so does the invocation that waits for it.
    pub(super) fn abort(&mut self, environment: u32, failure: Failure, now: u64) {
        let Some(instance) = self.end_environment(environment, now) else { return };
        let Some(cold) = instance.cold else { return };
        let function = instance.function as usize;
        if self.world.policy.binding == EnvironmentBinding::Queued {
            let waiting = &mut self.queued[function];
            let Some(place) = waiting.iter().position(|queued| queued.number == cold.invocation.number)
            else {
                return;
            };
            waiting.remove(place);
        }
        self.in_flight -= 1;
        self.fail(function, cold.invocation, failure);
    }
}
