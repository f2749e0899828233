//! Nature decides everything uncertain: boots, deletions, phases and misses.
//!
//! The simulator asks and nature answers, so one engine serves seeded runs,
//! the extremes, and the replay of a witness.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::quantity::{Interval, Probability};
use crate::random::{Purpose, Stream};

/// Answers the simulator's questions. Every index counts from 0 in the order of asking.
pub trait Nature {
    /// How long the ENI of this creation request boots, ms.
    fn boot(&mut self, request: u64, interval: &Interval) -> u64;
    /// How long this deletion takes, ms.
    fn deletion(&mut self, deletion: u64, interval: &Interval) -> u64;
    /// How long this step of this environment's cold path takes, ms.
    fn phase(&mut self, environment: u64, step: usize, interval: &Interval) -> u64;
    /// Whether the environment of this acquisition misses the ENI it could have reused.
    fn misses(&mut self, acquisition: u64, miss: Probability) -> bool;
    /// How long this environment, which has served `served` invocations, is kept while idle, ms.
    ///
    /// Asked only in a world that draws keep-alives ([`World::drawing_keep_alive`](super::World)); of
    /// natures that have no opinion the longest.
    fn lifetime(&mut self, _environment: u64, _served: u32, interval: &Interval) -> u64 {
        interval.max.0
    }
}

/// Draws from the distributions, seeded.
#[derive(Clone, Copy, Debug)]
pub struct Random {
    boots: Stream,
    deletions: Stream,
    phases: Stream,
    misses: Stream,
    lifetimes: Stream,
}

impl Random {
    /// The world of this seed.
    pub const fn new(seed: u64) -> Self {
        Self {
            boots: Stream::new(seed, Purpose::Boots),
            deletions: Stream::new(seed, Purpose::Deletions),
            phases: Stream::new(seed, Purpose::Phases),
            misses: Stream::new(seed, Purpose::Misses),
            lifetimes: Stream::new(seed, Purpose::Lifetimes),
        }
    }
}

impl Nature for Random {
    fn boot(&mut self, request: u64, interval: &Interval) -> u64 {
        interval.at(self.boots.draw(request)).0
    }

    fn deletion(&mut self, deletion: u64, interval: &Interval) -> u64 {
        interval.at(self.deletions.draw(deletion)).0
    }

    fn phase(&mut self, environment: u64, step: usize, interval: &Interval) -> u64 {
        interval.at(self.phases.fork(environment).draw(step as u64)).0
    }

    fn misses(&mut self, acquisition: u64, miss: Probability) -> bool {
        self.misses.below(acquisition, u64::from(Probability::ONE)) < u64::from(miss.0)
    }

    fn lifetime(&mut self, environment: u64, served: u32, interval: &Interval) -> u64 {
        interval.at(self.lifetimes.fork(environment).draw(served.into())).0
    }
}

/// One end of every interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Everything takes its shortest.
    Shortest,
    /// Everything takes its longest.
    Longest,
}

impl End {
    /// This end of `interval`, ms.
    pub const fn pick(self, interval: &Interval) -> u64 {
        match self {
            Self::Shortest => interval.min.0,
            Self::Longest => interval.max.0,
        }
    }
}

/// A full realization of the uncertainty set: what is listed, and one end of the interval for the rest.
///
/// Written out by [`Recording`] and replayed as it stands. Values outside an
/// interval are held inside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Realization {
    /// Boots by creation request, ms.
    pub boots_ms: Vec<u64>,
    /// Deletions in the order they start, ms.
    pub deletions_ms: Vec<u64>,
    /// Phases by environment: the steps of its cold path, ms.
    pub phases_ms: BTreeMap<u64, Vec<u64>>,
    /// The acquisitions that miss.
    pub misses: BTreeSet<u64>,
    /// What everything not listed takes.
    #[serde(alias = "otherwise")]
    pub unlisted: End,
}

impl Realization {
    /// Nothing listed: one end everywhere, no miss.
    pub const fn all(end: End) -> Self {
        Self {
            boots_ms: Vec::new(),
            deletions_ms: Vec::new(),
            phases_ms: BTreeMap::new(),
            misses: BTreeSet::new(),
            unlisted: end,
        }
    }

    fn clamp_listed(&self, listed: Option<&u64>, interval: &Interval) -> u64 {
        listed.map_or_else(
            || self.unlisted.pick(interval),
            |&value| value.clamp(interval.min.0, interval.max.0),
        )
    }
}

fn listed(values: &[u64], index: u64) -> Option<&u64> {
    usize::try_from(index).ok().and_then(|index| values.get(index))
}

impl Nature for Realization {
    fn boot(&mut self, request: u64, interval: &Interval) -> u64 {
        self.clamp_listed(listed(&self.boots_ms, request), interval)
    }

    fn deletion(&mut self, deletion: u64, interval: &Interval) -> u64 {
        self.clamp_listed(listed(&self.deletions_ms, deletion), interval)
    }

    fn phase(&mut self, environment: u64, step: usize, interval: &Interval) -> u64 {
        let steps = self.phases_ms.get(&environment);
        self.clamp_listed(steps.and_then(|steps| steps.get(step)), interval)
    }

    fn misses(&mut self, acquisition: u64, _miss: Probability) -> bool {
        self.misses.contains(&acquisition)
    }

    fn lifetime(&mut self, _environment: u64, _served: u32, interval: &Interval) -> u64 {
        self.unlisted.pick(interval)
    }
}

/// Notes every answer of another nature as an [`Realization`].
#[derive(Clone, Debug)]
pub struct Recording<N> {
    nature: N,
    /// What has been answered so far.
    pub answers: Realization,
}

impl<N: Nature> Recording<N> {
    /// Listens to `nature`.
    pub const fn new(nature: N) -> Self {
        Self { nature, answers: Realization::all(End::Longest) }
    }
}

impl<N: Nature> Nature for Recording<N> {
    fn boot(&mut self, request: u64, interval: &Interval) -> u64 {
        let value = self.nature.boot(request, interval);
        note(&mut self.answers.boots_ms, request, value, interval.max.0);
        value
    }

    fn deletion(&mut self, deletion: u64, interval: &Interval) -> u64 {
        let value = self.nature.deletion(deletion, interval);
        note(&mut self.answers.deletions_ms, deletion, value, interval.max.0);
        value
    }

    fn phase(&mut self, environment: u64, step: usize, interval: &Interval) -> u64 {
        let value = self.nature.phase(environment, step, interval);
        let steps = self.answers.phases_ms.entry(environment).or_default();
        note(steps, step as u64, value, 0);
        value
    }

    fn misses(&mut self, acquisition: u64, miss: Probability) -> bool {
        let missed = self.nature.misses(acquisition, miss);
        if missed {
            self.answers.misses.insert(acquisition);
        }
        missed
    }

    /// Passed on and not noted: nothing that is replayed draws keep-alives.
    fn lifetime(&mut self, environment: u64, served: u32, interval: &Interval) -> u64 {
        self.nature.lifetime(environment, served, interval)
    }
}

/// Puts `value` at `index`, filling a hole before it with `filler`.
fn note(values: &mut Vec<u64>, index: u64, value: u64, filler: u64) {
    let Ok(index) = usize::try_from(index) else { return };
    if values.len() <= index {
        values.resize(index + 1, filler);
    }
    values[index] = value;
}
