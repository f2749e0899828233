//! A schedule: how many ENIs to request and to delete, when; instants in milliseconds.
//!
//! Data alone: it knows neither how it was found nor whether it holds.

use serde::Serialize;

/// What happens at one instant: deletions and creations are independent of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ScheduleEntry {
    /// When, ms from the first instant of the trace; negative before it.
    pub at_ms: i64,
    /// ENIs requested.
    pub create: u32,
    /// Deletions of idle ENIs started.
    pub delete: u32,
}

/// Entries at strictly increasing instants, each with something to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Schedule {
    /// The entries.
    pub entries: Vec<ScheduleEntry>,
}

impl Schedule {
    /// From requests and deletions, each `(instant, count)` in any order; equal instants are added up.
    pub fn from_parts(
        creations: impl IntoIterator<Item = (i64, u32)>,
        deletions: impl IntoIterator<Item = (i64, u32)>,
    ) -> Self {
        let creations =
            creations.into_iter().map(|(at_ms, create)| ScheduleEntry { at_ms, create, delete: 0 });
        let deletions =
            deletions.into_iter().map(|(at_ms, delete)| ScheduleEntry { at_ms, create: 0, delete });
        let mut entries: Vec<ScheduleEntry> = creations.chain(deletions).collect();
        // Runs that are in order already, as these mostly are, cost one comparison an entry.
        entries.sort_by_key(|entry| entry.at_ms);
        entries.dedup_by(|later, entry| {
            let same = later.at_ms == entry.at_ms;
            if same {
                entry.create = entry.create.saturating_add(later.create);
                entry.delete = entry.delete.saturating_add(later.delete);
            }
            same
        });
        entries.retain(|entry| (entry.create, entry.delete) != (0, 0));
        Self { entries }
    }

    /// How many ENIs it requests.
    pub fn creations(&self) -> u64 {
        self.entries.iter().map(|entry| u64::from(entry.create)).sum()
    }
}

/// The three objectives, compared in this order; smaller is better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Objectives {
    /// The most ENIs held at once.
    pub peak: u32,
    /// Held time, ENI x ms, from the first request to [`Group::end_ms`](super::group::Group::end_ms), under the longest deletion.
    pub held_ms: u128,
    /// ENIs requested.
    pub creations: u64,
}

/// ENIs that are due at the same instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DeadlineBatch {
    /// When the request must be granted or the deletion begin, ms.
    pub at_ms: i64,
    /// How many.
    pub count: u32,
}
