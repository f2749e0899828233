//! The idle environments of one function: which serves next, which expires next.

use std::collections::{BTreeMap, VecDeque};

use crate::policy::PickEnvironment;

/// One idle environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Idle {
    /// Its slot.
    pub(crate) environment: u32,
    /// Its number in the order of creation.
    pub(crate) serial: u64,
    /// When it expires.
    pub(crate) expires: u64,
    /// The order in which it became idle.
    pub(crate) sequence: u64,
}

/// The idle environments of one function, in the order they became idle.
///
/// All have the same keep-alive, so that is also the order they expire in.
#[derive(Clone, Debug)]
pub(crate) struct IdlePool {
    pick: PickEnvironment,
    by_idleness: VecDeque<Idle>,
    /// By creation, for the two picks that go by it; `by_idleness` then holds stale entries too.
    by_creation: BTreeMap<u64, u64>,
    /// Whether an expiry event of this function is in the queue.
    pub(crate) timer: bool,
}

impl IdlePool {
    pub(crate) const fn new(pick: PickEnvironment) -> Self {
        Self { pick, by_idleness: VecDeque::new(), by_creation: BTreeMap::new(), timer: false }
    }

    const fn goes_by_creation(&self) -> bool {
        matches!(self.pick, PickEnvironment::NewestCreated | PickEnvironment::OldestCreated)
    }

    #[inline]
    pub(crate) fn add(&mut self, idle: Idle) {
        self.by_idleness.push_back(idle);
        if self.goes_by_creation() {
            self.by_creation.insert(idle.serial, idle.sequence);
        }
    }

    /// Takes the one that serves the next arrival.
    #[inline]
    pub(crate) fn take(&mut self) -> Option<Idle> {
        let taken = match self.pick {
            PickEnvironment::NewestIdle => return self.by_idleness.pop_back(),
            PickEnvironment::OldestIdle => return self.by_idleness.pop_front(),
            PickEnvironment::NewestCreated => self.by_creation.pop_last(),
            PickEnvironment::OldestCreated => self.by_creation.pop_first(),
        };
        let (_, sequence) = taken?;
        let index = self.by_idleness.binary_search_by_key(&sequence, |idle| idle.sequence).ok()?;
        let found = self.by_idleness.get(index).copied();
        self.drop_stale();
        found
    }

    /// The one that expires next.
    pub(crate) fn first_to_expire(&mut self) -> Option<Idle> {
        self.drop_stale();
        self.by_idleness.front().copied()
    }

    /// Takes the one that expires next.
    pub(crate) fn expire(&mut self) -> Option<Idle> {
        self.drop_stale();
        let idle = self.by_idleness.pop_front()?;
        self.by_creation.remove(&idle.serial);
        Some(idle)
    }

    fn drop_stale(&mut self) {
        if !self.goes_by_creation() {
            return;
        }
        let live = |idle: &Idle| self.by_creation.get(&idle.serial) == Some(&idle.sequence);
        while self.by_idleness.front().is_some_and(|idle| !live(idle)) {
            self.by_idleness.pop_front();
        }
        if self.by_idleness.len() > 2 * self.by_creation.len() + 64 {
            self.by_idleness.retain(live);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn serials(pick: PickEnvironment) -> Vec<u64> {
        let mut pool = IdlePool::new(pick);
        for (sequence, serial) in [(1, 7), (2, 9), (3, 8)] {
            pool.add(Idle { environment: 0, serial, expires: 100 + sequence, sequence });
        }
        let mut order: Vec<u64> = pool.take().iter().map(|idle| idle.serial).collect();
        order.extend(pool.expire().map(|idle| idle.serial));
        order.extend(pool.take().map(|idle| idle.serial));
        assert_eq!((pool.take(), pool.expire()), (None, None));
        order
    }

    #[test]
    fn each_pick_takes_its_own_and_the_longest_idle_expires() {
        assert_eq!(serials(PickEnvironment::NewestIdle), [8, 7, 9]);
        assert_eq!(serials(PickEnvironment::OldestIdle), [7, 9, 8]);
        assert_eq!(serials(PickEnvironment::NewestCreated), [9, 7, 8]);
        assert_eq!(serials(PickEnvironment::OldestCreated), [7, 9, 8]);
    }
}
