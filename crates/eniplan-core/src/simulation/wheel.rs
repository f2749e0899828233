//! A timing wheel: events of the near future, one list per millisecond.
//!
//! Adding and taking cost the same however many events are pending (Varghese and
//! Lauck, "Hashed and hierarchical timing wheels", 1987). Each list keeps the order of
//! adding, so it must be fed events of one rank in the order of their sequence.

use crate::quantity::convert::slot;

/// Milliseconds the wheel reaches ahead.
const SPAN: u64 = 1 << 14;
const WORDS: usize = (SPAN / 64) as usize;
const NOTHING: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct WheelNode<T> {
    item: T,
    sequence: u64,
    next: u32,
}

#[derive(Clone, Copy, Debug)]
struct SlotList {
    first: u32,
    last: u32,
}

/// Events of less than [`SPAN`] ms ahead, each with the sequence it was added under.
#[derive(Clone, Debug)]
pub(crate) struct Wheel<T> {
    lists: Vec<SlotList>,
    /// One bit per list that holds something.
    occupied: Vec<u64>,
    /// One bit per word of `occupied` that is not zero.
    words: [u64; WORDS.div_ceil(64)],
    nodes: Vec<WheelNode<T>>,
    vacant: u32,
    /// No event is earlier than this.
    from: u64,
    /// The earliest event is due at `from` itself.
    found: bool,
    count: usize,
}

impl<T: Copy> Default for Wheel<T> {
    fn default() -> Self {
        let empty = SlotList { first: NOTHING, last: NOTHING };
        Self {
            lists: vec![empty; WORDS * 64],
            occupied: vec![0; WORDS],
            words: [0; WORDS.div_ceil(64)],
            nodes: Vec::new(),
            vacant: NOTHING,
            from: 0,
            found: false,
            count: 0,
        }
    }
}

fn place(at: u64) -> usize {
    (at % SPAN) as usize
}

impl<T: Copy> Wheel<T> {
    /// Adds an event; gives it back if it lies too far ahead.
    #[inline]
    pub(crate) fn add(&mut self, now: u64, at: u64, sequence: u64, item: T) -> Result<(), T> {
        // Nothing lies between now and `from`, so what comes sooner moves it back.
        if self.count == 0 || at < self.from {
            (self.from, self.found) = if self.count == 0 { (now, false) } else { (at, true) };
        }
        if at - self.from >= SPAN || at >= now + SPAN {
            return Err(item);
        }
        let node = WheelNode { item, sequence, next: NOTHING };
        let slot = if self.vacant == NOTHING {
            self.nodes.push(node);
            slot(self.nodes.len() - 1)
        } else {
            let slot = self.vacant;
            self.vacant = self.nodes[slot as usize].next;
            self.nodes[slot as usize] = node;
            slot
        };
        let index = place(at);
        let list = &mut self.lists[index];
        if list.first == NOTHING {
            *list = SlotList { first: slot, last: slot };
            self.occupied[index / 64] |= 1 << (index % 64);
            self.words[index / 4096] |= 1 << (index / 64 % 64);
        } else {
            self.nodes[list.last as usize].next = slot;
            list.last = slot;
        }
        self.count += 1;
        Ok(())
    }

    /// When the next event is due, and its sequence.
    #[inline]
    pub(crate) fn next_due(&mut self) -> Option<(u64, u64)> {
        if self.count == 0 {
            return None;
        }
        let mut index = place(self.from);
        if !self.found {
            let start = index;
            index = self.occupied_from(start).or_else(|| self.occupied_from(0))?;
            let ahead = (index + WORDS * 64 - start) % (WORDS * 64);
            self.from += ahead as u64;
            self.found = true;
        }
        let first = self.lists[index].first;
        Some((self.from, self.nodes[first as usize].sequence))
    }

    /// Takes the event that `next_due` has named.
    #[inline]
    pub(crate) fn take(&mut self) -> Option<T> {
        let index = place(self.from);
        let slot = self.lists[index].first;
        let node = *self.nodes.get(slot as usize)?;
        self.lists[index].first = node.next;
        if node.next == NOTHING {
            self.lists[index].last = NOTHING;
            self.found = false;
            self.occupied[index / 64] &= !(1 << (index % 64));
            if self.occupied[index / 64] == 0 {
                self.words[index / 4096] &= !(1 << (index / 64 % 64));
            }
        }
        self.nodes[slot as usize].next = self.vacant;
        self.vacant = slot;
        self.count -= 1;
        Some(node.item)
    }

    /// The first list from `start` on that holds something.
    fn occupied_from(&self, start: usize) -> Option<usize> {
        let word = start / 64;
        let rest = self.occupied[word] & (u64::MAX << (start % 64));
        if rest != 0 {
            return Some(word * 64 + rest.trailing_zeros() as usize);
        }
        let after = word + 1;
        for (index, &words) in self.words.iter().enumerate().skip(after / 64) {
            let skipped = if index == after / 64 { u64::MAX << (after % 64) } else { u64::MAX };
            let rest = words & skipped;
            if rest != 0 {
                let word = index * 64 + rest.trailing_zeros() as usize;
                return Some(word * 64 + self.occupied[word].trailing_zeros() as usize);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Stream};

    #[test]
    fn events_come_out_by_time_and_then_in_the_order_they_went_in() {
        let stream = Stream::new(3, Purpose::Search);
        let mut wheel = Wheel::default();
        let mut pending: Vec<(u64, u64)> = Vec::new();
        let mut now = 0;
        for sequence in 0..20_000_u64 {
            let at = now + stream.below(2 * sequence, SPAN + 100);
            match wheel.add(now, at, sequence, sequence) {
                Ok(()) => pending.push((at, sequence)),
                Err(_) => assert!(at - now >= SPAN - (now - wheel.from), "refused without need"),
            }
            if stream.below(2 * sequence + 1, 3) > 0 && !pending.is_empty() {
                pending.sort_unstable();
                let first = pending.remove(0);
                assert_eq!(wheel.next_due(), Some(first));
                assert_eq!(wheel.take(), Some(first.1));
                now = first.0;
            }
        }
    }
}
