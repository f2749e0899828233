//! The minimum: what no plan can do without, whatever the limits (docs/plan.md, "At least").

use super::study::Study;
use super::waiting::longest_wait;
use crate::demand::{Curve, Nominal, room, size, sizes, tight};
use crate::policy::EnvironmentBinding;
use crate::quantity::Millis;
use crate::quantity::convert::lower_bound;
use crate::worst_case::wait_for_host;

/// Traffic of more invocations than this is not replayed for what it needs at least.
const MOST_REPLAYED: u64 = 5_000_000;

/// ENIs that each of these sets of functions cannot do without, if no cold start exceeds `target`.
pub(crate) fn minimum_enis(study: &Study<'_>, target: Millis, members: &[Vec<usize>]) -> Vec<Curve> {
    let (of, kept) = study.places.get_or_init(|| (target, find_places(study, target)));
    let found;
    let places = if *of == target {
        kept
    } else {
        found = find_places(study, target);
        &found
    };
    let of_pool = |members: &Vec<usize>| {
        let members: Vec<usize> = members.iter().copied().filter(|&f| f < places.len()).collect();
        let (sizes, room) = sizes(study.topology, study.policy, &members);
        let curves: Vec<&Curve> = members.iter().map(|&f| &places[f]).collect();
        tight(&curves, &sizes, room)
    };
    members.iter().map(of_pool).collect()
}

/// Environments of each function that surely have a place.
///
/// Invocations that run at once, nominally, are in as many environments. That of one which arrives at `t` and
/// lasts `d` has its place by `t` and the target at the latest, and to `t + d` and the keep-alive at least.
/// Where an environment may serve whoever waits (queued binding), only those that surely run at once count.
fn find_places(study: &Study<'_>, target: Millis) -> Vec<Curve> {
    let queued = study.policy.binding == EnvironmentBinding::Queued;
    // How much sooner than `d` after the target it may go, and how long it surely stays beyond that.
    let margins = |f: usize| {
        let keep_alive = study.keep_alive(f);
        let short = if queued { target } else { target.minus(keep_alive) };
        let stays = if queued { keep_alive } else { keep_alive.minus(target) };
        (short.0, stays.0)
    };
    let functions = study.topology.functions.len().min(study.trace.functions.len());
    let margins: Vec<(u64, u64)> = (0..functions).map(margins).collect();
    let mut places: Vec<Nominal> = margins.iter().map(|&(_, stays)| Nominal::new("", Some(stays))).collect();
    for entry in study.trace.arrivals() {
        let f = entry.function as usize;
        let Some(&(short, _)) = margins.get(f) else { continue };
        if short == 0 || entry.duration > short {
            let at = entry.at.saturating_add(target.0);
            places[f].arrive(at, entry.duration - short, entry.count);
        }
    }
    let counted = places.into_iter().map(|places| places.finish().environments);
    if !can_be_longest(study, target) {
        return counted.collect();
    }
    let replayed = study.longest_served().iter().cloned();
    counted.zip(replayed).map(|(counted, replayed)| Curve::largest(&[counted, replayed])).collect()
}

/// Whether every cold start can be as long as the path with an ENI at hand, whatever a plan does that keeps
/// `target`: what the phases before the ENI and the wait for it take, those after it make up for.
fn can_be_longest(study: &Study<'_>, target: Millis) -> bool {
    let invocations = study.trace.invocations();
    let path = &study.cold_path.vpc;
    let plain = study.policy.binding == EnvironmentBinding::Bound && !study.policy.fallback;
    let free = wait_for_host(&study.topology.limits, invocations) == 0 && invocations <= MOST_REPLAYED;
    let wait = longest_wait(path, target, Millis::ZERO).filter(|_| plain && free);
    wait.is_some_and(|wait| path.shortest_after(Millis(wait)) <= path.longest(Millis::ZERO, Millis::ZERO))
}

/// ENIs that no plan can do without, by place-time: as many environments as run nominally at once
/// exist, and each has a place for an invocation and a keep-alive within the target and what follows.
/// Zero where the target is shorter than every keep-alive: [`minimum_enis`] says more.
pub(crate) fn minimum_by_work(study: &Study<'_>, target: Millis) -> u32 {
    let functions = study.topology.functions.len().min(study.trace.functions.len());
    let queued = study.policy.binding == EnvironmentBinding::Queued;
    if queued || (0..functions).all(|f| study.keep_alive(f) >= target) {
        return 0;
    }
    let mut lengths = vec![(u64::MAX, 0_u64); functions];
    let mut running: Vec<Nominal> = (0..functions).map(|_| Nominal::new("", None)).collect();
    for entry in study.trace.arrivals() {
        let f = entry.function as usize;
        let Some((least, most)) = lengths.get_mut(f) else { continue };
        (*least, *most) = ((*least).min(entry.duration), (*most).max(entry.duration));
        running[f].arrive(entry.at, entry.duration, entry.count);
    }
    let capacity = study.policy.capacity.unwrap_or(study.topology.capacity);
    let of = |(f, running): (usize, Nominal)| {
        let (place, (least, most)) = (&study.topology.functions[f], lengths[f]);
        if place.classes.is_empty() || least > most {
            return 0;
        }
        let keep_alive = u128::from(study.keep_alive(f).0);
        let within = u128::from(target.0) + keep_alive + 2 * u128::from(most);
        let slots = u128::from(room(capacity) / size(capacity, place)).max(1);
        let work = u128::from(running.finish().peak_concurrency) * (keep_alive + u128::from(least));
        lower_bound(work.div_ceil((slots * within).max(1))).max(1)
    };
    running.into_iter().enumerate().map(of).max().unwrap_or(0)
}
