//! State: everything discrete about an instant of a run, and the events to come.
//!
//! Environments and ENIs go by their place in the order of creation.

use super::bucket::ZoneBucket;
use super::event::{ExactEvent, PendingEvent};
use super::number::MOST_THINGS;
use super::zone::ZoneInstant;
use crate::policy::EnvironmentBinding;

/// An environment on its cold path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ColdRun {
    /// The invocation that started it, by its number.
    pub(super) invocation: u32,
    /// The steps that have ended, a bit each.
    pub(super) ended: u64,
}

/// An environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ExactEnvironment {
    pub(super) function: u16,
    pub(super) eni: Option<u16>,
    pub(super) cold: Option<ColdRun>,
    /// Its number in the order of creation; zero where nobody writes the path down.
    pub(super) serial: u64,
}

/// Where an ENI stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum EniStage {
    Booting,
    Ready,
    Deleting,
}

/// An ENI.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ExactEni {
    pub(super) class: u16,
    pub(super) stage: EniStage,
    pub(super) room: u64,
    pub(super) environments: u32,
    /// Environments that wait for it to boot, in order.
    pub(super) waiting: Vec<u16>,
}

/// The whole; events of one rank stand in the order in which they were scheduled.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ExactState {
    /// Invocations that have arrived.
    pub(super) arrived: u32,
    pub(super) pending: Vec<PendingEvent>,
    pub(super) environments: Vec<Option<ExactEnvironment>>,
    pub(super) enis: Vec<Option<ExactEni>>,
    /// Environments that wait for room or a slot, in order.
    pub(super) waiters: Vec<u16>,
    /// Under queued binding: invocations that wait for an environment, by number.
    pub(super) queued: Vec<u32>,
    pub(super) api: ZoneBucket,
    pub(super) hosts: ZoneBucket,
    pub(super) account_scaling: ZoneBucket,
    pub(super) function_scaling: Vec<ZoneBucket>,
}

impl ExactState {
    /// Nothing, at time zero.
    pub(super) fn new(functions: usize) -> Self {
        Self {
            arrived: 0,
            pending: Vec::new(),
            environments: Vec::new(),
            enis: Vec::new(),
            waiters: Vec::new(),
            queued: Vec::new(),
            api: ZoneBucket::full(),
            hosts: ZoneBucket::full(),
            account_scaling: ZoneBucket::full(),
            function_scaling: vec![ZoneBucket::full(); functions],
        }
    }

    pub(super) fn schedule(&mut self, at: Option<ZoneInstant>, event: ExactEvent) {
        self.pending.push(PendingEvent { event, at });
    }

    pub(super) fn cancel(&mut self, which: impl Fn(ExactEvent) -> bool) {
        self.pending.retain(|pending| !which(pending.event));
    }

    pub(super) fn environment(&self, number: u16) -> Option<&ExactEnvironment> {
        self.environments.get(usize::from(number))?.as_ref()
    }

    pub(super) fn environment_mut(&mut self, number: u16) -> Option<&mut ExactEnvironment> {
        self.environments.get_mut(usize::from(number))?.as_mut()
    }

    /// The function of an environment, by index.
    pub(super) fn function_of(&self, environment: u16) -> Option<usize> {
        self.environment(environment).map(|entry| usize::from(entry.function))
    }

    pub(super) fn is_cold(&self, environment: u16) -> bool {
        self.environment(environment).is_some_and(|entry| entry.cold.is_some())
    }

    pub(super) fn eni(&self, number: u16) -> Option<&ExactEni> {
        self.enis.get(usize::from(number))?.as_ref()
    }

    pub(super) fn eni_mut(&mut self, number: u16) -> Option<&mut ExactEni> {
        self.enis.get_mut(usize::from(number))?.as_mut()
    }

    pub(super) fn is_idle(&self, eni: u16) -> bool {
        self.eni(eni).is_some_and(|entry| entry.stage == EniStage::Ready && entry.environments == 0)
    }

    /// ENIs held whose class satisfies `which`.
    pub(super) fn count_enis(&self, which: impl Fn(u16) -> bool) -> u32 {
        count(self.enis.iter().flatten().filter(|eni| which(eni.class)))
    }

    /// Environments on their cold path.
    pub(super) fn cold(&self) -> impl Iterator<Item = &ExactEnvironment> {
        self.environments.iter().flatten().filter(|environment| environment.cold.is_some())
    }

    /// Invocations that have arrived and are not over.
    pub(super) fn in_flight(&self, binding: EnvironmentBinding) -> u32 {
        let running = |pending: &&PendingEvent| matches!(pending.event, ExactEvent::InvocationEnd { .. });
        count(self.pending.iter().filter(running)) + self.waiting_invocations(binding)
    }

    /// Invocations that have arrived and are not served.
    pub(super) fn waiting_invocations(&self, binding: EnvironmentBinding) -> u32 {
        match binding {
            EnvironmentBinding::Bound => count(self.cold()),
            EnvironmentBinding::Queued => count(self.queued.iter()),
        }
    }

    /// Whether there are more things of a kind than have numbers for sure.
    pub(super) const fn is_too_large(&self) -> bool {
        self.pending.len() > MOST_THINGS
            || self.environments.len() > MOST_THINGS
            || self.enis.len() > MOST_THINGS
    }
}

/// How many there are: a number of 32 bits, since each stands in a list of at most some ten thousand.
fn count<T>(things: impl Iterator<Item = T>) -> u32 {
    things.fold(0, |n, _| n + 1)
}
