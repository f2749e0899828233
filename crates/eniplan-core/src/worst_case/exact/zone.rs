//! Zone: all the instants at which the events of a path can happen, as a difference-bound matrix.
//!
//! Variable 0 is time zero; every other one is an instant that depends on nature. An entry
//! bounds the difference of two of them. The matrix is always closed (no entry follows
//! tighter from others), so that it is empty exactly if it has no whole-number point, and
//! every entry is attained (Dill 1989; Bengtsson and Yi 2004, "Timed automata").

use super::number::number;

/// An instant: a variable of the zone and so many milliseconds more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ZoneInstant {
    pub(super) variable: u16,
    pub(super) offset: i64,
}

impl ZoneInstant {
    /// A known instant, ms.
    pub(super) const fn at(ms: i64) -> Self {
        Self { variable: 0, offset: ms }
    }

    /// So many milliseconds later.
    pub(super) const fn plus(self, ms: i64) -> Self {
        Self { offset: self.offset + ms, ..self }
    }
}

/// Time zero.
pub(super) const ZERO: ZoneInstant = ZoneInstant::at(0);

/// The closed matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct InstantZone {
    variables: usize,
    /// Row by row: the most that the row's variable exceeds the column's, ms.
    most: Vec<i64>,
}

impl InstantZone {
    pub(super) fn new() -> Self {
        Self { variables: 1, most: vec![0] }
    }

    fn entry(&self, row: usize, column: usize) -> i64 {
        self.most[row * self.variables + column]
    }

    pub(super) const fn variables(&self) -> usize {
        self.variables
    }

    /// The most that `a` can come after `b`, ms.
    pub(super) fn gap(&self, a: ZoneInstant, b: ZoneInstant) -> i64 {
        self.entry(usize::from(a.variable), usize::from(b.variable)) + a.offset - b.offset
    }

    /// The latest `a` can be, ms.
    pub(super) fn latest(&self, a: ZoneInstant) -> i64 {
        self.gap(a, ZERO)
    }

    /// The earliest `a` can be, ms.
    pub(super) fn earliest(&self, a: ZoneInstant) -> i64 {
        -self.gap(ZERO, a)
    }

    /// Whether `a - b <= c` leaves anything.
    pub(super) fn allows(&self, a: ZoneInstant, b: ZoneInstant, c: i64) -> bool {
        self.gap(b, a) + c >= 0
    }

    /// Keeps what satisfies `a - b <= c`; `false`: nothing does, and the zone is of no use any more.
    pub(super) fn restrict(&mut self, a: ZoneInstant, b: ZoneInstant, c: i64) -> bool {
        if !self.allows(a, b, c) {
            return false;
        }
        if self.gap(a, b) <= c {
            return true;
        }
        let (row, column) = (usize::from(a.variable), usize::from(b.variable));
        let bound = c - a.offset + b.offset;
        let n = self.variables;
        let to: Vec<i64> = (0..n).map(|p| self.entry(p, row) + bound).collect();
        let from: Vec<i64> = (0..n).map(|q| self.entry(column, q)).collect();
        for (p, to) in to.into_iter().enumerate() {
            for (entry, from) in self.most[p * n..(p + 1) * n].iter_mut().zip(&from) {
                *entry = (*entry).min(to + from);
            }
        }
        true
    }

    /// Whether `a - b <= c` for all these `(b, c)` at once leaves anything.
    ///
    /// All of them bound `a`, so a contradiction can use but one of them: each is asked for alone.
    pub(super) fn allows_all(
        &self,
        a: ZoneInstant,
        before: impl Iterator<Item = (ZoneInstant, i64)>,
    ) -> bool {
        before.into_iter().all(|(b, c)| self.allows(a, b, c))
    }

    /// Keeps what satisfies `a - b <= c` for all these `(b, c)`, which it must allow.
    pub(super) fn restrict_all(&mut self, a: ZoneInstant, before: impl Iterator<Item = (ZoneInstant, i64)>) {
        let (n, row) = (self.variables, usize::from(a.variable));
        let mut smallest: Vec<i64> = (0..n).map(|q| self.entry(row, q)).collect();
        let mut tighter = false;
        for (b, c) in before {
            if self.gap(a, b) > c {
                tighter = true;
                let (bound, column) = (c - a.offset + b.offset, usize::from(b.variable));
                for (q, smallest) in smallest.iter_mut().enumerate() {
                    *smallest = (*smallest).min(self.entry(column, q) + bound);
                }
            }
        }
        if !tighter {
            return;
        }
        for p in 0..n {
            let to = self.entry(p, row);
            for (entry, from) in self.most[p * n..(p + 1) * n].iter_mut().zip(&smallest) {
                *entry = (*entry).min(to + from);
            }
        }
    }

    /// A new instant between `min` and `max` after `from`, ms.
    pub(super) fn grow(&mut self, from: ZoneInstant, min: i64, max: i64) -> ZoneInstant {
        if min == max {
            return from.plus(min);
        }
        let (n, base) = (self.variables, usize::from(from.variable));
        let mut most = Vec::with_capacity((n + 1) * (n + 1));
        for p in 0..n {
            most.extend_from_slice(&self.most[p * n..(p + 1) * n]);
            most.push(self.entry(p, base) - from.offset - min);
        }
        most.extend((0..n).map(|q| self.entry(base, q) + from.offset + max));
        most.push(0);
        *self = Self { variables: n + 1, most };
        ZoneInstant { variable: number(n), offset: 0 }
    }

    /// The projection on these instants, one variable each; the first must be [`ZERO`].
    pub(super) fn onto(&self, instants: &[ZoneInstant]) -> Self {
        let row = |a: ZoneInstant| instants.iter().map(move |&b| self.gap(a, b));
        Self { variables: instants.len(), most: instants.iter().flat_map(|&a| row(a)).collect() }
    }

    /// Whether everything in `other`, over the same variables, lies in here.
    pub(super) fn includes(&self, other: &Self) -> bool {
        self.most.iter().zip(&other.most).all(|(a, b)| a >= b)
    }

    /// The smallest zone around both.
    pub(super) fn hull(&mut self, other: &Self) {
        for (a, b) in self.most.iter_mut().zip(&other.most) {
            *a = (*a).max(*b);
        }
    }

    /// The point at which every variable is at its latest: a closed matrix allows it.
    pub(super) fn latest_point(&self) -> Vec<i64> {
        (0..self.variables).map(|p| self.entry(p, 0)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_holds_exactly_the_whole_points_of_its_constraints() {
        let mut zone = InstantZone::new();
        let a = zone.grow(ZoneInstant::at(2), 5, 15);
        let b = zone.grow(a.plus(1), 0, 4);
        assert_eq!((zone.earliest(a), zone.latest(b), zone.gap(b, a)), (7, 22, 5));
        assert!(zone.restrict(b, ZERO, 12) && zone.restrict(ZERO, a, -9));
        assert_eq!((zone.latest(a), zone.earliest(b), zone.gap(b, a)), (11, 10, 3));
        assert!(!zone.allows(b, a, 0) && zone.allows(b, a, 1));
        let points = (0..40).flat_map(|x| (0..40).map(move |y| (x, y)));
        let inside = |&(x, y): &(i64, i64)| (9..=17).contains(&x) && y <= 12 && (x + 1..=x + 5).contains(&y);
        assert_eq!(points.filter(inside).map(|(x, _)| x).max(), Some(11));
        let point = zone.latest_point();
        assert_eq!(point, [0, 11, 12]);
    }

    #[test]
    fn a_projection_forgets_and_a_hull_covers() {
        let mut zone = InstantZone::new();
        let a = zone.grow(ZERO, 0, 10);
        let b = zone.grow(a, 3, 4);
        let late = zone.onto(&[ZERO, b.plus(1)]);
        assert_eq!(late.latest_point(), [0, 15]);
        let mut early = InstantZone::new();
        early.grow(ZERO, 0, 2);
        assert!(!early.includes(&late) && !late.includes(&early));
        early.hull(&late);
        assert!(early.includes(&late) && early.latest(a) == 15 && early.earliest(a) == 0);
    }
}
