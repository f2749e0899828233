//! A schedule: how many ENIs to request and to delete, when; instants in milliseconds.
//!
//! Data alone: it knows neither how it was found nor whether it holds.

use std::collections::BTreeMap;

use serde::Serialize;

/// What happens at one instant: deletions and creations are independent of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// When, ms from the first instant of the traffic; negative before it.
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
    pub entries: Vec<Entry>,
}

impl Schedule {
    /// From requests and deletions, each `(instant, count)` in any order; equal instants are added up.
    pub fn from_parts(
        creations: impl IntoIterator<Item = (i64, u32)>,
        deletions: impl IntoIterator<Item = (i64, u32)>,
    ) -> Self {
        let mut at: BTreeMap<i64, (u32, u32)> = BTreeMap::new();
        for (instant, count) in creations {
            let entry = at.entry(instant).or_default();
            entry.0 = entry.0.saturating_add(count);
        }
        for (instant, count) in deletions {
            let entry = at.entry(instant).or_default();
            entry.1 = entry.1.saturating_add(count);
        }
        let busy = at.into_iter().filter(|&(_, counts)| counts != (0, 0));
        let entries = busy.map(|(at_ms, (create, delete))| Entry { at_ms, create, delete }).collect();
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
    /// Held time, ENI x ms, from the first request to [`Group::end_ms`](super::Group::end_ms), under the longest deletion.
    pub held_ms: u128,
    /// ENIs requested.
    pub creations: u64,
}
