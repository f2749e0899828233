//! The sweep: what is ready and held from one instant to the next.

use super::duties::{Duties, SureEvent, instant};
use crate::plan::terms::joint::JointEntry;
use crate::plan::terms::schedule::Objectives;
use crate::plan::terms::violation::Violation;

/// The state between two instants.
pub(super) struct Sweep<'a> {
    duties: &'a Duties<'a>,
    covers_of: Vec<Vec<usize>>,
    rooms_of: Vec<Vec<usize>>,
    /// What is ready of each cover, and what was missing.
    ready: Vec<(i64, i64)>,
    /// What is held in each room, and what was before.
    held: Vec<(i64, i64)>,
    need: Vec<u32>,
    total: i64,
    peak: i64,
    held_ms: i128,
    violations: Vec<Violation>,
}

impl<'a> Sweep<'a> {
    pub(super) fn new(duties: &'a Duties<'a>) -> Self {
        let of = |sets: &mut dyn Iterator<Item = &Vec<usize>>| {
            let mut of = vec![Vec::new(); duties.classes];
            for (index, classes) in sets.enumerate() {
                for &class in classes {
                    of[class].push(index);
                }
            }
            of
        };
        Self {
            duties,
            covers_of: of(&mut duties.covers.iter().map(|cover| &cover.classes)),
            rooms_of: of(&mut duties.rooms.iter().map(|room| &room.classes)),
            ready: vec![(0, 0); duties.covers.len()],
            held: vec![(0, 0); duties.rooms.len()],
            need: vec![0; duties.needs.len()],
            total: 0,
            peak: 0,
            held_ms: 0,
            violations: Vec::new(),
        }
    }

    /// Goes through the events, in order of time.
    pub(super) fn run(
        mut self,
        events: &[(i64, SureEvent)],
        entries: &[JointEntry],
    ) -> Result<Objectives, Vec<Violation>> {
        let end_ms = instant(self.duties.end_ms)?;
        let mut last_ms = None;
        for now in events.chunk_by(|before, after| before.0 == after.0) {
            let at_ms = now[0].0;
            self.account(last_ms, at_ms.min(end_ms));
            let (mut covers, mut rooms) = (Vec::new(), Vec::new());
            for &(_, event) in now {
                self.apply(event, &mut covers, &mut rooms);
            }
            self.peak = self.peak.max(self.total);
            self.judge(at_ms, covers, rooms);
            last_ms = Some(at_ms);
        }
        self.account(last_ms, end_ms);
        if !self.violations.is_empty() {
            return Err(self.violations);
        }
        let creations = entries.iter().map(|entry| u64::from(entry.create)).sum();
        match (u32::try_from(self.peak), u128::try_from(self.held_ms)) {
            (Ok(peak), Ok(held_ms)) => Ok(Objectives { peak, held_ms, creations }),
            _ => Err(vec![Violation::OutOfRange { at_ms: last_ms.unwrap_or(end_ms) }]),
        }
    }

    fn account(&mut self, from: Option<i64>, until: i64) {
        if let Some(from) = from {
            self.held_ms += i128::from(self.total) * i128::from((until - from).max(0));
        }
    }

    /// Counts an event, and notes the covers and rooms it changes.
    fn apply(&mut self, event: SureEvent, covers: &mut Vec<usize>, rooms: &mut Vec<usize>) {
        match event {
            SureEvent::Requested { class, by } => self.hold(class, by, rooms),
            SureEvent::Gone { class, by } => self.hold(class, -by, rooms),
            SureEvent::Booted { class, by } => self.make_ready(class, by, covers),
            SureEvent::Deleting { class, by } => self.make_ready(class, -by, covers),
            SureEvent::Need { pool, enis } => {
                self.need[pool] = enis;
                let own = self.duties.covers.iter().enumerate().filter(|(_, cover)| cover.pool == Some(pool));
                covers.extend(own.map(|(index, _)| index));
            }
        }
    }

    fn hold(&mut self, class: usize, by: i64, rooms: &mut Vec<usize>) {
        self.total += by;
        for &room in &self.rooms_of[class] {
            self.held[room].0 += by;
            rooms.push(room);
        }
    }

    fn make_ready(&mut self, class: usize, by: i64, covers: &mut Vec<usize>) {
        for &cover in &self.covers_of[class] {
            self.ready[cover].0 += by;
            covers.push(cover);
        }
    }

    /// Tells what is missing or too much where it begins and where it grows, not at every change in between.
    fn judge(&mut self, at_ms: i64, mut covers: Vec<usize>, mut rooms: Vec<usize>) {
        covers.sort_unstable();
        covers.dedup();
        for index in covers {
            let cover = &self.duties.covers[index];
            let need = cover.pool.map_or(0, |pool| self.need[pool]);
            let (ready, missing) = self.ready[index];
            let now_missing = i64::from(need) - ready;
            self.ready[index].1 = now_missing.max(0);
            if now_missing > missing {
                let without_zone = cover.without_zone.clone();
                self.violations.push(match cover.pool {
                    Some(pool) => Violation::NotReady { pool, without_zone, at_ms, ready, need },
                    None => Violation::DeletesUnready { class: cover.classes[0], at_ms, ready },
                });
            }
        }
        rooms.sort_unstable();
        rooms.dedup();
        for index in rooms {
            let room = &self.duties.rooms[index];
            let (held, before) = self.held[index];
            self.held[index].1 = held;
            if held > before && held > i64::from(room.enis) {
                let (limit, available) = (room.limit.clone(), room.enis);
                self.violations.push(Violation::OverLimit { limit, at_ms, held, available });
            }
        }
    }
}
