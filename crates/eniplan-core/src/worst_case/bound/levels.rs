//! Levels: how often the n-th ENI can come and go while one deletion lasts (W5).

use crate::demand::{Curve, Ranges, forward};

/// What is known of the ENIs of one component.
pub(super) struct EniLevels<'a> {
    /// None is made beyond this number.
    pub(super) raising: &'a Curve,
    /// So many surely carry an environment.
    pub(super) in_use: &'a Curve,
    /// Those that stand at the start.
    pub(super) first: u32,
    /// How long an ENI is idle before it is deleted, ms.
    pub(super) ttl: u64,
    /// The longest deletion, ms.
    pub(super) deletion: u64,
}

/// When one level can rise, and when it can fall: closed ranges of instants.
struct EniLevel<'r> {
    /// Those that a window to come may meet.
    rises: &'r [(u64, u64)],
    falls: Vec<(u64, u64)>,
    /// Falls that all windows to come lie after.
    passed: usize,
    /// From when on it may stand already.
    stands_from: Option<u64>,
}

/// The first instant of `ranges` from `at` on; ranges before that are dropped.
fn first_from(ranges: &mut &[(u64, u64)], at: u64) -> Option<u64> {
    *ranges = &ranges[forward(ranges, |&(_, to)| to < at)..];
    ranges.first().map(|&(from, _)| from.max(at))
}

impl EniLevels<'_> {
    /// ENIs held, staying or on their way out, in steps of `grain` ms up to `span`; at most `most` levels are looked at.
    ///
    /// The level `n` rises only while no fewer than `n` can be made, and falls only when an
    /// ENI has been idle for its ttl, in which nothing was made and fewer than `n` were in use.
    pub(super) fn held(&self, span: u64, grain: u64, most: u32) -> Option<Curve> {
        let peak = self.raising.peak().0.max(self.first);
        if peak > most {
            return None;
        }
        let used = self.in_use.sliding_max(self.ttl);
        let rises = self.raising.levels(peak);
        let end = span.saturating_add(self.deletion).saturating_add(grain);
        let mut counts: Vec<(u64, u32)> = (0..=end / grain).map(|slot| (slot * grain, 0)).collect();
        for (n, (rises, busy)) in (1..).zip(rises.iter().zip(used.levels(peak))) {
            let mut level = self.level(n, rises.parts(), &busy);
            for (from, count) in &mut counts {
                let window = (from.saturating_sub(self.deletion), *from + grain - 1);
                *count = count.saturating_add(level.lives(window, self.ttl));
            }
        }
        Some(Curve::new(counts))
    }

    fn level<'r>(&self, n: u32, rises: &'r [(u64, u64)], busy: &Ranges) -> EniLevel<'r> {
        let mut falls = Vec::new();
        let mut from = self.ttl;
        for &(start, end) in busy.parts() {
            if start > from {
                falls.push((from, start - 1));
            }
            from = from.max(end.saturating_add(1));
        }
        falls.push((from, u64::MAX));
        let stands_from = if n <= self.first { Some(0) } else { rises.first().map(|&(first, _)| first) };
        EniLevel { rises, falls, passed: 0, stands_from }
    }
}

impl EniLevel<'_> {
    /// The most lives of this level that touch the window; the windows come in order.
    fn lives(&mut self, (from, to): (u64, u64), ttl: u64) -> u32 {
        first_from(&mut self.rises, from);
        self.passed += forward(&self.falls[self.passed..], |&(_, to)| to < from);
        let (mut rises, mut falls) = (self.rises, &self.falls[self.passed..]);
        let stood = self.stands_from.is_some_and(|first| first <= from);
        let mut lives = u32::from(stood);
        let mut may_rise = if stood { first_from(&mut falls, from) } else { Some(from) };
        while let Some(at) = may_rise.and_then(|at| first_from(&mut rises, at)).filter(|&at| at <= to) {
            lives += 1;
            // Without a ttl and a deletion's time, many lives fit into an instant.
            let Some(fall) = first_from(&mut falls, at.saturating_add(ttl.max(1))) else { break };
            may_rise = Some(fall);
        }
        lives
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_in_use_lives_once_and_an_idle_one_again_and_again() {
        let raising = Curve::new([(0, 2), (100, 0)]);
        let in_use = Curve::new([(0, 1), (100, 0)]);
        let levels = EniLevels { raising: &raising, in_use: &in_use, first: 1, ttl: 10, deletion: 30 };
        let held = levels.held(100, 1, 10).unwrap();
        // The first is in use throughout; the second can rise anew every 10 ms and takes 30 to go.
        // At 99 the one that fell at 69 is just about to be gone.
        assert_eq!([0, 9, 10, 35, 99, 150].map(|at| held.at(at)), [2, 2, 3, 5, 6, 2]);
        assert_eq!(levels.held(100, 1, 1), None);
    }
}
