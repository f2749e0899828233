//! Timeline: the trace, environments and ENIs under each policy, step by step.

use super::series::{Peaks, TimeGrid};
use crate::demand::Running;
use crate::quantity::Millis;
use crate::simulation::{Census, ColdStartCounts, Recorder};
use crate::trace::Trace;

/// The trace in steps, whatever the policy.
#[derive(Clone, Debug)]
pub struct InvocationLoad {
    /// Its steps.
    pub grid: TimeGrid,
    /// Invocations that arrive in each step.
    pub invocations: Vec<u64>,
    /// The most that run at once in each, if none waits for a cold start.
    pub running: Vec<u64>,
}

impl InvocationLoad {
    /// That of `trace`, which has slots of this length or none.
    pub fn new(trace: &Trace, slot: Option<Millis>) -> Self {
        let grid = TimeGrid::new(0, trace.span.0, slot);
        let mut invocations = vec![0; grid.steps];
        let (mut running, mut peaks) = (Running::default(), Peaks::new(grid));
        for entry in trace.arrivals() {
            while let Some((end, left)) = running.end_next(entry.at) {
                peaks.set(instant(end), left.into());
            }
            running.start(entry.at.saturating_add(entry.duration), entry.count);
            peaks.set(instant(entry.at), running.count().into());
            invocations[grid.index(instant(entry.at))] += u64::from(entry.count);
        }
        while let Some((end, left)) = running.end_next(u64::MAX) {
            peaks.set(instant(end), left.into());
        }
        Self { grid, invocations, running: peaks.finish() }
    }
}

/// Environments and ENIs under one policy in one run, and its cold starts in all runs.
#[derive(Clone, Debug)]
pub struct Track {
    /// The policy, with its overrides.
    pub policy: String,
    /// The most environments in each step.
    pub environments: Vec<u64>,
    /// The most ENIs held in each.
    pub enis: Vec<u64>,
    /// The cold starts of all runs.
    pub starts: ColdStartCounts,
}

/// Listens to a run, for a [`Track`].
#[derive(Clone, Debug)]
pub struct TrackRecorder {
    environments: Peaks,
    enis: Peaks,
}

impl TrackRecorder {
    /// Nothing seen yet.
    pub fn new(grid: TimeGrid) -> Self {
        Self { environments: Peaks::new(grid), enis: Peaks::new(grid) }
    }

    /// What was seen under `policy`, with the cold starts of all runs.
    pub fn finish(self, policy: &str, starts: ColdStartCounts) -> Track {
        let (environments, enis) = (self.environments.finish(), self.enis.finish());
        Track { policy: policy.to_owned(), environments, enis, starts }
    }
}

impl Recorder for TrackRecorder {
    fn census_changed(&mut self, at: u64, census: Census) {
        let sum = |parts: &[u32]| parts.iter().map(|&part| u64::from(part)).sum();
        self.environments.set(instant(at), sum(&[census.starting, census.running, census.idle]));
        let enis = [census.enis_booting, census.enis_in_use, census.enis_idle, census.enis_deleting];
        self.enis.set(instant(at), sum(&enis));
    }
}

fn instant(at: u64) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}
