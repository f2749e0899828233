//! The idle environments of one function whose keep-alives differ: which serves next, which is still there.

use std::collections::BTreeMap;

use super::idle::Idle;
use crate::policy::PickEnvironment;

/// The idle environments of one function, each of which expires in its own time.
#[derive(Clone, Debug)]
pub(crate) struct UnevenPool {
    pick: PickEnvironment,
    /// By the order they are picked in: that of becoming idle, or that of creation.
    by_order: BTreeMap<u64, Idle>,
    /// The order of each by the number of its idleness.
    orders: BTreeMap<u64, u64>,
}

impl UnevenPool {
    pub(crate) const fn new(pick: PickEnvironment) -> Self {
        Self { pick, by_order: BTreeMap::new(), orders: BTreeMap::new() }
    }

    pub(crate) fn add(&mut self, idle: Idle) {
        let order = match self.pick {
            PickEnvironment::NewestIdle | PickEnvironment::OldestIdle => idle.sequence,
            PickEnvironment::NewestCreated | PickEnvironment::OldestCreated => idle.serial,
        };
        self.orders.insert(idle.sequence, order);
        self.by_order.insert(order, idle);
    }

    /// Takes the one that serves the next arrival.
    pub(crate) fn take(&mut self) -> Option<Idle> {
        let (_, idle) = match self.pick {
            PickEnvironment::NewestIdle | PickEnvironment::NewestCreated => self.by_order.pop_last(),
            PickEnvironment::OldestIdle | PickEnvironment::OldestCreated => self.by_order.pop_first(),
        }?;
        self.orders.remove(&idle.sequence);
        Some(idle)
    }

    /// Takes the one that became idle as number `sequence`, if it still is.
    pub(crate) fn expire(&mut self, sequence: u64) -> Option<Idle> {
        let order = self.orders.remove(&sequence)?;
        self.by_order.remove(&order)
    }
}
