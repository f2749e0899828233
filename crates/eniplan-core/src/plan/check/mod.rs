//! The checker: whether a schedule keeps what it must under every boot and deletion, in integers.
//!
//! One sweep over what surely happens: requests of all classes wait for their tokens together, first come
//! first served (at one instant in the order of the entries), and then boot for the longest time; each
//! deletion takes the longest. Shorter ones only make ENIs ready or gone sooner, so the sweep is the worst
//! of all cases. A group is the case of one class. Shares no code with what finds schedules: it reads the
//! terms and nothing else. Milliseconds.

mod draining;
mod duties;
mod grants;
mod sweep;

pub use draining::check_draining;
pub(crate) use grants::grant_tokens;

use super::terms::group::Group;
use super::terms::joint::{Joint, JointEntry};
use super::terms::schedule::{Objectives, Schedule, ScheduleEntry};
use super::terms::violation::Violation;
use duties::Duties;
use sweep::Sweep;

/// Checks a schedule against its group: what it amounts to, or every violation in time order within its kind.
pub fn check(group: &Group, schedule: &Schedule) -> Result<Objectives, Vec<Violation>> {
    let entry = |&ScheduleEntry { at_ms, create, delete }: &ScheduleEntry| JointEntry {
        at_ms,
        class: 0,
        create,
        delete,
    };
    let entries: Vec<JointEntry> = schedule.entries.iter().map(entry).collect();
    check_entries(&Duties::of_group(group), &entries)
}

/// The same of a joint schedule: every pool, class, zone and shared limit.
pub fn check_joint(joint: &Joint, entries: &[JointEntry]) -> Result<Objectives, Vec<Violation>> {
    check_entries(&Duties::of_joint(joint), entries)
}

fn check_entries(duties: &Duties<'_>, entries: &[JointEntry]) -> Result<Objectives, Vec<Violation>> {
    let events = duties.surely_happening(entries)?;
    Sweep::new(duties).run(&events, entries)
}
