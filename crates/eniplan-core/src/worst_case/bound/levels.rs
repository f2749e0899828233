//! Levels: how often the n-th ENI can come and go while one deletion lasts (W5).

use crate::demand::{Curve, Ranges};

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
    rises: &'r [(u64, u64)],
    falls: Vec<(u64, u64)>,
    stands: bool,
}

/// The first instant of `ranges` from `at` on.
fn first_from(ranges: &[(u64, u64)], at: u64) -> Option<u64> {
    let after = ranges.partition_point(|&(_, to)| to < at);
    ranges.get(after).map(|&(from, _)| from.max(at))
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
        let levels: Vec<EniLevel> = (1..)
            .zip(rises.iter().zip(used.levels(peak)))
            .map(|(n, (rises, busy))| self.level(n, rises, &busy))
            .collect();
        let end = span.saturating_add(self.deletion).saturating_add(grain);
        let slots = (0..=end / grain).map(|slot| slot * grain);
        let counts = slots.map(|from| {
            let window = (from.saturating_sub(self.deletion), from + grain - 1);
            let lives = levels.iter().map(|level| level.lives(window, self.ttl));
            (from, lives.fold(0, u32::saturating_add))
        });
        Some(Curve::new(counts))
    }

    fn level<'r>(&self, n: u32, rises: &'r Ranges, busy: &Ranges) -> EniLevel<'r> {
        let mut falls = Vec::new();
        let mut from = self.ttl;
        for &(start, end) in busy.parts() {
            if start > from {
                falls.push((from, start - 1));
            }
            from = from.max(end.saturating_add(1));
        }
        falls.push((from, u64::MAX));
        EniLevel { rises: rises.parts(), falls, stands: n <= self.first }
    }
}

impl EniLevel<'_> {
    /// The most lives of this level that touch the window.
    fn lives(&self, (from, to): (u64, u64), ttl: u64) -> u32 {
        let stood = self.stands || self.rises.first().is_some_and(|&(first, _)| first <= from);
        let mut lives = u32::from(stood);
        let mut may_rise = if stood { first_from(&self.falls, from) } else { Some(from) };
        while let Some(at) = may_rise.and_then(|at| first_from(self.rises, at)).filter(|&at| at <= to) {
            lives += 1;
            // Without a ttl and a deletion's time, many lives fit into an instant.
            let Some(fall) = first_from(&self.falls, at.saturating_add(ttl.max(1))) else { break };
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
