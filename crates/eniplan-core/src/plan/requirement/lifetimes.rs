//! Lifetimes: from when to when the environments of one replay live, each having its ENI at once.

use std::collections::BTreeMap;

use crate::demand::Curve;
use crate::plan::situation::Situation;
use crate::simulation::{Realization, Recorder, ServedInvocation, World, simulate};

/// The environments of each function alive over time under `realization`, if each has its ENI at once and
/// `initial` of them are idle at the start.
pub(crate) fn alive(situation: &Situation<'_>, initial: &[u32], realization: Realization) -> Vec<Curve> {
    count_lifetimes(situation, initial, realization, |life, keep_alive| {
        // At the instant of its expiry it still has its place when arrivals look for theirs.
        (life.arrival, life.end.saturating_add(keep_alive).saturating_add(1))
    })
}

/// Those of them that have served, and so have a place, until they expire.
pub(crate) fn served(situation: &Situation<'_>, initial: &[u32], realization: Realization) -> Vec<Curve> {
    let extent = |life: &Lifetime, keep_alive| (life.start, life.end.saturating_add(keep_alive));
    count_lifetimes(situation, initial, realization, extent)
}

/// How many there are from and until what `extent` makes of each lifetime and the keep-alive.
fn count_lifetimes(
    situation: &Situation<'_>,
    initial: &[u32],
    realization: Realization,
    extent: impl Fn(&Lifetime, u64) -> (u64, u64),
) -> Vec<Curve> {
    let (topology, policy) = situation.at_once();
    let world = World::new(&topology, situation.cold_path, &policy, initial.to_vec());
    let (_, _, seen) = simulate(&world, situation.trace, realization, Lifetimes::default());
    let curve = |f: usize| {
        let initial = initial.get(f).copied().unwrap_or(0);
        seen.curve(f, initial, situation.keep_alive(f).0, &extent)
    };
    (0..topology.functions.len()).map(curve).collect()
}

/// When an environment's first invocation arrived and started, and its last ended, ms.
struct Lifetime {
    arrival: u64,
    start: u64,
    end: u64,
}

/// The lifetimes of all environments that serve, by function.
#[derive(Default)]
struct Lifetimes {
    served: BTreeMap<(usize, u64), Lifetime>,
    /// Environments that stood at the start and have served.
    stood: BTreeMap<usize, u32>,
}

impl Recorder for Lifetimes {
    fn served(&mut self, served: &ServedInvocation<'_>) {
        let end = served.start.saturating_add(served.duration);
        // What is warm the first time has stood idle since the start.
        let stood = !served.cold && served.environment_invocation == 1;
        let (arrival, start) = if stood { (0, 0) } else { (served.arrival, served.start) };
        let key = (served.function, served.environment);
        let life = self.served.entry(key).or_insert(Lifetime { arrival, start, end });
        life.arrival = life.arrival.min(arrival);
        life.start = life.start.min(start);
        life.end = life.end.max(end);
        *self.stood.entry(served.function).or_default() += u32::from(stood);
    }
}

impl Lifetimes {
    fn curve(
        &self,
        function: usize,
        initial: u32,
        keep_alive: u64,
        extent: impl Fn(&Lifetime, u64) -> (u64, u64),
    ) -> Curve {
        // Those that stood at the start and never serve live like one whose last invocation ended then.
        let unused = i64::from(initial.saturating_sub(self.stood.get(&function).copied().unwrap_or(0)));
        let idle = extent(&Lifetime { arrival: 0, start: 0, end: 0 }, keep_alive);
        let mut changes = vec![(idle.0, unused), (idle.1, -unused)];
        for life in self.served.range((function, 0)..=(function, u64::MAX)).map(|(_, life)| life) {
            let (from, until) = extent(life, keep_alive);
            if from < until {
                changes.push((from, 1));
                changes.push((until, -1));
            }
        }
        Curve::of_changes(changes)
    }
}
