//! Lives: from when to when the environments of one replay live, each having its ENI at once.

use std::collections::BTreeMap;

use super::study::Study;
use crate::demand::Curve;
use crate::policy::{IdleTtl, Provision};
use crate::quantity::{Interval, Millis};
use crate::simulation::{Assignment, Recorder, ServedInvocation, World, simulate};

/// The environments of each function alive over time under `assignment`, if each has its ENI at once.
pub(super) fn alive(study: &Study<'_>, assignment: Assignment) -> Vec<Curve> {
    each(study, assignment, |life, keep_alive| {
        // At the instant of its expiry it still has its place when arrivals look for theirs.
        (life.arrival, life.end.saturating_add(keep_alive).saturating_add(1))
    })
}

/// Those of them that have served, and so have a place, until they expire.
pub(super) fn served(study: &Study<'_>, assignment: Assignment) -> Vec<Curve> {
    each(study, assignment, |life, keep_alive| (life.start, life.end.saturating_add(keep_alive)))
}

/// How many there are from and until what `of` makes of each life and the keep-alive.
fn each(study: &Study<'_>, assignment: Assignment, of: impl Fn(&Life, u64) -> (u64, u64)) -> Vec<Curve> {
    let mut topology = study.topology.clone();
    (topology.boot, topology.delete) = (Interval::exactly(Millis::ZERO), Interval::exactly(Millis::ZERO));
    let limits = &mut topology.limits;
    (limits.api, limits.region_quota, limits.vpc_quota) = (None, None, None);
    limits.subnets.iter_mut().for_each(|subnet| subnet.addresses = u32::MAX);
    let mut policy = study.scheduled(Provision::Scheduled);
    (policy.provision, policy.idle_ttl) = (Provision::OnDemand, IdleTtl::After(Millis::ZERO));
    let world = World::new(&topology, study.cold_path, &policy, study.initial().to_vec());
    let (_, _, seen) = simulate(&world, study.traffic, assignment, Lives::default());
    let curve = |f: usize| {
        let initial = study.initial().get(f).copied().unwrap_or(0);
        seen.curve(f, initial, study.keep_alive(f).0, &of)
    };
    (0..topology.functions.len()).map(curve).collect()
}

/// When an environment's first invocation arrived and started, and its last ended, ms.
struct Life {
    arrival: u64,
    start: u64,
    end: u64,
}

/// The lives of all environments that serve, by function.
#[derive(Default)]
struct Lives {
    lives: BTreeMap<(usize, u64), Life>,
    /// Environments that stood at the start and have served.
    stood: BTreeMap<usize, u32>,
}

impl Recorder for Lives {
    fn served(&mut self, served: &ServedInvocation<'_>) {
        let end = served.start.saturating_add(served.duration);
        // What is warm the first time has stood idle since the start.
        let stood = !served.cold && served.environment_invocation == 1;
        let (arrival, start) = if stood { (0, 0) } else { (served.arrival, served.start) };
        let key = (served.function, served.environment);
        let life = self.lives.entry(key).or_insert(Life { arrival, start, end });
        life.arrival = life.arrival.min(arrival);
        life.start = life.start.min(start);
        life.end = life.end.max(end);
        *self.stood.entry(served.function).or_default() += u32::from(stood);
    }
}

impl Lives {
    fn curve(
        &self,
        function: usize,
        initial: u32,
        keep_alive: u64,
        of: impl Fn(&Life, u64) -> (u64, u64),
    ) -> Curve {
        // Those that stood at the start and never serve live like one whose last invocation ended then.
        let unused = i64::from(initial.saturating_sub(self.stood.get(&function).copied().unwrap_or(0)));
        let idle = of(&Life { arrival: 0, start: 0, end: 0 }, keep_alive);
        let mut changes = vec![(idle.0, unused), (idle.1, -unused)];
        for life in self.lives.range((function, 0)..=(function, u64::MAX)).map(|(_, life)| life) {
            let (from, until) = of(life, keep_alive);
            if from < until {
                changes.push((from, 1));
                changes.push((until, -1));
            }
        }
        changes.sort_unstable();
        let mut count = 0_i64;
        Curve::new(changes.into_iter().map(|(at, change)| {
            count += change;
            (at, u32::try_from(count).unwrap_or(0))
        }))
    }
}
